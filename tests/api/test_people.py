"""People, for those who run the place: found, given roles, closed, signed out, by those who rank no lower."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from core.models import AuditEvent, User
from core.roles import MEMBERS
from tests.support.answers import apart_from_counters, said
from tests.support.routes import GRANT, NOBODYS, USERS
from tests.support.world import AUTH, Person, World

NOT_HERE = (404, "There is nothing here.", "not_found")
ABOVE = (403, "This person ranks above you.", "above_own_role")
ABOVE_ROLE = (403, "You cannot grant a role above your own.", "above_own_role")
LAST = (409, "Somebody else must be owner first.", "last_owner")
ROUTES = [
    ("GET", USERS),
    ("GET", f"{USERS}/{NOBODYS}"),
    ("POST", GRANT),
    ("DELETE", f"{GRANT}/coach"),
    ("POST", f"{USERS}/{NOBODYS}/deactivate"),
    ("POST", f"{USERS}/{NOBODYS}/activate"),
    ("DELETE", f"{USERS}/{NOBODYS}/sessions"),
    ("POST", f"{USERS}/{NOBODYS}/reset-link"),
]
ACTS = [("POST", "deactivate"), ("POST", "activate"), ("DELETE", "sessions"), ("POST", "reset-link")]


def path_of(person: Person) -> str:
    [key] = [user.skater_id for user in person.world.rows(User) if user.login == person.name]
    return f"{USERS}/{key}"


def act(by: Person, method: str, path: str) -> TestResponse:
    body = {"role": "coach"} if path.endswith("/roles") else {}
    return by.browser.open(path, method=method, json=body if method == "POST" else None)


def event(world: World, name: str) -> Any:
    [row] = [row for row in world.rows(AuditEvent) if row.event == name]
    return row


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_strangers_have_no_business_here(world: World, method: str, path: str) -> None:
    assert said(act(world.somebody("Eve"), method, path)) == (401, "Please sign in first.", "not_signed_in")


@pytest.mark.parametrize("role", [*MEMBERS, "designer", "dev"])
def test_neither_have_those_who_are_no_admins(world: World, role: str) -> None:
    eve = world.member("Eve", role)
    before = world.dump()

    for method, path in ROUTES:
        assert said(act(eve, method, path)) == (403, "You are not allowed to do this.", "forbidden")
    assert world.dump() == before


def test_a_person_is_shown_with_roles_and_devices_and_nothing_secret(world: World) -> None:
    ann, ben = world.admin(), world.member("Ben", "coach")
    ben.post(f"{AUTH}/onboard", {"first_name": "Benjamin", "last_name": "Blade"})
    ben.device()

    shown = ann.get(path_of(ben)).json

    assert shown == {
        "id": path_of(ben).rpartition("/")[2],
        "login": "Ben",
        "email": "ben@club.test",
        "name": "Benjamin Blade",
        "roles": ["adult", "coach"],
        "is_active": True,
        "email_verified": True,
        "created_at": "2026-11-20T18:00:00Z",
        "last_seen_at": "2026-11-20T18:00:00Z",
        "devices": 2,
    }
    assert shown in ann.get(USERS).json["items"]
    for row in world.rows(User):
        assert row.password_hash not in ann.get(USERS).text
        assert row.fs_uniquifier not in ann.get(USERS).text


def test_a_device_that_idled_out_counts_no_more(world: World) -> None:
    ann, ben, olga = world.admin(), world.member("Ben"), world.member("Olga", "owner")
    world.clock.later(minutes=61)
    ann.sign_in()

    assert (ann.get(path_of(ben)).json["devices"], ann.get(path_of(olga)).json["devices"]) == (1, 0)
    assert ann.get(path_of(olga)).json["last_seen_at"] is None
    assert ann.get(path_of(ann)).json["devices"] == 1
    world.clock.later(days=7)
    ann.sign_in()
    assert ann.get(path_of(ben)).json["devices"] == 0


@pytest.mark.parametrize("key", [NOBODYS, "1", "x", "%00", "9" * 400])
def test_who_is_not_there_is_not_found(world: World, key: str) -> None:
    ann = world.admin()
    before = apart_from_counters(world.dump())

    for method, path in ROUTES[1:]:
        assert said(act(ann, method, path.replace(NOBODYS, key))) == NOT_HERE, path
    assert apart_from_counters(world.dump()) == before


def test_a_role_is_given_and_taken_away_at_once(world: World) -> None:
    ann, ben = world.admin(), world.member("Ben")

    given = ann.post(f"{path_of(ben)}/roles", {"role": "coach"})
    assert (given.status_code, given.json["roles"]) == (200, ["adult", "coach"])
    assert ann.post(f"{path_of(ben)}/roles", {"role": "coach"}).json["roles"] == ["adult", "coach"]
    assert ben.session().json["roles"] == ["adult", "coach"]

    taken = ann.delete(f"{path_of(ben)}/roles/coach")
    assert (taken.status_code, taken.json["roles"]) == (200, ["adult"])
    row = event(world, "role_revoked")
    assert (row.actor, row.ip, row.details) == ("Ann", "127.0.0.1", {"role": "coach"})


@pytest.mark.parametrize("role", ["coach", "king", "Adult", "%00", "a\u0301", "x" * 400])
def test_a_role_that_is_not_held_is_not_taken(world: World, role: str) -> None:
    ann, ben = world.admin(), world.member("Ben")

    assert said(ann.delete(f"{path_of(ben)}/roles/{role}")) == NOT_HERE


RANKS = ["admin", "super_admin", "owner"]


@pytest.mark.parametrize("mine", RANKS)
@pytest.mark.parametrize("theirs", ["coach", "dev", *RANKS])
def test_only_who_ranks_no_lower_changes_an_account(world: World, mine: str, theirs: str) -> None:
    ann, ben = world.member("Ann", mine), world.member("Ben", theirs)
    world.member("Olga", "owner")
    may = theirs not in RANKS or RANKS.index(mine) >= RANKS.index(theirs)

    for method, word in [("POST", "roles"), *ACTS, ("POST", "activate"), ("DELETE", f"roles/{theirs}")]:
        before = apart_from_counters(world.dump())
        answer = act(ann, method, f"{path_of(ben)}/{word}")
        if may:
            # a closed account has no reset link
            assert answer.status_code in ({200, 201, 404} if word == "reset-link" else {200}), (word, answer.text)
        else:
            assert said(answer) == (ABOVE_ROLE if word == "roles" else ABOVE), word
            assert apart_from_counters(world.dump()) == before


@pytest.mark.parametrize("mine", RANKS)
def test_nobody_gives_a_role_above_their_own(world: World, mine: str) -> None:
    ann, ben = world.member("Ann", mine), world.member("Ben")

    for role in RANKS[RANKS.index(mine) + 1 :]:
        assert said(ann.post(f"{path_of(ben)}/roles", {"role": role})) == ABOVE_ROLE
    for role in (*RANKS[: RANKS.index(mine) + 1], "designer", "artist", "label"):
        assert ann.post(f"{path_of(ben)}/roles", {"role": role}).status_code == 200
        ann.delete(f"{path_of(ben)}/roles/{role}")


def test_the_last_owner_stays_and_keeps_the_role(world: World) -> None:
    olga = world.member("Olga", "owner")

    assert said(olga.post(f"{path_of(olga)}/deactivate")) == LAST
    assert said(olga.delete(f"{path_of(olga)}/roles/owner")) == LAST
    other = world.member("Other", "owner")
    assert olga.delete(f"{path_of(olga)}/roles/owner").status_code == 200
    assert said(other.post(f"{path_of(other)}/deactivate")) == LAST


def test_a_closed_account_is_out_at_once_and_comes_back_when_opened(world: World) -> None:
    ann, ben = world.admin(), world.member("Ben", "admin")
    token = ben.post("/api/v4/admin/invites").json["token"]

    closed = ann.post(f"{path_of(ben)}/deactivate")

    assert (closed.status_code, closed.json["is_active"], closed.json["devices"]) == (200, False, 0)
    assert ben.session().status_code == 401
    assert ben.sign_in().status_code == 401
    assert world.somebody("Cas").register(token).json["code"] == "invite_revoked"
    assert event(world, "invitation_revoked").actor == "Ann"
    assert ann.post(f"{path_of(ben)}/activate").json["is_active"] is True
    assert ben.sign_in().status_code == 200
    assert {event(world, f"user_{name}").actor for name in ("deactivated", "activated")} == {"Ann"}


def test_signing_out_ends_every_session_and_no_others(world: World) -> None:
    ann, ben, cas = world.admin(), world.member("Ben"), world.member("Cas")
    phone = ben.device()

    answer = ann.delete(f"{path_of(ben)}/sessions")

    assert (answer.status_code, answer.json) == (200, {"message": "Signed out everywhere", "ended": 2})
    assert {each.session().status_code for each in (ben, phone)} == {401}
    assert {each.session().status_code for each in (ann, cas)} == {200}
    assert event(world, "signed_out_by_admin").actor == "Ann"
    assert ben.sign_in().status_code == 200
