"""Every invitation that carries a secret: issued, looked at, spent, revoked by these few functions."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, tuple_, update

from core import audit
from core.errors import InvalidInput, InviteDead, NotFound
from core.models import Invitation, InvitationUse, User
from core.tokens import claim as claim_row
from core.tokens import digest
from core.unit import AnyRow, Look, Unit

GATE = "gate"
"""The kind that lets anybody register who holds it."""


@dataclass(frozen=True)
class Issued:
    """A fresh invitation. `secret` is known to nobody but its reader."""

    id: uuid.UUID
    secret: str
    expires_at: datetime | None
    max_uses: int


@dataclass(frozen=True)
class Listed:
    """An invitation as its issuers see it."""

    id: uuid.UUID
    kind: str
    status: str
    roles: list[str]
    note: str | None
    max_uses: int
    uses: int
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    created_by: str | None
    registered: list[tuple[str, datetime]]


def ending(unit: Unit, *, at: datetime | None = None, seconds: int | None = None) -> datetime:
    """When an invitation ends that is asked to end `at` a moment or after so many `seconds`; else it lives
    `policy.invite_life`. Refuses (InvalidInput) a moment that is past or further away than `policy.invite_life_max`."""
    if at is None:
        return unit.now + (timedelta(seconds=seconds) if seconds else unit.policy.invite_life)
    if at <= unit.now:
        raise InvalidInput({"expires_at": ["in_the_past"]})
    if at > unit.now + unit.policy.invite_life_max:
        raise InvalidInput({"expires_at": ["too_far_away"]})
    return at


def issue(
    unit: Unit,
    *,
    roles: Collection[str] = (),
    max_uses: int = 1,
    expires_at: datetime | None = None,
    note: str | None = None,
) -> Issued:
    """A new invitation for `max_uses` people (0: any number) until `expires_at` (None: no end). Its roles must be
    ones that the caller was allowed to name."""
    secret = unit.new_secret()
    invitation = Invitation(
        id=uuid.uuid4(),
        kind=GATE,
        digest=digest(secret),
        roles=sorted(set(roles)),
        note=note,
        max_uses=max_uses,
        uses=0,
        created_at=unit.now,
        expires_at=expires_at,
        revoked_at=None,
        created_by=unit.visitor.user_id,
    )
    unit.session.add(invitation)
    audit.record(unit, "invitation_issued", user_id=unit.visitor.user_id, invitation=str(invitation.id))
    return Issued(invitation.id, secret, expires_at, max_uses)


def peek(look: Look, secret: str, now: datetime) -> AnyRow:
    """The living invitation behind `secret`; changes nothing, however often. Refuses with InviteDead, whose code says
    why to whoever holds the link and nothing to anybody else."""
    found = look(select(*Invitation.__table__.columns).where(Invitation.digest == digest(secret)))
    if not found or _status(found[0], now) != "active":
        raise _dead(found, now)
    return found[0]


def claim(unit: Unit, invitation_id: uuid.UUID) -> AnyRow:
    """Spend one use, in the transaction of what it buys. Refuses with InviteDead when none is left by now."""
    row = claim_row(
        unit, Invitation, Invitation.id == invitation_id, _is("active", unit.now), spend={"uses": Invitation.uses + 1}
    )
    if row is None:
        lost = select(*Invitation.__table__.columns).where(Invitation.id == invitation_id)
        raise _dead(unit.look(lost), unit.now)
    return row


def note_use(unit: Unit, invitation_id: uuid.UUID, user_id: int) -> None:
    """Remember who came in through an invitation that was just claimed."""
    unit.session.add(InvitationUse(invitation_id=invitation_id, user_id=user_id, used_at=unit.now))


def revoke(unit: Unit, invitation_id: uuid.UUID) -> None:
    """End an invitation at once. Revoking twice changes nothing; NotFound when there is none of this id."""
    ours = update(Invitation).where(Invitation.id == invitation_id, Invitation.revoked_at.is_(None))
    if unit.session.execute(ours.values(revoked_at=unit.now).returning(Invitation.id)).all():
        audit.record(unit, "invitation_revoked", user_id=unit.visitor.user_id, invitation=str(invitation_id))
    elif unit.session.get(Invitation, invitation_id) is None:
        raise NotFound


def revoke_all_by(unit: Unit, user_id: int) -> int:
    """End every living invitation that this person issued. Returns how many."""
    theirs = update(Invitation).where(Invitation.created_by == user_id, _is("active", unit.now))
    return len(unit.session.execute(theirs.values(revoked_at=unit.now).returning(Invitation.id)).all())


def revoke_noted(unit: Unit, note: str) -> None:
    """End every living invitation with this note that nobody signed in issued."""
    ours = update(Invitation).where(Invitation.created_by.is_(None), Invitation.note == note)
    unit.session.execute(ours.where(_is("active", unit.now)).values(revoked_at=unit.now))


def list_issued(
    unit: Unit, *, status: str | None = None, after: tuple[datetime, uuid.UUID] | None = None, limit: int = 50
) -> list[Listed]:
    """Up to `limit` invitations, newest first, of one status if given, those behind the place `after` in that order."""
    query = select(*Invitation.__table__.columns, User.login.label("issuer"))
    query = query.outerjoin(User, User.id == Invitation.created_by)
    if status:
        query = query.where(_is(status, unit.now))
    if after:
        query = query.where(tuple_(Invitation.created_at, Invitation.id) < after)
    newest_first = query.order_by(Invitation.created_at.desc(), Invitation.id.desc()).limit(limit)
    return _with_people(unit, unit.look(newest_first))


def _with_people(unit: Unit, rows: Collection[AnyRow]) -> list[Listed]:
    used = select(InvitationUse.invitation_id, User.login.label("login"), InvitationUse.used_at).join(User)
    used = used.where(InvitationUse.invitation_id.in_([row.id for row in rows])).order_by(InvitationUse.used_at)
    people: dict[uuid.UUID, list[tuple[str, datetime]]] = {row.id: [] for row in rows}
    for each in unit.look(used) if rows else ():
        people[each.invitation_id].append((each.login, each.used_at))
    return [
        Listed(
            id=row.id,
            kind=row.kind,
            status=_status(row, unit.now),
            roles=row.roles,
            note=row.note,
            max_uses=row.max_uses,
            uses=row.uses,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            created_by=row.issuer,
            registered=people[row.id],
        )
        for row in rows
    ]


STATUSES = ("active", "used", "expired", "revoked")


def _status(row: AnyRow, now: datetime) -> str:
    """The same order of precedence as _is()."""
    if row.revoked_at is not None:
        return "revoked"
    if row.max_uses and row.uses >= row.max_uses:
        return "used"
    if row.expires_at is not None and row.expires_at <= now:
        return "expired"
    return "active"


def _is(status: str, now: datetime) -> ColumnElement[bool]:
    revoked = Invitation.revoked_at.is_not(None)
    used = and_(Invitation.max_uses > 0, Invitation.uses >= Invitation.max_uses)
    expired = and_(Invitation.expires_at.is_not(None), Invitation.expires_at <= now)
    return {
        "revoked": revoked,
        "used": and_(~revoked, used),
        "expired": and_(~revoked, ~used, expired),
        "active": and_(~revoked, or_(Invitation.max_uses == 0, Invitation.uses < Invitation.max_uses), ~expired),
    }[status]


def _dead(found: Sequence[AnyRow], now: datetime) -> InviteDead:
    """Why it admits nobody. "used" also when the last use was taken a moment ago by somebody not yet committed."""
    if not found:
        return InviteDead()
    status = _status(found[0], now)
    return InviteDead("invite_used" if status == "active" else f"invite_{status}")
