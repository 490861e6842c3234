"""One-use secrets: how they are stored, and the one statement that spends them."""

from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, delete, update
from sqlalchemy.sql.dml import ReturningUpdate

from core.models import Base, LoginToken, PasswordReset
from core.unit import AnyRow, Unit


def digest(secret: str) -> str:
    """What is stored instead of a secret. Ours have 256 random bits, so a plain SHA-256 is enough (ASVS 6.5.2)."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def claim(unit: Unit, model: type[Base], *still_good: ColumnElement[bool], spend: dict[str, Any]) -> AnyRow | None:
    """Spend what can be spent a limited number of times, in the transaction of what it buys.

    One conditional UPDATE: of any number of racing claims exactly as many succeed as `still_good` permits, and
    rolling back gives the use back. Returns the changed row, or None when there was nothing left to spend.
    """
    return unit.session.execute(claiming(model, *still_good, spend=spend)).one_or_none()


def claiming(model: type[Base], *still_good: ColumnElement[bool], spend: dict[str, Any]) -> ReturningUpdate[Any]:
    """The statement of claim(), for what is claimed so often that it is built once."""
    return update(model).where(*still_good).values(**spend).returning(*model.__table__.columns)


def end_all(unit: Unit, user_id: int) -> None:
    """End every secret that was handed out to open this account, which the unit has locked (core/authority.py)."""
    for secret in (PasswordReset, LoginToken):
        unit.session.execute(delete(secret).where(secret.user_id == user_id))
