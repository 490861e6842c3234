"""The team: invited in bulk by magic link, let in with a link and nothing else, asked for a password at once."""

import secrets
import string
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select, update

from core import addresses, audit, authority, claims, granting, invitations, logins, mail, names, roles, takeover, users
from core.authority import Account
from core.claims import Claimed
from core.errors import AlreadyMember, InviteDead, NameTaken, SignInRequired
from core.invitations import Issued
from core.models import Team, TeamMember, User
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
class Inviting:
    """Who invites to the team: my `rank`, and the locked `accounts` of a whole list."""

    rank: int
    accounts: Mapping[int | None, Account]


@dataclass(frozen=True)
class WayIn:
    """What a link asks of a browser in which nobody is signed in: to `sign_in`, as it was shown and its address has an
    account; or nothing, and it `takes_over`, replacing the password of an account that has not proven the address to
    which the link was mailed."""

    sign_in: bool
    takes_over: bool


@dataclass(frozen=True)
class Accepted:
    """A place taken. `login_secret` signs in once, shortly."""

    login_secret: str
    account_created: bool


def begin_inviting(unit: Unit, me: SignedIn, emails: Collection[str]) -> Inviting:
    """Lock my account and those of all these addresses, and then the team: an address has one invitation, and lists of
    the same addresses wait for each other. Raises Forbidden, NotSignedIn."""
    rank, accounts = authority.act_as_admin(unit, me, *authority.holders_of(unit.look, *emails))
    authority.hold_team(unit)
    return Inviting(rank, accounts)


def invite(unit: Unit, inviting: Inviting, email: str, role: str, language: str | None = None) -> Verdict:
    """Ask one address of the list to join the team in this role, in a `language` if they are to be spoken to in that;
    asked again, the old link ends. Raises AboveOwnRole when the role is above what I hold."""
    rank = inviting.rank
    authority.check_rank(rank, roles.rank_to_give([role]))
    waiting = invitations.find_unused(unit.look, KIND, email)
    account = authority.with_address(inviting.accounts, names.address_key(email))
    if verdict := _not_to_be_asked(unit, rank, account, waiting, role):
        return verdict
    try:
        link = _ask_again(unit, rank, waiting, role, language) if waiting else _ask(unit, email, role, language)
    except AlreadyMember:  # accepted at this very moment
        return Verdict("already_member")
    mail.post(unit, mail.TeamInvited(str(link.id)), to=email, language=link.language)
    return Verdict("reinvited" if waiting else "invited", link)


def accept(unit: Unit, secret: str, me: SignedIn | None) -> Accepted:
    """Take the place that the link holds out, with the account of its address. Where there is none one is made, with a
    random password that nobody sees and that must be replaced.

    An account that exists keeps all it has if this browser is signed in to it, or if the link was mailed and the
    address is proven. If the address is not proven, the holder of the mailed link has shown whose it is: see takeover.
    A link that was shown proves nothing about an account that exists: SignInRequired.

    Refuses dead links (InviteDead), and (InviteOtherAddress) a browser in which somebody else is signed in. NameTaken
    when somebody registers this address at the same moment: the next attempt finds their account. Opening a link spends
    nothing; this does, once.
    """
    link = claims.peek(unit.look, secret, unit.now, kinds=[KIND])
    claims.check_address(link, me.email if me else None)
    found = users.find_by_email(unit.look, link.email)
    if found and not found.is_active:
        raise InviteDead("invite_revoked")
    if found and me is None and not link.mailed:
        claims.peek(unit.look, secret, unit.now, kinds=[KIND])  # whether this very link has just made that account
        raise SignInRequired
    password_hash = "" if found and me else unit.hasher.hash(_random_password())
    claimed = claims.claim(unit, link, found.id if found else None)
    if me:
        authority.act(unit, me)
    if claimed.holder and not claimed.holder.is_active:
        raise InviteDead("invite_revoked")
    if claimed.holder and me is None:
        takeover.let_in(unit, claimed.holder, password_hash)
    user_id = claimed.holder.id if claimed.holder else _newcomer(unit, link, password_hash)
    audit.record(unit, "invitation_accepted", user_id=user_id, invitation=str(link.id))
    _enroll(unit, claimed, user_id)
    if claimed.holder is None:
        addresses.ask_for_proof(unit, user_id)
    return Accepted(logins.issue_login_token(unit, user_id), account_created=found is None)


def way_in(look: Look, link: AnyRow) -> WayIn:
    """Return what this link asks of a browser in which nobody is signed in."""
    found = users.find_by_email(look, link.email)
    return WayIn(
        sign_in=found is not None and not link.mailed,
        takes_over=found is not None and link.mailed and found.email_proven_at is None,
    )


def _ask(unit: Unit, email: str, role: str, language: str | None) -> Issued:
    end = invitations.ending(unit)
    return invitations.issue(unit, kind=KIND, email=email, roles=[role], expires_at=end, language=language)


def _ask_again(unit: Unit, rank: int, waiting: AnyRow, role: str, language: str | None) -> Issued:
    return invitations.renew(unit, rank, waiting, roles=[role], language=language or waiting.language)


def _not_to_be_asked(
    unit: Unit, rank: int, account: Account | None, waiting: AnyRow | None, role: str
) -> Verdict | None:
    """The verdict on an address that must not be asked: in the team is who holds a staff role."""
    taken = granting.taken_above(unit.look, account.id if account else None, rank)
    if account and account.rank > rank:
        return Verdict("invalid", reason="ranks_above")
    if account and not account.is_active:
        return Verdict("invalid", reason="account_closed")
    if account and account.rank:
        return Verdict("already_member")
    if role in taken:
        return Verdict("invalid", reason="taken_from_above")
    if waiting and max(roles.rank_to_give(waiting.roles), waiting.revoked_rank or 0) > rank:
        return Verdict("invalid", reason="asked_from_above")
    return None


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


def _enroll(unit: Unit, claimed: Claimed, user_id: int) -> None:
    link = claimed.link
    [role] = link.roles
    if role not in granting.grant_by_link(unit, user_id, [role], claimed):
        raise InviteDead("invite_revoked")
    if unit.session.get(TeamMember, user_id) is None:
        team_id = unit.session.scalars(select(Team.id)).one()
        member = TeamMember(team_id=team_id, user_id=user_id, role=role, joined_at=unit.now)
        unit.session.add(member)
    claims.note_use(unit, link, user_id)
    if link.mailed:
        users.prove_address(unit, user_id, link.email_key)
