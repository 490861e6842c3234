"""Requests that a browser sends on behalf of another site."""

import pytest
from werkzeug.test import TestResponse

from app.settings import from_environment
from tests.api.conftest import NewWorld
from tests.support.answers import said
from tests.support.routes import changing, good_body, operations
from tests.support.world import AUTH, Person, World

REFUSED = (403, "This request comes from a site that is not allowed to make it.", "cross_site_request")

OWN = ["http://localhost", "http://localhost:5000"]
ALLOWED = ["http://localhost:3000", "http://127.0.0.1:3000", "http://192.168.1.20:3000"]
OTHERS = [
    "https://evil.test",
    "http://localhost:3000.evil.test",
    "http://evil-localhost:3000",
    "http://evil.test#http://localhost:3000",
    "http://localhost:30000",
    "http://localhost:5000.evil.test",
    "http://localhost.evil.test",
    "http://192.168.1.20.evil.test:3000",
    "http://127x0x0x1:3000",
    "https://localhost:3000",
    "https://localhost",
    "http://localhost:3000/",
    "localhost:3000",
    "http://localhost:3000 http://evil.test",
    "",
]
SITES = [None, "none", "same-origin", "same-site", "cross-site", "nonsense"]


def headers(origin: str | None, site: str | None) -> dict[str, str]:
    both = {"Origin": origin, "Sec-Fetch-Site": site}
    return {name: value for name, value in both.items() if value is not None}


def send(person: Person, method: str, path: str, origin: str | None, site: str | None) -> TestResponse:
    return person.browser.open(path, method=method, json={}, headers=headers(origin, site))


def passes(origin: str | None, site: str | None) -> bool:
    if origin is None:
        return site in {None, "none", "same-origin"}
    if origin == "null":
        return site == "same-origin"
    return origin in {*OWN, *ALLOWED}


REFUSABLE = [(origin, site) for origin in (None, "null", *OTHERS) for site in SITES if not passes(origin, site)]


def test_another_site_changes_nothing_through_any_route(world: World) -> None:
    ann = world.admin()
    for method, path in changing(world):
        before = world.dump()
        for origin, site in REFUSABLE:
            assert said(send(ann, method, path, origin, site)) == REFUSED, (method, path, origin, site)
        assert world.dump() == before


@pytest.mark.parametrize(("origin", "site"), [("https://evil.test", None), (None, "cross-site"), ("null", "none")])
def test_another_site_changes_nothing_with_good_bodies_either(world: World, origin: str, site: str) -> None:
    ann = world.admin()
    bodies = {path: good_body(world, path) for _, path in changing(world)}
    before = world.dump()

    for method, path in changing(world):
        answer = ann.browser.open(path, method=method, json=bodies[path], headers=headers(origin, site))
        assert said(answer) == REFUSED, (method, path)
        assert "Set-Cookie" not in answer.headers

    assert world.dump() == before


@pytest.mark.parametrize("origin", [None, "null", *OWN, *ALLOWED])
def test_our_own_pages_allowed_front_ends_and_programs_get_through(world: World, origin: str | None) -> None:
    eve, ann = world.somebody("Eve"), world.admin()

    for site in SITES:
        if passes(origin, site):
            for method, path in changing(world):
                assert send(eve, method, path, origin, site).json.get("code") != REFUSED[2], (method, path, site)
            answer = ann.browser.post("/api/v4/admin/invites", json={}, headers=headers(origin, site))
            assert answer.status_code == 201, site


def test_another_site_is_refused_before_anything_else(world: World) -> None:
    eve = world.somebody("Eve")

    for method, path in [("POST", "/nowhere"), ("PUT", f"{AUTH}/login"), ("POST", f"{AUTH}/session")]:
        assert said(send(eve, method, path, "https://evil.test", None)) == REFUSED
    huge = eve.browser.post(f"{AUTH}/login", data=b"x" * 70_000, headers={"Origin": "https://evil.test"})
    assert said(huge) == REFUSED
    odd = eve.browser.post(
        f"{AUTH}/login", data="x", content_type="text/plain", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert said(odd) == REFUSED


def test_refused_requests_cost_no_attempts(world: World) -> None:
    cas = world.member("Cas")

    for _ in range(12):
        body = {"aLogin": "Cas", "aPasswordHash": "wrong"}
        cas.browser.post(f"{AUTH}/login", json=body, headers={"Origin": "https://evil.test"})

    assert cas.sign_in().status_code == 200


def test_reading_is_not_refused_only_not_shared(world: World) -> None:
    ann = world.admin()

    for method, path in operations(world):
        if method == "GET":
            answer = ann.get(path, headers={"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"})
            assert answer.status_code in {200, 403, 404}
            assert REFUSED[2] not in answer.text
            assert "Access-Control-Allow-Origin" not in answer.headers


def test_in_production_only_named_origins_are_let_in(new_world: NewWorld) -> None:
    variables = {
        "FLASK_ENV": "production",
        "DATABASE_URL": "sqlite://",
        "FLASK_SECRET_KEY": "a secret of the tests' own",
        "BASE_URL": "https://club.test",
        "SESSION_COOKIE_SECURE": "true",
        "CORS_ORIGIN": "https://front.test",
    }
    settings = from_environment(variables)
    world = new_world(cors_origins=settings.cors_origins, base_url=settings.base_url)
    eve = world.somebody("Eve")

    for origin in ("https://club.test", "https://front.test"):
        assert send(eve, "POST", f"{AUTH}/logout", origin, None).status_code == 200
    for origin in (
        *ALLOWED,
        "http://club.test",
        "https://frontxtest",
        "https://a.front.test",
        "https://front.test:444",
    ):
        assert said(send(eve, "POST", f"{AUTH}/logout", origin, None)) == REFUSED
