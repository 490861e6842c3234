"""The profile page, and changes of it: what is sent, and nothing else."""

import uuid
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import update

from app.extensions import db
from core.models import AuditEvent, Profile
from tests.support.answers import faults, said
from tests.support.routes import NOBODYS, OVERVIEW, PROFILE, SHARE
from tests.support.skating import NAMES, NO_COACH, club, coach, on_ice, put, rink, skater, skater_id, skates
from tests.support.world import AUTH, Person, World

EMPTY = {
    "user_general": {
        "user_first_name": None,
        "user_middle_name": None,
        "user_last_name": None,
        "user_location_city": None,
        "user_location_state": None,
        "user_location_zip": None,
        "user_location_country": None,
    },
    "user_contact": {"email": "cas@club.test", "phone": None, "username": "Cas"},
    "user_memberships": {"usfsa_number": None, "affiliated_club_name": None, "affiliated_club_date": None},
    "user_meta": {
        "share_token": None,
        "user_creation_date": None,
        "user_ice_config": None,
        "user_preferred_maint_hours": None,
        "user_preferred_rink": None,
        "user_preferred_rink_id": None,
        "user_primary_coach": None,
        "user_primary_coach_id": None,
        "user_roles": ["adult"],
        "user_timezone": None,
        "contact_preference": None,
    },
    "total_ice_time": {"hours": 0, "minutes": 0},
}


def patch(person: Person, **changes: Any) -> Any:
    return person.browser.patch(PROFILE, json=changes)


def test_before_onboarding_the_profile_page_knows_the_account_only(world: World) -> None:
    assert world.member("Cas").get(OVERVIEW).json == EMPTY


def test_two_names_leave_the_rest_null(world: World) -> None:
    page = skater(world).get(OVERVIEW).json

    assert page["user_general"] == {
        **EMPTY["user_general"],  # type: ignore[dict-item]
        "user_first_name": "Cas",
        "user_last_name": "Nobody",
    }
    assert page["user_meta"] == {
        **EMPTY["user_meta"],  # type: ignore[dict-item]
        "user_timezone": "UTC",
        "user_creation_date": "2026-11-20T18:00:00Z",
    }
    assert {part: page[part] for part in ("user_contact", "user_memberships", "total_ice_time")} == {
        part: EMPTY[part] for part in ("user_contact", "user_memberships", "total_ice_time")
    }


def furnished(world: World) -> tuple[Person, dict[str, Any]]:
    """Cas, who has filled in everything, and what was filled in."""
    thin, ben, denver = rink(), coach("Ben", "Bell"), club()
    put(world, thin, ben, denver)
    about = {
        **NAMES,
        "middle_name": "van",
        "city": "Denver",
        "state": "CO",
        "country": "US",
        "zip": "02134",
        "timezone": "America/Denver",
        "coach_id": str(ben.id),
        "rink_id": str(thin.id),
        "club_id": str(denver.id),
        "usfsa_number": 1234567,
        "maint_pref": 21,
    }
    cas = skater(world, "Cas", **{**about, "zone": "America/Denver", "phone_number": "+1 303 555 0199"})
    worn = skates(skater_id(cas))
    put(world, *worn)
    about["skate_config"] = str(worn[2].id)
    assert patch(cas, skate_config=about["skate_config"]).status_code == 200
    return cas, about


def test_a_profile_page_in_full(world: World) -> None:
    cas, about = furnished(world)
    token = cas.post(SHARE).json["share_token"]
    on_ice(cas, "2026-11-19", ice_time=90)
    with world.app.app_context(), db.engine.begin() as connection:
        joined = datetime(2024, 7, 1, tzinfo=UTC)
        connection.execute(update(Profile).values(club_joined_at=joined))

    assert cas.get(OVERVIEW).json == {
        "user_general": {
            "user_first_name": "Cas",
            "user_middle_name": "van",
            "user_last_name": "Nobody",
            "user_location_city": "Denver",
            "user_location_state": "CO",
            "user_location_zip": "02134",
            "user_location_country": "US",
        },
        "user_contact": {"email": "cas@club.test", "phone": "+1 303 555 0199", "username": "Cas"},
        "user_memberships": {
            "usfsa_number": 1234567,
            "affiliated_club_name": "Denver FSC",
            "affiliated_club_date": "2024-07-01T00:00:00Z",
        },
        "user_meta": {
            "share_token": token,
            "user_creation_date": "2026-11-20T18:00:00Z",
            "user_ice_config": "Edea Ice Fly / John Wilson Gold Seal",
            "user_preferred_maint_hours": 21,
            "user_preferred_rink": "Thin Ice",
            "user_preferred_rink_id": about["rink_id"],
            "user_primary_coach": "Ben Bell",
            "user_primary_coach_id": about["coach_id"],
            "user_roles": ["adult"],
            "user_timezone": "America/Denver",
            "contact_preference": None,
        },
        "total_ice_time": {"hours": 1, "minutes": 30},
    }


COLUMNS = {"skate_config": "ice_configuration_id", "maint_pref": "maintenance_hours"}


def stored(world: World) -> dict[str, Any]:
    """The profile by the names of the wire, ids as text."""
    [row] = world.rows(Profile)
    names = [*NAMES, "middle_name", "city", "state", "country", "zip", "timezone", "coach_id", "rink_id", "club_id"]
    names += ["skate_config", "usfsa_number", "maint_pref"]
    values = {name: getattr(row, COLUMNS.get(name, name)) for name in names}
    return {name: str(value) if isinstance(value, uuid.UUID) else value for name, value in values.items()}


def test_each_field_is_changed_alone(world: World) -> None:
    cas, about = furnished(world)
    apex, mary, alpine = rink("Apex"), coach("Mary", "Novak"), club("Alpine FSC")
    worn = skates(skater_id(cas))
    put(world, apex, mary, alpine, *worn)
    changes = {
        "first_name": "Casimir",
        "last_name": "Somebody",
        "middle_name": "von",
        "city": "Den Haag",
        "state": "ZH",
        "country": "NL",
        "zip": "AB1 2CD",
        "timezone": "Europe/Amsterdam",
        "coach_id": str(mary.id),
        "rink_id": str(apex.id),
        "club_id": str(alpine.id),
        "skate_config": str(worn[2].id),
        "usfsa_number": 7654321,
        "maint_pref": 14,
    }
    assert set(changes) == set(about)

    for name, value in changes.items():
        answer = patch(cas, **{name: value})
        assert answer.status_code == 200, (name, answer.text)
        assert answer.json == cas.get(OVERVIEW).json
        about[name] = value
        assert stored(world) == about, name


def test_null_or_empty_text_empties_what_may_be_empty(world: World) -> None:
    for empty in (None, "", " "):
        cas, about = furnished(world)
        for name in set(about) - {"first_name", "last_name", "timezone"}:
            assert patch(cas, **{name: empty}).status_code == 200, name
            about[name] = None
            assert stored(world) == about, name
        world.clear()


def test_a_name_or_a_zone_is_never_emptied(world: World) -> None:
    cas = skater(world)
    before = world.dump()

    for field, empty in product(["first_name", "last_name", "timezone"], [None, "", " "]):
        assert faults(patch(cas, **{field: empty, "city": "Den Haag"})) == {field}, (field, empty)
    assert world.dump() == before


@pytest.mark.parametrize(("typed", "kept"), [("02134", "02134"), ("AB1 2CD", "AB1 2CD"), (2134, "2134"), (0, "0")])
def test_a_zip_is_kept_as_it_was_typed(world: World, typed: Any, kept: str) -> None:
    answer = patch(skater(world), zip=typed)

    assert answer.json["user_general"]["user_location_zip"] == kept


FAULTS: list[tuple[str, Any]] = [
    ("nickname", "Cassie"),
    ("email", "eve@club.test"),
    ("contact_preference", "email"),
    ("share_token", NOBODYS),
    ("skater_id", NOBODYS),
    ("uSkaterUUID", NOBODYS),
    ("ice_configuration_id", NOBODYS),
    ("first_name", 7),
    ("city", "x" * 121),
    ("zip", "x" * 21),
    ("zip", 2.5),
    ("coach_id", NOBODYS),
    ("rink_id", NOBODYS),
    ("club_id", NOBODYS),
    ("rink_id", "Thin Ice"),
    ("usfsa_number", -1),
    ("usfsa_number", 2**31),
    ("maint_pref", "soon"),
]


def test_a_field_at_fault_is_named_and_nothing_is_changed(world: World) -> None:
    cas = skater(world)
    before = world.dump()

    for field, value in FAULTS:
        assert faults(patch(cas, **{field: value, "state": "ZH"})) == {field}, (field, value)
    assert world.dump() == before


def test_skates_of_somebody_else_are_refused(world: World) -> None:
    cas, dee = skater(world), skater(world, "Dee")
    dees, dees_other, loose = skates(skater_id(dee)), skates(skater_id(dee)), str(uuid.uuid4())
    put(world, *dees, *dees_other)
    assert patch(dee, skate_config=str(dees[2].id)).status_code == 200
    assert patch(world.member("Fay"), skate_config=loose).status_code == 404
    fay = world.somebody("Fay")
    fay.sign_in()
    assert fay.post(f"{AUTH}/onboard", {**NAMES, "skate_config": loose}).status_code == 200
    before = world.dump()

    for taken in (dees[2].id, dees_other[2].id, loose):
        answer = patch(cas, skate_config=str(taken))
        assert faults(answer) == {"skate_config"}
        assert answer.json["errors"]["skate_config"] == ["Already belongs to somebody else."]
    assert world.dump() == before
    gus = world.member("Gus")
    onboarding = gus.post(f"{AUTH}/onboard", {**NAMES, "skate_config": str(dees_other[2].id)})
    assert faults(onboarding) == {"skate_config"}


def test_my_own_skates_may_be_named_again(world: World) -> None:
    cas, about = furnished(world)

    assert patch(cas, skate_config=about["skate_config"]).status_code == 200


def test_the_entry_that_stands_for_nobody_is_shown_as_nobody(world: World) -> None:
    meta = patch(skater(world), coach_id=str(NO_COACH)).json["user_meta"]

    assert (meta["user_primary_coach"], meta["user_primary_coach_id"]) == (None, str(NO_COACH))


def test_a_change_is_in_the_trail_without_what_it_says(world: World) -> None:
    cas = skater(world)

    patch(cas, city="Den Haag", zip="2511 CX")

    [event] = [row for row in world.rows(AuditEvent) if row.event == "profile_changed"]
    assert event.user_id == cas.session().json["user_id"]
    assert "2511 CX" not in str(vars(event))
    assert "Den Haag" not in str(vars(event))


def test_my_change_changes_nobody_else(world: World) -> None:
    cas, dee = skater(world), skater(world, "Dee")
    before = dee.get(OVERVIEW).json

    patch(cas, first_name="Eve", timezone="Asia/Kolkata")

    assert dee.get(OVERVIEW).json == before


def test_who_has_no_profile_or_no_session_changes_nothing(world: World) -> None:
    not_yet = (404, "Please complete your profile first.", "not_onboarded")
    assert said(patch(world.member("Cas"), city="Den Haag")) == not_yet
    assert said(patch(world.member("Dee"))) == not_yet
    eve = world.somebody("Eve")
    for answer in (patch(eve, city="Den Haag"), eve.get(OVERVIEW)):
        assert said(answer) == (401, "Please sign in first.", "not_signed_in")
    assert world.rows(Profile) == []
