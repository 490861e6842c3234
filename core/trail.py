"""The trail of invitations: who was invited by whom, and how it ended."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select, tuple_, union_all

from core import invitations, names
from core.audit import Happened
from core.invitations import is_status, status_of
from core.models import Invitation, InvitationUse, User
from core.models.base import named
from core.unit import AnyRow, Unit

LATEST = 5
"""How many of those who came in are told with each invitation; list_registered() has all."""


@dataclass(frozen=True)
class Listed:
    """An invitation as its issuers see it; never its secret. `registered` are the latest who came in with it, of all
    `uses`, the latest last."""

    id: uuid.UUID
    kind: str
    status: str
    email: str | None
    name: str | None
    roles: list[str]
    note: str | None
    language: str | None
    max_uses: int
    uses: int
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_rank: int | None
    created_by: str | None
    registered: list[tuple[str, datetime]]


@dataclass(frozen=True)
class Guest:
    """Somebody who came in with an invitation; `id` is the skater's, `created_at` when they came in."""

    id: uuid.UUID
    login: str
    created_at: datetime


def list_issued(
    unit: Unit,
    *,
    kind: str | None = None,
    status: str | None = None,
    q: str | None = None,
    after: tuple[datetime, uuid.UUID] | None = None,
    limit: int = 50,
) -> list[Listed]:
    """Up to `limit` invitations, newest first: of one kind and status if given, whose address, name, note or issuer
    contains `q`, behind the place `after` in that order."""
    query = select(*Invitation.__table__.columns, User.login.label("issuer"))
    query = query.outerjoin(User, User.id == Invitation.created_by)
    if kind:
        query = query.where(Invitation.kind == kind)
    if status:
        query = query.where(is_status(status, unit.now))
    if q:
        query = query.where(_mentions(q))
    if after:
        query = query.where(tuple_(Invitation.created_at, Invitation.id) < after)
    newest_first = query.order_by(Invitation.created_at.desc(), Invitation.id.desc()).limit(limit)
    return _with_people(unit, unit.look(newest_first))


def list_registered(
    unit: Unit, invitation_id: uuid.UUID, *, after: tuple[datetime, uuid.UUID] | None = None, limit: int = 50
) -> list[Guest]:
    """List up to `limit` people who came in with an invitation, the latest first, behind the place `after` in that
    order. NotFound."""
    invitations.get(unit.look, invitation_id)
    query = select(User.skater_id.label("id"), User.login.label("login"), InvitationUse.used_at.label("created_at"))
    query = query.join_from(InvitationUse, User).where(InvitationUse.invitation_id == invitation_id)
    if after:
        query = query.where(tuple_(InvitationUse.used_at, User.skater_id) < after)
    newest_first = query.order_by(InvitationUse.used_at.desc(), User.skater_id.desc()).limit(limit)
    return [Guest(**row._mapping) for row in unit.look(newest_first)]


def called(unit: Unit, events: Sequence[Happened]) -> dict[str, str]:
    """What the invitations that events are about go by: an address, else a note; by their ids as events have them."""
    keys = {uuid.UUID(each.details["invitation"]) for each in events if each.details.get("invitation")}
    columns = named(Invitation, "id", "email", "note")
    found = unit.look(select(*columns).where(Invitation.id.in_(keys))) if keys else ()
    return {str(row.id): row.email or row.note for row in found if row.email or row.note}


def _mentions(q: str) -> ColumnElement[bool]:
    typed = (column.icontains(q, autoescape=True) for column in (Invitation.name, Invitation.note))
    keyed = (Invitation.email_key, User.login_key)
    folded = (column.contains(key, autoescape=True) for column in keyed for key in names.search_keys(q))
    return or_(*typed, *folded)


def _with_people(unit: Unit, rows: Sequence[AnyRow]) -> list[Listed]:
    used = [row.id for row in rows if row.uses]
    people: dict[uuid.UUID, list[tuple[str, datetime]]] = {row.id: [] for row in rows}
    for each in unit.look(_latest(used)) if used else ():
        people[each.invitation_id].append((each.login, each.used_at))
    return [_listed(row, people[row.id], unit.now) for row in rows]


def _latest(keys: Sequence[uuid.UUID]) -> Select[uuid.UUID, str, datetime]:
    """Find the latest who came in with each of these invitations. A limit for each: numbering all rows by a window
    function would sort them all."""
    newest = (InvitationUse.used_at.desc(), InvitationUse.user_id.desc())
    uses = select(InvitationUse.invitation_id, InvitationUse.user_id, InvitationUse.used_at).order_by(*newest)
    few = [select(uses.where(InvitationUse.invitation_id == key).limit(LATEST).subquery()) for key in keys]
    used = union_all(*few).subquery()
    people = select(used.c.invitation_id, User.login.label("login"), used.c.used_at).join(
        User, User.id == used.c.user_id
    )
    return people.order_by(used.c.used_at, used.c.user_id)


def _listed(row: AnyRow, registered: list[tuple[str, datetime]], now: datetime) -> Listed:
    own = {name: getattr(row, name) for name in Listed.__dataclass_fields__ if name in row._fields}
    return Listed(**own | {"status": status_of(row, now), "created_by": row.issuer, "registered": registered})
