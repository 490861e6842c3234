"""The training log as the pages that show it read it: every key, of its type, with and without anything recorded."""

import uuid
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest

from core.models import (
    Blades,
    Boots,
    Camp,
    ClubMembership,
    Course,
    Equipment,
    Event,
    EventCost,
    EventEntry,
    Examination,
    IceSession,
    Sharpening,
)
from tests.support.answers import faults, said
from tests.support.routes import ADD, AN_HOUR, DASHBOARD, ICE_TIME, NOBODYS
from tests.support.skating import (
    COMPETITION,
    GROUP,
    NO_COACH,
    NO_RINK,
    PUBLIC,
    SHOWCASE,
    begins,
    coach,
    on_ice,
    put,
    rink,
    skater,
    skater_id,
)
from tests.support.world import Person, World

NONE = {"hours": 0, "minutes": 0}
NO_TIME = {"coached": NONE, "practice": NONE, "group": NONE}
PURPOSES = ["class", "coaching", "competition", "equipment", "ice_time", "maintenance", "membership", "performance"]
NOTHING_SPENT = dict.fromkeys([*PURPOSES, "camp", "total"], "0.00")
MONTHS = ["Dec '25", "Jan '26", "Feb '26", "Mar '26", "Apr '26", "May '26", "Jun '26"]
MONTHS += ["Jul '26", "Aug '26", "Sep '26", "Oct '26", "Nov '26"]
LISTS = ["months", "ice_time", "practice", "coach_time", "group_sessions", "competitions"]
EMPTY_BOARD = {
    "total_time": NONE,
    "charts": {
        "monthly_ratio": NO_TIME,
        "yearly_ratio": NO_TIME,
        "baseline_ratio": NO_TIME,
        "spend": NOTHING_SPENT,
    },
    "maintenance": {"active_minutes": NONE, "remaining_minutes": NONE, "clock_minutes": NONE},
    "baseline_monthly_avg": 0.0,
    "session_table": [],
}


def board(person: Person) -> Any:
    answer = person.get(DASHBOARD)
    assert answer.status_code == 200, answer.text
    return answer.json


def graph(person: Person, query: str = "") -> Any:
    answer = person.get(f"{ICE_TIME}{query}")
    assert answer.status_code == 200, answer.text
    return answer.json["fsc_graph"]


@pytest.mark.parametrize("onboarded", [True, False])
def test_a_log_with_nothing_in_it_is_zeros_and_empty_lists(world: World, onboarded: bool) -> None:
    cas = skater(world) if onboarded else world.member("Cas")

    assert board(cas) == EMPTY_BOARD
    nothing = dict.fromkeys(LISTS[1:], [0.0] * 12)
    assert cas.get(ICE_TIME).json == {
        "total_time": NONE,
        "fsc_graph": {"months": MONTHS, **nothing},
        "session_table": [],
    }


def shape(value: Any) -> Any:
    """The types of it all."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    return [shape(each) for each in value] if isinstance(value, list) else type(value)


CLOCK = {"hours": int, "minutes": int}
RATIO = {"coached": CLOCK, "practice": CLOCK, "group": CLOCK}
ROW = {"date": str, "ice_time": int, "ice_cost": float, "ice_type": str, "coach_time": int, "coach": str}
ROW |= {"rink_name": str, "rink_city": str, "rink_state": str}


def test_every_key_is_there_and_of_its_type(world: World) -> None:
    cas = skater(world, maint_pref=10)
    on_ice(cas, "2026-11-19", ice_cost=12)

    assert shape(board(cas)) == {
        "total_time": CLOCK,
        "charts": {
            "monthly_ratio": RATIO,
            "yearly_ratio": RATIO,
            "baseline_ratio": RATIO,
            "spend": dict.fromkeys(NOTHING_SPENT, str),
        },
        "maintenance": {"active_minutes": CLOCK, "remaining_minutes": CLOCK, "clock_minutes": CLOCK},
        "baseline_monthly_avg": float,
        "session_table": [ROW],
    }
    assert shape(cas.get(f"{ICE_TIME}?window=2").json) == {
        "total_time": CLOCK,
        "fsc_graph": {
            "months": [str] * 2,
            **dict.fromkeys(["ice_time", "practice", "coach_time", "group_sessions"], [float] * 2),
            "competitions": [int] * 2,
        },
        "session_table": [ROW],
    }


def test_a_row_of_the_session_table_names_what_it_points_to(world: World) -> None:
    thin, ben = rink(), coach("Ben", "Bell", rate=60.0)
    put(world, thin, ben)
    cas = skater(world, "Cas", "America/Denver")
    on_ice(cas, "2026-11-19", ice_cost=12.5, coach_time=30, rink_id=str(thin.id), coach_id=str(ben.id))
    on_ice(cas, "2026-11-20", ice_time=45, skate_type=str(GROUP))

    expected = [
        {
            "date": "2026-11-20",
            "ice_time": 45,
            "ice_cost": 12.5,
            "ice_type": "Group Class",
            "coach_time": 0,
            "coach": "- -",
            "rink_name": "Off Ice",
            "rink_city": "-",
            "rink_state": "-",
        },
        {
            "date": "2026-11-19",
            "ice_time": 60,
            "ice_cost": 12.5,
            "ice_type": "Public",
            "coach_time": 30,
            "coach": "Ben Bell",
            "rink_name": "Thin Ice",
            "rink_city": "Denver",
            "rink_state": "CO",
        },
    ]
    assert board(cas)["session_table"] == cas.get(ICE_TIME).json["session_table"] == expected


def test_what_the_replaced_backend_left_out_is_zero_or_null(world: World) -> None:
    cas = skater(world)
    put(world, IceSession(skater_id=skater_id(cas)), IceSession(skater_id=skater_id(cas), at=world.clock.now))

    bare = dict.fromkeys(ROW) | {"ice_time": 0, "ice_cost": 0.0, "coach_time": 0}
    dated = {**bare, "date": "2026-11-20"}
    assert cas.get(ICE_TIME).json["session_table"] == [dated, bare]
    assert board(cas)["session_table"] == [dated]
    assert '"ice_cost":0.0' in cas.get(ICE_TIME).text


def test_only_my_sessions_are_in_my_log(world: World) -> None:
    cas, dee = skater(world), skater(world, "Dee")
    on_ice(dee, "2026-11-19", ice_cost=5)

    assert board(cas) == EMPTY_BOARD
    assert cas.get(ICE_TIME).json["session_table"] == []
    assert board(dee)["total_time"] == {"hours": 1, "minutes": 0}


def test_sessions_of_a_day_are_listed_with_the_last_that_was_added_first(world: World) -> None:
    cas = skater(world)
    for minutes in (10, 20, 30):
        on_ice(cas, "2026-11-19", ice_time=minutes)
    on_ice(cas, "2026-11-20", ice_time=5)

    assert [row["ice_time"] for row in board(cas)["session_table"]] == [5, 30, 20, 10]


def test_money_is_added_up_by_what_it_was_spent_on(world: World) -> None:
    cas, dee = skater(world), skater(world, "Dee")
    for person, times in ((cas, 1), (dee, 7)):
        me, when, cup = skater_id(person), datetime(2020, 1, 1, tzinfo=UTC), uuid.uuid4()
        costs = {"skater_id": me, "at": when, "minutes": 30}
        put(
            world,
            *(IceSession(**costs, cost=0.1 * times, coach_cost=0.7 * times) for _ in range(3)),
            IceSession(**costs, cost=None, coach_cost=1234567.89 * times),
            Course(skater_id=me, cost=180.0 * times),
            Camp(skater_id=me, cost=99.995 * times),
            Boots(id=uuid.uuid4(), skater_id=me, cost=500.0 * times),
            Blades(id=uuid.uuid4(), skater_id=me, cost=640.5 * times),
            Equipment(skater_id=me, cost=19.99 * times),
            Sharpening(skater_id=me, at=when, cost=25.0 * times),
            ClubMembership(skater_id=me, cost=210.0 * times),
            Examination(id=uuid.uuid4(), skater_id=me, cost=35.25 * times),
            Event(id=cup, skater_id=me, name="Cup", day=date(2020, 1, 1)),
            EventCost(id=uuid.uuid4(), event_id=cup, category="entry", amount=80.1 * times, quantity=2),
            EventCost(id=uuid.uuid4(), event_id=cup, category="travel", amount=0.05 * times, quantity=1),
        )

    assert board(cas)["charts"]["spend"] == {
        "class": "180.00",
        "camp": "100.00",
        "coaching": "1234569.99",
        "competition": "160.25",
        "equipment": "1160.49",
        "ice_time": "0.30",
        "maintenance": "25.00",
        "membership": "210.00",
        "performance": "35.25",
        "total": "1236441.28",
    }


def test_blades_are_counted_from_their_last_sharpening(world: World) -> None:
    cas = skater(world, maint_pref=2)
    me = skater_id(cas)

    def clocks() -> list[int]:
        found = board(cas)["maintenance"]
        assert list(found) == ["active_minutes", "remaining_minutes", "clock_minutes"]
        return [60 * clock["hours"] + clock["minutes"] for clock in found.values()]

    on_ice(cas, "2026-11-01", ice_time=70)
    assert clocks() == [0, 120, 120]  # never sharpened
    for day in (date(2026, 11, 10), date(2026, 10, 10)):
        put(world, Sharpening(skater_id=me, at=begins(day, "UTC")))
    assert clocks() == [0, 120, 120]
    on_ice(cas, "2026-11-10", ice_time=50)
    on_ice(cas, "2026-11-11", ice_time=45)
    assert clocks() == [95, 25, 120]
    on_ice(cas, "2026-11-12", ice_time=60)
    assert clocks() == [155, 0, 120]


def test_the_graphs_lists_are_as_long_as_its_window(world: World) -> None:
    cas = skater(world)

    for window, months_back in product([1, 2, 3, 12, 120], [0, 1, 11, 12, 600]):
        found = graph(cas, f"?window={window}&months_back={months_back}")
        assert list(found) == LISTS
        assert {len(values) for values in found.values()} == {window}
        months = 2026 * 12 + 10 - months_back
        names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        assert found["months"][-1] == f"{names[months % 12]} '{months // 12 % 100:02}"


def test_a_graph_of_an_earlier_window_shows_what_was_then(world: World) -> None:
    cas = skater(world)
    on_ice(cas, "2025-11-30", ice_time=90)
    on_ice(cas, "2025-12-01", ice_time=60, skate_type=str(GROUP))
    on_ice(cas, "2026-01-31", ice_time=30)

    assert graph(cas, "?months_back=10&window=2") == {
        "months": ["Dec '25", "Jan '26"],
        "ice_time": [1.0, 0.5],
        "practice": [0.0, 0.5],
        "coach_time": [0.0, 0.0],
        "group_sessions": [1.0, 0.0],
        "competitions": [0, 0],
    }
    answer = cas.get(f"{ICE_TIME}?months_back=10&window=2").json
    assert answer["total_time"] == {"hours": 3, "minutes": 0}
    assert len(answer["session_table"]) == 3


def test_a_month_with_competitions_says_one(world: World) -> None:
    cas, dee = skater(world), skater(world, "Dee")
    entered = [
        (cas, date(2026, 11, 1), COMPETITION),
        (cas, date(2026, 11, 30), COMPETITION),
        (cas, date(2026, 9, 30), COMPETITION),
        (cas, date(2026, 10, 15), SHOWCASE),
        (dee, date(2026, 10, 15), COMPETITION),
    ]
    for person, day, kind in entered:
        me, cup = skater_id(person), uuid.uuid4()
        put(world, Event(id=cup, skater_id=me, name="Cup", day=day))
        for _ in range(2):
            about = {"event_id": cup, "skater_id": me, "event_type_id": kind, "status": "Committed"}
            put(world, EventEntry(id=uuid.uuid4(), **about))

    found = graph(cas, "?window=4")

    assert dict(zip(found["months"], found["competitions"], strict=True)) == {
        "Aug '26": 0,
        "Sep '26": 1,
        "Oct '26": 0,
        "Nov '26": 1,
    }


OUT_OF_RANGE = ["window=0", "window=-1", "window=121", "window=1.5", "window=all"]
OUT_OF_RANGE += ["months_back=-1", "months_back=601", "months_back=", "months=3"]


def test_a_window_out_of_range_is_refused_by_name(world: World) -> None:
    cas = skater(world)

    for query in OUT_OF_RANGE:
        assert faults(cas.get(f"{ICE_TIME}?{query}")) == {query.partition("=")[0]}, query


def test_adding_a_session_says_its_number_and_its_beginning(world: World) -> None:
    cas = skater(world, "Cas", "America/Denver")

    answer = on_ice(cas, "2026-11-19")

    [row] = world.rows(IceSession)
    assert answer.status_code == 201
    assert answer.json == {"ice_time_id": row.id, "timestamp": "2026-11-19T07:00:00+00:00"}
    assert (row.skater_id, row.minutes, row.cost, row.coached_minutes) == (skater_id(cas), 60, 12.5, 0)
    assert (row.ice_type_id, row.rink_id, row.coach_id, row.skates_id) == (PUBLIC, NO_RINK, NO_COACH, None)


@pytest.mark.parametrize(("minutes", "coached"), [(1, 0), (1, 1), (1440, 1440), (60, 59)])
def test_minutes_within_a_day_are_taken(world: World, minutes: int, coached: int) -> None:
    ben = coach("Ben", "Bell")
    put(world, ben)

    answer = on_ice(skater(world), "2026-11-19", ice_time=minutes, coach_time=coached, coach_id=str(ben.id))

    assert answer.status_code == 201


FAULTS: list[tuple[str, Any]] = [
    ("date", "2026-02-29"),
    ("date", "2026-11-19T10:00:00Z"),
    ("date", "19.11.2026"),
    ("date", "1899-12-31"),
    ("date", "20261119"),
    ("date", 20261119),
    ("date", None),
    ("ice_time", 0),
    ("ice_time", -1),
    ("ice_time", 1441),
    ("ice_time", 30.5),
    ("ice_time", True),
    ("ice_time", None),
    ("coach_time", -1),
    ("coach_time", 61),
    ("ice_cost", -0.01),
    ("ice_cost", 1_000_001),
    ("ice_cost", "much"),
    ("ice_cost", None),
    ("coach_cost", -1),
    ("skate_type", NOBODYS),
    ("skate_type", "Public"),
    ("skate_type", None),
    ("rink_id", NOBODYS),
    ("rink_id", ""),
    ("coach_id", NOBODYS),
    ("coach_id", 7),
    ("skater_id", NOBODYS),
    ("minutes", 60),
    ("ice_type_id", str(PUBLIC)),
]


def test_the_field_of_a_session_at_fault_is_named_and_nothing_is_added(world: World) -> None:
    ben = coach("Ben", "Bell")
    put(world, ben)
    cas = skater(world)
    before = world.dump()

    for field, value in FAULTS:
        answer = cas.post(ADD, {**AN_HOUR, "coach_id": str(ben.id), field: value})
        assert faults(answer) == {field}, (field, value)
    assert world.dump() == before


def test_all_faults_of_a_session_are_named_at_once(world: World) -> None:
    cas = skater(world)

    ids = {"skate_type": NOBODYS, "rink_id": NOBODYS, "coach_id": NOBODYS}
    assert faults(cas.post(ADD, {**AN_HOUR, **ids, "coach_time": 61})) == {*ids, "coach_time"}
    assert faults(cas.post(ADD, {})) == set(AN_HOUR)
    assert faults(cas.post(ADD, {**AN_HOUR, "coach_time": 10})) == {"coach_id"}


def test_who_is_not_onboarded_adds_nothing(world: World) -> None:
    cas = world.member("Cas")

    assert said(cas.post(ADD, AN_HOUR)) == (404, "Please complete your profile first.", "not_onboarded")
    assert world.rows(IceSession) == []


def test_the_log_is_for_who_is_signed_in(world: World) -> None:
    eve = world.somebody("Eve")

    answers = [eve.get(DASHBOARD), eve.get(ICE_TIME), eve.post(ADD, AN_HOUR)]

    assert {said(answer) for answer in answers} == {(401, "Please sign in first.", "not_signed_in")}
