"""What skaters choose from: lists without an envelope, as the existing front end reads them."""

import uuid
from typing import Any

import pytest

from migrations import reference
from tests.support.answers import faults, said
from tests.support.routes import NOBODYS
from tests.support.skating import NO_COACH, NO_RINK, club, coach, put, rink, skater
from tests.support.world import World

RINKS, CLUBS = "/api/v4/public/rinks", "/api/v4/public/clubs"
COACHES, ICE_TYPES = "/api/v4/lookup/coaches", "/api/v4/lookup/ice_types"
OFF_ICE = {"rink_id": str(NO_RINK), "rink_name": "Off Ice", "rink_city": "-", "rink_state": "-"}
NO_CLUB = {"club_id": str(reference.NO_CLUB["club_id"]), "club_name": "No Club"}
NOBODY = {"coach_id": str(NO_COACH), "coach_Fname": "-", "coach_Lname": "-", "coach_rate": 0.0}


def test_on_the_first_day_there_is_what_stands_for_none(world: World) -> None:
    cas = world.member("Cas")

    assert cas.get(RINKS).json == [OFF_ICE]
    assert cas.get(CLUBS).json == [NO_CLUB]
    assert cas.get(COACHES).json == [NOBODY]
    kinds = cas.get(ICE_TYPES).json
    assert {kind["ice_type_id"]: kind["ice_type"] for kind in kinds} == reference.ICE_TYPES
    assert [kind["ice_type"] for kind in kinds] == sorted(reference.ICE_TYPES.values())
    assert {tuple(kind) for kind in kinds} == {("ice_type_id", "ice_type")}


def test_rinks_are_for_everybody_by_name(world: World) -> None:
    zenith, apex, east, nameless = rink("zenith", None, None), rink("Apex"), rink("Éast", "Oslo", "x"), rink(None)
    put(world, zenith, apex, east, nameless)

    found = world.somebody("Eve").get(RINKS)

    assert found.status_code == 200
    assert [each["rink_name"] for each in found.json] == [None, "Apex", "Off Ice", "zenith", "Éast"]
    assert found.json[1] == {
        "rink_id": str(apex.id),
        "rink_name": "Apex",
        "rink_city": "Denver",
        "rink_state": "CO",
    }
    assert found.json[3] == {"rink_id": str(zenith.id), "rink_name": "zenith", "rink_city": None, "rink_state": None}


def test_rinks_are_found_by_id_and_by_state(world: World) -> None:
    apex, thin, oslo = rink("Apex"), rink("Thin Ice"), rink("Oslo", "Oslo", "O'S%_")
    put(world, apex, thin, oslo)
    eve = world.somebody("Eve")

    def names(**query: str) -> list[Any]:
        answer = eve.get(RINKS, query_string=query)
        assert answer.status_code == 200, answer.text
        return [each["rink_name"] for each in answer.json]

    assert names(id=str(thin.id)) == names(id=str(thin.id).upper()) == ["Thin Ice"]
    assert names(state="CO") == names(state="co") == ["Apex", "Thin Ice"]
    assert names(state="O'S%_") == ["Oslo"]
    assert names(id=str(thin.id), state="CO") == ["Thin Ice"]
    assert names(id=str(thin.id), state="ZH") == names(state="%") == names(state="C") == names(id=NOBODYS) == []
    assert names(id="", state="") == names() == ["Apex", "Off Ice", "Oslo", "Thin Ice"]


@pytest.mark.parametrize(("query", "field"), [("id=7", "id"), ("state=" + "x" * 121, "state"), ("name=Apex", "name")])
def test_a_question_about_rinks_that_makes_no_sense_is_refused(world: World, query: str, field: str) -> None:
    assert faults(world.somebody("Eve").get(f"{RINKS}?{query}")) == {field}


def test_clubs_are_for_everybody_by_name(world: World) -> None:
    put(world, zurich := club("Zürich"), denver := club())

    found = world.somebody("Eve").get(CLUBS).json

    assert found == [
        {"club_id": str(denver.id), "club_name": "Denver FSC"},
        NO_CLUB,
        {"club_id": str(zurich.id), "club_name": "Zürich"},
    ]


def test_coaches_are_for_members_without_how_to_reach_them(world: World) -> None:
    secret = {"email": "mary@club.test", "email_key": "mary@club.test", "phone": 2025550199, "usfsa_number": 7_001_700}
    mary = coach("Mary", "Novak", rate=65.5, skater_id=uuid.uuid4(), **secret)
    cher, ben = coach("Cher", None), coach("Ben", "novak")
    put(world, mary, cher, ben)

    answer = skater(world).get(COACHES)

    assert answer.json == [
        {"coach_id": str(cher.id), "coach_Fname": "Cher", "coach_Lname": None, "coach_rate": None},
        NOBODY,
        {"coach_id": str(ben.id), "coach_Fname": "Ben", "coach_Lname": "novak", "coach_rate": None},
        {"coach_id": str(mary.id), "coach_Fname": "Mary", "coach_Lname": "Novak", "coach_rate": 65.5},
    ]
    for each in ("@", "2025550199", "7001700", str(mary.skater_id)):
        assert each not in answer.text.replace(str(mary.id), "")


def test_what_members_look_up_is_closed_to_others(world: World) -> None:
    eve = world.somebody("Eve")

    for path in (COACHES, ICE_TYPES):
        assert said(eve.get(path)) == (401, "Please sign in first.", "not_signed_in")
