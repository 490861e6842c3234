"""What is refused at the door: types, sizes, unknown addresses and methods; and what every answer carries."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.api.conftest import NewWorld
from tests.support.answers import apart_from_counters, said
from tests.support.routes import NOBODYS, TEAM, changing, good_body, operations
from tests.support.world import AUTH, Person, World

LIMIT = 64 * 1024
WRONG_TYPE = (415, "Send the body as application/json.", "unsupported_media_type")
TOO_LARGE = (413, "This request is too large.", "payload_too_large")
NOT_FOUND = (404, "There is nothing here.", "not_found")
WRONG_METHOD = (405, "This address does not answer that method.", "method_not_allowed")

TYPES = [
    "text/plain",
    "text/plain; application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/problem+json",
    "text/json",
    "application/jsonx",
    "",
    None,
]


@pytest.mark.parametrize("content_type", TYPES)
def test_a_body_of_another_type_is_refused_everywhere(world: World, content_type: str | None) -> None:
    ann = world.admin()
    before = apart_from_counters(world.dump())

    for method, path in changing(world):
        answer = ann.browser.open(path, method=method, data=b'{"a": 1}', content_type=content_type)
        assert said(answer) == WRONG_TYPE, (method, path)

    assert apart_from_counters(world.dump()) == before


def test_a_missing_body_is_refused_where_one_is_taken(world: World) -> None:
    ann = world.admin()

    for method, path in changing(world):
        if good_body(world, path) is not None:
            assert said(ann.browser.open(path, method=method)) == WRONG_TYPE, path


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_may_be_named_as_clients_name_it(world: World, content_type: str) -> None:
    cas = world.member("Cas")

    answer = cas.browser.post(
        f"{AUTH}/login", data=b'{"aLogin": "Cas", "aPasswordHash": "no"}', content_type=content_type
    )
    assert answer.status_code == 401


def oversized(person: Person, method: str, path: str, **more: Any) -> TestResponse:
    return person.browser.open(path, method=method, data=b" " * (LIMIT + 1), content_type="application/json", **more)


def test_a_body_over_64_kib_is_refused_by_every_route(world: World) -> None:
    ann = world.admin()
    before = world.dump()

    for method, path in [*operations(world), ("POST", "/nowhere"), ("PUT", f"{AUTH}/login")]:
        answer = oversized(ann, method, path)
        assert said(answer) == TOO_LARGE, (method, path)
        assert answer.headers["Connection"] == "close"

    assert world.dump() == before


def test_64_kib_are_read(world: World) -> None:
    body = b'{"aLogin": "Cas", "aPasswordHash": "no"}'

    answer = world.somebody("Cas").browser.post(
        f"{AUTH}/login", data=body.ljust(LIMIT), content_type="application/json"
    )
    assert answer.status_code == 401


def test_a_body_of_untold_size_is_measured_as_it_comes(world: World) -> None:
    ann = world.admin()
    before = apart_from_counters(world.dump())

    for method, path in changing(world):
        stream = io.BytesIO(b'{"a": "' + b" " * LIMIT + b'"}')
        answer = ann.browser.open(
            path,
            method=method,
            input_stream=stream,
            content_type="application/json",
            environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
        )
        assert said(answer) == TOO_LARGE, (method, path)

    assert apart_from_counters(world.dump()) == before


NOWHERE = [
    "/api/v4/nowhere",
    "/api/v4",
    "/api/v4/",
    "/api/v3/auth/session",
    f"{AUTH}/session/",
    "/api/v4//auth/session",
    f"{AUTH}/sessions/a/b",
    "/api/v4/admin/invites/",
    "/api/v4/%2e%2e/%2e%2e/etc/passwd",
    "/API/v4/auth/session",
    "/api/v4/auth/login%00",
]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PATCH"])
def test_an_unknown_address_is_told_in_json(world: World, method: str) -> None:
    for path in NOWHERE:
        answer = world.somebody("Eve").browser.open(path, method=method, json={} if method != "GET" else None)
        assert said(answer) == NOT_FOUND, path
        assert answer.mimetype == "application/json"


def test_another_method_is_told_which_ones_are_answered(world: World) -> None:
    eve = world.somebody("Eve")
    methods: dict[str, set[str]] = {}
    for method, path in operations(world):
        methods.setdefault(path, set()).add(method)

    methods[f"{TEAM}/accept"] |= methods[f"{TEAM}/{NOBODYS}"]  # also what an id could be
    for path, answered in methods.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - answered:
            answer = eve.browser.open(path, method=method)
            assert said(answer) == WRONG_METHOD, (method, path)
            allowed = {each.strip() for each in answer.headers["Allow"].split(",")}
            assert allowed - {"HEAD", "OPTIONS"} == answered


@pytest.fixture(scope="module")
def broken(new_world: NewWorld) -> World:
    """A world behind a proxy where one address has a bug."""

    def view() -> str:
        raise RuntimeError("SELECT secret FROM table")

    world = new_world(trusted_proxies=1)
    world.app.add_url_rule("/api/v4/broken", view_func=view)
    return world


def test_a_bug_is_silent_outside(broken: World) -> None:
    answer = broken.somebody("Eve").get("/api/v4/broken")

    assert said(answer) == (500, "Something went wrong on our side. It has been noted.", "internal_error")
    assert set(answer.json) == {"message", "code", "request_id"}
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


ANSWERS: dict[int, Callable[[Person], TestResponse]] = {
    200: lambda ann: ann.session(),
    201: lambda ann: ann.post("/api/v4/admin/invites"),
    204: lambda ann: ann.delete(f"/api/v4/admin/invites/{ann.post('/api/v4/admin/invites').json['id']}"),
    400: lambda ann: ann.post(f"{AUTH}/login"),
    401: lambda ann: ann.sign_in(password="wrong"),
    403: lambda ann: ann.get(f"{AUTH}/register/validate-token"),
    404: lambda ann: ann.get("/api/v4/nowhere"),
    405: lambda ann: ann.get(f"{AUTH}/login"),
    409: lambda ann: ann.register(ann.world.invite()),
    413: lambda ann: oversized(ann, "POST", f"{AUTH}/login"),
    415: lambda ann: ann.browser.post(f"{AUTH}/login", data="x"),
    429: lambda ann: [ann.sign_in(password="wrong") for _ in range(11)][-1],
    500: lambda ann: ann.get("/api/v4/broken"),
}


@pytest.mark.parametrize("status", ANSWERS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_every_answer_is_neither_cached_nor_framed_nor_sniffed(broken: World, status: int, scheme: str) -> None:
    broken.clear()
    ann = broken.admin()
    ann.browser.environ_base["HTTP_X_FORWARDED_PROTO"] = scheme

    answer = ANSWERS[status](ann)

    assert answer.status_code == status
    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-site"
    assert re.fullmatch(r"[0-9a-f]{16}", headers["X-Request-ID"])
    assert headers.get("Strict-Transport-Security", "").startswith("max-age=" if scheme == "https" else "")
    assert ("Strict-Transport-Security" in headers) == (scheme == "https")
    assert status == 204 or answer.mimetype == "application/json"


def test_request_ids_are_not_taken_from_the_sender(world: World) -> None:
    eve = world.somebody("Eve")

    ids = {eve.get("/healthz", headers={"X-Request-ID": "mine"}).headers["X-Request-ID"] for _ in range(3)}

    assert len(ids) == 3
    assert "mine" not in ids
