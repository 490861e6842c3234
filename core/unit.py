"""The Unit: all that one request may use. Passed first to every core function that decides something."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import CursorResult, Executable, Row, Select
from sqlalchemy.orm import Session

from core.passwords import Hasher, never_breached
from core.policy import Policy

AnyRow = Row[*tuple[Any, ...]]
# The actor of the terminal in the audit trail. It contains an at sign, so that no login can be it.
TERMINAL = "@terminal"


class Look(Protocol):
    """Reads committed rows without opening the unit's transaction, so that slow work after it holds no lock."""

    def __call__(
        self, statement: Select[*tuple[Any, ...]], parameters: Mapping[str, Any] | None = None
    ) -> Sequence[AnyRow]: ...


class LookInBatches(Protocol):
    """Reads committed rows of one moment, a few at a time. Whoever asks for the next does nothing slow in between: a
    connection is held until the last was read."""

    def __call__(
        self, statement: Select[*tuple[Any, ...]], parameters: Mapping[str, Any] | None = None
    ) -> Iterator[Sequence[AnyRow]]: ...


@dataclass(frozen=True)
class Visitor:
    """Who is asking, for sessions and the audit trail: `name` is a login, or TERMINAL. Languages are
    codes: the one that they chose here, and the one that their browser prefers."""

    name: str | None = None
    user_id: int | None = None
    ip: str | None = None
    user_agent: str | None = None
    chosen_language: str | None = None
    browser_language: str | None = None

    def language(self, offered: str | None = None) -> str | None:
        """What to speak with them, where this one is `offered`: their own choice comes before it, their browser's
        after."""
        return self.chosen_language or offered or self.browser_language


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
    is_breached: Callable[[str], bool] = never_breached

    def execute(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> CursorResult[Any]:
        """Carry out a statement in the transaction, past the ORM, which is longer about one row than the database is.
        For what many wait for; nothing is flushed before it."""
        return self.session.connection().execute(statement, parameters)
