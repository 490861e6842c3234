"""What reading costs: few statements, the same however long the log is, and none that reads everybody's rows."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from app.extensions import db
from core.models import Event, EventEntry, IceSession
from tests.api.test_sessions import statements
from tests.support.routes import CARD, DASHBOARD, ICE_TIME, OVERVIEW, SHARE, SHARED
from tests.support.skating import NO_COACH, NO_RINK, begins, coach, on_ice, put, put_many, rink, skater, skater_id
from tests.support.world import Person, World

AT_MOST = {CARD: 4, SHARED: 3, DASHBOARD: 6, ICE_TIME: 6, OVERVIEW: 4}
"""Statements a request, the look-up of the session among them."""

CROWD = """
INSERT INTO "uSkaterConfig" ("uSkaterUUID", "uSkaterTZ")
    SELECT gen_random_uuid(), 'UTC' FROM generate_series(1, 1500);
INSERT INTO ice_time ("uSkaterUUID", date, ice_time, coach_time)
    SELECT "uSkaterUUID", timestamp '2026-11-20' - day * interval '9 days', 60, 30
    FROM "uSkaterConfig", generate_series(0, 19) AS day;
INSERT INTO e_events (id, event_label, event_date, "uSkaterUUID")
    SELECT gen_random_uuid(), 'Cup', date '2026-11-20' - 90 * n, "uSkaterUUID"
    FROM "uSkaterConfig", generate_series(0, 3) AS n;
INSERT INTO e_event_entries (id, event_id, event_type, status, "uSkaterUUID")
    SELECT gen_random_uuid(), id, 'b0000000-0000-0000-0000-000000000001', 'Committed', "uSkaterUUID"
    FROM e_events, generate_series(1, 2);
INSERT INTO m_playlists (id, "uSkaterUUID", name, playlist_type, share_token, created_at)
    SELECT gen_random_uuid(), "uSkaterUUID", 'Program', 'program', gen_random_uuid(), now()
    FROM "uSkaterConfig", generate_series(0, 3);
ANALYZE;
"""
"""Many other skaters, each with as much as a skater records."""

MINE = {"ice_time", "e_events", "e_event_entries", "m_playlists", "uSkaterConfig"}


def with_log(world: World, person: Person, length: int) -> None:
    """So many sessions on as many days at several rinks with several coaches, and a tenth as many events."""
    me, today = skater_id(person), date(2026, 11, 20)
    rinks, coaches = [rink(f"Rink {n}") for n in range(5)], [coach("Coach", f"{n}") for n in range(5)]
    put(world, *rinks, *coaches)
    about = [
        {
            "skater_id": me,
            "at": begins(today - timedelta(days=number), "UTC"),
            "minutes": 60,
            "coached_minutes": number % 70,
            "rink_id": [*(each.id for each in rinks), NO_RINK, None][number % 7],
            "coach_id": [*(each.id for each in coaches), NO_COACH, None][number * 3 % 7],
        }
        for number in range(length)
    ]
    put_many(world, IceSession, about)
    events = [Event(skater_id=me, name="Cup", day=today) for _ in range(length // 10)]
    put(world, *_with_ids(events))
    entries = [EventEntry(skater_id=me, event_id=each.id, status="Committed") for each in events]
    put(world, *_with_ids(entries))


def _with_ids(rows: list[Any]) -> list[Any]:
    for row in rows:
        row.id = uuid.uuid4()
    return rows


def test_a_card_costs_the_same_few_statements_however_long_the_log(world: World) -> None:
    counts: dict[str, set[int]] = {path: set() for path in AT_MOST}
    for name, length in (("Cas", 0), ("Dee", 10), ("Fay", 500)):
        person = skater(world, name)
        with_log(world, person, length)
        token = person.post(SHARE).json["share_token"]
        for path in AT_MOST:
            reader = world.somebody("Eve") if path == SHARED else person
            with statements(world) as seen:
                answer = reader.get(f"{SHARED}/{token}" if path == SHARED else path)
            assert answer.status_code == 200
            counts[path].add(len(seen))

    assert {path: len(found) for path, found in counts.items()} == dict.fromkeys(AT_MOST, 1)
    assert {path: max(found) for path, found in counts.items() if max(found) > AT_MOST[path]} == {}


def test_adding_a_session_costs_the_same_few_statements_however_long_the_log(world: World) -> None:
    counts = set()
    for name, length in (("Cas", 0), ("Fay", 500)):
        person = skater(world, name)
        with_log(world, person, length)
        with statements(world) as seen:
            assert on_ice(person, "2026-11-19").status_code == 201
        counts.add(len([each for each in seen if not each.startswith("BEGIN")]))

    assert len(counts) == 1
    assert max(counts) <= 7


@contextmanager
def executed(world: World) -> Iterator[list[tuple[str, Any]]]:
    """The SQL statements that are executed meanwhile, with what is bound to them."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, parameters))

    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def whole_tables(node: dict[str, Any]) -> set[str]:
    """The tables that a plan reads from end to end."""
    own = {node["Relation Name"]} if node["Node Type"] == "Seq Scan" else set()
    return own.union(*(whole_tables(each) for each in node.get("Plans", [])))


@pytest.mark.parametrize("engine", ["postgresql"])
def test_among_many_skaters_mine_are_found_by_an_index(world: World) -> None:
    cas = skater(world)
    with_log(world, cas, 100)
    token = cas.post(SHARE).json["share_token"]
    with world.app.app_context(), db.engine.begin() as connection:
        for statement in filter(str.strip, CROWD.split(";")):
            connection.execute(text(statement))

    with executed(world) as seen:
        for path in (CARD, f"{SHARED}/{token}", DASHBOARD, ICE_TIME, OVERVIEW):
            assert cas.get(path).status_code == 200

    assert len(seen) >= 15
    with world.app.app_context(), db.engine.connect() as connection:
        plans = {
            statement: connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", bound).scalar_one()
            for statement, bound in seen
        }
        whole = connection.exec_driver_sql("EXPLAIN (FORMAT JSON) SELECT * FROM ice_time").scalar_one()
    assert whole_tables(whole[0]["Plan"]) == {"ice_time"}
    for statement, [plan] in plans.items():
        assert whole_tables(plan["Plan"]) & MINE == set(), statement
