"""Taking over a database of the backend that this project replaces.

Its tables stay where they are and keep their rows. Before the first migration they get the columns and constraint names
that the rest of the house counts on, after the last one the secrets in clear are gone. All of it is one transaction:
what is refused has changed nothing.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import click
import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError
from sqlalchemy.engine.interfaces import ReflectedForeignKeyConstraint, ReflectedUniqueConstraint

from app.wire.fields import address
from core.names import canonical

HEAD = "016_add_compete_usa"
"""The last migration of the replaced backend: the shape in which its database can be taken over."""

UNIQUE = {
    "uAuthTable": [("fs_uniquifier",), ("phone_number",), ("uSkaterUUID",)],
    "uSkaterConfig": [("uSkaterUUID",), ("uSkaterComboIce",), ("uSkaterComboOff",), ("share_token",)],
    "coaches": [("coach_id",)],
    "m_playlists": [("share_token",)],
    "role": [("name",)],
    "user_roles": [("user_id", "role_id")],
}
"""What must be unique in its tables. Others of theirs are loosened: logins and addresses are unique by their keys."""

NAMED = {("user_roles", ("user_id", "role_id")): "uq_user_roles"}
"""Constraints that do not follow our convention."""


def is_taken_over() -> bool:
    """Whether this database was the replaced backend's."""
    return _has("invite_tokens")


def prepare() -> None:
    """Check its rows and give its tables our shape; nothing to do in an empty database."""
    if not _has("uAuthTable"):
        return
    if op.get_bind().dialect.name != "postgresql":
        raise CommandError("Only a PostgreSQL database of the replaced backend can be taken over.")
    click.echo("This is a database of the replaced backend. Checking its rows …")
    if faults := [*_names(), *_addresses(), *_confusions(), *_profiles()]:
        lines = "\n".join(f"  - {fault}" for fault in faults)
        raise CommandError(f"Nothing was changed. These rows need a decision of yours first:\n{lines}")
    click.echo(f"Taking over {_count('uAuthTable')} accounts, {_count('ice_time')} sessions on the ice …")
    for table in _tables():
        _move_sequence_on(table)
        _name_keys(table)
        _name_unique(table)
    _reshape_accounts()
    op.alter_column("uSkaterConfig", "uSkaterZip", type_=sa.String(), postgresql_using='"uSkaterZip"::varchar')
    op.alter_column("uSkaterConfig", "uSkaterUUID", nullable=False)


def create_table(name: str, *items: Any) -> None:
    """Create a table that the replaced backend may have made; its own must have all columns that we know."""
    if not _has(name):
        op.create_table(name, *items)
        return
    present = {column["name"] for column in _inspector().get_columns(name)}
    wanted = {item.name for item in items if isinstance(item, sa.Column)}
    if missing := sorted(wanted - present - _ADDED):
        raise CommandError(
            f'Nothing was changed. The table "{name}" has no {", ".join(missing)}: this database is older than '
            f"what can be taken over. Bring it to {HEAD} with the replaced backend's own migrations first."
        )


def keep_secrets_safe() -> None:
    """Invitations live on by the digest of their token, reset links too; what stood in clear is replaced by it."""
    now = datetime.now(UTC).replace(tzinfo=None)
    for row in _rows("SELECT * FROM invite_tokens ORDER BY id"):
        _keep_invitation(row, now)
    live = "SELECT * FROM password_reset_tokens WHERE NOT used AND expires_at > :now ORDER BY created_at, id"
    newest = {row.user_id: row for row in _rows(live, now=now)}
    for row in newest.values():
        _keep_reset(row, now)
    for table in ("invite_tokens", "password_reset_tokens"):
        for row in _rows(f"SELECT id, token FROM {table}"):
            _execute(f"UPDATE {table} SET token = :digest WHERE id = :id", digest=_digest(row.token), id=row.id)
    click.echo(f"{_count('invitations')} invitations keep working; no token stands in clear any more.")


def fill_coach_keys() -> None:
    """Coaches are found by their address, the first one where several have the same."""
    taken = {row.email_key for row in _rows("SELECT email_key FROM coaches WHERE email_key IS NOT NULL")}
    for row in _rows("SELECT id, coach_email FROM coaches WHERE email_key IS NULL ORDER BY id"):
        key = canonical(row.coach_email or "")
        if address(row.coach_email or "") and key not in taken:
            taken.add(key)
            _execute("UPDATE coaches SET email_key = :key WHERE id = :id", key=key, id=row.id)


def refuse_to_drop() -> None:
    """What was there before us is not ours to drop."""
    if is_taken_over():
        raise CommandError(
            "This database was taken over from another backend, and going further back would drop its tables. "
            "To return to that backend, restore the dump made before the cut-over (see README)."
        )


_ADDED = {"login_key", "email_key", "is_active", "must_change_password"}


def _names() -> Iterable[str]:
    """Logins and addresses that differ by letter case only."""
    for column, what in (("aLogin", "login"), ("aEmail", "address")):
        alike: dict[str, list[Any]] = defaultdict(list)
        for row in _rows(f'SELECT id, "{column}" AS name FROM "uAuthTable" ORDER BY id'):
            alike[canonical(row.name)].append(row)
        for rows in alike.values():
            if len(rows) > 1:
                said = ", ".join(f"{row.name!r} (id {row.id})" for row in rows)
                yield (
                    f"The same {what} but for letter case: {said}. Keep one and change the others: "
                    f'UPDATE "uAuthTable" SET "{column}" = \'…\' WHERE id = {rows[-1].id};'
                )


def _addresses() -> Iterable[str]:
    for row in _rows('SELECT id, "aLogin" AS login, "aEmail" AS email FROM "uAuthTable" ORDER BY id'):
        if address(row.email) is None:
            yield (
                f"{row.email!r} of {row.login!r} (id {row.id}) is not an e-mail address. Ask for the right one: "
                f'UPDATE "uAuthTable" SET "aEmail" = \'…\' WHERE id = {row.id};'
            )


def _confusions() -> Iterable[str]:
    """Whoever signs in with such a name could be either."""
    rows = _rows('SELECT id, "aLogin" AS login, "aEmail" AS email FROM "uAuthTable" ORDER BY id')
    holders: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        holders[canonical(row.email)].append(row)
    for row in rows:
        for other in holders.get(canonical(row.login), []):
            if other.id != row.id:
                yield (
                    f"The login {row.login!r} (id {row.id}) is the address of {other.login!r} (id {other.id}). "
                    f'Change the login: UPDATE "uAuthTable" SET "aLogin" = \'…\' WHERE id = {row.id};'
                )


def _profiles() -> Iterable[str]:
    for row in _rows('SELECT id FROM "uSkaterConfig" WHERE "uSkaterUUID" IS NULL ORDER BY id'):
        yield (
            f"The profile with id {row.id} belongs to nobody. Say whose it is, or delete it: "
            f'UPDATE "uSkaterConfig" SET "uSkaterUUID" = \'…\' WHERE id = {row.id};'
        )


def _reshape_accounts() -> None:
    table = "uAuthTable"
    for name, type_ in (("login_key", sa.String(320)), ("email_key", sa.String(1024))):
        op.add_column(table, sa.Column(name, type_))
    op.add_column(table, sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column(table, sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default=sa.false()))
    for row in _rows('SELECT id, "aLogin" AS login, "aEmail" AS email FROM "uAuthTable"'):
        keys = {"id": row.id, "login": canonical(row.login), "email": canonical(row.email)}
        _execute('UPDATE "uAuthTable" SET login_key = :login, email_key = :email WHERE id = :id', **keys)
    for row in _rows('SELECT id FROM "uAuthTable" WHERE fs_uniquifier IS NULL'):
        _execute('UPDATE "uAuthTable" SET fs_uniquifier = :new WHERE id = :id', new=uuid.uuid4().hex, id=row.id)
    now = datetime.now(UTC).replace(tzinfo=None)
    _execute(f'UPDATE "{table}" SET created_at = coalesce(created_at, updated_at, :now)', now=now)
    _execute(f'UPDATE "{table}" SET updated_at = coalesce(updated_at, created_at)')
    for name in ("login_key", "email_key", "fs_uniquifier", "created_at", "updated_at"):
        op.alter_column(table, name, nullable=False)
    for name in ("is_active", "must_change_password"):
        op.alter_column(table, name, server_default=None)
    for name in ("login_key", "email_key"):
        op.create_unique_constraint(f"uq_{table}_{name}", table, [name])
    op.alter_column(table, "aEmail", type_=sa.String(254))


def _move_sequence_on(table: str) -> None:
    """Rows that came with their ids leave the sequence behind, and the next insert would collide."""
    for column in _inspector().get_pk_constraint(table)["constrained_columns"]:
        of = {"table": f'"{table}"', "column": column}
        [sequence] = _rows("SELECT pg_get_serial_sequence(:table, :column) AS name", **of)
        if sequence.name:
            highest = f'SELECT max("{column}") AS id FROM "{table}"'
            behind = f"FROM ({highest}) AS highest, {sequence.name} AS sequence WHERE highest.id >= sequence.last_value"
            _execute(f"SELECT setval('{sequence.name}', highest.id) {behind}")


def _name_keys(table: str) -> None:
    """Primary and foreign keys by our convention."""
    inspector = _inspector()
    _rename(table, inspector.get_pk_constraint(table)["name"], f"pk_{table}")
    keys: list[ReflectedForeignKeyConstraint] = inspector.get_foreign_keys(table)
    for key in keys:
        _rename(table, key["name"], "_".join(["fk", table, *key["constrained_columns"]]))


def _name_unique(table: str) -> None:
    """Unique constraints by our convention, made where they are missing, dropped where ours replace them."""
    wanted = {frozenset(columns): columns for columns in UNIQUE.get(table, [])}
    present: list[ReflectedUniqueConstraint] = _inspector().get_unique_constraints(table)
    for constraint in present:
        columns = wanted.pop(frozenset(constraint["column_names"]), None)
        if columns:
            _rename(table, constraint["name"], _unique_name(table, columns))
        elif table in UNIQUE:
            op.drop_constraint(str(constraint["name"]), table, type_="unique")
    for index in _inspector().get_indexes(table):
        columns = wanted.pop(frozenset(index["column_names"]), None) if index["unique"] else None
        if columns:
            name = _unique_name(table, columns)
            _execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" UNIQUE USING INDEX "{index["name"]}"')
    for columns in wanted.values():
        op.create_unique_constraint(_unique_name(table, columns), table, list(columns))


def _unique_name(table: str, columns: tuple[str, ...]) -> str:
    return NAMED.get((table, columns)) or "_".join(["uq", table, *columns])


def _rename(table: str, old: str | None, new: str) -> None:
    if old and old != new:
        _execute(f'ALTER TABLE "{table}" RENAME CONSTRAINT "{old}" TO "{new}"')


def _keep_invitation(row: Any, now: datetime) -> None:
    key = uuid.uuid4()
    _execute(
        "INSERT INTO invitations (id, kind, roles, max_uses, uses, created_at, expires_at, created_by)"
        " VALUES (:id, 'gate', '[]', :max_uses, :uses, :created_at, :expires_at, :created_by)",
        id=key,
        max_uses=row.max_uses,
        uses=row.use_count,
        created_at=row.created_at or now,
        expires_at=row.expires_at,
        created_by=row.created_by,
    )
    _execute(
        "INSERT INTO invitation_links (digest, invitation_id, created_at) VALUES (:digest, :id, :created_at)",
        digest=_digest(row.token),
        id=key,
        created_at=row.created_at or now,
    )


def _keep_reset(row: Any, now: datetime) -> None:
    _execute(
        "INSERT INTO password_resets (id, user_id, digest, created_at, expires_at)"
        " VALUES (:id, :user_id, :digest, :created_at, :expires_at)",
        id=uuid.uuid4(),
        user_id=row.user_id,
        digest=_digest(row.token),
        created_at=row.created_at or now,
        expires_at=row.expires_at,
    )


def _digest(token: str) -> str:
    """As in core/tokens.py at the time of this migration."""
    return sha256(token.encode()).hexdigest()


def _inspector() -> sa.Inspector:
    return sa.inspect(op.get_bind())


def _has(table: str) -> bool:
    return _inspector().has_table(table)


def _tables() -> list[str]:
    """Its tables that we go on using."""
    from core.models import Base

    return [name for name in _inspector().get_table_names() if name in Base.metadata.tables]


def _count(table: str) -> int:
    return int(_rows(f'SELECT count(*) AS n FROM "{table}"')[0].n) if _has(table) else 0


def _rows(statement: str, **values: Any) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    return op.get_bind().execute(sa.text(statement), values).all()


def _execute(statement: str, **values: Any) -> None:
    op.get_bind().execute(sa.text(statement), values)
