"""People, as those see them who run the place: found, given roles, closed, signed out, helped back in."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, tuple_

from core import audit, mail, names, resets, roles, sessions, users
from core.errors import AboveOwnRole, NotFound
from core.models import Profile, Role, User, UserRole
from core.models.base import named
from core.sessions import SignedIn
from core.unit import AnyRow, Look, Unit

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
    """What I may do about a person: nothing (`above`) or all but what loses the `last_owner`, with roles to give."""

    above: bool
    last_owner: bool
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
    """What to offer me about this person, so that nothing is offered that would be refused."""
    grantable = [role for role in roles.ALL if role not in person.roles and roles.may_grant(me.roles, role)]
    is_owner = person.is_active and "owner" in person.roles
    last_owner = is_owner and users.owners(unit.look) == [_get(unit.look, person.id).user_id]
    return Choices(not _is_below(me, person.roles), last_owner, grantable)


def grant_role(unit: Unit, me: SignedIn, skater_id: uuid.UUID, role: str) -> None:
    """Give somebody a role. NotFound; AboveOwnRole for a role above what I hold, or a person above me."""
    person = _below(unit, me, skater_id)
    if not roles.may_grant(me.roles, role):
        raise AboveOwnRole
    users.grant_roles(unit, person.user_id, [role])


def revoke_role(unit: Unit, me: SignedIn, skater_id: uuid.UUID, role: str) -> None:
    """Take a role away. NotFound, also when it was not held; AboveOwnRole; LastOwner."""
    person = _below(unit, me, skater_id)
    if role not in _roles_of(unit.look, [person.user_id]):
        raise NotFound
    users.revoke_role(unit, person.user_id, role)


def deactivate(unit: Unit, me: SignedIn, skater_id: uuid.UUID) -> int:
    """Close an account at once; how many of its open invitations were revoked. NotFound, AboveOwnRole, LastOwner."""
    return users.deactivate(unit, _below(unit, me, skater_id).user_id)


def activate(unit: Unit, me: SignedIn, skater_id: uuid.UUID) -> None:
    """Open a closed account again. NotFound, AboveOwnRole."""
    users.activate(unit, _below(unit, me, skater_id).user_id)


def sign_out(unit: Unit, me: SignedIn, skater_id: uuid.UUID) -> int:
    """End all sessions of somebody; how many there were. NotFound, AboveOwnRole."""
    person = _below(unit, me, skater_id)
    audit.record(unit, "signed_out_by_admin", user_id=person.user_id)
    return sessions.end_all(unit, person.user_id)


def make_reset_link(unit: Unit, me: SignedIn | None, skater_id: uuid.UUID) -> HandedOver:
    """A reset link for who cannot get mail, to hand over in person; earlier ones end, and a notice is owed to the
    account's address. `me` None is the terminal. NotFound, also for a closed account; AboveOwnRole."""
    person = _below(unit, me, skater_id)
    link = resets.answer_request(unit, person.email)
    if link is None:
        raise NotFound
    audit.record(unit, "reset_link_handed_over", user_id=person.user_id)
    notice = mail.ResetHandedOver(link.login, unit.visitor.name or "cli", unit.now.isoformat())
    mail.post(unit, notice, to=link.email, language=link.language)
    return HandedOver(link.login, link.secret, unit.now + unit.policy.reset_life, link.language)


def _below(unit: Unit, me: SignedIn | None, skater_id: uuid.UUID) -> AnyRow:
    """The account, if its roles are not above mine."""
    person = _get(unit.look, skater_id)
    if me and not _is_below(me, _roles_of(unit.look, [person.user_id])):
        raise AboveOwnRole
    return person


def _is_below(me: SignedIn, held: Sequence[str]) -> bool:
    """Whether who holds these roles ranks no higher than I do."""
    return all(roles.may_grant(me.roles, role) for role in held)


def _get(look: Look, skater_id: uuid.UUID) -> AnyRow:
    found = look(_people().where(User.skater_id == skater_id))
    if not found:
        raise NotFound
    return found[0]


def _people() -> Select[*tuple[Any, ...]]:
    shown = named(User, "login", "email", "skater_id", "is_active", "created_at")
    named_so = named(Profile, "first_name", "last_name")
    is_proven = User.email_proven_at.is_not(None).label("email_verified")
    return select(User.id.label("user_id"), is_proven, *shown, *named_so).outerjoin(
        Profile, Profile.skater_id == User.skater_id
    )


def _mentions(q: str) -> ColumnElement[bool]:
    key = names.canonical(q)
    folded = (column.contains(key, autoescape=True) for column in (User.login_key, User.email_key))
    full_name = func.coalesce(Profile.first_name, "") + " " + func.coalesce(Profile.last_name, "")
    return or_(*folded, full_name.icontains(q, autoescape=True))


def _described(unit: Unit, rows: Sequence[AnyRow]) -> list[Person]:
    """With roles and living sessions, in two statements whatever the length of the list."""
    keys = [row.user_id for row in rows]
    held: dict[int, list[str]] = {key: [] for key in keys}
    for each in unit.look(_held(keys)) if keys else ():
        held[each.user_id].append(each.name)
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


def _roles_of(look: Look, keys: Sequence[int]) -> list[str]:
    return [row.name for row in look(_held(keys))]


def _held(keys: Sequence[int]) -> Select[*tuple[Any, ...]]:
    held = select(UserRole.user_id.label("user_id"), Role.name.label("name")).join(Role)
    return held.where(UserRole.user_id.in_(keys)).order_by(Role.id)
