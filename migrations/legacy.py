"""Taking over a database of the backend that this project replaces.

Its tables stay where they are and keep their rows. Each gets the columns, keys and names that the rest of the house
counts on (legacy_shape) when its turn comes; after the last one the secrets in clear are gone. All of it is one
transaction: what is refused has changed nothing.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import click
import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError
from sqlalchemy.exc import OperationalError

from app.wire.fields import address
from migrations import legacy_shape
from migrations.keys import address_key, login_key
from migrations.legacy_rows import faults
from migrations.statements import count, execute, execute_each, has, inspector, rows

ACCOUNTS = "uAuthTable"
SHARED = (
    *("classes_camp", "classes_school", "club_directory", "club_members", "coaches", "e_event_costs"),
    *("e_event_entries", "e_event_types", "e_events", "e_governing_bodies", "e_tests", "ice_time", "ice_type"),
    *("locations", "m_playlist_tracks", "m_playlists", "m_tracks", "maintenance", "role", ACCOUNTS, "uSkateConfig"),
    *("uSkaterBlades", "uSkaterBoots", "uSkaterConfig", "uSkaterEquipment", "user_roles"),
)
"""Its tables that we go on using."""

ONLY_OURS = (
    *("attempt_counters", "audit_events", "invitation_links", "invitation_uses", "invitations", "label_artists"),
    *("label_invitations", "labels", "letters", "login_tokens", "password_resets", "sessions", "team_members"),
    *("teams", "tenant_coaches", "tenants"),
)
"""Tables that it never had."""

STAFF = ("designer", "dev", "admin", "super_admin", "owner")
SECRETS = ("invite_tokens", "password_reset_tokens")
ONLY_THEIRS = (
    *SECRETS,
    *("e_deductions", "e_import_log", "e_scores_6_0", "e_scores_cjs", "e_scores_ijs_components"),
    *("e_scores_ijs_elements", "j_notes", "j_videos", "punch_cards", "punched_sessions"),
)
"""Its tables that we leave alone, but for the tokens in clear."""


def is_taken_over() -> bool:
    """Whether this database was the replaced backend's."""
    return any(has(table) for table in ONLY_THEIRS)


def prepare() -> None:
    """Check that the database is empty, or that its rows can be taken over."""
    theirs = has(ACCOUNTS)
    _check_room(ONLY_OURS if theirs else ONLY_OURS + SHARED)
    if not theirs:
        return
    if op.get_bind().dialect.name != "postgresql":
        raise CommandError("Only a PostgreSQL database of the replaced backend can be taken over.")
    _check_schema()
    click.echo("This is a database of the replaced backend. Checking its rows …")
    _lock()
    for table, needed in {ACCOUNTS: ["id", "aLogin", "aEmail"], "uSkaterConfig": ["id", "uSkaterUUID"]}.items():
        if has(table):
            legacy_shape.check_columns(table, needed)
    if found := faults():
        lines = "\n".join(f"  - {fault}" for fault in found)
        raise CommandError(f"Nothing was changed. These rows need a decision of yours first:\n{lines}")
    click.echo(f"Taking over {count(ACCOUNTS)} accounts, {count('ice_time')} sessions on the ice …")


def create_table(name: str, *items: Any) -> None:
    """Create a table, or give our shape to the one that the replaced backend made."""
    if not has(name):
        op.create_table(name, *items)
        return
    wanted = [item.name for item in items if isinstance(item, sa.Column)]
    legacy_shape.check_columns(name, [column for column in wanted if name != ACCOUNTS or column not in ADDED])
    if name == ACCOUNTS:
        _complete_accounts()
    legacy_shape.fit(name, items)


def create_index(table: str, *columns: str) -> None:
    """Create an index by our convention, unless the replaced backend has made it."""
    legacy_shape.fit_index(table, list(columns))


def keep_secrets_safe() -> None:
    """Invitations live on by the digest of their token, reset links too; what stood in clear is replaced by it."""
    now = datetime.now(UTC).replace(tzinfo=None)
    people = {row.id for row in rows(f'SELECT id FROM "{ACCOUNTS}"')}
    if has("invite_tokens"):
        for row in rows("SELECT * FROM invite_tokens ORDER BY id"):
            _keep_invitation(row, people, now)
    if has("password_reset_tokens"):
        live = "SELECT * FROM password_reset_tokens WHERE used IS NOT TRUE AND expires_at > :now"
        found = rows(f"{live} ORDER BY expires_at, id", now=now)
        newest = {row.user_id: row for row in found if row.user_id in people}
        for row in newest.values():
            _keep_reset(row, now)
    for table in filter(has, SECRETS):
        digests = [{"id": row.id, "digest": _digest(row.token)} for row in rows(f"SELECT id, token FROM {table}")]
        with _untriggered(table):
            execute_each(f"UPDATE {table} SET token = :digest WHERE id = :id", digests)
    click.echo(f"{count('invitations')} invitations were taken over; no token stands in clear any more.")


def tell_staff() -> None:
    """Roles of theirs may open here what they did not open there."""
    held = 'SELECT u."aLogin" AS login, r.name FROM "uAuthTable" u JOIN user_roles h ON h.user_id = u.id'
    held += " JOIN role r ON r.id = h.role_id WHERE r.name = ANY(:names) ORDER BY u.id, r.id"
    if found := [f"{row.login!r} ({row.name})" for row in rows(held, names=list(STAFF))]:
        click.echo(f"These accounts have roles that are staff here; check them: {', '.join(found)}.")


def fill_coach_keys() -> None:
    """Coaches are found by their address, the first one where several have the same."""
    keys: dict[str, int] = {}
    for row in rows("SELECT id, coach_email FROM coaches ORDER BY id"):
        if address(row.coach_email or ""):
            keys.setdefault(address_key(row.coach_email), row.id)
    with _untriggered("coaches"):
        values = [{"id": number, "key": key} for key, number in keys.items()]
        execute_each("UPDATE coaches SET email_key = :key WHERE id = :id", values)


def refuse_to_drop() -> None:
    """What was there before us is not ours to drop."""
    if is_taken_over():
        raise CommandError(
            "This database was taken over from another backend, and going further back would drop its tables. "
            "To return to that backend, restore the dump made before the cut-over (see docs/taking-over.md)."
        )


ADDED: dict[str, Any] = {
    "login_key": sa.String(320),
    "email_key": sa.String(1024),
    "is_active": sa.Boolean(),
    "must_change_password": sa.Boolean(),
}
"""What its accounts do not have yet."""


def _check_room(names: tuple[str, ...]) -> None:
    """Nobody else's tables are touched, whatever their shape."""
    look = inspector()
    if taken := [name for name in names if look.has_table(name, schema=look.default_schema_name)]:
        raise CommandError(
            f"Nothing was changed. Somebody else's tables have names that are needed here: {', '.join(sorted(taken))}. "
            "Rename them, or use a database of its own."
        )


def _check_schema() -> None:
    look = inspector()
    if not look.has_table(ACCOUNTS, schema=look.default_schema_name):
        raise CommandError(
            f'Nothing was changed. New tables would be made in the schema "{look.default_schema_name}", and '
            f'"{ACCOUNTS}" is in another one. Put that one first: ALTER ROLE … SET search_path = …;'
        )


def _lock() -> None:
    """Nobody changes a row between its check and the end."""
    tables = ", ".join(f'"{name}"' for name in (*SHARED, *SECRETS) if has(name))
    try:
        execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
    except OperationalError as error:
        if getattr(error.orig, "pgcode", None) != "55P03":
            raise
        raise CommandError(
            "Nothing was changed. Somebody is using this database: stop the replaced backend, and dumps that run."
        ) from error


def _complete_accounts() -> None:
    for name, type_ in ADDED.items():
        op.add_column(ACCOUNTS, sa.Column(name, type_))
    now = datetime.now(UTC).replace(tzinfo=None)
    people = rows(f'SELECT id, "aLogin" AS login, "aEmail" AS email FROM "{ACCOUNTS}"')
    keys = [{"id": row.id, "login": login_key(row.login), "email": address_key(row.email)} for row in people]
    nameless = rows(f'SELECT id FROM "{ACCOUNTS}" WHERE fs_uniquifier IS NULL')
    fresh = [{"id": row.id, "new": uuid.uuid4().hex} for row in nameless]
    with _untriggered(ACCOUNTS):
        execute_each(f'UPDATE "{ACCOUNTS}" SET login_key = :login, email_key = :email WHERE id = :id', keys)
        execute_each(f'UPDATE "{ACCOUNTS}" SET fs_uniquifier = :new WHERE id = :id', fresh)
        execute(f'UPDATE "{ACCOUNTS}" SET is_active = true, must_change_password = false')
        execute(f'UPDATE "{ACCOUNTS}" SET created_at = coalesce(created_at, updated_at, :now)', now=now)
        execute(f'UPDATE "{ACCOUNTS}" SET updated_at = coalesce(updated_at, created_at)')


@contextmanager
def _untriggered(table: str) -> Iterator[None]:
    """Somebody's triggers neither stamp rows as changed today nor copy old tokens elsewhere."""
    states = {"O": "ENABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}
    living = "SELECT tgname AS name, tgenabled::text AS state FROM pg_trigger WHERE tgrelid = CAST(:table AS regclass)"
    triggers = rows(f"{living} AND NOT tgisinternal AND tgenabled <> 'D'", table=f'"{table}"')
    for trigger in triggers:
        execute(f'ALTER TABLE "{table}" DISABLE TRIGGER "{trigger.name}"')
    yield
    for trigger in triggers:
        execute(f'ALTER TABLE "{table}" {states[trigger.state]} TRIGGER "{trigger.name}"')


def _keep_invitation(row: Any, people: set[int], now: datetime) -> None:
    key = uuid.uuid4()
    max_uses = 1 if row.max_uses is None else row.max_uses
    execute(
        "INSERT INTO invitations (id, kind, roles, max_uses, uses, created_at, expires_at, revoked_at, created_by)"
        " VALUES (:id, 'gate', '[]', :max_uses, :uses, :created_at, :expires_at, :revoked_at, :created_by)",
        id=key,
        max_uses=max_uses,
        uses=row.use_count or 0,
        created_at=row.created_at or now,
        expires_at=row.expires_at,
        revoked_at=now if max_uses < 0 else None,  # it admitted nobody, and 0 would admit everybody
        created_by=row.created_by if row.created_by in people else None,
    )
    execute(
        "INSERT INTO invitation_links (digest, invitation_id, created_at) VALUES (:digest, :id, :created_at)",
        digest=_digest(row.token),
        id=key,
        created_at=row.created_at or now,
    )


def _keep_reset(row: Any, now: datetime) -> None:
    execute(
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
