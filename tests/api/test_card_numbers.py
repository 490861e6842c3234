"""The card's numbers, and those of the training log, against an oracle that counts with fingers: over logs made up at
random, at awkward moments, on both databases."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from app.unit import look, look_in_batches
from app.wire import cards as wire_cards
from app.wire import training as wire_training
from core import cards, training
from core.models import Event, EventEntry, IceSession, Profile
from core.spending import spending
from tests.conftest import BOTH
from tests.support.skating import (
    COMPETITION,
    EXHIBITION,
    GROUP,
    NO_COACH,
    NO_RINK,
    PUBLIC,
    SHOWCASE,
    ZONES,
    begins,
    coach,
    event_type,
    profile,
    put,
    put_many,
    rink,
)
from tests.support.world import Clock, World

MONTHS = ["January", "February", "March", "April", "May", "June"]
MONTHS += ["July", "August", "September", "October", "November", "December"]
DAY = timedelta(days=1)
LOGS = 2
"""So many at each moment."""


@dataclass
class Directory:
    """What the sessions and events at random are made of: names by id, the same on both databases."""

    rinks: dict[uuid.UUID | None, tuple[str | None, str | None, str | None]]
    coaches: list[uuid.UUID | None]
    present: uuid.UUID


@dataclass
class Log:
    """All that one skater has recorded."""

    skater: uuid.UUID
    zone: str
    sessions: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def both(apps: dict[str, Flask], clock: Clock) -> Iterator[list[World]]:
    """The same house on each database."""
    worlds = [World(apps[engine], clock) for engine in BOTH]
    yield worlds
    for world in worlds:
        world.clear()


@pytest.fixture
def directory(both: list[World]) -> Directory:
    """Two rinks of one name, one of none; coaches of one name, one of none, one who is half named like nobody."""
    places = [("Thin Ice", "Denver", "CO"), ("Thin Ice", "Boulder", "CO"), ("Apex", None, None), (None, "Golden", "-")]
    names = [("Ben", "Bell"), ("Mary", "Novak"), ("Mary", "Novak"), (None, None), ("-", "Sami"), ("Cher", None)]
    ids = [uuid.uuid4() for _ in (*places, *names)]
    for world in both:
        made: list[Any] = [rink(*place) for place in places] + [coach(*name) for name in names]
        for row, key in zip(made, ids, strict=True):
            row.id = key
        put(world, *made)
    rinks: dict[uuid.UUID | None, Any] = {
        **dict(zip(ids, places, strict=False)),
        NO_RINK: ("Off Ice", "-", "-"),
        None: (None, None, None),
    }
    return Directory(rinks, [*ids[len(places) :], NO_COACH, None], ids[len(places)])


def made_up(chance: random.Random, directory: Directory, zone: str, today: date) -> Log:
    """A log that crowds where the counting is delicate: the edges of the window and of months, today, and beyond."""
    log, rinks = Log(uuid.uuid4(), zone), list(directory.rinks)
    span = chance.choice([8, 120, 1200])
    edges = [0, 1, -1, 89, 90, 91, 92, today.day - 1, today.day, 364, 365]
    for _ in range(chance.choice([0, 1, 2, 5, 25])):
        back = chance.choice([chance.choice(edges), chance.randint(-40, span)])
        log.sessions.append(
            {
                "skater_id": log.skater,
                "at": begins(today - back * DAY, zone) if chance.random() < 0.97 else None,
                "day": today - back * DAY,
                "minutes": chance.choice([0, None, 1, 30, 45, 59, 60, 75, 90, 240]),
                "coached_minutes": chance.choice([0, None, 15, 30, 60, 90, 500]),
                "ice_type_id": chance.choice([GROUP, PUBLIC, PUBLIC, None]),
                "rink_id": chance.choice(rinks),
                "coach_id": chance.choice(directory.coaches),
                "cost": chance.choice([None, 0.0, 12.5, 0.1, 1234.56]),
                "coach_cost": chance.choice([None, 0.0, 40.0, 0.2]),
            }
        )
        log.sessions[-1]["dated"] = log.sessions[-1]["at"] is not None
    for _ in range(chance.choice([0, 1, 4, 9])):
        back = chance.choice([0, 1, -1, 30, chance.randint(-60, 400)])
        log.events.append(
            {
                "id": uuid.UUID(int=chance.getrandbits(128)),
                "skater_id": log.skater,
                "name": chance.choice(["Autumn Classic", "Winter Cup", "Éclair Open"]),
                "day": today - back * DAY,
                "rink_id": chance.choice(rinks),
            }
        )
        for _ in range(chance.choice([0, 1, 1, 3])):
            log.entries.append(
                {
                    "id": uuid.UUID(int=chance.getrandbits(128)),
                    "skater_id": log.skater,
                    "event_id": log.events[-1]["id"],
                    "event_type_id": chance.choice([COMPETITION, event_type(6), SHOWCASE, EXHIBITION, None]),
                    "placement": chance.choice([None, -1, 0, 1, 2, 3, 4, 12]),
                    "status": "Committed",
                }
            )
    return log


def recorded(world: World, log: Log, coach_id: uuid.UUID) -> None:
    put(world, profile(log.zone, coach_id=coach_id, skater_id=log.skater))
    put_many(world, IceSession, [{k: v for k, v in each.items() if k not in {"day", "dated"}} for each in log.sessions])
    put_many(world, Event, log.events)
    put_many(world, EventEntry, log.entries)


# The oracle. Plainly, with exact fractions, day by day.


def half_up(number: Fraction) -> int:
    return floor(number + Fraction(1, 2))


def parts(sessions: list[dict[str, Any]]) -> tuple[int, int, int]:
    """Coached, group and solo minutes: each minute once."""
    coached = group = solo = 0
    for each in sessions:
        for minute in range(each["minutes"] or 0):
            if each["ice_type_id"] == GROUP:
                group += 1
            elif minute < (each["coached_minutes"] or 0):
                coached += 1
            else:
                solo += 1
    return coached, group, solo


def percentages(minutes: tuple[int, int, int]) -> list[int]:
    if sum(minutes) == 0:
        return [0, 0, 0]
    exact = [Fraction(100 * part, sum(minutes)) for part in minutes]
    found = [floor(each) for each in exact]
    while sum(found) < 100:
        rests = [each - whole for each, whole in zip(exact, found, strict=True)]
        found[rests.index(max(rests))] += 1
    return found


def shares(sessions: list[dict[str, Any]], weeks: Fraction) -> dict[str, Any]:
    coached, group, solo = percentages(parts(sessions))
    return {
        "coached_pct": coached,
        "group_pct": group,
        "solo_pct": solo,
        "sessions_per_week": half_up(10 * len(sessions) / weeks) / 10,
        "avg_session_min": half_up(Fraction(sum(parts(sessions)), len(sessions))) if sessions else 0,
    }


def expected(log: Log, directory: Directory, today: date) -> dict[str, Any]:
    dated = [each for each in log.sessions if each["dated"]]
    first = min((each["day"] for each in dated), default=None)
    weeks = max(Fraction((today - first).days, 7), Fraction(1)) if first else Fraction(1)
    window = [today - back * DAY for back in range(91)]
    recent = [each for each in dated if each["day"] in window]
    rinks = {each["rink_id"] for each in recent} - {None}
    taught = {each["coach_id"] for each in log.sessions if (each["coached_minutes"] or 0) > 0}
    entries = [each for each in log.entries if each["event_type_id"] in {COMPETITION, event_type(6)}]
    competed = [each for each in log.events if each["id"] in {entry["event_id"] for entry in entries}]
    return {
        "lifetime": {
            **shares(log.sessions, weeks),
            "skating_since": datetime.combine(first, time(), ZoneInfo(log.zone)).isoformat() if first else None,
            "events": len(competed),
            "entries": len(entries),
            "podiums": len([each for each in entries if each["placement"] in {1, 2, 3}]),
            "previous_coaches": len(taught - {directory.present, NO_COACH, None}),
        },
        "recent": {
            **shares(recent, Fraction(13)),
            "last_event": last_event([each for each in competed if each["day"] <= today], directory),
            "distinct_rinks": len(rinks),
            "rinks": sorted(directory.rinks[key][0] for key in rinks if directory.rinks[key][0]),
        },
    }


def last_event(past: list[dict[str, Any]], directory: Directory) -> dict[str, Any] | None:
    if not past:
        return None
    latest = max(past, key=lambda each: (each["day"], each["name"], each["id"]))
    place = [part for part in directory.rinks[latest["rink_id"]][1:] if part not in {None, "-"}]
    day = latest["day"]
    return {
        "name": latest["name"],
        "date": f"{MONTHS[day.month - 1]} {day.year}",
        "location": ", ".join(place) or None,  # type: ignore[arg-type]
    }


def clocked(minutes: int) -> dict[str, int]:
    return {"hours": minutes // 60, "minutes": minutes % 60}


def ratio(minutes: tuple[int, int, int]) -> dict[str, Any]:
    return {name: clocked(part) for name, part in zip(("coached", "group", "practice"), minutes, strict=True)}


def months_before(day: date, back: int) -> tuple[int, int]:
    """Year and month, so many months earlier."""
    year, month = day.year, day.month
    for _ in range(back):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return year, month


def expected_log(log: Log, today: date) -> dict[str, Any]:
    def of(*months: tuple[int, int]) -> list[dict[str, Any]]:
        return [each for each in log.sessions if each["dated"] and (each["day"].year, each["day"].month) in months]

    before = of(*(months_before(today, back) for back in (1, 2, 3)))
    twelve = [months_before(today, back) for back in range(11, -1, -1)]
    entries = {each["event_id"] for each in log.entries if each["event_type_id"] in {COMPETITION, event_type(6)}}
    competed = {(each["day"].year, each["day"].month) for each in log.events if each["id"] in entries}
    by_month = [parts(of(month)) for month in twelve]
    return {
        "total_time": clocked(sum(parts(log.sessions))),
        "monthly_ratio": ratio(parts(of(twelve[-1]))),
        "yearly_ratio": ratio(parts(of(*twelve))),
        "baseline_ratio": ratio(tuple(half_up(Fraction(part, 3)) for part in parts(before))),  # type: ignore[arg-type]
        "baseline_monthly_avg": half_up(Fraction(10 * len(before), 3)) / 10,
        "session_table": sorted((each["day"].isoformat() for each in of(twelve[-1])), reverse=True),
        "fsc_graph": {
            "months": [f"{MONTHS[month - 1][:3]} '{year % 100:02}" for year, month in twelve],
            "ice_time": [sum(minutes) / 60 for minutes in by_month],
            "coach_time": [coached / 60 for coached, _, _ in by_month],
            "group_sessions": [group / 60 for _, group, _ in by_month],
            "practice": [solo / 60 for _, _, solo in by_month],
            "competitions": [int(month in competed) for month in twelve],
        },
        "all_sessions": sorted((each["day"].isoformat() for each in log.sessions if each["dated"]), reverse=True)
        + [None for each in log.sessions if not each["dated"]],
    }


# What the house says.


def card(world: World, log: Log, now: datetime) -> dict[str, Any]:
    with world.app.app_context():
        found = wire_cards.own(cards.card_of(look, log.skater, now)).model_dump(mode="json", by_alias=True)
    return {part: found[part] for part in ("lifetime", "recent")}


def training_log(world: World, log: Log, now: datetime) -> dict[str, Any]:
    with world.app.app_context():
        found = training.dashboard(look, look_in_batches, log.skater, now)
        board = wire_training.dashboard(found, spending(look, log.skater)).response().json
        found_time = training.ice_time(look, look_in_batches, log.skater, now, months_back=0, window=12)
        times = wire_training.ice_time(found_time).response().json
    assert times["total_time"] == board["total_time"]
    return {
        "total_time": board["total_time"],
        **{name: board["charts"][name] for name in ("monthly_ratio", "yearly_ratio", "baseline_ratio")},
        "baseline_monthly_avg": board["baseline_monthly_avg"],
        "session_table": [row["date"] for row in board["session_table"]],
        "fsc_graph": times["fsc_graph"],
        "all_sessions": [row["date"] for row in times["session_table"]],
    }


def changes_of_clocks(zone: str, year: int) -> list[date]:
    """The days of this year on which the offset changes there."""
    days = [date(year, 1, 1) + back * DAY for back in range(365)]
    return [day for day in days if begins(day + DAY, zone) - begins(day, zone) != DAY]


def awkward_moments(zone: str) -> list[tuple[date, datetime]]:
    """Just before and just after midnight of awkward days, each with the day that it is there."""
    awkward = [date(2024, 2, 29), date(2026, 3, 1), date(2026, 12, 31), *changes_of_clocks(zone, 2026)]
    ticks = timedelta(microseconds=1)
    found = [(day, begins(day, zone)) for day in awkward]
    found += [(day, begins(day + DAY, zone) - ticks) for day in awkward]
    return [
        *found,
        (date(2026, 11, 20), datetime.combine(date(2026, 11, 20), time(12), ZoneInfo(zone)).astimezone(UTC)),
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_every_number_is_what_counting_by_hand_gives_on_both_databases(
    both: list[World], directory: Directory, zone: str
) -> None:
    chance = random.Random(zone)
    for today, now in awkward_moments(zone):
        for _ in range(LOGS):
            log = made_up(chance, directory, zone, today)
            for world in both:
                recorded(world, log, directory.present)
                assert card(world, log, now) == expected(log, directory, today), (now, log)
                assert training_log(world, log, now) == expected_log(log, today), (now, log)


def test_the_logs_are_worth_counting(both: list[World], directory: Directory) -> None:
    assert [len(changes_of_clocks(zone, 2026)) for zone in ZONES] == [2, 2, 0, 0, 0, 2, 2]
    chance = random.Random(1)
    today = date(2026, 11, 20)
    found = [expected(made_up(chance, directory, "UTC", today), directory, today) for _ in range(200)]
    for part, name in (("lifetime", "previous_coaches"), ("lifetime", "podiums"), ("recent", "distinct_rinks")):
        assert len({each[part][name] for each in found}) >= 4
    uneven = [sum((each["recent"]["coached_pct"], each["recent"]["group_pct"])) % 10 for each in found]
    assert len(set(uneven)) == 10


def test_remainders_are_given_to_the_largest_and_of_equals_to_the_first(both: list[World]) -> None:
    thirds = Log(uuid.uuid4(), "UTC")
    for kind, coached in ((PUBLIC, 0), (GROUP, 0), (PUBLIC, 20)):
        thirds.sessions.append(
            {"skater_id": thirds.skater, "at": begins(date(2026, 11, 1), "UTC"), "minutes": 20}
            | {"coached_minutes": coached, "ice_type_id": kind}
        )
    for world in both:
        recorded(world, thirds, NO_COACH)
        found = card(world, thirds, datetime(2026, 11, 20, tzinfo=UTC))["recent"]
        assert [found[f"{part}_pct"] for part in ("coached", "group", "solo")] == [34, 33, 33]
        assert world.rows(Profile)
