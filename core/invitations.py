"""Every invitation that carries a secret: issued, renewed, found and revoked by these few functions. core/claims.py
spends them."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, or_, select, update

from core import audit, authority, names, roles
from core.errors import AboveOwnRole, AlreadyMember, InvalidInput, NotFound
from core.models import Invitation, InvitationLink
from core.tokens import claim, digest
from core.unit import AnyRow, Look, Unit

GATE = "gate"
"""The kind that lets anybody register who holds it. Others: coaches.KIND, teams.KIND."""

FIRST_ADMIN = "first admin"
"""The note of links that the terminal makes while nobody is an admin: they work only as long as nobody is."""

STATUSES = ("active", "used", "expired", "revoked")
VISITOR = object()
"""The maker of a link, unless another one is named: who asks."""


@dataclass(frozen=True)
class Issued:
    """A fresh link. `secret` is known to nobody but its reader."""

    id: uuid.UUID
    secret: str
    expires_at: datetime | None
    max_uses: int
    language: str | None = None


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
    kind: str = GATE,
    email: str | None = None,
    name: str | None = None,
    roles: Collection[str] = (),
    max_uses: int = 1,
    expires_at: datetime | None = None,
    note: str | None = None,
    language: str | None = None,
) -> Issued:
    """A new invitation for `max_uses` people (0: any number) until `expires_at` (None: no end), for one address only
    if there is an `email`, in a `language` if they are to be spoken to in that. Its roles must be ones that the caller
    was allowed to name."""
    invitation = Invitation(
        id=uuid.uuid4(),
        kind=kind,
        email=email,
        email_key=email and names.address_key(email),
        name=name,
        roles=sorted(set(roles)),
        note=note,
        language=language,
        max_uses=max_uses,
        uses=0,
        created_at=unit.now,
        expires_at=expires_at,
        revoked_at=None,
        revoked_rank=None,
        created_by=unit.visitor.user_id,
    )
    unit.session.add(invitation)
    unit.session.flush()
    _record(unit, "invitation_issued", invitation.id, kind)
    return Issued(invitation.id, add_link(unit, invitation.id), expires_at, max_uses, language)


def add_link(
    unit: Unit,
    invitation_id: uuid.UUID,
    *,
    mailed: bool = False,
    made_by: int | object | None = VISITOR,
    letter_id: uuid.UUID | None = None,
) -> str:
    """Add a secret that opens this invitation beside those that do already: one is shown to who made it, one is
    `mailed` to its address, in the letter of this id. It works as long as its maker, by default who asks, could still
    make it."""
    secret = unit.new_secret()
    maker = unit.visitor.user_id if made_by is VISITOR else made_by
    link = {"digest": digest(secret), "invitation_id": invitation_id, "created_at": unit.now, "letter_id": letter_id}
    unit.session.add(InvitationLink(**link, mailed=mailed, created_by=maker))
    return secret


def add_mailed_link(unit: Unit, invitation_id: uuid.UUID, letter_id: uuid.UUID) -> str:
    """Add the secret that a letter carries, in the name of its maker."""
    hold(unit, invitation_id)
    maker = maker_of(unit.look, invitation_id)
    return add_link(unit, invitation_id, mailed=True, made_by=maker, letter_id=letter_id)


def maker_of(look: Look, invitation_id: uuid.UUID) -> int | None:
    """Return the account that issued or renewed this invitation last; None for the terminal."""
    makers = select(InvitationLink.created_by.label("made_by")).where(*_current(invitation_id))
    found = look(makers.order_by(InvitationLink.created_at.desc()).limit(1))
    return found[0].made_by if found else None


def renew(unit: Unit, rank: int, invitation: AnyRow, **changed: Any) -> Issued:
    """Give an invitation that is not used up a fresh link and a fresh life (one without end stays without), also when
    it has expired or was revoked, with what has `changed` of its roles, name or language. All earlier links answer
    that they were replaced. Who issued it first stays on record; the link remembers who renewed it.

    Raises AlreadyMember when it was used up, be it a moment ago; AboveOwnRole when a higher `rank` revoked it.
    """
    allowed = or_(Invitation.revoked_rank.is_(None), Invitation.revoked_rank <= rank)
    end = ending(unit) if invitation.expires_at else None
    fresh = {"expires_at": end, "revoked_at": None, "revoked_rank": None, **changed}
    if claim(unit, Invitation, Invitation.id == invitation.id, ~_is_used(), allowed, spend=fresh) is None:
        left = unit.session.execute(select(Invitation.id).where(Invitation.id == invitation.id, ~_is_used())).first()
        raise AboveOwnRole if left else AlreadyMember
    unit.session.execute(update(InvitationLink).where(*_current(invitation.id)).values(replaced_at=unit.now))
    _record(unit, "invitation_renewed", invitation.id, invitation.kind)
    language = changed.get("language", invitation.language)
    return Issued(invitation.id, add_link(unit, invitation.id), end, invitation.max_uses, language)


def get(look: Look, invitation_id: uuid.UUID, kind: str | None = None) -> AnyRow:
    """The invitation with this id, of this kind if given, in whatever state; NotFound when there is none."""
    found = look(_all(kind).where(Invitation.id == invitation_id))
    if not found:
        raise NotFound
    return found[0]


def hold(unit: Unit, invitation_id: uuid.UUID) -> AnyRow:
    """Lock an invitation that is there until the unit ends, and return it as it is then."""
    locked = _all(None).where(Invitation.id == invitation_id).with_for_update(key_share=True)
    return unit.execute(locked).one()


def find_unused(look: Look, kind: str, email: str) -> AnyRow | None:
    """The personal invitation of this kind that this address has not used yet, whether it still lives or not."""
    key = names.address_key(email)
    theirs = _all(kind).where(Invitation.email_key == key, ~_is_used()).order_by(Invitation.created_at.desc())
    return next(iter(look(theirs.limit(1))), None)


def revoke(unit: Unit, invitation_id: uuid.UUID, kind: str | None = None, *, rank: int = roles.TERMINAL_RANK) -> None:
    """End an invitation at once; nobody below this `rank` renews it. Revoking twice changes nothing. Raises NotFound
    when there is none of this id and kind."""
    invitation = get(unit.look, invitation_id, kind)
    end(unit, [invitation], rank)


def end(unit: Unit, found: Sequence[AnyRow], rank: int) -> None:
    """Revoke those of these invitations that are not revoked yet. Nobody below this `rank` renews any of them."""
    ids = {row.id for row in found}
    if not ids:
        return
    unit.session.execute(
        select(Invitation.id).where(Invitation.id.in_(ids)).order_by(Invitation.id).with_for_update(key_share=True)
    )
    living = update(Invitation).where(Invitation.id.in_(ids), Invitation.revoked_at.is_(None))
    ended = living.values(revoked_at=unit.now, revoked_rank=rank).returning(Invitation.id, Invitation.kind)
    for each in unit.session.execute(ended).all():
        _record(unit, "invitation_revoked", each.id, each.kind)
    lower = or_(Invitation.revoked_rank.is_(None), Invitation.revoked_rank < rank)
    unit.session.execute(update(Invitation).where(Invitation.id.in_(ids), lower).values(revoked_rank=rank))


def revoke_first_admin(unit: Unit) -> None:
    """End every living link that the terminal made for the first admin. Locks the team, before any account."""
    authority.hold_team(unit)
    offered = update(Invitation).where(Invitation.created_by.is_(None), Invitation.note == FIRST_ADMIN)
    unit.session.execute(offered.where(is_status("active", unit.now)).values(revoked_at=unit.now))


def status_of(row: AnyRow, now: datetime) -> str:
    """One of STATUSES; the same order of precedence as is_status()."""
    if row.revoked_at is not None:
        return "revoked"
    if row.max_uses and row.uses >= row.max_uses:
        return "used"
    if row.expires_at is not None and row.expires_at <= now:
        return "expired"
    return "active"


def is_status(status: str, now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The condition under which an invitation has this status."""
    revoked = Invitation.revoked_at.is_not(None)
    expired = and_(Invitation.expires_at.is_not(None), Invitation.expires_at <= now)
    return {
        "revoked": revoked,
        "used": and_(~revoked, _is_used()),
        "expired": and_(~revoked, ~_is_used(), expired),
        "active": and_(~revoked, or_(Invitation.max_uses == 0, Invitation.uses < Invitation.max_uses), ~expired),
    }[status]


def _is_used() -> ColumnElement[bool]:
    return and_(Invitation.max_uses > 0, Invitation.uses >= Invitation.max_uses)


def _all(kind: str | None) -> Select[*tuple[Any, ...]]:
    everything = select(*Invitation.__table__.columns)
    return everything.where(Invitation.kind == kind) if kind else everything


def _current(invitation_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    return InvitationLink.invitation_id == invitation_id, InvitationLink.replaced_at.is_(None)


def _record(unit: Unit, event: str, invitation_id: uuid.UUID, kind: str) -> None:
    audit.record(unit, event, user_id=unit.visitor.user_id, invitation=str(invitation_id), kind=kind)
