"""The trail of events: what happened, who did it, from where; searched, paged, without a secret."""

from typing import Any

import pytest

from core.models import AuditEvent, InvitationLink, User
from core.roles import MEMBERS
from core.unit import TERMINAL
from tests.api.test_people import path_of
from tests.support.answers import INVALID, faults, said
from tests.support.routes import EVENTS
from tests.support.world import Person, World


def listed(person: Person, query: str = "") -> list[Any]:
    answer = person.get(EVENTS + query)
    assert answer.status_code == 200, answer.text
    return answer.json["items"]


def names(person: Person, query: str = "") -> set[str]:
    return {each["event"] for each in listed(person, query)}


def test_strangers_have_no_business_here(world: World) -> None:
    assert said(world.somebody("Eve").get(EVENTS)) == (401, "Please sign in first.", "not_signed_in")


@pytest.mark.parametrize("role", [*MEMBERS, "designer", "dev"])
def test_neither_have_those_who_are_no_admins(world: World, role: str) -> None:
    assert said(world.member("Eve", role).get(EVENTS)) == (403, "You are not allowed to do this.", "forbidden")


def test_an_event_says_what_happened_to_whom_by_whom_and_from_where(world: World) -> None:
    ann, ben = world.admin(), world.member("Ben")
    world.clock.later(minutes=1)
    ann.post(f"{path_of(ben)}/roles", {"role": "coach"})

    [newest, *_] = listed(ann)

    assert set(newest) == {"id", "at", "event", "actor", "login", "ip", "details"}
    del newest["id"]
    assert newest == {
        "at": "2026-11-20T18:01:00Z",
        "event": "roles_granted",
        "actor": "Ann",
        "login": "Ben",
        "ip": "127.0.0.1",
        "details": {"roles": ["coach"]},
    }


def test_reading_the_trail_leaves_none(world: World) -> None:
    ann = world.admin()
    before = world.dump()

    listed(ann)
    assert world.dump() == before


def test_events_are_found_by_who_did_them_and_whom_they_are_about(world: World) -> None:
    ann, olga = world.admin(), world.member("Olga", "owner")
    ben = world.member("Ben")
    olga.post(f"{path_of(ben)}/deactivate")
    world.terminal("users", "activate", "Ben")

    assert names(ann, "?q=OLGA") >= {"user_deactivated", "signed_in"}
    assert names(ann, "?q=ben@CLUB") >= {"user_deactivated", "user_activated", "user_registered"}
    assert "user_deactivated" not in names(ann, "?q=ann")
    assert {each["actor"] for each in listed(ann, "?q=terminal")} == {TERMINAL}
    assert listed(ann, "?q=%25") == listed(ann, "?q=_") == listed(ann, "?q='") == []


def test_a_search_folds_letters_beyond_ascii_for_doers_as_well(world: World) -> None:
    ann, doer = world.admin(), world.somebody("Özgür")
    doer.email = "oz@club.test"
    assert doer.register(world.invite()).status_code == 200
    world.terminal("users", "grant", "Özgür", "admin")
    doer.sign_in()
    doer.post("/api/v4/admin/invites")

    for spelled in ("özgür", "ÖZGÜR", "ÖZ", "O\u0308zg"):
        assert {"invitation_issued", "signed_in"} <= names(ann, f"?q={spelled}"), spelled


def test_events_are_found_by_name(world: World) -> None:
    ann = world.admin()
    world.member("Ben")

    assert names(ann, "?event=signed_in") == {"signed_in"}
    assert {each["login"] for each in listed(ann, "?event=signed_in")} == {"Ann", "Ben"}
    assert [each["login"] for each in listed(ann, "?event=signed_in&q=ben")] == ["Ben"]
    assert listed(ann, "?event=nothing_of_that_name") == []


@pytest.mark.parametrize("limit", [1, 3, 200])
def test_every_event_is_on_exactly_one_page(world: World, limit: int) -> None:
    ann = world.admin()
    for name in ("Ben", "Cas"):
        world.clock.later(seconds=1)
        world.member(name)

    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = ann.get(f"{EVENTS}?limit={limit}&cursor={cursor}").json
        assert len(page["items"]) <= limit
        found += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]

    assert found == [each["id"] for each in listed(ann, "?limit=200")]
    assert sorted(found) == sorted(str(row.id) for row in world.rows(AuditEvent))


def test_a_query_that_makes_no_sense_is_refused_by_name(world: World) -> None:
    ann = world.admin()

    for query in ("limit=0", "limit=201", "cursor=x", "q=%00", "event=%00", "event=" + "x" * 61, "actor=Ann"):
        answer = ann.get(f"{EVENTS}?{query}")
        assert said(answer) == (400, INVALID, "invalid_input"), query
        assert faults(answer) == {query.partition("=")[0]}


def test_no_event_holds_a_secret_or_a_hash(world: World) -> None:
    ann, ben = world.admin(), world.member("Ben")
    secrets = [world.invite(), ann.post("/api/v4/admin/invites").json["token"], world.reset_token(ben), ben.cookie]
    secrets.append(ann.post(f"{path_of(ben)}/reset-link").json["reset_url"].partition("=")[2])

    text = ann.get(f"{EVENTS}?limit=200").text

    assert not any(secret and secret in text for secret in secrets)
    assert not any(row.digest in text for row in world.rows(InvitationLink))
    assert not any(row.password_hash in text for row in world.rows(User))
