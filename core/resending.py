"""Sending an invitation again: a fresh link with a fresh life, whatever its kind."""

import uuid
from dataclasses import dataclass

from core import coaches, invitations, mail, roles, teams
from core.errors import AboveOwnRole
from core.invitations import Issued
from core.sessions import SignedIn
from core.unit import Unit


@dataclass(frozen=True)
class Resent:
    """`email` is whom it was mailed to, None for a link that anybody may use."""

    kind: str
    email: str | None
    link: Issued


def resend(unit: Unit, me: SignedIn, invitation_id: uuid.UUID) -> Resent:
    """Replace the link of an invitation that is not used up, also of an expired or revoked one; a personal one is
    mailed again. NotFound; AboveOwnRole when it holds out a role above what I hold; AlreadyMember when it was used."""
    invitation = invitations.get(unit.look, invitation_id)
    if not all(roles.may_grant(me.roles, role) for role in invitation.roles):
        raise AboveOwnRole
    link = invitations.renew(unit, invitation)
    if letter := _LETTERS.get(invitation.kind):
        mail.post(unit, letter(str(link.id)), to=invitation.email)
    return Resent(invitation.kind, invitation.email, link)


_LETTERS: dict[str, type[mail.CoachInvited] | type[mail.TeamInvited]] = {
    coaches.KIND: mail.CoachInvited,
    teams.KIND: mail.TeamInvited,
}
