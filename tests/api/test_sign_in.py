"""Signing in: by which names, with which words, into which cookie."""

import hashlib
import re
import uuid
from typing import Any

import pytest
from flask import Flask

from core.models import BrowserSession
from tests.api.conftest import NewWorld
from tests.support.answers import INVALID, faults, said
from tests.support.world import AUTH, PASSWORD, Clock, Person, World

REFUSED = {"message": "Invalid credentials", "code": "invalid_credentials"}
OUT = {"logged_in": False, "message": "Please sign in first.", "code": "not_signed_in"}
NAMES = ["Cas", "cas", "CAS", " Cas ", "cas@club.test", "CAS@Club.Test", "\uff23\uff41\uff53"]


def closed(world: World, person: Person) -> None:
    answer = world.app.test_cli_runner().invoke(args=["users", "deactivate", person.name])
    assert answer.exit_code == 0, answer.output


@pytest.mark.parametrize("field", ["aLogin", "aEmail"])
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_either_field_takes_login_or_address_in_any_letter_case(world: World, field: str, name: str) -> None:
    world.somebody("Cas").register(world.invite())

    answer = world.somebody("Cas").post(f"{AUTH}/login", {field: name, "aPasswordHash": PASSWORD})

    assert answer.status_code == 200
    assert answer.json == {"message": "Login successful", "password_change_required": False}


@pytest.mark.parametrize("other", [None, "", "  "])
def test_the_other_field_may_be_empty(world: World, other: Any) -> None:
    cas = world.member("Cas")

    body = {"aLogin": other, "aEmail": cas.email, "aPasswordHash": PASSWORD, "remember": True}
    assert cas.post(f"{AUTH}/login", body).status_code == 200


def test_nobody_is_found_by_database_id(world: World) -> None:
    cas = world.member("Cas")
    ids = cas.session().json
    rows = world.rows(BrowserSession)

    for name in (ids["user_id"], ids["uSkaterUUID"], uuid.UUID(ids["uSkaterUUID"]).hex, rows[0].id):
        answer = world.somebody("Dee").sign_in(str(name))
        assert (answer.status_code, answer.json) == (401, REFUSED)


def test_whoever_cannot_sign_in_hears_the_same(world: World) -> None:
    cas, art = world.member("Cas"), world.member("Art")
    closed(world, art)

    answers = [
        world.somebody("Nobody").sign_in(),
        world.somebody("Nobody").sign_in("nobody@club.test"),
        cas.sign_in(password="not my password"),
        art.sign_in(),
        art.sign_in(password="not my password"),
    ]

    headers = [
        {name: value for name, value in answer.headers if name not in {"X-Request-ID", "Date"}} for answer in answers
    ]
    assert {answer.data for answer in answers} == {answers[0].data}
    assert (answers[0].status_code, answers[0].json) == (401, REFUSED)
    assert all(each == headers[0] for each in headers)
    assert "Set-Cookie" not in headers[0]


MISSING = [
    ({}, {"aPasswordHash"}),
    ({"aLogin": "Cas"}, {"aPasswordHash"}),
    ({"aLogin": "Cas", "aPasswordHash": ""}, {"aPasswordHash"}),
    ({"aPasswordHash": PASSWORD}, {"aLogin"}),
    ({"aLogin": "", "aEmail": " ", "aPasswordHash": PASSWORD}, {"aLogin"}),
    ({"aLogin": 1, "aEmail": [], "aPasswordHash": None}, {"aLogin", "aEmail", "aPasswordHash"}),
]


@pytest.mark.parametrize(("body", "named"), MISSING)
def test_what_is_missing_is_named(world: World, body: dict[str, Any], named: set[str]) -> None:
    answer = world.somebody("Cas").post(f"{AUTH}/login", body)

    assert said(answer) == (400, INVALID, "invalid_input")
    assert faults(answer) == named


def test_the_session_says_who_is_signed_in(world: World) -> None:
    cas = world.member("Cas", "coach")

    answer = cas.session()

    assert answer.status_code == 200
    body = dict(answer.json)
    assert isinstance(body.pop("user_id"), int)
    assert str(uuid.UUID(skater := body.pop("uSkaterUUID"))) == skater
    assert sorted(body.pop("roles")) == ["adult", "coach"]
    assert body == {
        "logged_in": True,
        "onboarding_complete": False,
        "login": "Cas",
        "email": "cas@club.test",
        "password_change_required": False,
        "email_verified": True,
    }


def test_a_stranger_is_told_so(world: World) -> None:
    answer = world.somebody("Cas").session()

    assert (answer.status_code, answer.json) == (401, OUT)


@pytest.mark.parametrize("method_path", ["GET sessions", "DELETE sessions", "DELETE sessions/x", "POST onboard"])
def test_signed_in_routes_refuse_strangers_in_the_same_words(world: World, method_path: str) -> None:
    method, path = method_path.split()

    answer = world.somebody("Cas").browser.open(f"{AUTH}/{path}", method=method, json={} if method == "POST" else None)

    assert said(answer) == (401, "Please sign in first.", "not_signed_in")


def cookie_of(app: Flask, base_url: str) -> tuple[str, set[str]]:
    """Name and attributes of the cookie that signing in sets. The value is looked at on the way."""
    cas = World(app, Clock()).somebody("Cas")
    if cas.sign_in().status_code == 401:
        cas.register(World(app, Clock()).invite())
    answer = app.test_client().post(
        f"{AUTH}/login", json={"aLogin": "Cas", "aPasswordHash": PASSWORD}, base_url=base_url
    )
    [header] = [line for line in answer.headers.getlist("Set-Cookie") if "session" in line]
    pair, *attributes = header.split("; ")
    name, _, value = pair.partition("=")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", value)
    return name, {each for each in attributes if not each.startswith("Expires=")}


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(world: World) -> None:
    name, attributes = cookie_of(world.app, "http://localhost")

    assert (name, attributes) == ("session", {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"})


@pytest.fixture(params=[None, "club.test"])
def secured(request: pytest.FixtureRequest, new_world: NewWorld) -> tuple[Flask, str | None]:
    """An application behind https, with and without a cookie domain."""
    return new_world(cookie_secure=True, cookie_domain=request.param, trusted_hosts=("club.test",)).app, request.param


def test_over_https_the_cookie_is_bound_to_it(secured: tuple[Flask, str | None]) -> None:
    app, domain = secured

    name, attributes = cookie_of(app, "https://club.test")

    same = {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000", "Secure"}
    if domain:
        assert (name, attributes) == ("__Secure-session", {*same, "Domain=club.test"})
    else:
        assert (name, attributes) == ("__Host-session", same)


def test_over_https_only_the_bound_cookie_signs_in(secured: tuple[Flask, str | None]) -> None:
    app, domain = secured
    name, _ = cookie_of(app, "https://club.test")
    browser = app.test_client()
    body = {"aLogin": "Cas", "aPasswordHash": PASSWORD}
    header = browser.post(f"{AUTH}/login", json=body, base_url="https://club.test").headers["Set-Cookie"]
    value = header.partition(";")[0].partition("=")[2]

    def status(cookie: str) -> int:
        return app.test_client(use_cookies=False).get(f"{AUTH}/session", headers={"Cookie": cookie}).status_code

    assert browser.get(f"{AUTH}/session", base_url="https://club.test").status_code == 200
    assert status(f"{name}={value}") == 200
    assert status(f"session={value}") == 401
    assert browser.post(f"{AUTH}/logout", json={}, base_url="https://club.test").status_code == 200
    assert browser.get_cookie(name, domain="club.test") is None
    assert domain is None or "Domain=club.test" in header


def test_of_the_cookie_only_a_digest_is_stored(world: World) -> None:
    cas = world.member("Cas")
    assert cas.cookie

    assert [row.digest for row in world.rows(BrowserSession)] == [hashlib.sha256(cas.cookie.encode()).hexdigest()]
    assert cas.cookie not in repr(world.dump())
