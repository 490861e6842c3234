"""What a link opens, and the one statement that spends it."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, and_, bindparam, exists, func, insert, select
from sqlalchemy.exc import IntegrityError

from core import authority, names, roles
from core.errors import AlreadyMember, InviteDead, InviteOtherAddress
from core.invitations import FIRST_ADMIN, is_status, status_of
from core.models import Invitation, InvitationLink, InvitationUse
from core.models.base import UtcDateTime, named
from core.tokens import claiming, digest
from core.unit import AnyRow, Look, Unit

_BEHIND_LINK = (
    select(
        *Invitation.__table__.columns,
        *named(InvitationLink, "digest", "mailed", "replaced_at"),
        InvitationLink.created_by.label("made_by"),
        authority.rank_of(InvitationLink.created_by).label("maker_rank"),
    )
    .join(InvitationLink)
    .where(InvitationLink.digest == bindparam("digest"))
    .execution_options(prepared="behind_link")
)


@dataclass(frozen=True)
class Claimed:
    """A use that was spent: the link, and the accounts of who made it (None: the terminal) and of who takes it (None: a
    new one), locked until the unit ends."""

    link: AnyRow
    maker: authority.Account | None
    holder: authority.Account | None


def peek(look: Look, secret: str, now: datetime, *, kinds: Collection[str] | None = None) -> AnyRow:
    """Return the living invitation behind `secret`, of one of these `kinds` if given, with its link (`digest`,
    `mailed`, `made_by`). Changes nothing, however often. Raises InviteDead, whose code tells the holder of the link
    why, and nothing to anybody else."""
    return _peek(look, digest(secret), now, kinds)


def _peek(look: Look, link_digest: str, now: datetime, kinds: Collection[str] | None = None) -> AnyRow:
    found = look(_BEHIND_LINK, {"digest": link_digest})
    if not found or (kinds and found[0].kind not in kinds):
        raise InviteDead
    if found[0].replaced_at is not None:
        raise InviteDead("invite_replaced")
    if status_of(found[0], now) != "active":
        raise InviteDead(f"invite_{status_of(found[0], now)}")
    if found[0].made_by is not None and (found[0].maker_rank or 0) < rank_needed(found[0]):
        raise InviteDead("invite_revoked")
    return found[0]


def rank_needed(invitation: AnyRow, holder: authority.Account | None = None) -> int:
    """Return the rank that it takes to hold out this invitation: that of its roles, at least an admin's, and that of
    the account that it is personal to."""
    own = holder.rank if holder and invitation.email_key == holder.email_key else 0
    return max(roles.rank_to_give(invitation.roles), own)


def check_address(invitation: AnyRow, email: str | None) -> None:
    """Refuse with InviteOtherAddress a personal invitation for another address than `email` (None: nobody's yet)."""
    if email is not None and invitation.email_key not in {None, names.address_key(email)}:
        raise InviteOtherAddress(invited=names.masked(invitation.email), present=email)


def claim(unit: Unit, link: AnyRow, holder_id: int | None = None) -> Claimed:
    """Spend one use of the invitation behind a link that was peeked at, in the transaction of what it buys, for the
    account `holder_id` if there is one.

    One statement decides, on locked rows: the invitation lives and has a use left, this link was not replaced, and its
    maker could still make it. Raises InviteDead.
    """
    if link.made_by is None and link.note == FIRST_ADMIN:
        authority.hold_team(unit)
    accounts = authority.hold(unit, link.made_by, holder_id)
    maker, holder = accounts.get(link.made_by), accounts.get(holder_id)
    unit.execute(_LOCKED, {"invitation_id": link.id})
    needed = rank_needed(link, holder)
    asked = {"invitation_id": link.id, "digest": link.digest, "now": unit.now, "needed": needed}
    if unit.execute(_CLAIMED, asked).one_or_none() is None:
        _peek(unit.look, link.digest, unit.now)
        # Alive as far as anybody else sees it: its maker ranks below who takes it, or the last use was taken just now.
        raise InviteDead("invite_revoked" if needed > rank_needed(link) else "invite_used")
    return Claimed(link, maker, holder)


def note_use(unit: Unit, link: AnyRow, user_id: int) -> None:
    """Remember who came in through an invitation that was just claimed, and by which link. Raises AlreadyMember when
    they have before, be it a moment ago in another browser."""
    used = {"invitation_id": link.id, "user_id": user_id, "used_at": unit.now, "link_digest": link.digest}
    try:
        unit.execute(_USED, used)
    except IntegrityError as error:
        raise AlreadyMember from error


def was_used_by(look: Look, invitation_id: uuid.UUID, user_id: int) -> bool:
    """Whether this account came in through this invitation."""
    used = select(InvitationUse.user_id).where(InvitationUse.invitation_id == invitation_id)
    return bool(look(used.where(InvitationUse.user_id == user_id)))


_LOCKED = (
    select(Invitation.id)
    .where(Invitation.id == bindparam("invitation_id"))
    .with_for_update(key_share=True)
    .execution_options(prepared="invitation_locked")
)
"""An UPDATE that had to wait for this row would look at all others as they were before."""

_HAS_ADMIN = exists(authority.holding(roles.ADMINS))
_NOTED_FIRST_ADMIN = func.coalesce(Invitation.note, "") == FIRST_ADMIN
_CLAIMED = claiming(
    Invitation,
    Invitation.id == bindparam("invitation_id"),
    is_status("active", bindparam("now", type_=UtcDateTime)),
    exists().where(
        InvitationLink.digest == bindparam("digest"),
        InvitationLink.invitation_id == Invitation.id,
        InvitationLink.replaced_at.is_(None),
        authority.may_still(InvitationLink.created_by, bindparam("needed", type_=Integer)),
    ),
    ~and_(Invitation.created_by.is_(None), _NOTED_FIRST_ADMIN, _HAS_ADMIN),
    spend={"uses": Invitation.uses + 1},
).execution_options(prepared="invitation_claimed")
_USED = insert(InvitationUse).execution_options(prepared="invitation_used")
