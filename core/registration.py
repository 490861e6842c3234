"""Joining: one living invitation becomes one account, wholly or not at all."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from core import addresses, audit, authority, claims, coaches, granting, invitations, names, passwords, users
from core.claims import Claimed
from core.errors import AlreadyMember, InvalidInput, InviteDead, MinorCannotRegister
from core.roles import EXCLUDED_BY_MINOR, SELF_SERVICE
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
    link = claims.peek(unit.look, secret, unit.now, kinds=JOINS)
    claims.check_address(link, applicant.email)
    _check(unit, applicant, link)
    password_hash = unit.hasher.hash(applicant.password)
    claimed = claims.claim(unit, link)
    user = users.create(
        unit,
        login=applicant.login,
        email=applicant.email,
        phone=applicant.phone,
        password_hash=password_hash,
        language=unit.visitor.language(link.language),
    )
    audit.record(unit, "user_registered", user_id=user.id, invitation=str(link.id))
    _bring_in(unit, claimed, user.id, _roles(applicant, link))
    addresses.ask_for_proof(unit, user.id)
    return user.id


def accept(unit: Unit, me: SignedIn, secret: str) -> tuple[AnyRow, set[str]]:
    """Take what an invitation offers with the account that I have, and return the invitation with the roles that it
    brought. Raises InviteDead, RolesConflict, and AlreadyMember when I came in through it before."""
    link = claims.peek(unit.look, secret, unit.now, kinds=JOINS)
    claims.check_address(link, me.email)
    if claims.was_used_by(unit.look, link.id, me.user_id):
        raise AlreadyMember
    claimed = claims.claim(unit, link, me.user_id)
    authority.act(unit, me)
    audit.record(unit, "invitation_accepted", user_id=me.user_id, invitation=str(link.id))
    return link, _bring_in(unit, claimed, me.user_id, set(link.roles))


def _bring_in(unit: Unit, claimed: Claimed, user_id: int, granted: set[str]) -> set[str]:
    """Give what the link brings, and return the roles among it. A personal invitation that may not give all of its
    roles gives nothing (InviteDead)."""
    link = claimed.link
    held = granting.grant_by_link(unit, user_id, granted, claimed)
    if link.email_key and not held.issuperset(link.roles):
        raise InviteDead("invite_revoked")
    JOINS[link.kind](unit, link, user_id)
    claims.note_use(unit, link, user_id)
    if link.mailed:
        users.prove_address(unit, user_id, link.email_key)
    return held


def _join_nothing(unit: Unit, invitation: AnyRow, user_id: int) -> None:
    """The gate itself brings an account and roles, nothing more."""


JOINS: dict[str, Callable[[Unit, AnyRow, int], None]] = {invitations.GATE: _join_nothing, coaches.KIND: coaches.join}
"""What else each kind of invitation brings to whoever comes in through it."""


def _roles(applicant: Applicant, link: AnyRow) -> set[str]:
    """A link for minors replaces the default: a minor is nothing else that people choose for themselves."""
    if "minor" in link.roles:
        return set(link.roles) - EXCLUDED_BY_MINOR
    return {*applicant.roles, *link.roles} or {"adult"}


def _check(unit: Unit, applicant: Applicant, link: AnyRow) -> None:
    if "minor" in applicant.roles:
        raise MinorCannotRegister({"roles": ["minor"]})
    if not set(applicant.roles) <= set(SELF_SERVICE):
        raise InvalidInput({"roles": ["unknown_role"]})
    if "minor" in link.roles and not set(applicant.roles) <= {"adult"}:
        raise InvalidInput({"roles": ["excluded_by_minor"]})
    if names.looks_like_address(applicant.login):
        raise InvalidInput({"login": ["looks_like_address"]})
    names_of = {"login": applicant.login, "email": applicant.email}
    passwords.check_rules(unit.policy, applicant.password, **names_of, is_breached=unit.is_breached)
