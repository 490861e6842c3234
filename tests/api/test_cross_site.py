"""Requests that a browser sends on behalf of another site."""

import json
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.guards import refuse_cross_site
from app.settings import from_environment
from tests.api.conftest import NewWorld
from tests.support.answers import said
from tests.support.examples import LONG
from tests.support.routes import NOBODYS, changing, good_body, operations
from tests.support.stage import Stage
from tests.support.walking import TURNED_AWAY, Row, ask, parts, read_table, routes, sent
from tests.support.world import AUTH, Person, World

TABLE = Path(__file__).parent / "rights.csv"
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


KINDS: list[dict[str, Any]] = [
    {"json": {}},
    {"data": "{}", "content_type": "text/plain"},
    {"data": {"a": "1"}},
    {"data": {"a": "1"}, "content_type": "multipart/form-data"},
    {},
    {"data": {"_method": "GET"}, "headers": {"X-HTTP-Method-Override": "GET"}},
]
"""What a foreign page can send: the last one says that it only reads."""


def test_another_site_changes_nothing_through_any_route(world: World) -> None:
    """Each route, those of forms too, from each place that is not allowed, in all kinds of bodies by turns; with LONG=1
    in each kind from each place."""
    ann = world.admin()
    before, turn = world.dump(), cycle(KINDS)
    for method, path in [*changing(world), *forms(world)]:
        for origin, site in REFUSABLE:
            for kind in KINDS if LONG else [next(turn)]:
                sent = {**kind, "headers": {**kind.get("headers", {}), **headers(origin, site)}}
                answer = ann.browser.open(path, method=method, **sent)
                assert said(answer) == REFUSED, (method, path, origin, site, kind)
    assert world.dump() == before


def forms(world: World) -> list[tuple[str, str]]:
    """The routes to which pages send forms."""
    paths = sorted(path for method, path in routes(world.app) if method == "POST" and not path.startswith("/api/"))
    return [("POST", path.replace("<uuid:key>", NOBODYS).replace("<role>", "coach")) for path in paths]


TURNS = [
    ("https://evil.test", None),
    ("null", "none"),
    ("http://club.test", "cross-site"),
    ("https://a.club.test", "same-site"),
    ("https://club.test.evil.test", "same-origin"),
    (None, "same-site"),
    (None, "cross-site"),
]
"""Foreign places, for one that is at https://club.test."""


def granted(stage: Stage) -> Iterator[tuple[Row, str]]:
    """All that changes something, by somebody who may."""
    for row in read_table(TABLE):
        may = [who for who in row.cells if row.cells[who][0] in "23" and row.cells[who] not in TURNED_AWAY]
        if row.method != "GET" and may:
            yield row, may[-1]


def test_another_site_gains_nothing_by_anybodys_rights(stage: Stage) -> None:
    """The same requests as in test_rights.py, with the cookies of those who may, and with all the right tokens."""
    tried, turn = 0, cycle(TURNS)
    for row, who in granted(stage):
        for origin, site in TURNS if LONG else [next(turn), next(turn)]:
            with stage.watched() as changed:
                answer = ask(stage, row, who, headers=headers(origin, site))
            assert said(answer) == REFUSED, (row, who, origin, site)
            assert not changed
            assert "Set-Cookie" not in answer.headers
            tried += 1
    assert tried >= 200


def test_our_own_site_gains_what_each_has_rights_to(stage: Stage) -> None:
    ours, turn = (
        [("https://club.test", "same-origin"), ("null", "same-origin"), ("http://localhost:3000", "cross-site")],
        0,
    )
    for turn, (row, who) in enumerate(granted(stage)):
        origin, site = ours[turn % len(ours)]
        with stage.watched():
            answer = ask(stage, row, who, headers=headers(origin, site))
        assert str(answer.status_code) == row.cells[who][:3], (row, who, origin)
    assert turn > 100


def test_control_without_its_guard_a_form_elsewhere_does_harm(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    [checks] = stage.world.app.before_request_funcs.values()
    monkeypatch.setitem(stage.world.app.before_request_funcs, None, [f for f in checks if f is not refuse_cross_site])
    done = 0
    for row, who in granted(stage):
        with stage.watched() as changed:
            ask(stage, row, who, headers=headers("https://evil.test", "cross-site"))
        done += bool(changed)
    assert done > 100


SIMPLE = [kind for kind in KINDS if "data" in kind]


def test_what_browsers_send_without_asking_first_is_not_taken_by_the_api(stage: Stage) -> None:
    """Of an old browser that says nothing about where it is: a form of another site carries no JSON."""
    for row, who in granted(stage):
        if row.route.startswith("/api/"):
            body = json.dumps(sent(stage, row, who, *parts(row)).get("json", {}))
            for kind in (*SIMPLE, {"data": body, "content_type": "text/plain"}, {"data": body}):
                with stage.watched() as changed:
                    answer = ask(stage, row, who, json=None, **kind)
                assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type"), (row, kind)
                assert not changed


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
        "DATABASE_URL": "sqlite:///club.sqlite3",
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


def test_behind_a_proxy_nobody_names_another_host(new_world: NewWorld) -> None:
    eve = new_world(trusted_proxies=1).somebody("Eve")
    forged = {"X-Forwarded-Host": "evil.test", "X-Forwarded-Port": "80", "X-Forwarded-Prefix": "/evil"}

    answer = eve.post(f"{AUTH}/logout", headers={"Origin": "http://evil.test", **forged})

    assert said(answer) == REFUSED
