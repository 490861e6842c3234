"""Signing in, by password or by a one-use token."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, select, update

from core import audit, sessions, users
from core.errors import TokenDead, WrongCredentials
from core.models import LoginToken, User
from core.tokens import claim, digest
from core.unit import AnyRow, Unit


@dataclass(frozen=True)
class Begun:
    """A session that has just begun. `secret` goes into the cookie and nowhere else."""

    secret: str
    user_id: int
    must_change_password: bool


_OPEN_ACCOUNT = select(User.id, User.must_change_password).where(User.id == bindparam("user_id"), User.is_active)
_WITH_HASH = _OPEN_ACCOUNT.where(User.password_hash == bindparam("password_hash"))
_OPEN = _OPEN_ACCOUNT.with_for_update(read=True).execution_options(prepared="held_open")
_AS_FOUND = _WITH_HASH.with_for_update(read=True).execution_options(prepared="held_as_found")
_TO_CHANGE = _WITH_HASH.with_for_update(key_share=True).execution_options(prepared="held_to_change")
"""Who is going to change the row holds it alone: of two who share it, neither could."""


def log_in(unit: Unit, found: AnyRow | None, password: str, *, instead_of: uuid.UUID | None = None) -> Begun:
    """Sign in the account that was `found` for the name given.

    Unknown name, closed account and wrong password cost the same work and are one refusal (WrongCredentials). A hash
    made with other costs than today's is renewed. The browser's session `instead_of` ends.
    """
    if not unit.hasher.matches(password, found.password_hash if found else None):
        raise WrongCredentials
    if found is None or not found.is_active:
        raise WrongCredentials
    renewed = unit.hasher.hash(password) if unit.hasher.is_stale(found.password_hash) else None
    account = _held(unit, _TO_CHANGE if renewed else _AS_FOUND, user_id=found.id, password_hash=found.password_hash)
    if account is None and renewed:  # perhaps another sign-in was faster to renew it: what stands there now decides
        return log_in(unit, users.find_by_id(unit.look, found.id), password, instead_of=instead_of)
    if account is None:
        raise WrongCredentials
    if renewed:
        unit.session.execute(update(User).where(User.id == found.id).values(password_hash=renewed))
    return _begin(unit, account, "password", instead_of)


def issue_login_token(unit: Unit, user_id: int) -> str:
    """A secret that signs this account in once within `policy.login_token_life`."""
    secret = unit.new_secret()
    unit.session.add(
        LoginToken(
            id=uuid.uuid4(),
            digest=digest(secret),
            user_id=user_id,
            created_at=unit.now,
            expires_at=unit.now + unit.policy.login_token_life,
        )
    )
    return secret


def redeem_login_token(unit: Unit, secret: str, *, instead_of: uuid.UUID | None = None) -> Begun:
    """Spend a login token and sign its account in. Raises TokenDead when it is unknown, spent or too old, or the
    account is closed. The account is locked before the token, as everywhere (core/authority.py)."""
    mine = LoginToken.digest == digest(secret)
    found = unit.look(select(LoginToken.user_id.label("user_id")).where(mine))
    account = _held(unit, _OPEN, user_id=found[0].user_id) if found else None
    living = (mine, LoginToken.used_at.is_(None), LoginToken.expires_at > unit.now)
    if account is None or claim(unit, LoginToken, *living, spend={"used_at": unit.now}) is None:
        raise TokenDead
    return _begin(unit, account, "login_token", instead_of)


def _held(unit: Unit, statement: Select[*tuple[Any, ...]], **found: Any) -> AnyRow | None:
    """The account, if it is open and as it was found, held so until this unit ends: a session must not begin behind
    the back of a password change or a deactivation that ends all sessions meanwhile."""
    return unit.execute(statement, found).one_or_none()


def _begin(unit: Unit, account: AnyRow, method: str, instead_of: uuid.UUID | None) -> Begun:
    audit.record(unit, "signed_in", user_id=account.id, method=method)
    return Begun(sessions.start(unit, account.id, instead_of=instead_of), account.id, account.must_change_password)
