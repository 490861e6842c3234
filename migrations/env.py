"""Runs migrations on the application's own engine: one run at a time, and all of it or nothing, but for what is done
with migrations/online.py."""

from alembic import context
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from app.database import check_references, rebuilding_tables, waiting_without_end
from app.extensions import db
from app.schema import VERSION_TABLE

ONE_AT_A_TIME = 7_301_774_215


def run() -> None:
    with waiting_without_end(), db.engine.connect() as connection:
        try:
            migrate(connection)
        finally:
            connection.invalidate()  # what was set here, and the lock, end with it


def migrate(connection: Connection) -> None:
    arguments = current_app.extensions["migrate"].configure_args
    whole = {"transactional_ddl": True, "target_metadata": db.metadata, "version_table": VERSION_TABLE}
    context.configure(connection=connection, **whole, **arguments)
    with rebuilding_tables(connection), context.begin_transaction():
        if connection.dialect.name == "postgresql":
            for limit in ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout"):
                connection.exec_driver_sql(f"SET {limit} = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({ONE_AT_A_TIME})")
            connection.exec_driver_sql("SET lock_timeout TO DEFAULT")
        context.run_migrations()
        check_references(connection)


try:
    run()
except DBAPIError as error:
    reason = " ".join(str(error.orig).split())
    if error.connection_invalidated:  # perhaps while it committed
        raise CommandError(f"The database went away, and nothing is half done. Run this again. ({reason})") from error
    raise CommandError(f"Nothing was changed. The database refused: {reason}") from error
