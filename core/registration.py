"""Joining: one living invitation becomes one account, wholly or not at all."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from core import addresses, audit, coaches, invitations, names, passwords, users
from core.errors import AlreadyMember, InvalidInput, MinorCannotRegister
from core.roles import SELF_SERVICE
from core.sessions import SignedIn
from core.unit import AnyRow, Unit


@dataclass(frozen=True)
class Applicant:
    """Somebody who wants in, as they describe themselves."""

    login: str
    email: str
    password: str
    phone: str | None = None
    roles: Collection[str] = ("adult",)


def register(unit: Unit, applicant: Applicant, secret: str) -> int:
    """Make the account that the invitation `secret` admits, and return its id.

    Refuses a dead invitation, or one for another address, first (InviteDead), then what makes no sense (InvalidInput),
    then names that are taken (NameTaken): only the holder of a living invitation can learn who is here. A refusal, or
    any other failure, leaves no account and gives the use back.
    """
    invitation = invitations.peek(unit.look, secret, unit.now, kinds=JOINS)
    invitations.check_address(invitation, applicant.email)
    _check(unit, applicant)
    password_hash = unit.hasher.hash(applicant.password)
    claimed = invitations.claim(unit, invitation.id)
    user = users.create(
        unit,
        login=applicant.login,
        email=applicant.email,
        phone=applicant.phone,
        password_hash=password_hash,
        language=unit.visitor.language(claimed.language),
    )
    audit.record(unit, "user_registered", user_id=user.id, invitation=str(claimed.id))
    _bring_in(unit, claimed, user.id, {*applicant.roles, *claimed.roles} or {"adult"})
    addresses.ask_for_proof(unit, user.id)
    return user.id


def accept(unit: Unit, me: SignedIn, secret: str) -> AnyRow:
    """Take what an invitation offers with the account that I have, and return the invitation. InviteDead, and
    AlreadyMember when I came in through it before."""
    invitation = invitations.peek(unit.look, secret, unit.now, kinds=JOINS)
    invitations.check_address(invitation, me.email)
    if invitations.was_used_by(unit.look, invitation.id, me.user_id):
        raise AlreadyMember
    claimed = invitations.claim(unit, invitation.id)
    audit.record(unit, "invitation_accepted", user_id=me.user_id, invitation=str(claimed.id))
    _bring_in(unit, claimed, me.user_id, set(claimed.roles))
    return claimed


def _bring_in(unit: Unit, invitation: AnyRow, user_id: int, granted: set[str]) -> None:
    users.grant_roles(unit, user_id, granted)
    JOINS[invitation.kind](unit, invitation, user_id)
    invitations.note_use(unit, invitation.id, user_id)


def _join_nothing(unit: Unit, invitation: AnyRow, user_id: int) -> None:
    """The gate itself brings an account and roles, nothing more."""


JOINS: dict[str, Callable[[Unit, AnyRow, int], None]] = {invitations.GATE: _join_nothing, coaches.KIND: coaches.join}
"""What else each kind of invitation brings to whoever comes in through it."""


def _check(unit: Unit, applicant: Applicant) -> None:
    if "minor" in applicant.roles:
        raise MinorCannotRegister({"roles": ["minor"]})
    if not set(applicant.roles) <= set(SELF_SERVICE):
        raise InvalidInput({"roles": ["unknown_role"]})
    if names.looks_like_address(applicant.login):
        raise InvalidInput({"login": ["looks_like_address"]})
    names_of = {"login": applicant.login, "email": applicant.email}
    passwords.check_rules(unit.policy, applicant.password, **names_of, is_breached=unit.is_breached)
