"""The list of people: searched in any letter case, by role and state, page by page."""

import pytest

from tests.api.test_people import path_of
from tests.support.answers import INVALID, faults, said
from tests.support.routes import USERS
from tests.support.world import AUTH, Person, World


def logins(person: Person, query: str = "") -> list[str]:
    answer = person.get(USERS + query)
    assert answer.status_code == 200, answer.text
    return [each["login"] for each in answer.json["items"]]


def everybody(world: World) -> Person:
    ann = world.admin()
    ann.post(f"{AUTH}/onboard", {"first_name": "Anna", "last_name": "van der Blade"})
    for name, role in (("Ben", "coach"), ("Öz", "artist"), ("Under_score", "coach")):
        world.clock.later(minutes=1)
        other = world.somebody(name)
        other.email = f"{name.lower().replace('ö', 'o')}@ice.test"
        assert other.register(world.invite(roles=[role])).status_code == 200
    assert ann.post(f"{path_of(world.somebody('Ben'))}/deactivate").status_code == 200
    return ann


def test_people_are_found_by_login_address_and_name_in_any_letter_case(world: World) -> None:
    ann = everybody(world)

    assert logins(ann) == ["Under_score", "Öz", "Ben", "Ann"]
    assert logins(ann, "?q=öZ") == logins(ann, "?q=ÖZ") == logins(ann, "?q=OZ@ICE") == ["Öz"]
    assert logins(ann, "?q=anna+VAN+der") == logins(ann, "?q=blade") == ["Ann"]
    assert logins(ann, "?q=_") == ["Under_score"]
    assert logins(ann, "?q=%25") == logins(ann, "?q='") == []


def test_people_are_found_by_role_and_by_whether_they_are_in(world: World) -> None:
    ann = everybody(world)

    assert logins(ann, "?role=coach") == ["Under_score", "Ben"]
    assert logins(ann, "?status=deactivated") == ["Ben"]
    assert logins(ann, "?status=active&role=coach") == ["Under_score"]
    assert logins(ann, "?q=ice&role=artist") == ["Öz"]
    assert logins(ann, "?role=owner") == []


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
@pytest.mark.parametrize("ties", [True, False])
def test_every_person_is_on_exactly_one_page(world: World, limit: int, ties: bool) -> None:
    ann = world.admin()
    for number in range(4):
        world.clock.later(seconds=0 if ties else 1)
        world.member(f"Cas{number}")

    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = ann.get(f"{USERS}?limit={limit}&cursor={cursor}").json
        assert len(page["items"]) <= limit
        found += [each["login"] for each in page["items"]]
        cursor = page["next_cursor"]

    assert sorted(found) == ["Ann", "Cas0", "Cas1", "Cas2", "Cas3"]
    assert found == logins(ann, "?limit=200")


def test_a_query_that_makes_no_sense_is_refused_by_name(world: World) -> None:
    ann = world.admin()

    for query in ("role=king", "status=open", "limit=0", "limit=201", "cursor=x", "q=%00", "page=2"):
        answer = ann.get(f"{USERS}?{query}")
        assert said(answer) == (400, INVALID, "invalid_input"), query
        assert faults(answer) == {query.partition("=")[0]}
