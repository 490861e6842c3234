"""Giving roles: by hand, or by an invitation that was claimed."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Executable, Integer, Select, bindparam, delete, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from core import audit, authority, roles, tokens
from core.claims import Claimed
from core.errors import AboveOwnRole, RolesConflict
from core.models import Role, RoleTaken, UserRole
from core.models.base import UtcDateTime
from core.unit import Look, Unit

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""When a personal invitation counts as given: what was open when the role was taken was revoked together with it."""

_ROLES_BY_NAME = select(bindparam("user_id", type_=Integer), Role.id).where(
    Role.name.in_(bindparam("granted", expanding=True))
)
_KEPT_FROM = exists().where(
    RoleTaken.user_id == bindparam("user_id"),
    RoleTaken.role_id == Role.id,
    or_(RoleTaken.taken_at >= bindparam("given_at", type_=UtcDateTime), RoleTaken.rank > bindparam("rank")),
)
"""The account lost the role after this gift was made, or to a higher rank than the giver's."""


def _granting(insert: Any, wanted: Select[*tuple[Any, ...]]) -> Executable:
    given = insert(UserRole.__table__).from_select(["user_id", "role_id"], wanted.order_by(Role.id))
    fresh = given.on_conflict_do_nothing(index_elements=["user_id", "role_id"])
    return cast(Executable, fresh.returning(UserRole.role_id))


_INSERTS = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_GRANTED = {name: _granting(insert, _ROLES_BY_NAME) for name, insert in _INSERTS.items()}
_GRANTED_BY_LINK = {name: _granting(insert, _ROLES_BY_NAME.where(~_KEPT_FROM)) for name, insert in _INSERTS.items()}


def grant_roles(unit: Unit, user_id: int, granted: Collection[str], rank: int = roles.TERMINAL_RANK) -> None:
    """Give an account roles that it may already have. Every name must be one of core.roles.ALL.

    Raises AboveOwnRole when one of them was taken by a higher `rank` than this, RolesConflict.
    """
    authority.hold(unit, user_id)
    ids = select(Role.id).where(Role.name.in_(granted)).scalar_subquery()
    taken = (RoleTaken.user_id == user_id, RoleTaken.role_id.in_(ids))
    if unit.session.execute(select(RoleTaken.rank).where(*taken, RoleTaken.rank > rank)).first():
        raise AboveOwnRole
    unit.session.execute(delete(RoleTaken).where(*taken))
    _grant(unit, _GRANTED, {"user_id": user_id, "granted": list(granted)})
    audit.record(unit, "roles_granted", user_id=user_id, roles=sorted(granted))


def taken_above(look: Look, user_id: int | None, rank: int) -> set[str]:
    """Return the roles that a higher rank than this took from this account. None is asked for as well: inviting takes
    as long for an address without an account."""
    taken = select(Role.name.label("name")).join(RoleTaken, RoleTaken.role_id == Role.id)
    return {row.name for row in look(taken.where(RoleTaken.user_id == user_id, RoleTaken.rank > rank))}


def grant_by_link(unit: Unit, user_id: int, granted: Collection[str], claimed: Claimed) -> set[str]:
    """Give an account the roles of an invitation that it has just claimed, and return those that it holds of them now.

    A role that was taken from the account comes back only by an invitation of its own, or by one that is younger than
    that, and by no lower rank than took it. Raises RolesConflict.
    """
    link, maker = claimed.link, claimed.maker
    given_at = NEVER if link.email_key else link.created_at
    rank = maker.rank if maker else roles.TERMINAL_RANK
    wanted = {"user_id": user_id, "granted": list(granted), "given_at": given_at, "rank": rank}
    held = set(granted) & _grant(unit, _GRANTED_BY_LINK, wanted)
    by = maker.login if maker else None
    if held:
        audit.record(unit, "roles_granted", user_id=user_id, roles=sorted(held), invitation=str(link.id), by=by)
    return held


def _grant(unit: Unit, statements: Mapping[str, Executable], wanted: Mapping[str, Any]) -> set[str]:
    """Return the roles that the account holds now. A gained staff role ends what would let others in with the account:
    reset links and sign-in tokens."""
    gained = set(unit.execute(statements[unit.session.get_bind().dialect.name], wanted).scalars())
    held = authority.roles_of(unit.execute, [wanted["user_id"]])[wanted["user_id"]]
    if roles.conflict(held):
        raise RolesConflict
    if gained and roles.rank([name for name in wanted["granted"] if name in held]):
        tokens.end_all(unit, wanted["user_id"])
    return set(held)
