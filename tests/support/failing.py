"""A database that fails at one statement or commit, in each of the ways in which databases do."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select

from app.extensions import db
from core.models import AttemptCounter, AuditEvent, Base
from tests.support.answers import apart_from_counters
from tests.support.world import World

Failure = Callable[[Any, Any], None]
"""Does it to a connection of this driver, whose next statement may or may not be tried then."""

TABLES = [table for table in Base.metadata.sorted_tables if table.name != AttemptCounter.__tablename__]
MADE_UP = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12,44}|\$argon2\S+")
"""What differs between two runs of the same story."""


def dropped(connection: Any, driver: Any) -> None:
    """The connection is lost."""
    connection.close()


def given_up(connection: Any, driver: Any) -> None:
    """The database ends the statement, as it does when that takes too long."""
    if driver.__name__ == "sqlite3":
        raise driver.OperationalError("interrupted")
    connection.cursor().execute("SELECT pg_cancel_backend(pg_backend_pid())")


def mistaken(connection: Any, driver: Any) -> None:
    """The database does not understand what we say: a bug of ours."""
    raise driver.ProgrammingError("secret value in a secret statement")


@contextmanager
def failing_at(world: World, place: int, fail: Failure = dropped) -> Iterator[list[str]]:
    """The statement or commit number `place` fails; yields what had been asked until then."""
    asked: list[str] = []
    with world.app.app_context():
        dialect: Any = db.engine.dialect

    def count(connection: Any, what: str) -> None:
        asked.append(what)
        if len(asked) == place:
            fail(connection, dialect.dbapi)

    def execute(cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        count(cursor.connection, statement)
        cursor.execute(statement, parameters)

    def commit(connection: Any) -> None:
        count(connection.dbapi_connection, "COMMIT")
        connection.commit()

    dialect.do_execute, dialect.do_commit = execute, commit
    try:
        yield asked
    finally:
        del dialect.do_execute, dialect.do_commit


@contextmanager
def unanswered(world: World, place: int) -> Iterator[list[str]]:
    """The commit number `place` is done, but the connection is lost before anybody hears of it."""
    asked: list[str] = []
    with world.app.app_context():
        dialect: Any = db.engine.dialect

    def commit(connection: Any) -> None:
        connection.commit()
        asked.append("COMMIT")
        if len(asked) == place:
            if dialect.name == "postgresql":
                connection.dbapi_connection.close()
            raise dialect.dbapi.OperationalError("server closed the connection unexpectedly")

    dialect.do_commit = commit
    try:
        yield asked
    finally:
        del dialect.do_commit


def forget_attempts(world: World) -> None:
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(delete(AttemptCounter))


def kept(world: World) -> dict[str, Any]:
    """Everything but the attempt counters, which outlive what they count."""
    return apart_from_counters(world.dump())


def outline(world: World) -> Any:
    """What is there, apart from what is made up anew each time a story is told: numbers, ids, digests, hashes."""
    with world.app.app_context(), db.engine.connect() as connection:
        rows = {table.name: Counter(map(_outlined, connection.execute(select(table)))) for table in TABLES}
    return rows, Counter(row.event for row in world.rows(AuditEvent))


def _outlined(row: Row[Any]) -> tuple[str, ...]:
    known = (value for value in row if isinstance(value, bool | str | datetime | list | dict | None))
    return tuple(MADE_UP.sub("*", str(value)) for value in known)
