"""Who may act at this moment: decided on locked accounts, whatever the request knew when it came in.

Lock order of every unit: accounts in the order of their ids, then what they share (team, tenant, label), then
invitations, then the secrets and sessions of the accounts.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, bindparam, case, func, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from core import names, roles
from core.errors import AboveOwnRole, Forbidden, NotSignedIn
from core.models import BrowserSession, Role, Team, User, UserRole
from core.models.base import named
from core.sessions import SignedIn
from core.unit import AnyRow, Look, Unit

RANK = case(
    {name: literal_column(str(rank)) for name, rank in roles.STAFF_RANK.items()},
    value=Role.name,
    else_=literal_column("0"),
)
"""The rank of a row of `role`; literals, as PostgreSQL takes the parameters of a prepared CASE for text."""

_LOCKED = (
    select(
        *named(User, "id", "login", "email", "email_key", "language", "is_active", "closed_rank"),
        *named(User, "email_proven_at", "skater_id"),
    )
    .where(User.id.in_(bindparam("ids", expanding=True)))
    .order_by(User.id)
    .with_for_update(key_share=True)
)
_HELD = (
    select(UserRole.user_id.label("user_id"), Role.name.label("name"))
    .join(Role)
    .where(UserRole.user_id.in_(bindparam("ids", expanding=True)))
    .order_by(Role.id)
)
Read = Callable[[Select[*tuple[Any, ...]], Mapping[str, Any]], Iterable[AnyRow]]
_SESSION = select(BrowserSession.id).where(
    BrowserSession.id == bindparam("session_id"), BrowserSession.user_id == bindparam("user_id")
)


@dataclass(frozen=True)
class Account:
    """An account that is locked until the unit ends, with the roles that it holds."""

    id: int
    login: str
    email: str
    email_key: str
    language: str | None
    is_active: bool
    closed_rank: int | None
    is_proven: bool
    skater_id: Any
    roles: tuple[str, ...]

    @property
    def rank(self) -> int:
        return roles.rank(self.roles)


def hold(unit: Unit, *user_ids: int | None) -> dict[int | None, Account]:
    """Lock these accounts until the unit ends, and read them as they are then. FOR NO KEY UPDATE: of two holders of a
    shared lock neither could change the row, and foreign keys may still point to it."""
    ids = sorted({each for each in user_ids if each is not None})
    if not ids:
        return {}
    rows = unit.execute(_LOCKED, {"ids": ids}).all()
    held = roles_of(unit.execute, ids)
    return {row.id: _account(row, held[row.id]) for row in rows}


def roles_of(read: Read, user_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the roles that these accounts hold, as `read` sees them: unit.look what is committed, unit.execute also
    what this transaction did."""
    held: dict[int, list[str]] = {user_id: [] for user_id in user_ids}
    for each in read(_HELD, {"ids": list(user_ids)}) if user_ids else ():
        held[each.user_id].append(each.name)
    return held


def hold_team(unit: Unit) -> None:
    """Lock the team until the unit ends: one unit at a time invites to it, or makes and uses links for the first
    admin. Who accepts an invitation does not wait."""
    unit.session.execute(select(Team.id).with_for_update(key_share=True))


def act(unit: Unit, me: SignedIn, *others: int | None) -> tuple[SignedIn, dict[int | None, Account]]:
    """Lock my account and those of others; return me with the roles that I hold now, and all of them. NotSignedIn when
    my session has ended or my account was closed since the request came in."""
    accounts = hold(unit, me.user_id, *others)
    mine = accounts.get(me.user_id)
    signed_in = unit.execute(_SESSION, {"session_id": me.session_id, "user_id": me.user_id}).first()
    if mine is None or not mine.is_active or signed_in is None:
        raise NotSignedIn
    return replace(me, roles=mine.roles), accounts


def act_as_admin(unit: Unit, me: SignedIn | None, *others: int | None) -> tuple[int, dict[int | None, Account]]:
    """Lock my account and those of others; return my rank now, and all of them. `me` None is the terminal. Forbidden
    when I no longer pass as an admin, NotSignedIn."""
    if me is None:
        return roles.TERMINAL_RANK, hold(unit, *others)
    me, accounts = act(unit, me, *others)
    if not roles.passes_as_admin(me.roles):
        raise Forbidden
    return roles.rank(me.roles), accounts


def act_on(unit: Unit, me: SignedIn | None, user_id: int, *others: int) -> tuple[int, Account]:
    """As act_as_admin, on one account that must not rank above me (AboveOwnRole): my rank, and that account."""
    rank, accounts = act_as_admin(unit, me, user_id, *others)
    check_rank(rank, accounts[user_id].rank)
    return rank, accounts[user_id]


def check_rank(rank: int, needed: int) -> None:
    """Refuse (AboveOwnRole) what needs a higher rank than this."""
    if rank < needed:
        raise AboveOwnRole


def holders_of(look: Look, *emails: str | None) -> set[int]:
    """Return the accounts that have any of these addresses, open or closed."""
    keys = {names.address_key(email) for email in emails if email is not None}
    return {row.id for row in look(select(User.id.label("id")).where(User.email_key.in_(keys)))} if keys else set()


def with_address(accounts: Mapping[int | None, Account], email_key: str | None) -> Account | None:
    """Return the one of these locked accounts whose address has this key now."""
    return next((each for each in accounts.values() if each.email_key == email_key), None)


def rank_of(user_id: InstrumentedAttribute[int | None]) -> ScalarSelect[Any]:
    """The rank of an open account as part of a statement; NULL when it is closed, gone or has no role at all."""
    held = select(func.max(RANK)).join(UserRole, UserRole.role_id == Role.id).join(User, User.id == UserRole.user_id)
    return held.where(User.id == user_id, User.is_active).correlate_except(Role, UserRole, User).scalar_subquery()


def may_still(maker: InstrumentedAttribute[int | None], needed: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the maker of a link could still make it: the terminal (None), or an open account of the rank needed."""
    return or_(maker.is_(None), and_(rank_of(maker).is_not(None), rank_of(maker) >= needed))


def admins(look: Look) -> set[int]:
    """The open accounts that pass as an admin."""
    return {row.id for row in look(holding(roles.ADMINS))}


def owners(look: Look) -> set[int]:
    """The open accounts that own the place."""
    return {row.id for row in look(holding(["owner"]))}


def holding(wanted: Iterable[str]) -> Select[int]:
    """Select the open accounts that hold any of these roles."""
    holders = select(User.id.label("id")).join(UserRole, UserRole.user_id == User.id).join(Role)
    return holders.where(Role.name.in_(wanted), User.is_active)


def _account(row: Any, held: list[str]) -> Account:
    own = {name: getattr(row, name) for name in Account.__dataclass_fields__ if name in row._fields}
    return Account(**own, is_proven=row.email_proven_at is not None, roles=tuple(held))
