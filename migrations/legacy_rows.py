"""Rows of the replaced backend about which nobody but its operator can decide."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from app.wire.fields import address
from core.names import has_hidden_characters
from migrations.keys import TERMINAL, address_key, login_key, shown
from migrations.statements import has, rows

ACCOUNTS = 'SELECT id, "aLogin" AS login, "aEmail" AS email FROM "uAuthTable" ORDER BY id'


def faults() -> list[str]:
    """Each with the rows that it is about and what to do."""
    people = rows(ACCOUNTS)
    return [*_names(people), *_addresses(people), *_confusions(people), *_profiles()]


def _names(people: Iterable[Any]) -> Iterable[str]:
    """Logins and addresses that differ by letter case, or by what nobody can see, only."""
    kinds: Iterable[tuple[str, str, str, Callable[[str], str]]]
    kinds = (("aLogin", "login", "login", login_key), ("aEmail", "email", "address", address_key))
    for column, name, what, key in kinds:
        alike: dict[str, list[Any]] = defaultdict(list)
        for row in people:
            alike[key(getattr(row, name))].append(row)
        for same in alike.values():
            if len(same) > 1:
                said = ", ".join(f"{shown(getattr(row, name))} (id {row.id})" for row in same)
                yield (
                    f"The same {what}, letter case and spaces aside: {said}. Keep one and change the others: "
                    + " ".join(_change(row.id, column) for row in same[1:])
                )


def _addresses(people: Iterable[Any]) -> Iterable[str]:
    for row in people:
        if address(row.email) is None or has_hidden_characters(row.email):
            said = f"{row.email!r} of {row.login!r} (id {row.id}) is not an e-mail address. Ask for the right one"
            yield f"{said}: {_change(row.id, 'aEmail')}"


def _confusions(people: Iterable[Any]) -> Iterable[str]:
    """Whoever signs in with such a name could be either."""
    holders: dict[str, list[Any]] = defaultdict(list)
    for row in people:
        holders[address_key(row.email)].append(row)
    for row in people:
        for other in holders.get(login_key(row.login), []):
            if other.id != row.id:
                said = f"The login {row.login!r} (id {row.id}) is the address of {other.login!r} (id {other.id})"
                yield f"{said}. Change the login: {_change(row.id, 'aLogin')}"
        if login_key(row.login) == TERMINAL:
            said = f"The login {row.login!r} (id {row.id}) is what the trail of events calls the terminal"
            yield f"{said}. Change the login: {_change(row.id, 'aLogin')}"


def _profiles() -> Iterable[str]:
    if has("uSkaterConfig"):
        for row in rows('SELECT id FROM "uSkaterConfig" WHERE "uSkaterUUID" IS NULL ORDER BY id'):
            yield (
                f"The profile with id {row.id} belongs to nobody. Say whose it is, or delete it: "
                f'UPDATE "uSkaterConfig" SET "uSkaterUUID" = \'…\' WHERE id = {row.id};'
            )


def _change(number: int, column: str) -> str:
    return f'UPDATE "uAuthTable" SET "{column}" = \'…\' WHERE id = {number};'
