"""The Unit: all that one request may use. Passed first to every core function that decides something."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from core.passwords import Hasher
from core.policy import Policy

AnyRow = Row[*tuple[Any, ...]]


class Look(Protocol):
    """Reads committed rows without opening the unit's transaction, so that slow work after it holds no lock."""

    def __call__(
        self, statement: Select[*tuple[Any, ...]], parameters: Mapping[str, Any] | None = None
    ) -> Sequence[AnyRow]: ...


@dataclass(frozen=True)
class Visitor:
    """Who is asking, for sessions and the audit trail: `name` is a login, or `cli` for the terminal."""

    name: str | None = None
    user_id: int | None = None
    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True)
class Unit:
    """One transaction and its surroundings. `session` is the transaction: core may flush, never commits or rolls
    back. `now` is a value, taken once, so that all rows of a request agree."""

    look: Look
    session: Session
    now: datetime
    new_secret: Callable[[], str]
    hasher: Hasher
    policy: Policy = field(default_factory=Policy)
    visitor: Visitor = field(default_factory=Visitor)
