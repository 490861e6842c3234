"""Changing a password that is known, or that must be changed."""

from typing import Any

import pytest
from sqlalchemy import update

from app.extensions import db
from core.models import User
from tests.api.test_sessions import is_in, with_cookie
from tests.support.answers import INVALID, apart_from_counters, faults, said
from tests.support.routes import (
    ADD,
    CARD,
    COACH,
    DASHBOARD,
    EVENTS,
    GRANT,
    ICE_TIME,
    LABEL,
    MAILS,
    NOBODYS,
    OVERVIEW,
    PREFERENCE,
    PROFILE,
    SHARE,
    TEAM,
    USERS,
)
from tests.support.world import AUTH, PASSWORD, Person, World

NEW = "figure eights at midnight"
WRONG = (401, "Current password is incorrect", "current_password_incorrect")
CHANGE_FIRST = (403, "Please set a new password first.", "password_change_required")


def change(person: Person, current: Any = PASSWORD, new: Any = NEW) -> Any:
    body = {"current_password": current, "new_password": new}
    return person.post(f"{AUTH}/change-password", {key: value for key, value in body.items() if value is not ...})


def must_change(world: World, person: Person) -> None:
    """As after the acceptance of a team invitation: nobody knows the present password."""
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(update(User).where(User.login == person.name).values(must_change_password=True))


def test_a_changed_password_is_the_only_one(world: World) -> None:
    cas = world.member("Cas")

    answer = change(cas)

    assert (answer.status_code, answer.json) == (200, {"message": "Password updated successfully"})
    assert world.somebody("Cas").sign_in(password=PASSWORD).status_code == 401
    assert world.somebody("Cas").sign_in(password=NEW).status_code == 200


def test_this_session_goes_on_under_a_new_id_and_all_others_end(world: World) -> None:
    cas, dee = world.member("Cas"), world.member("Dee")
    phone, former = cas.device(), cas.cookie
    assert former

    change(cas)

    assert cas.cookie not in {former, None}
    assert [is_in(person) for person in (cas, phone, with_cookie(world, former), dee)] == [True, False, False, True]
    assert [device["current"] for device in cas.get(f"{AUTH}/sessions").json["items"]] == [True]


def test_the_owner_is_told_of_a_change(world: World) -> None:
    cas = world.member("Cas")

    change(cas)

    [letter] = world.deliver()
    assert letter.recipients == ["cas@club.test"]
    assert letter.subject == "Your password was changed"
    for part in (letter.body, letter.html):
        assert "Cas" in part
        assert "20 November 2026, 18:00 UTC" in part
        assert "through a mailed link" not in part
        assert NEW not in part
        assert PASSWORD not in part


def test_a_change_ends_reset_links(world: World) -> None:
    cas = world.member("Cas")
    token = world.reset_token(cas)

    change(cas)

    answer = cas.post(f"{AUTH}/reset-confirm", {"token": token, "new_password": "yet another password"})
    assert said(answer)[2] == "reset_token_invalid"


@pytest.mark.parametrize("current", ["not my password", PASSWORD.upper(), PASSWORD + " ", "x" * 257])
def test_a_wrong_current_password_changes_nothing(world: World, current: str) -> None:
    cas = world.member("Cas")
    phone = cas.device()
    before = apart_from_counters(world.dump())

    answer = change(cas, current)

    assert said(answer) == WRONG
    assert "Set-Cookie" not in answer.headers
    assert apart_from_counters(world.dump()) == before
    assert is_in(cas)
    assert is_in(phone)
    assert world.deliver() == []


@pytest.mark.parametrize("current", [..., None, "", 7, [PASSWORD]])
def test_the_current_password_must_be_given(world: World, current: Any) -> None:
    answer = change(world.member("Cas"), current)

    assert said(answer) == (400, INVALID, "invalid_input")
    assert faults(answer) == {"current_password"}


@pytest.mark.parametrize("new", [..., None, 7, {}])
def test_the_new_password_must_be_given(world: World, new: Any) -> None:
    assert faults(change(world.member("Cas"), new=new)) == {"new_password"}


RULES = [
    ("kx7 vbq", "password_too_short"),
    ("x" * 256 + "y", "password_too_long"),
    ("password123", "password_too_common"),
    ("CASIMIR OF ICE", "password_own_name"),
    ("casimir@club.test", "password_own_name"),
    ("Casimir@CLUB.test", "password_own_name"),
]


@pytest.mark.parametrize(("new", "code"), RULES, ids=[code for _, code in RULES])
def test_a_weak_new_password_is_refused_by_its_reason(world: World, new: str, code: str) -> None:
    cas = world.somebody("Casimir of Ice")
    cas.email = "casimir@club.test"
    cas.register(world.invite())
    cas.sign_in()

    answer = change(cas, new=new)

    assert (answer.status_code, answer.json["code"]) == (400, code)
    assert faults(answer) == {"new_password"}
    assert cas.sign_in().status_code == 200


def test_strangers_change_nothing(world: World) -> None:
    assert said(change(world.somebody("Cas"))) == (401, "Please sign in first.", "not_signed_in")


def test_who_must_change_the_password_is_told_so(world: World) -> None:
    cas = world.member("Cas")
    must_change(world, cas)

    assert cas.sign_in().json == {"message": "Login successful", "password_change_required": True}
    assert cas.session().json["password_change_required"] is True


OTHER_ROUTES = [
    ("POST", f"{AUTH}/email/prove/code"),
    ("POST", f"{AUTH}/email/prove/send"),
    ("POST", f"{AUTH}/onboard"),
    ("GET", f"{AUTH}/sessions"),
    ("DELETE", f"{AUTH}/sessions"),
    ("DELETE", f"{AUTH}/sessions/{NOBODYS}"),
    ("POST", "/api/v4/admin/invites"),
    ("GET", "/api/v4/admin/invites"),
    ("DELETE", f"/api/v4/admin/invites/{NOBODYS}"),
    ("POST", f"{AUTH}/invitations/accept"),
    ("POST", COACH),
    ("POST", TEAM),
    ("GET", TEAM),
    ("DELETE", f"{TEAM}/{NOBODYS}"),
    ("POST", f"{TEAM}/{NOBODYS}/resend"),
    ("POST", LABEL),
    ("GET", LABEL),
    ("GET", "/api/v4/invitations"),
    ("POST", f"/api/v4/invitations/{NOBODYS}/accept"),
    ("POST", f"/api/v4/invitations/{NOBODYS}/decline"),
    ("GET", "/api/v4/admin/label-invitations"),
    ("POST", f"/api/v4/admin/invites/{NOBODYS}/resend"),
    ("GET", f"/api/v4/admin/invites/{NOBODYS}/registered"),
    ("GET", USERS),
    ("GET", f"{USERS}/{NOBODYS}"),
    ("POST", GRANT),
    ("DELETE", f"{GRANT}/{{role}}"),
    ("POST", f"{USERS}/{NOBODYS}/deactivate"),
    ("POST", f"{USERS}/{NOBODYS}/activate"),
    ("DELETE", f"{USERS}/{NOBODYS}/sessions"),
    ("POST", f"{USERS}/{NOBODYS}/reset-link"),
    ("GET", EVENTS),
    ("GET", MAILS),
    ("POST", f"{MAILS}/{NOBODYS}/retry"),
    ("GET", CARD),
    ("POST", SHARE),
    ("DELETE", SHARE),
    ("GET", OVERVIEW),
    ("PATCH", PROFILE),
    ("PATCH", PREFERENCE),
    ("GET", DASHBOARD),
    ("GET", ICE_TIME),
    ("POST", ADD),
    ("GET", "/api/v4/lookup/coaches"),
    ("GET", "/api/v4/lookup/ice_types"),
]


def test_those_are_all_other_signed_in_routes(world: World) -> None:
    document = world.somebody("Cas").get("/api/v4/openapi.json").json
    guarded = {
        (method.upper(), path.replace("{key}", NOBODYS))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "security" in operation
    }

    open_to_them = {("POST", f"{AUTH}/change-password"), ("GET", f"{AUTH}/session")}
    assert guarded - open_to_them == set(OTHER_ROUTES)


@pytest.mark.parametrize("role", ["adult", "owner"])
def test_before_a_forced_change_every_other_route_is_closed(world: World, role: str) -> None:
    cas = world.member("Cas", role)
    must_change(world, cas)
    before = world.dump()

    for method, path in OTHER_ROUTES:
        answer = cas.browser.open(path, method=method, json={} if method in {"POST", "PATCH"} else None)
        assert said(answer) == CHANGE_FIRST, (method, path)

    assert world.dump() == before


def test_a_forced_change_asks_for_no_current_password_and_opens_the_rest(world: World) -> None:
    cas = world.member("Cas")
    must_change(world, cas)
    former = cas.cookie
    assert former

    assert change(cas, current=...).json == {"message": "Password updated successfully"}

    assert cas.session().json["password_change_required"] is False
    assert cas.get(f"{AUTH}/sessions").status_code == 200
    assert not is_in(with_cookie(world, former))
    assert world.somebody("Cas").sign_in(password=NEW).status_code == 200
    assert faults(change(cas, current=...)) == {"current_password"}


def test_a_forced_change_keeps_the_rules(world: World) -> None:
    cas = world.member("Cas")
    must_change(world, cas)

    assert said(change(cas, current=..., new="short"))[2] == "password_too_short"
    assert cas.session().json["password_change_required"] is True


def test_who_must_change_the_password_may_log_out(world: World) -> None:
    cas = world.member("Cas")
    must_change(world, cas)

    assert cas.post(f"{AUTH}/logout").status_code == 200
    assert not is_in(cas)
