"""Sending an invitation again, a fresh link with a fresh life whatever its kind, and taking it back: by those who could
have issued it."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select

from core import authority, claims, coaches, granting, invitations, mail, roles, teams
from core.errors import AboveOwnRole
from core.invitations import Issued
from core.models import Invitation
from core.sessions import SignedIn
from core.unit import Unit


class Held(Protocol):
    """What is to be known of an invitation here: a row, or an entry of the trail."""

    @property
    def roles(self) -> Sequence[str]: ...

    @property
    def max_uses(self) -> int: ...

    @property
    def uses(self) -> int: ...

    @property
    def revoked_rank(self) -> int | None: ...


@dataclass(frozen=True)
class Resent:
    """`email` is whom it was mailed to, None for a link that anybody may use; `left` how many (0: any number)."""

    kind: str
    email: str | None
    roles: Sequence[str]
    note: str | None
    left: int
    link: Issued


def resend(unit: Unit, me: SignedIn, invitation_id: uuid.UUID, kind: str | None = None) -> Resent:
    """Replace the link of an invitation that is not used up, also of an expired or revoked one; a personal one is
    mailed again. Raises NotFound, also for one of another `kind`; AlreadyMember when it was used; AboveOwnRole when it
    holds out a role above what I hold, is for an account that ranks above me, or was revoked by a higher rank."""
    found = invitations.get(unit.look, invitation_id, kind)
    rank, accounts = authority.act_as_admin(unit, me, *authority.holders_of(unit.look, found.email))
    invitation = invitations.hold(unit, invitation_id)
    invited = authority.with_address(accounts, invitation.email_key)
    authority.check_rank(rank, claims.rank_needed(invitation, invited))
    if granting.taken_above(unit.look, invited.id if invited else None, rank).intersection(invitation.roles):
        raise AboveOwnRole
    link = invitations.renew(unit, rank, invitation)
    if letter := _LETTERS.get(invitation.kind):
        mail.post(unit, letter(str(link.id)), to=invitation.email, language=link.language)
    left = invitation.max_uses and invitation.max_uses - invitation.uses
    return Resent(invitation.kind, invitation.email, invitation.roles, invitation.note, left, link)


def revoke(unit: Unit, me: SignedIn, invitation_id: uuid.UUID, kind: str | None = None) -> None:
    """End an invitation at once. Raises NotFound, also for one of another `kind`; AboveOwnRole when it holds out a role
    above what I hold."""
    rank, _ = authority.act_as_admin(unit, me)
    invitations.get(unit.look, invitation_id, kind)
    authority.check_rank(rank, claims.rank_needed(invitations.hold(unit, invitation_id)))
    invitations.revoke(unit, invitation_id, kind, rank=rank)


def may_revoke(me: SignedIn, invitation: Held) -> bool:
    """Whether an invitation is mine to change."""
    return all(roles.may_grant(me.roles, role) for role in invitation.roles)


def may_resend(me: SignedIn, invitation: Held) -> bool:
    """Whether it is mine to change, not used up, and not revoked by a higher rank."""
    revoked_above = (invitation.revoked_rank or 0) > roles.rank(me.roles)
    return may_revoke(me, invitation) and not revoked_above and not 0 < invitation.max_uses <= invitation.uses


def find_resendable(unit: Unit, me: SignedIn, keys: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these invitations that I may send again."""
    found = unit.look(select(*Invitation.__table__.columns).where(Invitation.id.in_(keys))) if keys else ()
    return {row.id for row in found if may_resend(me, row)}


_LETTERS: dict[str, type[mail.CoachInvited] | type[mail.TeamInvited]] = {
    coaches.KIND: mail.CoachInvited,
    teams.KIND: mail.TeamInvited,
}
