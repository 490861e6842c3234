"""Whether the database has the tables of this version, and giving it them."""

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade as run_migrations

from app.extensions import db

VERSION_TABLE = "vestibule_version"
"""Ours alone: the replaced backend keeps an alembic_version of its own in the same database."""


def is_current() -> bool:
    """Whether every migration of this version, and none of a later one, has been run."""
    config = current_app.extensions["migrate"].migrate.get_config()
    heads = ScriptDirectory.from_config(config).get_heads()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        return set(context.get_current_heads()) == set(heads)


def upgrade() -> None:
    """Run what is missing, as `flask db upgrade` does."""
    run_migrations()
