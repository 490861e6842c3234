"""A label asks an artist: who may, whom, and how often."""

import uuid
from typing import Any

import pytest
from sqlalchemy import inspect

from app.extensions import db
from core.models import LabelInvitation, UserRole
from core.roles import MEMBERS, STAFF_RANK
from tests.api.conftest import NewWorld
from tests.support.answers import INVALID, apart_from_counters, faults, said
from tests.support.routes import NOBODYS
from tests.support.world import Person, World

MINE = "/api/v4/invitations"
NOT_HERE = (404, "There is nothing here.", "not_found")
NOT_ALLOWED = (403, "You are not allowed to do this.", "forbidden")
ASKED = (400, "This artist already has a pending invitation from this label.", "already_invited")
TAKEN = (400, "This artist already belongs to a label.", "artist_has_label")


def of(label_id: str) -> str:
    """Where this label's invitations are."""
    return f"/api/v4/labels/{label_id}/invitations"


def owner(world: World, name: str = "Lou", label: str = "Cold Records") -> tuple[Person, str]:
    """The owner of a new label, and its id."""
    lou = world.member(name)
    return lou, world.label(lou, label)


def artist(world: World, name: str = "Art") -> tuple[Person, str]:
    """An artist, and their id."""
    art = world.member(name, "artist")
    return art, art.session().json["uSkaterUUID"]


def ask(lou: Person, label_id: str, artist_id: str, **body: Any) -> Any:
    answer = lou.post(of(label_id), {"artistId": artist_id, **body})
    assert answer.status_code == 201, answer.text
    return answer.json


def close(world: World, name: str) -> None:
    assert world.terminal("users", "deactivate", name).exit_code == 0


def test_an_owner_asks_an_artist(world: World) -> None:
    (lou, label_id), (art, artist_id) = owner(world), artist(world)

    asked = ask(lou, label_id, artist_id, message=" Join us ")

    assert set(asked) == {
        *("id", "artistId", "status", "expiresAt"),
        *("labelId", "labelName", "artistLogin", "message", "createdAt", "decidedAt"),
    }
    assert (asked["artistId"], asked["status"], asked["expiresAt"]) == (artist_id, "pending", "2026-11-27T18:00:00Z")
    assert str(uuid.UUID(asked["id"])) == asked["id"]
    assert (asked["labelId"], asked["labelName"], asked["artistLogin"]) == (label_id, "Cold Records", "Art")
    assert (asked["message"], asked["decidedAt"]) == ("Join us", None)
    assert lou.get(of(label_id)).json == {"items": [asked], "next_cursor": None}
    assert art.get(MINE).json == {"items": [asked], "next_cursor": None}


@pytest.mark.parametrize("message", [..., None, "", "  "])
def test_a_message_is_optional(world: World, message: Any) -> None:
    (lou, label_id), (_, artist_id) = owner(world), artist(world)

    assert ask(lou, label_id, artist_id, **({} if message is ... else {"message": message}))["message"] is None


def test_the_artist_is_written_to(world: World) -> None:
    (lou, label_id), (_, artist_id) = owner(world), artist(world)
    ask(lou, label_id, artist_id, message="<b>Join</b> us")

    [letter] = world.deliver()

    assert letter.recipients == ["art@club.test"]
    assert "Cold Records" in letter.subject
    assert "<b>Join</b> us" in letter.body
    assert "<b>Join" not in letter.html
    assert "http://localhost:5000/invitations" in letter.body
    assert "token=" not in letter.body + letter.html


def test_without_mail_the_invitation_waits_at_the_account(new_world: NewWorld) -> None:
    world = new_world(development_mailbox=False)
    (lou, label_id), (art, artist_id) = owner(world), artist(world)

    ask(lou, label_id, artist_id)

    assert [each["status"] for each in art.get(MINE).json["items"]] == ["pending"]


ROUTES = [
    ("POST", of(NOBODYS)),
    ("GET", of(NOBODYS)),
    ("GET", MINE),
    ("POST", f"{MINE}/{NOBODYS}/accept"),
    ("POST", f"{MINE}/{NOBODYS}/decline"),
    ("GET", "/api/v4/admin/label-invitations"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_strangers_have_no_business_here(world: World, method: str, path: str) -> None:
    answer = world.somebody("Eve").browser.open(path, method=method, json={} if method == "POST" else None)

    assert said(answer) == (401, "Please sign in first.", "not_signed_in")


@pytest.mark.parametrize("roles", [({*MEMBERS} - {"minor"} | {*STAFF_RANK}), ("label",), ()])
def test_only_its_owner_asks_for_a_label(world: World, roles: tuple[str, ...]) -> None:
    (lou, label_id), (_, artist_id) = owner(world), artist(world)
    eve = world.member("Eve", *roles)
    world.label(world.member("Max"), "Warm Records")
    before = apart_from_counters(world.dump())

    assert said(eve.post(of(label_id), {"artistId": artist_id})) == NOT_ALLOWED
    assert said(eve.get(of(label_id))) == NOT_ALLOWED
    assert apart_from_counters(world.dump()) == before
    assert lou.get(of(label_id)).json["items"] == []


def test_an_owner_without_the_role_does_not(world: World) -> None:
    (lou, label_id), (_, artist_id) = owner(world), artist(world)
    world.terminal("users", "revoke", "Lou", "label")

    assert said(lou.post(of(label_id), {"artistId": artist_id})) == NOT_ALLOWED
    assert said(lou.get(of(label_id))) == NOT_ALLOWED


def test_a_label_that_is_not_there_is_not_found(world: World) -> None:
    (lou, _), (_, artist_id) = owner(world), artist(world)

    for key in (NOBODYS, "1", "x", "%00", "0" * 400):
        assert said(lou.post(of(key), {"artistId": artist_id})) == NOT_HERE
        assert said(lou.get(of(key))) == NOT_HERE


def test_only_an_open_account_with_the_role_is_an_artist(world: World) -> None:
    lou, label_id = owner(world)
    cas = world.member("Cas", "coach").session().json["uSkaterUUID"]
    closed = artist(world, "Gone")[1]
    close(world, "Gone")
    former = artist(world, "Former")[1]
    world.terminal("users", "revoke", "Former", "artist")
    before = apart_from_counters(world.dump())

    for artist_id in (NOBODYS, cas, closed, former):
        assert said(lou.post(of(label_id), {"artistId": artist_id})) == NOT_HERE
    assert apart_from_counters(world.dump()) == before


FAULTS: list[tuple[str, Any]] = [
    ("artistId", ...),
    ("artistId", None),
    ("artistId", ""),
    ("artistId", 1),
    ("artistId", "Art"),
    ("artistId", "' or ''='"),
    ("message", "x" * 1001),
    ("message", "a\x00b"),
    ("message", 7),
    ("message", ["x"]),
    ("status", "accepted"),
    ("artistLogin", "Art"),
    ("expiresAt", "2030-01-01T00:00:00Z"),
]


@pytest.mark.parametrize("field", dict(FAULTS))
def test_the_field_at_fault_is_named(world: World, field: str) -> None:
    (lou, label_id), (_, artist_id) = owner(world), artist(world)
    before = apart_from_counters(world.dump())

    for value in [value for name, value in FAULTS if name == field]:
        body = {"artistId": artist_id, field: value}
        answer = lou.post(of(label_id), {key: value for key, value in body.items() if value is not ...})
        assert said(answer) == (400, INVALID, "invalid_input"), value
        assert faults(answer) == {field}, value
    assert apart_from_counters(world.dump()) == before


def test_the_longest_message_is_kept_whole(world: World) -> None:
    (lou, label_id), (art, artist_id) = owner(world), artist(world)
    ask(lou, label_id, artist_id, message="é" * 1000)

    assert art.get(MINE).json["items"][0]["message"] == "é" * 1000


def test_who_was_asked_is_not_asked_twice(world: World) -> None:
    (lou, label_id), (_, artist_id) = owner(world), artist(world)
    ask(lou, label_id, artist_id)
    before = apart_from_counters(world.dump())

    assert said(lou.post(of(label_id), {"artistId": artist_id.upper()})) == ASKED
    assert apart_from_counters(world.dump()) == before


def test_two_labels_may_ask_one_artist_and_one_label_two(world: World) -> None:
    (lou, lous), (max_, maxs) = owner(world), owner(world, "Max", "Warm Records")
    (art, arts), (_, bibs) = artist(world), artist(world, "Bib")

    ask(lou, lous, arts)
    world.clock.later(seconds=1)
    ask(lou, lous, bibs)
    ask(max_, maxs, arts)

    assert [each["labelName"] for each in art.get(MINE).json["items"]] == ["Warm Records", "Cold Records"]
    assert [each["artistLogin"] for each in lou.get(of(lous)).json["items"]] == ["Bib", "Art"]


def test_who_belongs_to_a_label_is_asked_by_none(world: World) -> None:
    (lou, lous), (max_, maxs), (art, arts) = owner(world), owner(world, "Max", "Warm Records"), artist(world)
    art.post(f"{MINE}/{ask(lou, lous, arts)['id']}/accept")
    before = apart_from_counters(world.dump())

    assert said(max_.post(of(maxs), {"artistId": arts})) == TAKEN
    assert said(lou.post(of(lous), {"artistId": arts})) == TAKEN
    assert apart_from_counters(world.dump()) == before


def test_the_table_keeps_one_row_for_label_and_artist_and_finds_by_artist_and_status(world: World) -> None:
    with world.app.app_context():
        inspector = inspect(db.engine)
        unique = [each["column_names"] for each in inspector.get_unique_constraints("label_invitations")]
        indexes = [each["column_names"] for each in inspector.get_indexes("label_invitations")]

    assert ["label_id", "artist_id"] in unique
    assert any(columns[:2] == ["artist_id", "status"] for columns in indexes)
    assert world.rows(LabelInvitation) == world.rows(UserRole) == []
