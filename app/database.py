"""How the two databases are spoken to: so that both wait, refuse and lock alike."""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from flask import Flask, current_app
from psycopg2.extensions import (
    POLL_OK,
    POLL_READ,
    STATUS_IN_TRANSACTION,
    STATUS_READY,
    get_wait_callback,
    set_wait_callback,
)
from sqlalchemy import URL, Connection, Dialect, Engine, event
from sqlalchemy.exc import DisconnectionError

from app import prepared, pulse
from app.database_url import servers_of
from app.extensions import db

SQLITE_WAIT_MS = 10_000
POSTGRESQL_OPTIONS = (
    "-c statement_timeout=5s -c lock_timeout=5s -c idle_in_transaction_session_timeout=5s"
    # All our statements are short: starting helpers or a compiler for one costs more than the whole of it.
    " -c max_parallel_workers_per_gather=0 -c jit=off"
)
DISCREET = {"hide_parameters": True}
"""What goes wrong is logged with its statement, and without the addresses and digests in it."""
SILENCE_SECONDS = 6.0
"""How long PostgreSQL may say nothing: longer than its own statement_timeout, which a stopped server cannot keep."""
CONNECT_SECONDS = 2.0
"""How long a new connection may take, and a request may wait for another's."""


def engine_options(url: URL) -> dict[str, Any]:
    """For Flask-SQLAlchemy: a dead or silent database is an error within seconds, never a hanging request."""
    if url.get_backend_name() == "sqlite":
        return {**DISCREET, "connect_args": {"timeout": SQLITE_WAIT_MS / 1000}}
    set_wait_callback(_wait_a_while)
    limits = {"keepalives_idle": 10, "connect_timeout": int(CONNECT_SECONDS), "options": POSTGRESQL_OPTIONS}
    # Those beyond `pool_size` are closed after use: where that is less than a usual crowd, most of the time goes there.
    pool = {"pool_timeout": CONNECT_SECONDS, "pool_size": 10, "max_overflow": 10, "pool_use_lifo": True}
    return {**DISCREET, **pool, "connect_args": limits}


def prepare(app: Flask) -> None:
    """Set SQLite up as a server would be: writers queue up, readers never wait, foreign keys hold."""
    with app.app_context():
        event.listen(db.engine, "reset", _end_transaction)
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _set_up_sqlite)
            event.listen(db.engine, "begin", _begin_writing)
        else:
            event.listen(db.engine, "begin", _read_alone)
            event.listen(db.engine, "do_connect", _connect_where_it_answers)
            event.listen(db.engine, "checkout", _leave_while_silent)
            prepared.use(db.engine)
        app.extensions["reading_engine"] = db.engine.execution_options(reading=True)


def reading_engine() -> Engine:
    """The same pool, each statement on its own: reads what is committed, opens no transaction, holds no lock."""
    return current_app.extensions["reading_engine"]


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
    """In place of libpq's own waiting, which has no end when the server is stopped or the network swallows packets. A
    statement may take its time while the server shows that it lives."""
    begun, asked = time.monotonic(), False
    patience = SILENCE_SECONDS if connection.status in {STATUS_READY, STATUS_IN_TRANSACTION} else CONNECT_SECONDS
    while (state := connection.poll()) != POLL_OK:
        ready = select.poll()
        ready.register(connection.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
        until = begun + (patience if asked else pulse.LISTEN_SECONDS)
        if not ready.poll(max(0.0, until - time.monotonic()) * 1000):
            if asked or not pulse.is_felt(connection.info.host, connection.info.port):
                raise psycopg2.OperationalError("the database does not answer")
            asked = True


def _connect_where_it_answers(dialect: Dialect, _record: Any, _args: Any, parameters: dict[str, Any]) -> Any:
    """Whoever comes while nobody answers is told at once, and need not find out for themselves. Several servers are
    tried one by one: libpq goes on to the next only from one that refuses, not from one that is silent or hangs up."""
    servers = servers_of(parameters)
    trouble = psycopg2.OperationalError("the database did not answer a moment ago")
    if len(servers) < 2:
        if any(pulse.is_missed(*each) for each in servers or [*pulse.silent]):
            raise trouble
        return None  # SQLAlchemy does it, as usual
    for host, port in servers:
        if not pulse.is_missed(host, port):
            try:
                return dialect.connect(**{**parameters, "host": host, "port": port})
            except psycopg2.OperationalError as error:
                trouble = error
    raise trouble


def _leave_while_silent(connection: Any, *_: Any) -> None:
    """A connection to a server that does not answer is replaced before it is lent."""
    if pulse.is_missed(connection.info.host, connection.info.port):
        raise DisconnectionError("the database did not answer a moment ago")


def _end_transaction(connection: Any, *_: Any) -> None:
    """Before a connection is lent again: SQLAlchemy leaves it as it is after a commit that failed, and on SQLite, where
    a full disk fails commits, it would keep everybody else from writing."""
    connection.rollback()
    if isinstance(connection, psycopg2.extensions.connection):
        connection.autocommit = False


def _read_alone(connection: Connection) -> None:
    """No transaction around a look. SQLAlchemy's isolation_level would ask the server to set it back each time, and
    lose a place of the pool for good when the connection is cut just then."""
    if connection.get_execution_options().get("reading"):
        driver: Any = connection.connection.dbapi_connection
        driver.autocommit = True


def _set_up_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: _begin_writing does
    for pragma in ("journal_mode=WAL", f"busy_timeout={SQLITE_WAIT_MS}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_writing(connection: Connection) -> None:
    """A transaction that first reads and then writes fails at once when another got in between; one that announces
    its writing waits its turn."""
    if not connection.get_execution_options().get("reading"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
