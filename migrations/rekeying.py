"""Computing the keys of names anew, in a database that people have lived in."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from alembic.util import CommandError

from migrations.keys import shown
from migrations.statements import execute_each, rows

BATCH = 1000
ACCOUNTS = "uAuthTable"


@dataclass(frozen=True)
class Keyed:
    """A column of names, and the column that holds their keys; whether a key belongs to one row alone."""

    table: str
    name: str
    key: str
    what: str
    is_unique: bool = True


LOGINS = Keyed(ACCOUNTS, "aLogin", "login_key", "login")
ADDRESSES = Keyed(ACCOUNTS, "aEmail", "email_key", "address")
COACHES = Keyed("coaches", "coach_email", "email_key", "address")
INVITATIONS = Keyed("invitations", "email", "email_key", "address", is_unique=False)


@dataclass(frozen=True)
class Change:
    """A row that gets another key."""

    id: Any
    name: str
    key: str


def rekey(login_key: Callable[[str], str], address_key: Callable[[str], str]) -> None:
    """Give every name the key that is computed for it now.

    Raises CommandError, which names all rows whose keys would be the same, before anything is changed.
    """
    columns = {LOGINS: login_key, ADDRESSES: address_key, COACHES: address_key, INVITATIONS: address_key}
    changes = {keyed: list(_changes(keyed, key)) for keyed, key in columns.items()}
    faults = [fault for keyed, found in changes.items() if keyed.is_unique for fault in _conflicts(keyed, found)]
    faults += _confusions(changes[LOGINS], changes[ADDRESSES])
    if faults:
        lines = "\n".join(f"  - {fault}" for fault in faults)
        raise CommandError(f"Nothing was changed. These rows need a decision of yours first:\n{lines}")
    for keyed, found in changes.items():
        _write(keyed, found)


def _changes(keyed: Keyed, compute: Callable[[str], str]) -> Iterator[Change]:
    """Look at all rows, a batch at a time."""
    columns = f'id, "{keyed.name}" AS name, {keyed.key} AS key'
    query = f'SELECT {columns} FROM "{keyed.table}" WHERE {keyed.key} IS NOT NULL'
    after: dict[str, Any] = {}
    while found := rows(f"{query}{' AND id > :after' if after else ''} ORDER BY id LIMIT {BATCH}", **after):
        for row in found:
            if row.name is not None and (key := compute(row.name)) != row.key:
                yield Change(row.id, row.name, key)
        after = {"after": found[-1].id}


def _conflicts(keyed: Keyed, changes: list[Change]) -> Iterator[str]:
    """Rows that would have one key, those that keep theirs included."""
    changed, alike = {each.id for each in changes}, defaultdict(list)
    for each in changes:
        alike[each.key].append((each.id, each.name))
    holding = f'SELECT id, "{keyed.name}" AS name FROM "{keyed.table}" WHERE {keyed.key} = :key'
    for key, same in alike.items():
        same += [(row.id, row.name) for row in rows(holding, key=key) if row.id not in changed]
        if len(same) > 1:
            same.sort()
            said = ", ".join(f"{shown(name)} (id {number})" for number, name in same)
            orders = " ".join(_order(keyed, number) for number, _ in same[1:])
            yield f"The same {keyed.what} in {keyed.table}: {said}. Keep one and change the others: {orders}"


def _confusions(logins: list[Change], addresses: list[Change]) -> Iterator[str]:
    """A login that would be another account's address: whoever signs in with it could be either."""
    fresh = {each.id: each.key for each in addresses}
    by_address = {each.key: each.id for each in addresses}
    holding = f'SELECT id FROM "{ACCOUNTS}" WHERE {{}} = :key'
    for each in logins:
        holders = [row.id for row in rows(holding.format("email_key"), key=each.key) if row.id not in fresh]
        holders += [by_address[each.key]] if each.key in by_address else []
        for other in holders:
            if other != each.id:
                said = f"The login {shown(each.name)} (id {each.id}) is the address of the account with id {other}"
                yield f"{said}. Change the login: {_order(LOGINS, each.id)}"
    moved = {each.id for each in logins}
    for each in addresses:
        for row in rows(holding.format("login_key"), key=each.key):
            if row.id != each.id and row.id not in moved:
                said = f"The address {shown(each.name)} (id {each.id}) is the login of the account with id {row.id}"
                yield f"{said}. Change the login: {_order(LOGINS, row.id)}"


def _write(keyed: Keyed, changes: list[Change]) -> None:
    """Free all old keys first: one row may get what another had."""
    set_key = f'UPDATE "{keyed.table}" SET {keyed.key} = :key WHERE id = :id'
    values = [{"id": each.id, "key": each.key} for each in changes]
    if keyed.is_unique:
        execute_each(set_key, [{**each, "key": f"rekeying {each['id']}"} for each in values])
    for start in range(0, len(values), BATCH):
        execute_each(set_key, values[start : start + BATCH])


def _order(keyed: Keyed, number: Any) -> str:
    return f'UPDATE "{keyed.table}" SET "{keyed.name}" = \'…\' WHERE id = {number};'
