"""How the two databases are spoken to: so that both wait, refuse and lock alike."""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from flask import Flask
from psycopg2.extensions import POLL_OK, POLL_READ, get_wait_callback, set_wait_callback
from sqlalchemy import URL, Connection, Engine, event

from app.extensions import db

SQLITE_WAIT_MS = 10_000
POSTGRESQL_OPTIONS = (
    "-c statement_timeout=5s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
    # All our statements are short: starting helpers or a compiler for one costs more than the whole of it.
    " -c max_parallel_workers_per_gather=0 -c jit=off"
)
SILENCE_SECONDS = 6.0
"""How long PostgreSQL may say nothing: longer than its own statement_timeout, which a stopped server cannot keep."""


def engine_options(url: URL) -> dict[str, Any]:
    """For Flask-SQLAlchemy: a dead or silent database is an error within seconds, never a hanging request."""
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": SQLITE_WAIT_MS / 1000}}
    set_wait_callback(_wait_a_while)
    limits = {"connect_timeout": 3, "keepalives_idle": 10, "options": POSTGRESQL_OPTIONS}
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


@contextmanager
def waiting_without_end() -> Iterator[None]:
    """For migrations: what they do may take as long as it takes."""
    usual = get_wait_callback()
    set_wait_callback(None)
    try:
        yield
    finally:
        set_wait_callback(usual)


@contextmanager
def rebuilding_tables(connection: Connection) -> Iterator[None]:
    """For migrations: SQLite changes a table by making it anew, and dropping the old one must not take along the rows
    that point to it. See check_references."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def check_references(connection: Connection) -> None:
    """For migrations, before they are committed: what SQLite did not watch meanwhile must still hold."""
    if connection.dialect.name == "sqlite":
        dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if dangling:
            raise RuntimeError(f"rows point nowhere: {dangling[:5]}")


def _wait_a_while(connection: Any) -> None:
    """In place of libpq's own waiting, which has no end when the server is stopped or the network swallows packets."""
    until = time.monotonic() + SILENCE_SECONDS
    while (state := connection.poll()) != POLL_OK:
        ready = select.poll()
        ready.register(connection.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
        if not ready.poll(max(0.0, until - time.monotonic()) * 1000):
            raise psycopg2.OperationalError("the database does not answer")


def _set_up_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: _begin_writing does
    for pragma in ("journal_mode=WAL", f"busy_timeout={SQLITE_WAIT_MS}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_writing(connection: Connection) -> None:
    """A transaction that first reads and then writes fails at once when another got in between; one that announces
    its writing waits its turn."""
    if not connection.get_execution_options().get("reading"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
