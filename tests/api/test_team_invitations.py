"""Inviting to the team: many addresses at once, each with an outcome of its own."""

from typing import Any

import pytest

from core.models import Invitation, Letter, TeamMember
from core.roles import MEMBERS
from tests.api.conftest import NewWorld
from tests.support.answers import INVALID, apart_from_counters, faults, said
from tests.support.routes import NOBODYS
from tests.support.world import AUTH, Person, World, token_in, token_of

TEAM = "/api/v4/admin/teams/invitations"
ACCEPT = f"{TEAM}/accept"
ABOVE = (403, "You cannot grant a role above your own.", "above_own_role")
ROUTES = [("POST", TEAM), ("GET", TEAM), ("DELETE", f"{TEAM}/{NOBODYS}"), ("POST", f"{TEAM}/{NOBODYS}/resend")]


def ask(person: Person, *emails: str, role: str = "designer") -> list[Any]:
    answer = person.post(TEAM, {"emails": list(emails), "role": role})
    assert answer.status_code == 201, answer.text
    return answer.json["items"]


def outcomes(items: list[Any]) -> list[str]:
    return [item["outcome"] for item in items]


def asked_rows(world: World) -> list[Any]:
    return [row for row in world.rows(Invitation) if row.kind == "team"]


def accept(person: Person, token: str) -> Any:
    return person.post(ACCEPT, {"token": token})


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_strangers_have_no_business_here(world: World, method: str, path: str) -> None:
    answer = world.somebody("Eve").browser.open(path, method=method, json={} if method == "POST" else None)

    assert said(answer) == (401, "Please sign in first.", "not_signed_in")


@pytest.mark.parametrize("role", [*MEMBERS, "designer", "dev"])
def test_neither_have_those_who_are_no_admins(world: World, role: str) -> None:
    eve = world.member("Eve", role)
    before = world.dump()

    for method, path in ROUTES:
        answer = eve.browser.open(path, method=method, json={} if method == "POST" else None)
        assert said(answer) == (403, "You are not allowed to do this.", "forbidden")
    assert world.dump() == before


GRANTS = {
    "admin": {"admin", "dev", "designer"},
    "super_admin": {"admin", "super_admin", "dev", "designer"},
    "owner": {"admin", "super_admin", "owner", "dev", "designer"},
}


@pytest.mark.parametrize("held", GRANTS)
def test_nobody_grants_above_their_own_role(world: World, held: str) -> None:
    ann = world.member("Ann", held)

    for role in GRANTS["owner"] - GRANTS[held]:
        before = apart_from_counters(world.dump())
        assert said(ann.post(TEAM, {"emails": ["bea@club.test"], "role": role})) == ABOVE
        assert apart_from_counters(world.dump()) == before
    for role in GRANTS[held]:
        assert outcomes(ask(ann, f"{role}@club.test", role=role)) == ["invited"]
    assert {row.email: row.roles for row in asked_rows(world)} == {f"{role}@club.test": [role] for role in GRANTS[held]}


FAULTS: list[tuple[str, Any]] = [
    ("role", ...),
    ("role", None),
    ("role", "coach"),
    ("role", "adult"),
    ("role", "Admin"),
    ("role", "root"),
    ("role", ["admin"]),
    ("emails", ...),
    ("emails", None),
    ("emails", []),
    ("emails", "bea@club.test"),
    ("emails", [7]),
    ("emails", [None]),
    ("emails", ["a@b.cc"] * 501),
    ("password", "x"),
    ("roles", ["owner"]),
]


@pytest.mark.parametrize("field", dict(FAULTS))
def test_the_field_at_fault_is_named(world: World, field: str) -> None:
    ann = world.admin()
    before = apart_from_counters(world.dump())

    for value in [value for name, value in FAULTS if name == field]:
        body = {"emails": ["bea@club.test"], "role": "dev", field: value}
        answer = ann.post(TEAM, {key: value for key, value in body.items() if value is not ...})
        assert said(answer) == (400, INVALID, "invalid_input"), value
        assert faults(answer) == {field}, value
    assert apart_from_counters(world.dump()) == before


def test_each_address_has_its_own_outcome(world: World) -> None:
    ann = world.admin()
    token_of_dee = ask(ann, "dee@club.test") and token_in(world.deliver()[-1])
    assert accept(world.somebody("Dee"), token_of_dee).status_code == 200
    ask(ann, "cas@club.test")

    items = ask(ann, "bea@club.test", "no address", "CAS@club.test", "Dee@Club.Test")

    assert outcomes(items) == ["invited", "invalid", "reinvited", "already_member"]
    for item, is_open in zip(items, [True, False, True, False], strict=True):
        assert (item["id"] is not None, item["expires_at"] is not None) == (is_open, is_open)
        assert item["invite_url"] is None
    assert {letter.recipients[0].lower() for letter in world.deliver()} == {"cas@club.test", "bea@club.test"}


BAD = [
    *("", "   ", "bea", "bea@", "@club.test", "a b@club.test", "a@b.cc, c@d.ee", "a@b.cc\nBcc: c@d.ee"),
    *("a\x00@b.cc", "a\u202eb@c.dd", "\U0001f600", "x" * 400 + "@b.cc"),
]


def test_bad_addresses_do_not_sink_the_others(world: World) -> None:
    items = ask(world.admin(), "bea@club.test", *BAD, "cas@club.test")

    assert outcomes(items) == ["invited", *["invalid"] * len(BAD), "invited"]
    assert [item["email"] for item in items[1:-1]] == BAD
    assert all(item["reason"] for item in items[1:-1])
    assert {row.email for row in asked_rows(world)} == {"bea@club.test", "cas@club.test"}
    assert len(world.rows(Letter)) == 2


SAME = [
    ["bea@club.test", "bea@club.test"],
    ["bea@club.test", "BEA@CLUB.TEST", " Bea@club.test "],
    ["bea@b\u00fccher.test", "bea@xn--bcher-kva.test", "bea@B\u00dcCHER.test"],
]


@pytest.mark.parametrize("typed", SAME)
def test_an_address_that_is_there_twice_gets_one_invitation(world: World, typed: list[str]) -> None:
    items = ask(world.admin(), *typed)

    assert outcomes(items) == ["invited"] * len(typed)
    assert len({item["id"] for item in items}) == len(asked_rows(world)) == len(world.rows(Letter)) == 1


def test_asked_again_in_another_role_the_later_word_counts_and_the_old_link_ends(world: World) -> None:
    ann = world.admin()
    [first] = ask(ann, "bea@club.test", role="dev")
    [old] = map(token_in, world.deliver())

    [second] = ask(ann, "Bea@Club.Test", role="admin")

    [new] = map(token_in, world.deliver())
    assert second["id"] == first["id"]
    assert [row.roles for row in asked_rows(world)] == [["admin"]]
    assert said(accept(world.somebody("Bea"), old))[::2] == (403, "invite_replaced")
    assert accept(world.somebody("Bea"), new).status_code == 200
    assert [row.role for row in world.rows(TeamMember)] == ["admin"]


def test_the_letter_carries_the_link_and_no_credentials(world: World) -> None:
    ask(world.admin(), "bea@club.test", role="admin")

    [letter] = world.deliver()

    assert letter.recipients == ["bea@club.test"]
    assert letter.cc == letter.bcc == []
    assert f"http://localhost:5000/team/join?token={token_in(letter)}" in letter.body
    for part in (letter.body, letter.html):
        assert "password" not in part.lower()
        assert "bea" not in part.lower().replace(token_in(letter).lower(), "")
    assert token_in(letter) not in repr(world.dump())


def test_without_mail_the_links_are_in_the_answer(new_world: NewWorld) -> None:
    world = new_world(development_mailbox=False, base_url="https://rink.example")

    bea, bad = ask(world.admin(), "bea@club.test", "bad")

    assert bea["invite_url"].startswith("https://rink.example/team/join?token=")
    assert bad["invite_url"] is None
    assert world.rows(Letter) == []
    assert accept(world.somebody("Bea"), token_of(bea["invite_url"])).status_code == 200


def test_opening_a_link_only_looks(world: World) -> None:
    ask(world.admin(), "bea@club.test", role="dev")
    [letter] = world.deliver()
    before = world.dump()

    answer = world.somebody("Bea").get(f"{AUTH}/register/validate-token?token={token_in(letter)}")

    known = {key: answer.json[key] for key in ("valid", "kind", "email", "roles")}
    assert known == {"valid": True, "kind": "team", "email": "bea@club.test", "roles": ["dev"]}
    assert world.dump() == before


def test_the_team_is_neither_listed_nor_made_nor_deleted(world: World) -> None:
    olga = world.member("Olga", "owner")
    before = world.dump()

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        for more in ("", "/", f"/{NOBODYS}", "/1"):
            body = {"name": "Another"} if method != "GET" else None
            answer = olga.browser.open(f"/api/v4/admin/teams{more}", method=method, json=body)
            assert answer.status_code in {404, 405}, (method, more)
            assert set(answer.json) == {"message", "code"}
    assert world.dump() == before
