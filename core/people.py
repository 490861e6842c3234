"""People, as those see them who run the place: found, given roles, closed, signed out, helped back in."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, tuple_

from core import audit, authority, granting, mail, names, resets, revocation, roles, sessions
from core.errors import NotFound, OwnResetLink
from core.models import Profile, Role, User, UserRole
from core.models.base import named
from core.sessions import SignedIn
from core.unit import TERMINAL, AnyRow, Look, Unit

STATUSES = ("active", "deactivated")


@dataclass(frozen=True)
class Person:
    """One account. `id` is the skater's, which names a person everywhere outside."""

    id: uuid.UUID
    login: str
    email: str
    name: str | None
    roles: list[str]
    is_active: bool
    email_verified: bool
    created_at: datetime
    last_seen_at: datetime | None
    devices: int


@dataclass(frozen=True)
class Choices:
    """What I may do about a person: nothing (`above`), no closing of the `last` owner or admin nor taking of the roles
    that are `kept` for that, no reset link for `oneself`; and the roles to give."""

    above: bool
    last: bool
    kept: list[str]
    oneself: bool
    grantable: list[str]


@dataclass(frozen=True)
class HandedOver:
    """A reset link to hand over. `secret` is known to nobody but its reader."""

    login: str
    secret: str
    expires_at: datetime
    language: str | None


def list_people(
    unit: Unit,
    *,
    q: str | None = None,
    role: str | None = None,
    status: str | None = None,
    after: tuple[datetime, uuid.UUID] | None = None,
    limit: int = 50,
) -> list[Person]:
    """Up to `limit` accounts, newest first: those with `q` in login, address or name, who hold `role`, open or closed
    if given, behind the place `after` in that order."""
    query = _people()
    if q:
        query = query.where(_mentions(q))
    if role:
        held = exists().where(UserRole.user_id == User.id, UserRole.role_id == Role.id, Role.name == role)
        query = query.where(held)
    if status:
        query = query.where(User.is_active == (status == "active"))
    if after:
        query = query.where(tuple_(User.created_at, User.skater_id) < after)
    found = unit.look(query.order_by(User.created_at.desc(), User.skater_id.desc()).limit(limit))
    return _described(unit, found)


def get(unit: Unit, skater_id: uuid.UUID) -> Person:
    """The person of this id; NotFound."""
    return _described(unit, [_get(unit.look, skater_id)])[0]


def choices(unit: Unit, me: SignedIn, person: Person) -> Choices:
    """Return what to offer me about this person, so that nothing is offered that would be refused."""
    row = _get(unit.look, person.id)
    rank = roles.rank(me.roles)
    above = rank < max(roles.ADMIN_RANK, roles.rank(person.roles))
    grantable = [role for role in roles.ALL if role not in person.roles and roles.may_grant(me.roles, role)]
    taken = granting.taken_above(unit.look, row.user_id, rank)
    return Choices(
        above=above or (not person.is_active and (row.closed_rank or 0) > rank),
        last=person.is_active and revocation.loss(unit.look, row.user_id, person.roles) is not None,
        kept=_kept(unit.look, row.user_id, person),
        oneself=row.user_id == me.user_id,
        grantable=[role for role in grantable if not roles.conflict([*person.roles, role]) and role not in taken],
    )


def grant_role(unit: Unit, me: SignedIn, skater_id: uuid.UUID, role: str) -> None:
    """Give somebody a role. Raises NotFound; AboveOwnRole for a role above what I hold or that a higher rank took away,
    or a person above me; RolesConflict."""
    rank, account = authority.act_on(unit, me, _get(unit.look, skater_id).user_id)
    authority.check_rank(rank, roles.rank_to_give([role]))
    granting.grant_roles(unit, account.id, [role], rank)


def revoke_role(unit: Unit, me: SignedIn, skater_id: uuid.UUID, role: str) -> None:
    """Take a role away. Raises NotFound, also when it was not held; AboveOwnRole, LastOwner, LastAdmin."""
    rank, account = _act_with_admins(unit, me, skater_id)
    revocation.revoke_role(unit, account.id, role, rank, account)


def deactivate(unit: Unit, me: SignedIn, skater_id: uuid.UUID) -> int:
    """Close an account at once; how many of its open invitations were revoked. Raises NotFound, AboveOwnRole,
    LastOwner, LastAdmin."""
    rank, account = _act_with_admins(unit, me, skater_id)
    return revocation.deactivate(unit, account.id, rank, account)


def activate(unit: Unit, me: SignedIn, skater_id: uuid.UUID) -> None:
    """Open a closed account again. Raises NotFound; AboveOwnRole also when a higher rank than mine closed it."""
    rank, account = authority.act_on(unit, me, _get(unit.look, skater_id).user_id)
    revocation.activate(unit, account.id, rank)


def sign_out(unit: Unit, me: SignedIn, skater_id: uuid.UUID) -> int:
    """End all sessions of somebody; how many there were. Raises NotFound, AboveOwnRole."""
    _, account = authority.act_on(unit, me, _get(unit.look, skater_id).user_id)
    audit.record(unit, "signed_out_by_admin", user_id=account.id)
    return sessions.end_all(unit, account.id)


def make_reset_link(unit: Unit, me: SignedIn | None, skater_id: uuid.UUID) -> HandedOver:
    """Make a reset link for somebody who cannot get mail, to hand over in person, and queue a notice to the account's
    address. It lives beside others, and dies with the right of who made it. `me` None is the terminal. Raises NotFound,
    also for a closed account; AboveOwnRole; OwnResetLink, as it would replace a password that it does not know."""
    person = _get(unit.look, skater_id)
    if me and person.user_id == me.user_id:
        raise OwnResetLink
    _, account = authority.act_on(unit, me, person.user_id)
    if not account.is_active:
        raise NotFound
    secret = resets.make_link(unit, account.id)
    audit.record(unit, "reset_link_handed_over", user_id=account.id)
    notice = mail.ResetHandedOver(account.login, unit.visitor.name or TERMINAL, unit.now.isoformat())
    mail.post(unit, notice, to=account.email, language=account.language)
    return HandedOver(account.login, secret, unit.now + unit.policy.reset_life, account.language)


def _act_with_admins(unit: Unit, me: SignedIn, skater_id: uuid.UUID) -> tuple[int, authority.Account]:
    """As authority.act_on, with all admins locked in the same pass: the last of them cannot go."""
    user_id = _get(unit.look, skater_id).user_id
    return authority.act_on(unit, me, user_id, *authority.admins(unit.look))


def _kept(look: Look, user_id: int, person: Person) -> list[str]:
    """The roles without which nobody would own the place, or pass as an admin."""
    if not person.is_active:
        return []
    others = {role: [each for each in person.roles if each != role] for role in person.roles if role in roles.ADMINS}
    return [role for role, left in others.items() if revocation.loss(look, user_id, person.roles, left)]


def _get(look: Look, skater_id: uuid.UUID) -> AnyRow:
    found = look(_people().where(User.skater_id == skater_id))
    if not found:
        raise NotFound
    return found[0]


def _people() -> Select[*tuple[Any, ...]]:
    shown = named(User, "login", "email", "skater_id", "is_active", "created_at", "closed_rank")
    named_so = named(Profile, "first_name", "last_name")
    is_proven = User.email_proven_at.is_not(None).label("email_verified")
    return select(User.id.label("user_id"), is_proven, *shown, *named_so).outerjoin(
        Profile, Profile.skater_id == User.skater_id
    )


def _mentions(q: str) -> ColumnElement[bool]:
    keyed = (User.login_key, User.email_key)
    folded = (column.contains(key, autoescape=True) for column in keyed for key in names.search_keys(q))
    full_name = func.coalesce(Profile.first_name, "") + " " + func.coalesce(Profile.last_name, "")
    return or_(*folded, full_name.icontains(q, autoescape=True))


def _described(unit: Unit, rows: Sequence[AnyRow]) -> list[Person]:
    """With roles and living sessions, in two statements whatever the length of the list."""
    keys = [row.user_id for row in rows]
    held = authority.roles_of(unit.look, keys)
    seen = sessions.last_seen(unit, held) if keys else {}
    return [_person(row, held[row.user_id], seen[row.user_id]) for row in rows]


def _person(row: AnyRow, held: list[str], seen: Sequence[datetime]) -> Person:
    return Person(
        id=row.skater_id,
        login=row.login,
        email=row.email,
        name=" ".join(part for part in (row.first_name, row.last_name) if part) or None,
        roles=held,
        is_active=row.is_active,
        email_verified=row.email_verified,
        created_at=row.created_at,
        last_seen_at=seen[0] if seen else None,
        devices=len(seen),
    )
