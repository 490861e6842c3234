"""Signing in, by password or by a one-use token."""

import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update

from core import audit, sessions, users
from core.errors import TokenDead, WrongCredentials
from core.models import LoginToken, User
from core.tokens import claim, digest
from core.unit import AnyRow, Unit


@dataclass(frozen=True)
class Begun:
    """A session that has just begun. `secret` goes into the cookie and nowhere else."""

    secret: str
    must_change_password: bool


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
    as_found = (User.id == found.id, User.password_hash == found.password_hash)
    account = _held(unit, *as_found, to_change=renewed is not None)
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
    """Spend a login token and sign its account in. TokenDead when it is unknown, spent or
    too old, or the account is closed."""
    token = claim(
        unit,
        LoginToken,
        LoginToken.digest == digest(secret),
        LoginToken.used_at.is_(None),
        LoginToken.expires_at > unit.now,
        spend={"used_at": unit.now},
    )
    account = _held(unit, User.id == token.user_id) if token else None
    if account is None:
        raise TokenDead
    return _begin(unit, account, "login_token", instead_of)


def _held(unit: Unit, *found: ColumnElement[bool], to_change: bool = False) -> AnyRow | None:
    """The account, if it is open and as it was found, held so until this unit ends: a session must not begin behind
    the back of a password change or a deactivation that ends all sessions meanwhile. Who is going to change the row
    holds it alone: of two who share it, neither could."""
    account = select(User.id, User.must_change_password).where(*found, User.is_active)
    return unit.session.execute(account.with_for_update(read=not to_change, key_share=to_change)).one_or_none()


def _begin(unit: Unit, account: AnyRow, method: str, instead_of: uuid.UUID | None) -> Begun:
    audit.record(unit, "signed_in", user_id=account.id, method=method)
    return Begun(sessions.start(unit, account.id, instead_of=instead_of), account.must_change_password)
