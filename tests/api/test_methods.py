"""Only the methods that a route is made for work, whatever else a request calls itself."""

import re
from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from tests.api.conftest import NewWorld
from tests.support import headers
from tests.support.routes import INVITES, NOBODYS, good_body
from tests.support.world import AUTH, Person, World

FOREIGN = ("TRACE", "TRACK", "PUT", "PATCH", "DELETE", "POST", "GET", "CONNECT", "PROPFIND", "DEBUG", "POSTX")
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


@pytest.fixture(scope="module")
def world(new_world: NewWorld) -> World:
    return new_world(rate_limits=False)


@pytest.fixture(scope="module")
def ann(world: World) -> Person:
    return world.admin()


def answered(world: World) -> dict[str, set[str]]:
    """By path, ids filled in, the methods that it answers; of one that several rules fit, those of all."""
    adapter = world.app.url_map.bind("localhost")
    rules = [rule.rule.replace("<path:filename>", "style.css") for rule in world.app.url_map.iter_rules()]
    paths = {re.sub("<(uuid:|path:)?key>", NOBODYS, rule).replace("<role>", "coach") for rule in rules}
    return {path: set(adapter.allowed_methods(path)) for path in sorted(paths)}


def refused(answer: TestResponse, methods: set[str]) -> bool:
    allowed = {each.strip() for each in answer.headers.get("Allow", "").split(",")}
    return answer.status_code == 405 and allowed == methods and answer.json["code"] == "method_not_allowed"


def test_every_other_method_is_refused_and_changes_nothing(world: World, ann: Person) -> None:
    before, tried = world.dump(), 0
    for path, methods in answered(world).items():
        for method in (each for each in FOREIGN if each not in methods):
            answer = ann.browser.open(path, method=method, json={})
            assert refused(answer, methods), (method, path, answer)
            assert headers.faults(answer, is_static=path.startswith("/static/"), over_https=False) == []
            tried += 1
    assert world.dump() == before
    assert tried > 900


def test_trace_never_echoes_what_was_sent(ann: Person) -> None:
    for path in ("/", "/signin", f"{AUTH}/session", "/nowhere", "/static/style.css", "*"):
        answer = ann.browser.open(path, method="TRACE", headers={"X-Mark": "zq7echo"})
        assert answer.status_code in {404, 405}
        assert b"zq7echo" not in answer.data
        assert (ann.cookie or "").encode() not in answer.data


def disguises(method: str) -> Iterator[dict[str, dict[str, str]]]:
    """Ways to say in a request that another method is meant."""
    for name in OVERRIDES:
        yield {"headers": {name: method}}
    for name in ("_method", "method", "X-HTTP-Method-Override"):
        yield {"query_string": {name: method}}
        yield {"data": {name: method}}


def test_no_header_or_field_makes_another_method_of_a_request(world: World, ann: Person) -> None:
    """A POST, which a form of another site can make, stands for no DELETE; a link stands for neither."""
    paths = answered(world)
    before = world.dump()
    for path, methods in paths.items():
        for method in methods & {"DELETE", "PATCH", "POST"}:
            for disguise in disguises(method):
                for other in {"GET", "POST"} - methods:
                    assert refused(ann.browser.open(path, method=other, **disguise), methods), (path, disguise)
                if "GET" in methods and "data" not in disguise and path != "/static/style.css":
                    assert ann.browser.open(path, method="GET", **disguise).status_code < 500
    assert world.dump() == before


def test_a_disguised_request_does_what_its_own_method_says(world: World, ann: Person) -> None:
    for name in OVERRIDES:
        made = ann.post(INVITES, good_body(world, INVITES), headers={name: "DELETE"})
        assert made.status_code == 201
        kept = ann.browser.open(f"{INVITES}/{made.json['id']}", method="POST", headers={name: "DELETE"})
        assert kept.status_code == 405
        preview = world.somebody("Ben").get(f"{AUTH}/register/validate-token?token={made.json['token']}")
        assert preview.json["valid"] is True
