"""Joining: one living invitation becomes one account, wholly or not at all."""

from collections.abc import Collection
from dataclasses import dataclass

from core import audit, invitations, names, passwords, users
from core.errors import InvalidInput, MinorCannotRegister
from core.roles import SELF_SERVICE
from core.unit import Unit


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

    Refuses a dead invitation first (InviteDead), then what makes no sense (InvalidInput), then names that are taken
    (NameTaken): only the holder of a living invitation can learn who is here. A refusal, or any other failure,
    leaves no account and gives the use back.
    """
    invitation = invitations.peek(unit.look, secret, unit.now)
    _check(unit, applicant)
    password_hash = unit.hasher.hash(applicant.password)
    claimed = invitations.claim(unit, invitation.id)
    user = users.create(
        unit, login=applicant.login, email=applicant.email, phone=applicant.phone, password_hash=password_hash
    )
    audit.record(unit, "user_registered", user_id=user.id, invitation=str(claimed.id))
    users.grant_roles(unit, user.id, {*applicant.roles, *claimed.roles} or {"adult"})
    invitations.note_use(unit, claimed.id, user.id)
    return user.id


def _check(unit: Unit, applicant: Applicant) -> None:
    if "minor" in applicant.roles:
        raise MinorCannotRegister({"roles": ["minor"]})
    if not set(applicant.roles) <= set(SELF_SERVICE):
        raise InvalidInput({"roles": ["unknown_role"]})
    if names.looks_like_address(applicant.login):
        raise InvalidInput({"login": ["looks_like_address"]})
    passwords.check_rules(unit.policy, applicant.password, login=applicant.login, email=applicant.email)
