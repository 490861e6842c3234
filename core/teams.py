"""The team: invited in bulk by magic link, let in with a link and nothing else, asked for a password at once."""

import secrets
import string
import uuid
from dataclasses import dataclass

from sqlalchemy import select, update

from core import audit, invitations, logins, mail, names, roles, users
from core.errors import AboveOwnRole, AlreadyMember, InviteDead, NameTaken
from core.invitations import Issued
from core.models import Role, Team, TeamMember, User, UserRole
from core.sessions import SignedIn
from core.unit import AnyRow, Look, Unit

KIND = "team"
ROLES = ("admin", "super_admin", "owner", "dev", "designer")
PASSWORD_LENGTH = 16


@dataclass(frozen=True)
class Verdict:
    """What became of one address: invited, reinvited, already_member, or invalid for a reason, a code; `link` is for
    where there is no mail."""

    outcome: str
    link: Issued | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Accepted:
    """A place taken. `login_secret` signs in once, shortly."""

    login_secret: str
    account_created: bool


def invite(unit: Unit, me: SignedIn, email: str, role: str, language: str | None = None) -> Verdict:
    """Ask one address to join the team in this role, in a `language` if they are to be spoken to in that; asked again,
    the old link ends. AboveOwnRole when the role is above what I hold."""
    if not roles.may_grant(me.roles, role):
        raise AboveOwnRole
    _one_at_a_time(unit)
    waiting = invitations.find_unused(unit.look, KIND, email)
    if _is_member(unit.look, email):
        return Verdict("already_member")
    if waiting and not _is_mine_to_change(me, waiting):
        return Verdict("invalid", reason="asked_from_above")
    try:
        link = _ask_again(unit, waiting, role, language) if waiting else _ask(unit, email, role, language)
    except AlreadyMember:  # accepted at this very moment
        return Verdict("already_member")
    mail.post(unit, mail.TeamInvited(str(link.id)), to=email, language=link.language)
    return Verdict("reinvited" if waiting else "invited", link)


def revoke(unit: Unit, me: SignedIn, invitation_id: uuid.UUID) -> None:
    """End an invitation at once. NotFound; AboveOwnRole when it holds out a role above what I hold."""
    if not _is_mine_to_change(me, invitations.get(unit.look, invitation_id, KIND)):
        raise AboveOwnRole
    invitations.revoke(unit, invitation_id, KIND)


def resend(unit: Unit, me: SignedIn, invitation_id: uuid.UUID) -> tuple[str, Issued]:
    """Replace the link of an invitation and mail it again, to the address that is returned with it. NotFound,
    AboveOwnRole; AlreadyMember when it was used."""
    invitation = invitations.get(unit.look, invitation_id, KIND)
    if not _is_mine_to_change(me, invitation):
        raise AboveOwnRole
    link = invitations.renew(unit, invitation)
    mail.post(unit, mail.TeamInvited(str(link.id)), to=invitation.email, language=link.language)
    return invitation.email, link


def accept(unit: Unit, secret: str, me: SignedIn | None) -> Accepted:
    """Take the place that the link holds out, with the account of its address. Where there is none one is made,
    with a random password that nobody sees and that must be replaced; one that exists keeps all it has.

    Refuses dead links (InviteDead), those whose issuer may no longer grant the role, and (InviteOtherAddress) a
    browser in which somebody else is signed in. NameTaken when somebody registers this address at the same moment:
    the next attempt finds their account. Opening a link spends nothing; this does, once.
    """
    invitation = invitations.peek(unit.look, secret, unit.now, kinds=[KIND])
    invitations.check_address(invitation, me.email if me else None)
    _check_issuer(unit, invitation)
    found = users.find_by_email(unit.look, invitation.email)
    if found and not found.is_active:
        raise InviteDead("invite_revoked")
    password_hash = "" if found else unit.hasher.hash(_random_password())
    claimed = invitations.claim(unit, invitation.id)
    user_id = found.id if found else _newcomer(unit, claimed, password_hash)
    audit.record(unit, "invitation_accepted", user_id=user_id, invitation=str(claimed.id))
    users.grant_roles(unit, user_id, claimed.roles)
    _enroll(unit, claimed, user_id)
    return Accepted(logins.issue_login_token(unit, user_id), account_created=found is None)


def _one_at_a_time(unit: Unit) -> None:
    """Whoever invites holds the team until the unit ends: an address has one invitation, and lists of the same
    addresses wait for each other. Accepting does not wait."""
    unit.session.execute(select(Team.id).with_for_update(key_share=True))


def _ask(unit: Unit, email: str, role: str, language: str | None) -> Issued:
    end = invitations.ending(unit)
    return invitations.issue(unit, kind=KIND, email=email, roles=[role], expires_at=end, language=language)


def _ask_again(unit: Unit, waiting: AnyRow, role: str, language: str | None) -> Issued:
    return invitations.renew(unit, waiting, roles=[role], language=language or waiting.language)


def _is_mine_to_change(me: SignedIn, invitation: AnyRow) -> bool:
    return all(roles.may_grant(me.roles, role) for role in invitation.roles)


def _is_member(look: Look, email: str) -> bool:
    member = select(TeamMember.user_id).join(User).where(User.email_key == names.address_key(email))
    return bool(look(member))


def _check_issuer(unit: Unit, invitation: AnyRow) -> None:
    """An invitation grants nothing that its issuer could not grant today."""
    if invitation.created_by is None:
        return
    held = select(Role.name).join(UserRole).join(User, User.id == UserRole.user_id)
    present = [row.name for row in unit.look(held.where(User.id == invitation.created_by, User.is_active))]
    if not all(roles.may_grant(present, role) for role in invitation.roles):
        raise InviteDead("invite_revoked")


def _newcomer(unit: Unit, invitation: AnyRow, password_hash: str) -> int:
    """The login is the address's local part, with digits behind it where somebody has that name."""
    wish = invitation.email.partition("@")[0][: unit.policy.login_max - 7]
    about = {"email": invitation.email, "phone": None, "language": unit.visitor.language(invitation.language)}
    try:
        with unit.session.begin_nested():
            user = users.create(unit, login=wish, password_hash=password_hash, **about)
    except NameTaken as taken:
        if taken.field != "login":
            raise
        other = f"{wish}-{secrets.randbelow(900_000) + 100_000}"
        user = users.create(unit, login=other, password_hash=password_hash, **about)
    unit.session.execute(update(User).where(User.id == user.id).values(must_change_password=True))
    return user.id


def _random_password() -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(PASSWORD_LENGTH))


def _enroll(unit: Unit, invitation: AnyRow, user_id: int) -> None:
    [role] = invitation.roles
    if unit.session.get(TeamMember, user_id) is None:
        team_id = unit.session.scalars(select(Team.id)).one()
        member = TeamMember(team_id=team_id, user_id=user_id, role=role, joined_at=unit.now)
        unit.session.add(member)
    invitations.note_use(unit, invitation.id, user_id)
