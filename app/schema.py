"""Whether the database has the tables of this version, and giving it them."""

from flask import Flask, current_app
from sqlalchemy import column, inspect, select, table

from app.database import reading_engine
from app.extensions import db
from app.settings import ROOT

MIGRATIONS = ROOT / "migrations"
VERSION_TABLE = "vestibule_version"
"""Ours alone: the replaced backend keeps an alembic_version of its own in the same database."""


NEWEST = max(path.name for path in (MIGRATIONS / "versions").glob("*.py")).partition("_")[0]
"""The revision of this version's last migration, the number that its file begins with. Looked up at the start: a later
version's files are laid beside a process that is running."""


def is_current() -> bool:
    """Whether every migration of this version has been run; the next version's too, perhaps, as that is done while this
    one serves. Asked by load balancers: without Alembic, which servers need for nothing else."""
    with reading_engine().connect() as connection:
        if not inspect(connection).has_table(VERSION_TABLE):
            return False
        found = connection.scalars(select(column("version_num")).select_from(table(VERSION_TABLE))).all()
    return bool(found) and min(found) >= NEWEST


def init_app(app: Flask) -> None:
    """Teach the application to migrate, and its terminal `db`."""
    from flask_migrate import Migrate  # with Alembic and Mako, 9 MiB of every process that never migrates

    Migrate().init_app(app, db, directory=str(MIGRATIONS), compare_type=True, render_as_batch=True)


def upgrade() -> None:
    """Run what is missing, as `flask db upgrade` does."""
    from flask_migrate import upgrade as run_migrations  # see init_app

    init_app(current_app)
    run_migrations()
