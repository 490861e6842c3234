"""Databases of a given size, filled by the database itself."""

from argon2 import PasswordHasher
from argon2.low_level import Type
from sqlalchemy import URL, create_engine, text

from app.database import waiting_without_end
from core.policy import HashCost
from core.tokens import digest
from tests.support.world import PASSWORD

SESSIONS = 500
"""Times on the ice of each skater with a log: about five years at two a week."""
EVENTS, FEW_SKATERS = 8, 10
SKATER = 5
"""Who is signed in with SECRET, and has a log."""
SECRET, LIVING, DEAD = "s" * 43, "l" * 43, "d" * 43
"""The cookie of a session, the tokens of an invitation for any number of people, and of one that was revoked."""
ADULT = "(SELECT id FROM role WHERE name = 'adult')"
NOW = "timezone('utc', now())"
AGO = f"{NOW} - i % 5000000 * interval '1 second'"

_PEOPLE = (
    """INSERT INTO "uAuthTable" ("aLogin", "aEmail", "aPasswordHash", "uSkaterUUID", fs_uniquifier, created_at,
         updated_at, login_key, email_key, is_active, must_change_password)
       SELECT 'skater' || i, 'skater' || i || '@club.test', :hash, md5('skater' || i)::uuid,
         md5('fs' || i), now(), now(), 'skater' || i, 'skater' || i || '@club.test', true, false
       FROM generate_series(1, :people) i""",
    f"INSERT INTO user_roles (user_id, role_id) SELECT i, {ADULT} FROM generate_series(1, :people) i",
    f"""INSERT INTO sessions (id, digest, user_id, created_at, last_seen_at, expires_at)
       SELECT gen_random_uuid(), md5('a' || i) || md5('b' || i), i, {NOW}, {NOW}, {NOW} + interval '7 days'
       FROM generate_series(1, :people) i""",
    f"""INSERT INTO invitations (id, kind, roles, max_uses, uses, created_at, expires_at, created_by)
       SELECT md5('invitation' || i)::uuid, 'gate', '[]', 1, 0, {AGO}, {NOW} + interval '30 days', i
       FROM generate_series(1, :people) i""",
    f"""INSERT INTO invitation_links (digest, invitation_id, created_at)
       SELECT md5('c' || i) || md5('d' || i), md5('invitation' || i)::uuid, {AGO} FROM generate_series(1, :people) i""",
    f"""INSERT INTO letters (id, kind, recipient, data, created_at, attempts, state)
       SELECT gen_random_uuid(), 'reset_requested', 'skater' || i || '@club.test', '{{}}', {AGO}, 1, 'sent'
       FROM generate_series(1, :people) i""",
    f"""INSERT INTO password_resets (id, digest, user_id, created_at, expires_at)
       SELECT gen_random_uuid(), md5('e' || i) || md5('f' || i), i, {NOW}, {NOW} + interval '1 hour'
       FROM generate_series(1, :people) i""",
    f"""INSERT INTO audit_events (id, at, event, user_id, details)
       SELECT gen_random_uuid(), {AGO}, 'signed_in', i, '{{}}' FROM generate_series(1, :people) i""",
    """INSERT INTO "uSkaterConfig" ("uSkaterUUID", "uSkaterFname", "uSkaterLname", "uSkaterTZ", "activeCoach",
         "uSkaterRinkPref")
       SELECT md5('skater' || i)::uuid, 'Skater', 'No. ' || i, 'America/Denver', md5('coach1')::uuid,
         md5('rink1')::uuid
       FROM generate_series(1, :people) i""",
)
_LOGS = (
    """INSERT INTO locations (rink_id, rink_name, rink_city, rink_state, rink_zip)
       SELECT md5('rink' || i)::uuid, 'Rink ' || i, 'City ' || i, 'CO', '80000' FROM generate_series(1, 40) i""",
    """INSERT INTO coaches (coach_id, "coach_Fname", "coach_Lname")
       SELECT md5('coach' || i)::uuid, 'Coach', 'No. ' || i FROM generate_series(1, 40) i""",
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
_SECRETS = (
    f"""INSERT INTO sessions (id, digest, user_id, created_at, last_seen_at, expires_at)
       VALUES (gen_random_uuid(), :secret, {SKATER}, {NOW}, {NOW}, {NOW} + interval '7 days')""",
    f"""INSERT INTO invitations (id, kind, roles, max_uses, uses, created_at, revoked_at, created_by) VALUES
       (md5('living')::uuid, 'gate', '["adult"]', 0, 0, {NOW}, NULL, 1),
       (md5('dead')::uuid, 'gate', '["adult"]', 0, 0, {NOW}, {NOW}, 1)""",
    f"""INSERT INTO invitation_links (digest, invitation_id, created_at) VALUES
       (:living, md5('living')::uuid, {NOW}), (:dead, md5('dead')::uuid, {NOW})""",
)


def fill(database: URL, people: int, skaters: int) -> None:
    """So many people, each with a session, an invitation, a reset, a letter and an event, in a migrated database, and
    so many of them with a log. SECRET, LIVING and DEAD mean there what is said of them."""
    cost = HashCost()
    values = {
        "people": people,
        "skaters": skaters,
        "sessions": SESSIONS,
        "events": EVENTS,
        "hash": PasswordHasher(cost.time, cost.memory_kib, cost.lanes, type=Type.ID).hash(PASSWORD),
        "secret": digest(SECRET),
        "living": digest(LIVING),
        "dead": digest(DEAD),
    }
    engine = create_engine(database)
    with waiting_without_end(), engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # the rows point where they should
        for statement in (*_PEOPLE, *_LOGS, *_SECRETS):
            prepared = text(statement)
            connection.execute(prepared, {name: values[name] for name in prepared._bindparams})
    with waiting_without_end(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
