"""The mail that is or was owed, as those see it who run the place."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, tuple_

from core import audit, names
from core.errors import NotFound
from core.models import Letter
from core.models.base import named
from core.tokens import claim
from core.unit import Look, Unit

STATES = ("queued", "sending", "sent", "dropped", "failed")


@dataclass(frozen=True)
class Owed:
    """A letter and what became of it: `last_reply` in the mail server's own words, `invitation` the one it is about."""

    id: uuid.UUID
    kind: str
    recipient: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime | None
    last_reply: str | None
    invitation: str | None


@dataclass(frozen=True)
class Backlog:
    """How many letters are still owed, since when the oldest, how many were given up; what was said of one of each."""

    owed: int
    oldest: datetime | None
    failed: int
    reply: str | None = None
    failure: str | None = None


def counted(look: Look, since: datetime) -> Backlog:
    """All that is owed, and of what was given up those letters that were written after `since`. Cheap: along indexes,
    past all that was sent."""
    owed, failed = _troubled(since)
    counts = select(
        func.count().filter(owed), func.min(Letter.created_at).filter(owed), func.count().filter(failed)
    ).where(or_(owed, Letter.created_at > since))
    return Backlog(*look(counts)[0])


def backlog(look: Look, since: datetime) -> Backlog:
    """The same, and the mail server's words."""
    owed, failed = _troubled(since)
    said = select(Letter.last_reply).where(Letter.last_reply.is_not(None)).limit(1)
    words = [look(said.where(those).order_by(Letter.created_at)) for those in (owed, failed)]
    reply, failure = (found[0].last_reply if found else None for found in words)
    return replace(counted(look, since), reply=reply, failure=failure)


def _troubled(since: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Letter.due_at.is_not(None), (Letter.state == "failed") & (Letter.created_at > since)


def list_letters(
    unit: Unit,
    *,
    q: str | None = None,
    state: str | None = None,
    after: tuple[datetime, uuid.UUID] | None = None,
    limit: int = 50,
) -> list[Owed]:
    """Up to `limit` letters, newest first: to addresses that contain `q`, in this state if given, behind the place
    `after` in that order."""
    query = select(*named(Letter, *_SHOWN, "data"))
    if q:
        folded = (Letter.recipient.icontains(each, autoescape=True) for each in {q, *names.search_keys(q)})
        query = query.where(or_(*folded))
    if state:
        query = query.where(Letter.state == state)
    if after:
        query = query.where(tuple_(Letter.created_at, Letter.id) < after)
    found = unit.look(query.order_by(Letter.created_at.desc(), Letter.id.desc()).limit(limit))
    return [
        Owed(**{name: getattr(row, name) for name in _SHOWN}, invitation=row.data.get("invitation")) for row in found
    ]


def retry(unit: Unit, letter_id: uuid.UUID) -> None:
    """Try a letter again at once that waits for its next attempt or was given up. NotFound for any other."""
    waiting = (Letter.id == letter_id, Letter.state.in_(("queued", "failed")))
    if claim(unit, Letter, *waiting, spend={"state": "queued", "due_at": unit.now}) is None:
        raise NotFound
    unit.session.info["letters_owed"] = True
    audit.record(unit, "letter_retried", user_id=unit.visitor.user_id, letter=str(letter_id))


_SHOWN = [name for name in Owed.__dataclass_fields__ if name != "invitation"]
