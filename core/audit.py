"""The trail: one row per security event, in the transaction of the event itself."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, or_, select, tuple_
from sqlalchemy.orm import aliased

from core import names
from core.models import AuditEvent, User
from core.models.base import named
from core.unit import Unit


@dataclass(frozen=True)
class Happened:
    """One event: what, when, done by whom (a login, or TERMINAL), to whose account."""

    id: uuid.UUID
    created_at: datetime
    event: str
    actor: str | None
    login: str | None
    ip: str | None
    details: dict[str, Any]


_HAPPENED = insert(AuditEvent).execution_options(prepared="happened")


def record(unit: Unit, event: str, *, user_id: int | None, **details: Any) -> None:
    """Note that `event` happened to the account `user_id`, by whom and from where. Details hold no secret."""
    row = {
        "id": uuid.uuid4(),
        "at": unit.now,
        "event": event,
        "actor": unit.visitor.name,
        "user_id": user_id,
        "ip": unit.visitor.ip,
        "details": details,
    }
    unit.execute(_HAPPENED, row)


def list_events(
    unit: Unit,
    *,
    q: str | None = None,
    event: str | None = None,
    login: str | None = None,
    after: tuple[datetime, uuid.UUID] | None = None,
    limit: int = 50,
) -> list[Happened]:
    """Up to `limit` events, newest first: of this name if given, by or about somebody whose login or address contains
    `q` or whose login is `login`, behind the place `after` in that order."""
    shown = named(AuditEvent, "id", "event", "actor", "ip", "details")
    query = select(*shown, AuditEvent.at.label("created_at"), User.login.label("login"))
    query = query.outerjoin(User, User.id == AuditEvent.user_id)
    if q:
        query = query.where(_mentions(q))
    if login:
        query = query.where(or_(User.login == login, AuditEvent.actor == login))
    if event:
        query = query.where(AuditEvent.event == event)
    if after:
        query = query.where(tuple_(AuditEvent.at, AuditEvent.id) < after)
    newest_first = query.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(limit)
    return [Happened(**row._mapping) for row in unit.look(newest_first)]


def _mentions(q: str) -> ColumnElement[bool]:
    """By or about somebody; letter case aside also where the database knows ASCII only."""
    keys, doer = names.search_keys(q), aliased(User)
    about = (column.contains(key, autoescape=True) for column in (User.login_key, User.email_key) for key in keys)
    by = (column.contains(key, autoescape=True) for column in (doer.login_key, doer.email_key) for key in keys)
    doers = select(doer.login).where(or_(*by))
    return or_(*about, AuditEvent.actor.in_(doers), AuditEvent.actor.icontains(q, autoescape=True))
