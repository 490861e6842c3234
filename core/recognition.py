"""Whether a row of a file is one that is already there, letter case aside."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from core import names

Values = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """Why a row cannot be loaded: a reason code, and what the sentence for it may name."""

    line: int
    column: str | None
    reason: str
    about: str = ""


class Things:
    """Rows that are the same when they agree in all of `attributes`."""

    def __init__(self, *attributes: str) -> None:
        self._attributes = attributes

    def within(self, columns: Collection[str]) -> "Things":
        """The same, of a file that says no more than this."""
        return Things(*(name for name in self._attributes if name in columns))

    def keys(self, present: Values) -> list[Hashable]:
        """By what a present row is found."""
        return [tuple(folded(present.get(name)) for name in self._attributes)]

    def wanted(self, given: Values) -> list[Hashable]:
        """By what a given row is looked for, the surest first."""
        return self.keys(given)


class People(Things):
    """Rows that are the same when they have the same address, or else the same full name."""

    def within(self, columns: Collection[str]) -> Things:
        return self

    def keys(self, present: Values) -> list[Hashable]:
        name = _full_name(present)
        if present["email_key"]:
            return [("name", name), ("email", present["email_key"])]
        # What came before there were keys may hold an address twice, or something that is none.
        address = present["email"] and names.address_key(present["email"])
        return [("name", name), ("unkeyed", address) if address else ("no address", name)]

    def wanted(self, given: Values) -> list[Hashable]:
        name = _full_name(given)
        if key := given.get("email_key"):
            return [("email", key), ("unkeyed", key), ("no address", name)]
        return [("no address", name), ("name", name)]


class Recogniser:
    """Says of each row of a file which present one it means, and whether the file has said it before."""

    def __init__(self, things: Things, present: Iterable[Values]) -> None:
        self._things = things
        self._seen: dict[Hashable, int] = {}
        self._by_id: dict[Any, Values] = {}
        self._by_key: dict[Hashable, list[Values]] = defaultdict(list)
        for row in present:
            self._by_id[row["id"]] = row
            for key in things.keys(row):
                self._by_key[key].append(row)

    def find(self, line: int, given: Values) -> Values | Fault | None:
        """The present row that is meant, None for a new one, or why that cannot be said."""
        own_id, wanted = given.get("id"), self._things.wanted(given)
        for key in (("id", own_id), wanted[0]):
            if key != ("id", None) and (earlier := self._earlier(key, line)):
                return Fault(line, None, "double", str(earlier))
        alike = next((rows for key in wanted if (rows := self._by_key.get(key))), [])
        found = self._by_id.get(own_id) if own_id else None
        if found and alike and found not in alike and alike is self._by_key.get(wanted[0]):
            return Fault(line, None, "other_id", str(alike[0]["id"]))
        if not found and own_id and alike:
            return Fault(line, "id", "other_id", str(alike[0]["id"]))
        if not found and len(alike) > 1:
            return Fault(line, None, "ambiguous", str(len(alike)))
        found = found or (alike[0] if alike else None)
        if found and (earlier := self._earlier(("row", found["id"]), line)):
            return Fault(line, None, "double", str(earlier))
        return found

    def _earlier(self, key: Hashable, line: int) -> int | None:
        """The line on which the file said the same before."""
        first = self._seen.setdefault(key, line)
        return first if first != line else None


def folded(value: Any) -> Hashable:
    """What values are compared by: nothing, no and empty text are the same."""
    return names.canonical(value) if isinstance(value, str) else value or ""


def _full_name(values: Values) -> str:
    return names.canonical(f"{values['first_name'] or ''} {values['last_name'] or ''}")
