"""Every invitation that carries a secret: issued, looked at, spent, renewed, revoked by these few functions."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from core import audit, names
from core.errors import AlreadyMember, InvalidInput, InviteDead, InviteOtherAddress, NotFound
from core.models import Invitation, InvitationLink, InvitationUse
from core.models.base import UtcDateTime
from core.tokens import claim as claim_row
from core.tokens import claiming, digest
from core.unit import AnyRow, Look, Unit

GATE = "gate"
"""The kind that lets anybody register who holds it. Others: coaches.KIND, teams.KIND."""

_BEHIND_LINK = (
    select(*Invitation.__table__.columns, InvitationLink.replaced_at)
    .join(InvitationLink)
    .where(InvitationLink.digest == bindparam("digest"))
    .execution_options(prepared="behind_link")
)

STATUSES = ("active", "used", "expired", "revoked")


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
        email_key=email and names.canonical(email),
        name=name,
        roles=sorted(set(roles)),
        note=note,
        language=language,
        max_uses=max_uses,
        uses=0,
        created_at=unit.now,
        expires_at=expires_at,
        revoked_at=None,
        created_by=unit.visitor.user_id,
    )
    unit.session.add(invitation)
    unit.session.flush()
    _record(unit, "invitation_issued", invitation.id, kind)
    return Issued(invitation.id, add_link(unit, invitation.id), expires_at, max_uses, language)


def add_link(unit: Unit, invitation_id: uuid.UUID, *, letter_id: uuid.UUID | None = None) -> str:
    """One more secret that opens this invitation, beside those that do already: a mailed link and one on screen."""
    secret = unit.new_secret()
    about = {"invitation_id": invitation_id, "created_at": unit.now, "letter_id": letter_id}
    unit.session.add(InvitationLink(digest=digest(secret), **about))
    return secret


def renew(unit: Unit, invitation: AnyRow, **changed: Any) -> Issued:
    """A fresh link and a fresh life (one without end stays without) for an invitation that is not used up, also when it
    has expired or was revoked, with what has `changed` of its roles, name or language. All earlier links answer
    that they were replaced. AlreadyMember when it was used up, be it a moment ago."""
    unused = (Invitation.id == invitation.id, ~_is_used())
    end = ending(unit) if invitation.expires_at else None
    fresh = {"expires_at": end, "revoked_at": None, "created_by": unit.visitor.user_id, **changed}
    if claim_row(unit, Invitation, *unused, spend=fresh) is None:
        raise AlreadyMember
    living = (InvitationLink.invitation_id == invitation.id, InvitationLink.replaced_at.is_(None))
    unit.session.execute(update(InvitationLink).where(*living).values(replaced_at=unit.now))
    _record(unit, "invitation_renewed", invitation.id, invitation.kind)
    language = changed.get("language", invitation.language)
    return Issued(invitation.id, add_link(unit, invitation.id), end, invitation.max_uses, language)


def peek(look: Look, secret: str, now: datetime, *, kinds: Collection[str] | None = None) -> AnyRow:
    """The living invitation behind `secret`, of one of these `kinds` if given; changes nothing, however often.
    Refuses with InviteDead, whose code says why to whoever holds the link and nothing to anybody else."""
    found = look(_BEHIND_LINK, {"digest": digest(secret)})
    if not found or (kinds and found[0].kind not in kinds):
        raise InviteDead
    if found[0].replaced_at is not None:
        raise InviteDead("invite_replaced")
    if status_of(found[0], now) != "active":
        raise _dead(found, now)
    return found[0]


def check_address(invitation: AnyRow, email: str | None) -> None:
    """Refuse with InviteOtherAddress a personal invitation for another address than `email` (None: nobody's yet)."""
    if email is not None and invitation.email_key not in {None, names.canonical(email)}:
        raise InviteOtherAddress(invited=names.masked(invitation.email), present=email)


def claim(unit: Unit, invitation_id: uuid.UUID) -> AnyRow:
    """Spend one use, in the transaction of what it buys. Refuses with InviteDead when none is left by now."""
    row = unit.execute(_CLAIMED, {"invitation_id": invitation_id, "now": unit.now}).one_or_none()
    if row is None:
        lost = select(*Invitation.__table__.columns).where(Invitation.id == invitation_id)
        raise _dead(unit.look(lost), unit.now)
    return row


def note_use(unit: Unit, invitation_id: uuid.UUID, user_id: int) -> None:
    """Remember who came in through an invitation that was just claimed. AlreadyMember when they have before, be it a
    moment ago in another browser."""
    try:
        unit.execute(_USED, {"invitation_id": invitation_id, "user_id": user_id, "used_at": unit.now})
    except IntegrityError as error:
        raise AlreadyMember from error


def was_used_by(look: Look, invitation_id: uuid.UUID, user_id: int) -> bool:
    """Whether this account came in through this invitation."""
    used = select(InvitationUse.user_id).where(InvitationUse.invitation_id == invitation_id)
    return bool(look(used.where(InvitationUse.user_id == user_id)))


def get(look: Look, invitation_id: uuid.UUID, kind: str | None = None) -> AnyRow:
    """The invitation with this id, of this kind if given, in whatever state; NotFound when there is none."""
    found = look(_all(kind).where(Invitation.id == invitation_id))
    if not found:
        raise NotFound
    return found[0]


def find_unused(look: Look, kind: str, email: str) -> AnyRow | None:
    """The personal invitation of this kind that this address has not used yet, whether it still lives or not."""
    key = names.canonical(email)
    theirs = _all(kind).where(Invitation.email_key == key, ~_is_used()).order_by(Invitation.created_at.desc())
    return next(iter(look(theirs.limit(1))), None)


def revoke(unit: Unit, invitation_id: uuid.UUID, kind: str | None = None) -> None:
    """End an invitation at once. Revoking twice changes nothing; NotFound when there is none of this id and kind."""
    invitation = get(unit.look, invitation_id, kind)
    ours = update(Invitation).where(Invitation.id == invitation_id, Invitation.revoked_at.is_(None))
    if unit.session.execute(ours.values(revoked_at=unit.now).returning(Invitation.id)).all():
        _record(unit, "invitation_revoked", invitation_id, invitation.kind)


def revoke_all_by(unit: Unit, user_id: int) -> int:
    """End every living invitation that this person issued. Returns how many."""
    theirs = update(Invitation).where(Invitation.created_by == user_id, is_status("active", unit.now))
    ended = theirs.values(revoked_at=unit.now).returning(Invitation.id, Invitation.kind)
    revoked = unit.session.execute(ended).all()
    for each in revoked:
        _record(unit, "invitation_revoked", each.id, each.kind)
    return len(revoked)


def revoke_noted(unit: Unit, note: str) -> None:
    """End every living invitation with this note that nobody signed in issued."""
    ours = update(Invitation).where(Invitation.created_by.is_(None), Invitation.note == note)
    unit.session.execute(ours.where(is_status("active", unit.now)).values(revoked_at=unit.now))


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


_CLAIMED = claiming(
    Invitation,
    Invitation.id == bindparam("invitation_id"),
    is_status("active", bindparam("now", type_=UtcDateTime)),
    spend={"uses": Invitation.uses + 1},
).execution_options(prepared="invitation_claimed")
_USED = insert(InvitationUse).execution_options(prepared="invitation_used")


def _all(kind: str | None) -> Select[*tuple[Any, ...]]:
    everything = select(*Invitation.__table__.columns)
    return everything.where(Invitation.kind == kind) if kind else everything


def _dead(found: Sequence[AnyRow], now: datetime) -> InviteDead:
    """Why it admits nobody. "used" also when the last use was taken a moment ago by somebody not yet committed."""
    if not found:
        return InviteDead()
    status = status_of(found[0], now)
    return InviteDead("invite_used" if status == "active" else f"invite_{status}")


def _record(unit: Unit, event: str, invitation_id: uuid.UUID, kind: str) -> None:
    audit.record(unit, event, user_id=unit.visitor.user_id, invitation=str(invitation_id), kind=kind)
