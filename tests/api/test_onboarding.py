"""Onboarding: an account becomes a skater's, once."""

import uuid
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.extensions import db
from core.models import Club, Coach, Profile, Rink
from tests.support.answers import INVALID, faults, said
from tests.support.routes import NOBODYS
from tests.support.world import AUTH, World

NAMES = {"first_name": "Cas", "last_name": "Nobody"}


def directory(world: World) -> dict[str, str]:
    """A rink, a club and a coach to choose."""
    rink, club, coach = (uuid.uuid4() for _ in range(3))
    with world.app.app_context(), Session(db.engine) as session, session.begin():
        session.add(Rink(id=rink, name="Thin Ice", zip="0"))
        session.flush()
        session.add_all([Club(id=club, name="The Club"), Coach(id=coach, first_name="Ben")])
    return {"rink_id": str(rink), "club_id": str(club), "coach_id": str(coach)}


def test_two_names_are_enough(world: World) -> None:
    cas = world.member("Cas")
    skater = cas.session().json["uSkaterUUID"]

    answer = cas.post(f"{AUTH}/onboard", NAMES)

    assert (answer.status_code, answer.json) == (200, {"message": "Onboarding complete", "uSkaterUUID": skater})
    assert cas.session().json["onboarding_complete"] is True
    [profile] = world.rows(Profile)
    assert (profile.first_name, profile.last_name, profile.timezone) == ("Cas", "Nobody", "UTC")
    assert str(profile.skater_id) == skater


def test_everything_that_is_given_is_kept(world: World) -> None:
    cas = world.member("Cas")
    equipment = str(uuid.uuid4())
    body = {
        **NAMES,
        **directory(world),
        "middle_name": "van",
        "city": "Den Haag",
        "state": "ZH",
        "country": "NL",
        "zip": 2511,
        "timezone": "Europe/Amsterdam",
        "skate_config": equipment,
        "usfsa_number": "1234567",
        "maint_pref": 14,
        "unknown": {"key": True},
    }

    assert cas.post(f"{AUTH}/onboard", body).status_code == 200

    [profile] = world.rows(Profile)
    assert (profile.middle_name, profile.city, profile.state, profile.country) == ("van", "Den Haag", "ZH", "NL")
    assert (profile.zip, profile.timezone) == ("2511", "Europe/Amsterdam")
    assert (profile.usfsa_number, profile.maintenance_hours) == (1234567, 14)
    assert [str(profile.rink_id), str(profile.club_id), str(profile.coach_id)] == [
        body["rink_id"],
        body["club_id"],
        body["coach_id"],
    ]
    assert str(profile.ice_configuration_id) == equipment


@pytest.mark.parametrize("empty", [None, "", " "])
def test_empty_means_not_given(world: World, empty: Any) -> None:
    optional = ["middle_name", "city", "zip", "timezone", "rink_id", "skate_config", "usfsa_number", "maint_pref"]

    answer = world.member("Cas").post(f"{AUTH}/onboard", {**NAMES, **dict.fromkeys(optional, empty)})

    assert answer.status_code == 200
    assert world.rows(Profile)[0].timezone == "UTC"


def test_nobody_is_onboarded_twice(world: World) -> None:
    cas = world.member("Cas")
    cas.post(f"{AUTH}/onboard", NAMES)
    before = world.dump()

    answer = cas.post(f"{AUTH}/onboard", {**NAMES, "first_name": "Other"})

    assert said(answer) == (409, "Onboarding is already complete.", "already_onboarded")
    assert world.dump() == before


def test_equipment_belongs_to_one_skater(world: World) -> None:
    equipment = str(uuid.uuid4())
    world.member("Cas").post(f"{AUTH}/onboard", {**NAMES, "skate_config": equipment})

    answer = world.member("Dee").post(f"{AUTH}/onboard", {**NAMES, "skate_config": equipment})

    assert faults(answer) == {"skate_config"}
    assert len(world.rows(Profile)) == 1


FAULTS = [
    ("first_name", None),
    ("first_name", ""),
    ("first_name", "  "),
    ("first_name", "x" * 121),
    ("first_name", "C\x00s"),
    ("last_name", 7),
    ("middle_name", ["van"]),
    ("city", "x" * 121),
    ("zip", "x" * 21),
    ("timezone", "Europe/Atlantis"),
    ("timezone", "../../etc/passwd"),
    ("coach_id", "7"),
    ("coach_id", str(uuid.UUID(int=0))),
    ("rink_id", NOBODYS),
    ("club_id", NOBODYS),
    ("skate_config", "boots"),
    ("usfsa_number", -1),
    ("usfsa_number", 2**31),
    ("usfsa_number", "12a"),
    ("maint_pref", 1.5),
    ("maint_pref", True),
]


@pytest.mark.parametrize(("field", "value"), FAULTS)
def test_the_field_at_fault_is_named(world: World, field: str, value: Any) -> None:
    cas = world.member("Cas")
    before = world.dump()

    answer = cas.post(f"{AUTH}/onboard", {**NAMES, field: value})

    assert said(answer) == (400, INVALID, "invalid_input")
    assert faults(answer) == {field}
    assert world.dump() == before


def test_all_faults_are_named_at_once(world: World) -> None:
    answer = world.member("Cas").post(f"{AUTH}/onboard", {"city": 1, "zip": [], "maint_pref": "soon"})

    assert faults(answer) == {"first_name", "last_name", "city", "zip", "maint_pref"}


def test_strangers_are_not_onboarded(world: World) -> None:
    answer = world.somebody("Cas").post(f"{AUTH}/onboard", NAMES)

    assert said(answer) == (401, "Please sign in first.", "not_signed_in")
