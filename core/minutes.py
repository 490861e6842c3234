"""How time on the ice is counted: each minute once, as group, coached or solo."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, func, literal_column

from core.models import IceSession

GROUP_CLASS = uuid.UUID("db32094e-9b0d-42a5-b87f-cd47729b6c65")
"""The kind of ice time whose minutes are all group: an id that the front end and all databases share."""

ZERO = literal_column("0", Integer)
"""Written out: as a parameter it would be sent each time that it is said, and of a type that nobody can tell."""

_ALL = func.coalesce(IceSession.minutes, ZERO)
_COACHED = func.coalesce(IceSession.coached_minutes, ZERO)
_IS_GROUP = IceSession.ice_type_id == GROUP_CLASS
_PARTS = {
    "total": _ALL,
    "group": case((_IS_GROUP, _ALL), else_=ZERO),
    "coached": case((_IS_GROUP, ZERO), (_COACHED < _ALL, _COACHED), else_=_ALL),
}


@dataclass(frozen=True)
class Minutes:
    """Minutes on the ice in `sessions`; what is neither group nor coached is solo."""

    total: int = 0
    group: int = 0
    coached: int = 0
    sessions: int = 0

    @property
    def solo(self) -> int:
        return self.total - self.group - self.coached

    def __add__(self, other: "Minutes") -> "Minutes":
        return Minutes(
            self.total + other.total,
            self.group + other.group,
            self.coached + other.coached,
            self.sessions + other.sessions,
        )

    def percentages(self) -> tuple[int, int, int]:
        """Coached, group and solo in whole percent that add up to 100 by largest remainder (of equal remainders the
        one named first), or three zeros."""
        if not self.total:
            return 0, 0, 0
        parts = [divmod(100 * part, self.total) for part in (self.coached, self.group, self.solo)]
        missing = 100 - sum(whole for whole, _ in parts)
        lucky = sorted(range(3), key=lambda i: -parts[i][1])[:missing]
        coached, group, solo = (whole + (i in lucky) for i, (whole, _) in enumerate(parts))
        return coached, group, solo

    def average(self) -> int:
        """Minutes of a session, rounded half up; 0 without any."""
        return rounded(self.total, self.sessions) if self.sessions else 0


def sums(suffix: str, *within: ColumnElement[bool]) -> list[ColumnElement[Any]]:
    """Columns for a select of sessions that add up those that fulfil the conditions: see read()."""
    added = {name: func.sum(part) for name, part in _PARTS.items()} | {"sessions": func.count()}
    counted = {name: each.filter(and_(*within)) if within else each for name, each in added.items()}
    return [func.coalesce(each, ZERO).label(f"{name}_{suffix}") for name, each in counted.items()]


def read(rows: Sequence[Any], suffix: str) -> Minutes:
    """What the columns of sums(suffix) hold, added up over the rows."""
    return Minutes(*(sum(getattr(row, f"{name}_{suffix}") for row in rows) for name in (*_PARTS, "sessions")))


def rounded(numerator: int, denominator: int) -> int:
    """The quotient of two numbers that are not negative, rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)
