"""How the two databases are spoken to: so that both wait, refuse and lock alike."""

from typing import Any

from flask import Flask
from sqlalchemy import URL, Connection, Engine, event

from app.extensions import db

SQLITE_WAIT_MS = 10_000
POSTGRESQL_OPTIONS = "-c statement_timeout=10s -c lock_timeout=8s -c idle_in_transaction_session_timeout=60s"


def engine_options(url: URL) -> dict[str, Any]:
    """For Flask-SQLAlchemy: a dead or silent database is an error within seconds, never a hanging request."""
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": SQLITE_WAIT_MS / 1000}}
    limits = {"connect_timeout": 3, "keepalives_idle": 10, "tcp_user_timeout": 5000, "options": POSTGRESQL_OPTIONS}
    return {"pool_timeout": 5, "pool_size": 5, "max_overflow": 15, "pool_use_lifo": True, "connect_args": limits}


def prepare(app: Flask) -> None:
    """Set SQLite up as a server would be: writers queue up, readers never wait, foreign keys hold."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _set_up_sqlite)
            event.listen(db.engine, "begin", _begin_writing)


def reading_engine() -> Engine:
    """The same pool, each statement on its own: reads what is committed, opens no transaction, holds no lock."""
    if db.engine.dialect.name == "sqlite":
        return db.engine.execution_options(reading=True)
    return db.engine.execution_options(isolation_level="AUTOCOMMIT")


def _set_up_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: _begin_writing does
    for pragma in ("journal_mode=WAL", f"busy_timeout={SQLITE_WAIT_MS}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_writing(connection: Connection) -> None:
    """A transaction that first reads and then writes fails at once when another got in between; one that announces
    its writing waits its turn."""
    if not connection.get_execution_options().get("reading"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
