"""A day that a skater types is that day everywhere, wherever they live and wherever they move to."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from app.extensions import db
from core.models import IceSession, Profile, Sharpening
from tests.support.answers import faults
from tests.support.routes import CARD, DASHBOARD, ICE_TIME, OVERVIEW, PROFILE
from tests.support.skating import NAMES, ZONES, begins, on_ice, put, skater, skater_id
from tests.support.world import AUTH, Person, World

DAY = timedelta(days=1)
DAYS = [date(2026, 11, 20) - back * DAY for back in (0, 1, 19, 20, 50, 51, 89, 90, 91, 92, 365)]
DAYS += [date(2026, 11, 21), date(2026, 12, 1), date(2024, 2, 29), date(2025, 12, 31), date(2026, 1, 1)]
DAYS += [date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 24), date(2026, 10, 25), date(2026, 10, 30)]
DAYS += [date(2026, 4, 23), date(2026, 4, 25), date(1901, 2, 3), date(2199, 12, 31)]
"""Edges of windows, months and years, days on which clocks are changed somewhere, and days far away."""

BAD_ZONES = [
    "Mars/Base",
    "localtime",
    "../etc/passwd",
    "europe/berlin",
    "Factory",
    "UTC+1",
    "/etc/localtime",
    "EST\x00",
]
HOURS = [time(), time.max]


def days(person: Person) -> list[str]:
    """The days of the session table, newest first."""
    return [row["date"] for row in person.get(ICE_TIME).json["session_table"]]


def newest_first(typed: list[date]) -> list[str]:
    return [day.isoformat() for day in sorted(typed, reverse=True)]


def clock_shows(world: World, day: date, hour: time, zone: str) -> None:
    world.clock.now = datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)


def move(person: Person, zone: str) -> None:
    answer = person.browser.patch(PROFILE, json={"timezone": zone})
    assert (answer.status_code, answer.json["user_meta"]["user_timezone"]) == (200, zone)


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_comes_back_as_it_was_typed(world: World, zone: str) -> None:
    cas = skater(world, "Cas", zone)

    answers = [on_ice(cas, day) for day in DAYS]

    assert {answer.status_code for answer in answers} == {201}
    assert days(cas) == newest_first(DAYS)
    for day, answer in zip(DAYS, answers, strict=True):
        moment = datetime.fromisoformat(answer.json["timestamp"])
        assert moment.utcoffset() == timedelta()
        assert moment.astimezone(ZoneInfo(zone)).date() == day
        assert (moment - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() == day - DAY


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", HOURS, ids=str)
def test_windows_begin_and_end_with_days_of_the_skaters(world: World, zone: str, hour: time) -> None:
    today = date(2026, 11, 30)
    clock_shows(world, today, hour, zone)
    cas = skater(world, "Cas", zone)
    minutes = {-1: 1, 0: 2, 29: 4, 30: 8, 90: 16, 91: 32}  # so that each sum says which days are in it
    for back, length in minutes.items():
        assert on_ice(cas, today - back * DAY, ice_time=length).status_code == 201

    card, board, graph = cas.get(CARD).json, cas.get(DASHBOARD).json, cas.get(ICE_TIME).json["fsc_graph"]

    assert card["lifetime"]["skating_since"] == datetime.combine(date(2026, 8, 31), time(), ZoneInfo(zone)).isoformat()
    assert card["recent"]["sessions_per_week"] == 0.3  # 4 in 13 weeks; 5 were 0.4
    assert card["recent"]["avg_session_min"] == 8  # 2 + 4 + 8 + 16 = 30 in 4 sessions, 7.5
    assert board["charts"]["monthly_ratio"]["practice"] == {"hours": 0, "minutes": 2 + 4}
    assert [row["date"] for row in board["session_table"]] == ["2026-11-30", "2026-11-01"]
    assert board["charts"]["baseline_ratio"]["practice"] == {"hours": 0, "minutes": 19}  # 8 + 16 + 32 = 56 in 3 months
    assert board["baseline_monthly_avg"] == 1.0
    points = dict(zip(graph["months"], graph["ice_time"], strict=True))
    assert {month: round(hours * 60) for month, hours in points.items() if hours} == {
        "Aug '26": 32,
        "Sep '26": 16,
        "Oct '26": 8,
        "Nov '26": 6,
    }


@pytest.mark.parametrize("zone", ZONES)
def test_the_day_changes_at_the_skaters_midnight(world: World, zone: str) -> None:
    clock_shows(world, date(2026, 3, 1), time(), zone)
    cas = skater(world, "Cas", zone)
    on_ice(cas, "2026-03-01")

    assert [row["date"] for row in cas.get(DASHBOARD).json["session_table"]] == ["2026-03-01"]
    assert cas.get(ICE_TIME).json["fsc_graph"]["months"][-1] == "Mar '26"
    world.clock.now -= timedelta(microseconds=1)
    assert cas.get(DASHBOARD).json["session_table"] == []
    assert cas.get(ICE_TIME).json["fsc_graph"]["months"][-1] == "Feb '26"
    assert cas.get(CARD).json["recent"]["avg_session_min"] == 0
    assert cas.get(CARD).json["lifetime"]["avg_session_min"] == 60


def sharpened(world: World, person: Person, day: date, zone: str) -> None:
    put(world, Sharpening(skater_id=skater_id(person), at=begins(day, zone), cost=20.0))


def on_blades(person: Person) -> int:
    clock = person.get(DASHBOARD).json["maintenance"]["active_minutes"]
    return int(clock["hours"] * 60 + clock["minutes"])


def test_days_stay_what_they_were_wherever_a_skater_moves(world: World) -> None:
    home, dee = ZONES[0], skater(world, "Dee", ZONES[1])
    cas = skater(world, "Cas", home)
    for day in DAYS:
        on_ice(cas, day)
    on_ice(dee, "2026-11-20")
    put(world, IceSession(skater_id=skater_id(cas), minutes=5), Sharpening(skater_id=skater_id(cas)))
    sharpened(world, cas, date(2026, 11, 19), home)
    month = cas.get(DASHBOARD).json["session_table"]
    at_home = {row.id: row.at for row in world.rows(IceSession)}
    assert (on_blades(cas), len(month)) == (60 * 5, 4)

    for zone in [*ZONES[1:], *reversed(ZONES[:-1])]:
        move(cas, zone)
        assert days(cas) == [*newest_first(DAYS), None], zone
        assert cas.get(CARD).json["lifetime"]["skating_since"][:10] == "1901-02-03"
        assert cas.get(DASHBOARD).json["session_table"] == month, zone
        assert on_blades(cas) == 60 * 5, zone

    assert {row.id: row.at for row in world.rows(IceSession)} == at_home
    assert days(dee) == ["2026-11-20"]


def test_every_move_keeps_every_day(world: World) -> None:
    cas = skater(world, "Cas", ZONES[0])
    for day in DAYS:
        on_ice(cas, day)

    for zone in [each for pair in pairwise([*ZONES, *ZONES[::2], *ZONES[::3], ZONES[0]]) for each in pair]:
        move(cas, zone)
        kept = [row.at for row in sorted(world.rows(IceSession), key=lambda row: row.id)]
        assert [moment.astimezone(ZoneInfo(zone)).date() for moment in kept] == DAYS, zone
        assert kept == [begins(day, zone) for day in DAYS], zone


def test_a_day_without_midnight_counts_from_its_beginning_after_a_move(world: World) -> None:
    world.clock.now = datetime(2026, 4, 30, tzinfo=UTC)
    cas, gap = skater(world, "Cas", "Africa/Cairo"), date(2026, 4, 24)
    on_ice(cas, gap, ice_time=1)
    on_ice(cas, gap - DAY, ice_time=2)
    sharpened(world, cas, gap, "Africa/Cairo")
    assert on_blades(cas) == 1

    move(cas, "Europe/Berlin")
    on_ice(cas, gap, ice_time=4)
    on_ice(cas, gap - DAY, ice_time=8)

    assert on_blades(cas) == 1 + 4
    assert days(cas) == ["2026-04-24", "2026-04-24", "2026-04-23", "2026-04-23"]


def test_the_same_zone_again_changes_no_day(world: World) -> None:
    cas = skater(world, "Cas", "America/St_Johns")
    on_ice(cas, "2026-11-20")
    before = [row.at for row in world.rows(IceSession)]

    move(cas, "America/St_Johns")

    assert [row.at for row in world.rows(IceSession)] == before


def test_a_zone_that_is_none_is_refused_by_name_and_moves_nothing(world: World) -> None:
    cas = skater(world, "Cas", "America/Denver")
    on_ice(cas, "2026-11-20")
    before = world.dump()

    for zone in [*BAD_ZONES, "", " ", None, 5]:
        answer = cas.browser.patch(PROFILE, json={"timezone": zone, "city": "Berlin"})
        assert faults(answer) == {"timezone"}, zone
    assert world.dump() == before


def test_a_zone_that_is_none_onboards_nobody(world: World) -> None:
    cas = world.member("Cas")
    before = world.dump()

    for zone in [*BAD_ZONES, 5]:
        assert faults(cas.post(f"{AUTH}/onboard", {**NAMES, "timezone": zone})) == {"timezone"}, zone
    assert world.dump() == before


def test_a_zone_that_was_let_in_unchecked_counts_as_utc(world: World) -> None:
    cas = skater(world)
    for unchecked in ("Mars/Base", "../../etc/passwd", "", None):
        with world.app.app_context(), db.engine.begin() as connection:
            connection.execute(update(Profile).values(timezone=unchecked))
        assert on_ice(cas, "2026-11-20").json["timestamp"] == "2026-11-20T00:00:00+00:00"
        assert set(days(cas)) == {"2026-11-20"}
        assert cas.get(OVERVIEW).json["user_meta"]["user_timezone"] == unchecked
        assert cas.get(CARD).json["lifetime"]["skating_since"] == "2026-11-20T00:00:00+00:00"
