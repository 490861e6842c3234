"""The trail of invitations: who was invited by whom, and how it ended."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, tuple_

from core import names
from core.audit import Happened
from core.invitations import is_status, status_of
from core.models import Invitation, InvitationUse, User
from core.models.base import named
from core.unit import AnyRow, Unit


@dataclass(frozen=True)
class Listed:
    """An invitation as its issuers see it; never its secret."""

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


def called(unit: Unit, events: Sequence[Happened]) -> dict[str, str]:
    """What the invitations that events are about go by: an address, else a note; by their ids as events have them."""
    keys = {uuid.UUID(each.details["invitation"]) for each in events if each.details.get("invitation")}
    columns = named(Invitation, "id", "email", "note")
    found = unit.look(select(*columns).where(Invitation.id.in_(keys))) if keys else ()
    return {str(row.id): row.email or row.note for row in found if row.email or row.note}


def _mentions(q: str) -> ColumnElement[bool]:
    key = names.canonical(q)
    typed = (column.icontains(q, autoescape=True) for column in (Invitation.name, Invitation.note))
    folded = (column.contains(key, autoescape=True) for column in (Invitation.email_key, User.login_key))
    return or_(*typed, *folded)


def _with_people(unit: Unit, rows: Sequence[AnyRow]) -> list[Listed]:
    used = select(InvitationUse.invitation_id, User.login.label("login"), InvitationUse.used_at).join(User)
    used = used.where(InvitationUse.invitation_id.in_([row.id for row in rows])).order_by(InvitationUse.used_at)
    people: dict[uuid.UUID, list[tuple[str, datetime]]] = {row.id: [] for row in rows}
    for each in unit.look(used) if rows else ():
        people[each.invitation_id].append((each.login, each.used_at))
    return [_listed(row, people[row.id], unit.now) for row in rows]


def _listed(row: AnyRow, registered: list[tuple[str, datetime]], now: datetime) -> Listed:
    own = {name: getattr(row, name) for name in Listed.__dataclass_fields__ if name in row._fields}
    return Listed(**own | {"status": status_of(row, now), "created_by": row.issuer, "registered": registered})
