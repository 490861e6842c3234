"""Accounts: found and made."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.exc import IntegrityError

from core import audit, names
from core.constraints import violated
from core.errors import NameTaken, NotFound
from core.models import Role, User, UserRole
from core.models.base import named
from core.unit import AnyRow, Look, Unit

_NAMES = {"login_key": "login", "email_key": "email", "phone": "phone"}


@dataclass(frozen=True)
class Account:
    """What a list of people shows of one."""

    id: int
    login: str
    email: str
    phone: str | None
    roles: list[str]
    is_active: bool
    email_verified: bool
    created_at: datetime


_CREDENTIALS = select(
    *named(User, "id", "login", "email", "skater_id", "language", "updated_at"),
    *named(User, "password_hash", "is_active", "must_change_password", "email_proven_at"),
)
_BY_ID = _CREDENTIALS.where(User.id == bindparam("id")).execution_options(prepared="account_by_id")
_BY_EMAIL = _CREDENTIALS.where(User.email_key == bindparam("email")).execution_options(prepared="account_by_email")
_BY_NAME = _CREDENTIALS.where(
    or_(User.login_key == bindparam("name"), User.email_key == bindparam("name"))
).execution_options(prepared="account_by_name")

_WITH_LOGIN = select(User.id).where(User.login_key == bindparam("key")).execution_options(prepared="with_login")


def find_by_login_or_email(look: Look, name: str) -> AnyRow | None:
    """The account whose login or address is `name`, letter case aside. Never looks at database ids."""
    return _one(look(_BY_NAME, {"name": names.login_key(name)}))


def find_by_email(look: Look, address: str) -> AnyRow | None:
    """The account with this address, letter case aside."""
    return _one(look(_BY_EMAIL, {"email": names.address_key(address)}))


def find_by_id(look: Look, user_id: int) -> AnyRow | None:
    """The account that a session or token belongs to."""
    return _one(look(_BY_ID, {"id": user_id}))


def get_by_login(look: Look, login: str) -> AnyRow:
    """The account that an operator names by its login; NotFound when nobody has it."""
    user = _one(look(_CREDENTIALS.where(User.login_key == names.login_key(login))))
    if user is None:
        raise NotFound
    return user


def phone_of(look: Look, user_id: int) -> str | None:
    """The number that this account gave."""
    rows = look(select(User.phone.label("phone")).where(User.id == user_id))
    return rows[0].phone if rows else None


def create(
    unit: Unit, *, login: str, email: str, phone: str | None, password_hash: str, language: str | None = None
) -> User:
    """A new active account without roles. Refuses a login, address or phone number that somebody has (NameTaken),
    an address that somebody has for a login, and a login that the product itself is called by."""
    if names.is_reserved(login):
        raise NameTaken("login")
    if _is_login(unit, email):
        raise NameTaken("email")
    user = User(
        login=login,
        email=email,
        phone=phone,
        password_hash=password_hash,
        skater_id=uuid.uuid4(),
        fs_uniquifier=uuid.uuid4().hex,
        created_at=unit.now,
        updated_at=unit.now,
        login_key=names.login_key(login),
        email_key=names.address_key(email),
        is_active=True,
        must_change_password=False,
        language=language,
    )
    unit.session.add(user)
    try:
        unit.session.flush()
    except IntegrityError as error:
        [taken] = violated(error, User) or [None]
        if taken not in _NAMES:
            raise
        raise NameTaken(_NAMES[taken]) from error
    return user


def set_language(unit: Unit, user_id: int, language: str) -> None:
    """Speak to the owner of an account in this language from now on, in letters as well."""
    unit.session.execute(update(User).where(User.id == user_id).values(language=language))


def prove_address(unit: Unit, user_id: int, email_key: str, *, how: str = "mail") -> bool:
    """Note that the owner of an open account has shown that its mailbox is theirs, if it still has this address and was
    not proven before. Return whether it is news."""
    still_so = (User.id == user_id, User.email_key == email_key, User.is_active.is_(True))
    unproven = update(User).where(*still_so, User.email_proven_at.is_(None))
    if unit.session.execute(unproven.values(email_proven_at=unit.now).returning(User.id)).first() is None:
        return False
    audit.record(unit, "address_proven", user_id=user_id, kind=how)
    return True


def list_all(look: Look) -> list[Account]:
    """Everybody, oldest account first."""
    held: dict[int, list[str]] = {}
    for each in look(select(UserRole.user_id, Role.name).join(Role).order_by(Role.id)):
        held.setdefault(each.user_id, []).append(each.name)
    shown = named(User, "id", "login", "email", "phone", "is_active", "created_at")
    is_proven = User.email_proven_at.is_not(None).label("email_verified")
    found = look(select(*shown, is_proven).order_by(User.id))
    return [Account(roles=held.get(row.id, []), **row._mapping) for row in found]


def _is_login(unit: Unit, email: str) -> bool:
    """Who signs in with it could be either. Looking first is enough: logins like this one came with the replaced
    backend's accounts, and no new ones are made that another transaction could hide."""
    return unit.execute(_WITH_LOGIN, {"key": names.login_key(email)}).first() is not None


def _one(rows: Sequence[AnyRow]) -> AnyRow | None:
    """An account only when there is exactly one: of two, neither is meant for certain."""
    return rows[0] if len(rows) == 1 else None
