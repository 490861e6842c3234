"""Databases of a given size, filled by the database itself."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import URL, Connection, create_engine, text

from core.tokens import digest

SESSIONS = 500
"""Times on the ice of each skater: about five years at two a week."""
EVENTS = 8

_STATEMENTS = (
    """INSERT INTO "uAuthTable" (id, "aLogin", "aEmail", "aPasswordHash", "uSkaterUUID", fs_uniquifier, created_at,
         updated_at, login_key, email_key, is_active, must_change_password)
       SELECT i, 'skater' || i, 'skater' || i || '@club.test', 'nobody''s hash', md5('skater' || i)::uuid,
         md5('fs' || i), now(), now(), 'skater' || i, 'skater' || i || '@club.test', true, false
       FROM generate_series(1, :skaters) i""",
    """INSERT INTO user_roles (user_id, role_id) SELECT i, 1 FROM generate_series(1, :skaters) i""",
    """INSERT INTO locations (rink_id, rink_name, rink_city, rink_state, rink_zip)
       SELECT md5('rink' || i)::uuid, 'Rink ' || i, 'City ' || i, 'CO', '80000' FROM generate_series(1, 40) i""",
    """INSERT INTO coaches (coach_id, "coach_Fname", "coach_Lname")
       SELECT md5('coach' || i)::uuid, 'Coach', 'No. ' || i FROM generate_series(1, 40) i""",
    """INSERT INTO "uSkaterConfig" ("uSkaterUUID", "uSkaterFname", "uSkaterLname", "uSkaterTZ", "activeCoach",
         "uSkaterRinkPref")
       SELECT md5('skater' || i)::uuid, 'Skater', 'No. ' || i, 'America/Denver', md5('coach1')::uuid,
         md5('rink1')::uuid
       FROM generate_series(1, :skaters) i""",
    """INSERT INTO ice_time (date, ice_time, ice_cost, skate_type, coach_time, coach_id, coach_cost, rink_id,
         "uSkaterUUID")
       SELECT date_trunc('day', now()) - (s * 3 || ' days')::interval + interval '7 hours', 45 + s % 60, 15,
         (SELECT ice_type_id FROM ice_type ORDER BY ice_type_id OFFSET s % 10 LIMIT 1), s % 40,
         md5('coach' || 1 + s % 5)::uuid, 20, md5('rink' || 1 + s % 6)::uuid, md5('skater' || i)::uuid
       FROM generate_series(1, :skaters) i, generate_series(1, :sessions) s""",
    """INSERT INTO e_events (id, event_label, event_date, event_location, "uSkaterUUID")
       SELECT md5('event' || i || ' ' || e)::uuid, 'Event ' || e, current_date - e * 90, md5('rink1')::uuid,
         md5('skater' || i)::uuid
       FROM generate_series(1, :skaters) i, generate_series(1, :events) e""",
    """INSERT INTO e_event_entries (id, event_id, event_type, placement, status, "uSkaterUUID")
       SELECT gen_random_uuid(), md5('event' || i || ' ' || e)::uuid, 'b0000000-0000-0000-0000-000000000001', 1 + n,
         'Scored', md5('skater' || i)::uuid
       FROM generate_series(1, :skaters) i, generate_series(1, :events) e, generate_series(1, 3) n""",
)


def fill(database: URL, skaters: int) -> None:
    """So many skaters with their logs, in a migrated database."""
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # the rows point where they should
        for statement in _STATEMENTS:
            numbers = {"skaters": skaters, "sessions": SESSIONS, "events": EVENTS}
            wanted = {name: number for name, number in numbers.items() if f":{name}" in statement}
            connection.execute(text(statement), wanted)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def sign_in(database: URL, user_id: int, secret: str) -> None:
    """A session of this skater under this cookie, without the cost of a password."""
    engine = create_engine(database)
    with engine.begin() as connection:
        _insert_session(connection, user_id, secret)
    engine.dispose()


def _insert_session(connection: Connection, user_id: int, secret: str) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    values = {"digest": digest(secret), "user": user_id, "now": now, "end": now + timedelta(days=7)}
    connection.execute(
        text(
            "INSERT INTO sessions (id, digest, user_id, created_at, last_seen_at, expires_at)"
            " VALUES (gen_random_uuid(), :digest, :user, :now, :now, :end)"
        ),
        values,
    )
