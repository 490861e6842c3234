"""Opening and closing the Unit: the only place that commits."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import current_app, g, has_request_context, request
from sqlalchemy import Select, event
from sqlalchemy.orm import Session

from app.database import reading_engine
from app.extensions import db
from app.languages import spoken
from core.passwords import Hasher, never_breached
from core.policy import Policy
from core.unit import AnyRow, Look, Unit, Visitor

BATCH = 500
"""Rows of a long list that are in memory at once."""


def random_secret() -> str:
    """256 bits from the system's random source, 43 characters fit for an URL."""
    return secrets.token_urlsafe(32)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Surroundings:
    """What a unit is made of besides the database. Tests put a clock, countable secrets and a cheap hash here."""

    policy: Policy
    hasher: Hasher
    now: Callable[[], datetime] = utc_now
    new_secret: Callable[[], str] = random_secret
    is_breached: Callable[[str], bool] = never_breached


def surroundings() -> Surroundings:
    return current_app.extensions["surroundings"]


@contextmanager
def open_unit(**visitor: Any) -> Iterator[Unit]:
    """One transaction for one story: returning commits, raising rolls back. Nothing is begun before the first write.

    Owed mail wakes the postman once it is committed.
    """
    around = surroundings()
    with Session(db.engine, expire_on_commit=False) as session:
        yield Unit(
            look=_looking_with(session),
            session=session,
            now=around.now(),
            new_secret=around.new_secret,
            hasher=around.hasher,
            policy=around.policy,
            is_breached=around.is_breached,
            visitor=Visitor(**visitor) if visitor else _visitor(),
        )
        session.commit()
        owed = session.info.pop("letters_owed", False)
    if owed:
        current_app.extensions["postman"].wake()


def look(statement: Select[*tuple[Any, ...]], parameters: Mapping[str, Any] | None = None) -> Sequence[AnyRow]:
    """Committed rows, read on a connection of its own for just this statement."""
    with reading_engine().connect() as connection:
        return connection.execute(statement, parameters).all()


def look_in_batches(
    statement: Select[*tuple[Any, ...]], parameters: Mapping[str, Any] | None = None
) -> Iterator[Sequence[AnyRow]]:
    """Read committed rows of one moment, BATCH at a time, so that no process holds all of a long list. PostgreSQL needs
    a transaction for its cursor; SQLite would take its lock for one."""
    engine = reading_engine() if db.engine.dialect.name == "sqlite" else db.engine
    with engine.connect() as connection:
        few = connection.execution_options(stream_results=True, max_row_buffer=BATCH)
        yield from few.execute(statement, parameters).partitions(BATCH)


def _looking_with(session: Session) -> Look:
    """look(), but on the transaction's own connection once there is one: nobody who holds a connection waits for a
    second, or all who hold one could wait for each other."""

    def look_here(statement: Select[*tuple[Any, ...]], parameters: Mapping[str, Any] | None = None) -> Sequence[AnyRow]:
        if session.info.get("begun"):
            return session.connection().execute(statement, parameters).all()
        return look(statement, parameters)

    return look_here


@event.listens_for(Session, "after_begin")
def _note_begin(session: Session, *_: Any) -> None:
    session.info["begun"] = True


def _visitor() -> Visitor:
    if not has_request_context():
        return Visitor()
    me = g.get("signed_in")
    return Visitor(
        name=me.login if me else None,
        user_id=me.user_id if me else None,
        ip=request.remote_addr,
        user_agent="".join(filter(str.isprintable, request.headers.get("User-Agent", ""))),
        chosen_language=spoken.chosen(),
        browser_language=spoken.preferred(),
    )
