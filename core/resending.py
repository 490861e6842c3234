"""Sending an invitation again, a fresh link with a fresh life whatever its kind, and taking it back: by those who could
have issued it."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select

from core import coaches, invitations, mail, roles, teams
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


@dataclass(frozen=True)
class Resent:
    """`email` is whom it was mailed to, None for a link that anybody may use; `left` how many (0: any number)."""

    kind: str
    email: str | None
    roles: Sequence[str]
    note: str | None
    left: int
    link: Issued


def resend(unit: Unit, me: SignedIn, invitation_id: uuid.UUID) -> Resent:
    """Replace the link of an invitation that is not used up, also of an expired or revoked one; a personal one is
    mailed again. NotFound; AboveOwnRole when it holds out a role above what I hold; AlreadyMember when it was used."""
    invitation = invitations.get(unit.look, invitation_id)
    if not may_revoke(me, invitation):
        raise AboveOwnRole
    link = invitations.renew(unit, invitation)
    if letter := _LETTERS.get(invitation.kind):
        mail.post(unit, letter(str(link.id)), to=invitation.email, language=link.language)
    left = invitation.max_uses and invitation.max_uses - invitation.uses
    return Resent(invitation.kind, invitation.email, invitation.roles, invitation.note, left, link)


def revoke(unit: Unit, me: SignedIn, invitation_id: uuid.UUID) -> None:
    """End an invitation at once. NotFound; AboveOwnRole when it holds out a role above what I hold."""
    if not may_revoke(me, invitations.get(unit.look, invitation_id)):
        raise AboveOwnRole
    invitations.revoke(unit, invitation_id)


def may_revoke(me: SignedIn, invitation: Held) -> bool:
    """Whether an invitation is mine to change."""
    return all(roles.may_grant(me.roles, role) for role in invitation.roles)


def may_resend(me: SignedIn, invitation: Held) -> bool:
    """Whether it is mine to change, and not used up."""
    return may_revoke(me, invitation) and not 0 < invitation.max_uses <= invitation.uses


def find_resendable(unit: Unit, me: SignedIn, keys: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these invitations that I may send again."""
    found = unit.look(select(*Invitation.__table__.columns).where(Invitation.id.in_(keys))) if keys else ()
    return {row.id for row in found if may_resend(me, row)}


_LETTERS: dict[str, type[mail.CoachInvited] | type[mail.TeamInvited]] = {
    coaches.KIND: mail.CoachInvited,
    teams.KIND: mail.TeamInvited,
}
