"""The trail: who invited whom, and how it ended."""

from typing import Any

import pytest

from tests.api.test_coach_invitations import ask as ask_coach
from tests.api.test_invites import INVITES, issue
from tests.api.test_label_answers import say
from tests.api.test_label_invitations import artist, owner
from tests.api.test_label_invitations import ask as ask_artist
from tests.api.test_team_invitations import accept, ask
from tests.api.test_team_links import sent
from tests.support.answers import INVALID, faults, said
from tests.support.world import Person, World, token_of

LABELS = "/api/v4/admin/label-invitations"


def items(person: Person, query: str = "", path: str = INVITES) -> list[Any]:
    answer = person.get(path + query)
    assert answer.status_code == 200, answer.text
    return answer.json["items"]


def all_kinds(world: World) -> Person:
    """An owner who has invited through every door, one minute after the other, with how each ended in its name."""
    ann = world.member("Ann", "owner")
    tenant_id = world.tenant()
    for kind in ("active", "revoked"):
        world.clock.later(minutes=1)
        issue(ann, note=f"gate {kind}")
        world.clock.later(minutes=1)
        ask_coach(ann, tenant_id, email=f"coach-{kind}@club.test", name=f"Coach {kind}")
        world.clock.later(minutes=1)
        ask(ann, f"team-{kind}@club.test")
    for listed in items(ann, "?status=active"):
        if "revoked" in f"{listed['note']}{listed['email']}":
            ann.delete(f"{INVITES}/{listed['id']}")
    return ann


def called(listed: list[Any]) -> list[str]:
    """What all_kinds() calls them."""
    names = [each["note"] or (each["email"] or "").partition("@")[0].replace("-", " ") for each in listed]
    return [name for name in names if name]


def test_all_kinds_are_in_one_list_newest_first(world: World) -> None:
    ann = all_kinds(world)

    assert called(items(ann)) == [f"{k} {s}" for s in ("revoked", "active") for k in ("team", "coach", "gate")]


@pytest.mark.parametrize("kind", ["gate", "coach", "team"])
def test_the_list_by_kind_and_status_holds_those_and_no_others(world: World, kind: str) -> None:
    ann = all_kinds(world)

    assert called(items(ann, f"?kind={kind}")) == [f"{kind} revoked", f"{kind} active"]
    assert {each["kind"] for each in items(ann, f"?kind={kind}")} == {kind}
    for status in ("active", "revoked"):
        assert called(items(ann, f"?kind={kind}&status={status}")) == [f"{kind} {status}"]


def test_the_list_is_searched_by_address_name_note_and_issuer(world: World) -> None:
    ann = all_kinds(world)
    olga = world.member("Olga", "owner")
    issue(olga, note="by another")

    assert called(items(ann, "?q=TEAM-act")) == ["team active"]
    assert called(items(ann, "?q=coach+REV")) == ["coach revoked"]
    assert called(items(ann, "?q=gate")) == ["gate revoked", "gate active"]
    assert called(items(ann, "?q=olga")) == ["by another"]
    assert called(items(ann, "?q=active&kind=team")) == ["team active"]
    assert items(ann, "?q=%25") == items(ann, "?q=_") == items(ann, "?q='") == []


def test_a_query_that_makes_no_sense_is_refused_by_name(world: World) -> None:
    ann = world.admin()

    for query in ("kind=label", "kind=x", "status=open", "limit=0", "cursor=x", "q=%00"):
        answer = ann.get(f"{INVITES}?{query}")
        assert said(answer) == (400, INVALID, "invalid_input"), query
        assert faults(answer) == {query.partition("=")[0]}
    for query in ("kind=gate", "status=used", "status=open", "limit=0", "cursor=x", "q=%00"):
        answer = ann.get(f"{LABELS}?{query}")
        assert said(answer) == (400, INVALID, "invalid_input"), query
        assert faults(answer) == {query.partition("=")[0]}


def pages(person: Person, path: str, limit: int) -> list[str]:
    found: list[str] = []
    cursor = ""
    while True:
        page = person.get(f"{path}?limit={limit}&cursor={cursor}").json
        assert len(page["items"]) <= limit
        found += [each["id"] for each in page["items"]]
        if not (cursor := page["next_cursor"] or ""):
            return found


@pytest.mark.parametrize("limit", [1, 4])
def test_pages_hold_everything_once_in_the_lists_order(world: World, limit: int) -> None:
    ann = all_kinds(world)

    assert pages(ann, INVITES, limit) == [each["id"] for each in items(ann, "?limit=200")]


def test_the_list_says_who_came_in_through_each_door(world: World) -> None:
    ann = world.member("Ann", "owner")
    coach, (_, team) = ask_coach(ann, world.tenant()), sent(world, ann, "tim@club.test")
    world.clock.later(minutes=5)
    world.somebody("Bea").register(token_of(coach["invite_url"]))
    accept(world.somebody("Tim"), team)

    came = {each["kind"]: each for each in items(ann, "?status=used") if each["created_by"]}

    assert {kind: each["registered"] for kind, each in came.items()} == {
        "coach": [{"login": "Bea", "at": "2026-11-20T18:05:00Z"}],
        "team": [{"login": "tim", "at": "2026-11-20T18:05:00Z"}],
    }
    assert (came["coach"]["name"], came["coach"]["email"]) == ("Bea Blade", "bea@club.test")
    assert {each["created_by"] for each in came.values()} == {"Ann"}


def test_an_account_that_accepts_is_listed_like_one_that_registers(world: World) -> None:
    ann, bea = world.member("Ann", "owner"), world.member("Bea")
    coach = ask_coach(ann, world.tenant())
    bea.post("/api/v4/auth/invitations/accept", {"token": token_of(coach["invite_url"])})

    [listed] = items(ann, "?kind=coach")

    assert (listed["status"], [guest["login"] for guest in listed["registered"]]) == ("used", ["Bea"])


def test_no_list_holds_a_token(world: World) -> None:
    ann = world.member("Ann", "owner")
    coach, (_, team) = ask_coach(ann, world.tenant()), sent(world, ann, "tim@club.test")

    text = ann.get(INVITES).text

    assert token_of(coach["invite_url"]) not in text
    assert team not in text


def asked_artists(world: World) -> Person:
    """An admin of a house where two labels have asked artists, at one moment, with how it ended in the name."""
    lou, lous = owner(world)
    max_, maxs = owner(world, "Max", "Warm_Records")
    ask_artist(lou, lous, artist(world, "Expired")[1])
    for name, word in (("Declined", "decline"), ("Accepted", "accept")):
        art, artist_id = artist(world, name)
        say(art, word, ask_artist(lou, lous, artist_id))
    world.clock.later(days=7)
    for person, label_id, name in ((lou, lous, "Pending"), (max_, maxs, "Pending2")):
        person.sign_in()
        ask_artist(person, label_id, artist(world, name)[1])
    return world.admin()


def artists(listed: list[Any]) -> list[str]:
    return [each["artistLogin"] for each in listed]


def test_labels_invitations_are_listed_by_how_they_ended(world: World) -> None:
    ann = asked_artists(world)

    for status in ("pending", "accepted", "declined", "expired"):
        found = items(ann, f"?status={status}", LABELS)
        assert {name.removesuffix("2").lower() for name in artists(found)} == {status}
        assert {each["status"] for each in found} == {status}


def test_labels_invitations_are_searched_by_label_and_artist(world: World) -> None:
    ann = asked_artists(world)

    assert artists(items(ann, "?q=warm", LABELS)) == ["Pending2"]
    assert set(artists(items(ann, "?q=PENDING", LABELS))) == {"Pending", "Pending2"}
    assert artists(items(ann, "?q=cold&status=declined", LABELS)) == ["Declined"]
    assert artists(items(ann, "?q=_", LABELS)) == ["Pending2"]
    assert items(ann, "?q=%25", LABELS) == []


@pytest.mark.parametrize("limit", [2, 5])
def test_pages_of_labels_invitations_hold_everything_once(world: World, limit: int) -> None:
    ann = asked_artists(world)

    assert pages(ann, LABELS, limit) == [each["id"] for each in items(ann, "?limit=200", LABELS)]
    assert len(set(pages(ann, LABELS, limit))) == 5


@pytest.mark.parametrize("role", ["label", "artist", "designer", "dev"])
def test_the_trail_of_labels_is_for_admins(world: World, role: str) -> None:
    eve = world.member("Eve", role)

    assert said(eve.get(LABELS)) == (403, "You are not allowed to do this.", "forbidden")
