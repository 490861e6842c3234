"""Nonsense, in every field of every body and in every parameter: refused by name, never echoed, never a 5xx, and it
leaves nothing behind."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from app.extensions import db
from tests.conftest import BOTH, Databases
from tests.support.answers import said
from tests.support.routes import (
    ADD,
    AN_HOUR,
    COACH,
    GRANT,
    INVITES,
    LABEL,
    NOBODYS,
    PREFERENCE,
    PROFILE,
    SHARED,
    TEAM,
    good_body,
    operations,
)
from tests.support.world import AUTH, PASSWORD, Clock, Person, World, new_app

MARK = "zq7echo"
NO_OBJECT = (400, "The body must be one JSON object.", "invalid_json")

VALUES = {
    "null": "null",
    "true": "true",
    "zero": "0",
    "minus one": "-1",
    "a half": "0.5",
    "2 ** 63": "9223372036854775808",
    "400 digits": "7" * 400,
    "more than any float": "1e309",
    "less than any float": "-1e309",
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "empty text": '""',
    "blank": '" "',
    "empty list": "[]",
    "list": f'["{MARK}"]',
    "empty object": "{}",
    "object": f'{{"{MARK}": "{MARK}"}}',
    "depth 50": "[" * 50 + f'"{MARK}"' + "]" * 50,
    "NUL": f'"{MARK}\\u0000"',
    "raw NUL": f'"{MARK}\\u0000{MARK}"',
    "half a surrogate": f'"\\ud800{MARK}"',
    "other half": f'"{MARK}\\udfff"',
    "right to left": f'"\\u202e{MARK}"',
    "SQL": f'"{MARK}\' OR 1=1 --"',
    "template": f'"{{{{7*7}}}}{{{MARK}}}%s"',
    "60,000 characters": f'"{MARK * 8572}"',
}


@pytest.fixture(scope="module", params=BOTH)
def unlimited(request: pytest.FixtureRequest, databases: Databases) -> Iterator[World]:
    """A world that never tires of being asked."""
    clock = Clock()
    world = World(new_app(databases.new(request.param), clock, rate_limits=False), clock)
    yield world
    with world.app.app_context():
        db.engine.dispose()


@pytest.fixture
def ann(unlimited: World) -> Person:
    unlimited.clear()
    return unlimited.admin()


def good_bodies(ann: Person, path: str) -> Iterator[dict[str, Any]]:
    """Bodies that are all right for this path, no two of the same person. Ann is a skater where only those may send."""
    world = ann.world
    token = world.invite(max_uses=0)
    if path in OF_SKATERS:
        assert ann.post(f"{AUTH}/onboard", {"first_name": "Ann", "last_name": "Admin"}).status_code == 200
    new = {"new_password": "figure eights at midnight"}
    return {
        f"{AUTH}/register": (world.somebody(f"Ben{number}").form(token) for number in count()),
        f"{AUTH}/login": ({"aLogin": "Ann", "aPasswordHash": PASSWORD} for _ in count()),
        f"{AUTH}/login/token": ({"accessToken": "a.b.c"} for _ in count()),
        f"{AUTH}/change-password": ({"current_password": PASSWORD, **new} for _ in count()),
        f"{AUTH}/reset-request": ({"email": "ann@club.test"} for _ in count()),
        f"{AUTH}/reset-confirm": ({"token": "x", **new} for _ in count()),
        f"{AUTH}/email/prove": ({"token": "x"} for _ in count()),
        f"{AUTH}/email/prove/code": ({"code": "x"} for _ in count()),
        f"{AUTH}/onboard": ({"first_name": "Ann", "last_name": "Admin"} for _ in count()),
        INVITES: ({} for _ in count()),
        COACH: (good_body(world, COACH) or {} for _ in count()),
        TEAM: ({"emails": [f"dev{number}@club.test"], "role": "dev"} for number in count()),
        f"{TEAM}/accept": ({"token": "x"} for _ in count()),
        f"{AUTH}/invitations/accept": ({"token": "x"} for _ in count()),
        LABEL: ({"artistId": NOBODYS} for _ in count()),
        GRANT: ({"role": "coach"} for _ in count()),
        PROFILE: ({} for _ in count()),
        PREFERENCE: ({"contact_preference": "email"} for _ in count()),
        ADD: (AN_HOUR for _ in count()),
    }[path]


def fields(world: World, path: str) -> list[str]:
    """The wire names of a body's fields, as the document has them."""
    document = world.app.test_client().get("/api/v4/openapi.json").json
    [reference] = [
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for operation in document["paths"][path.replace(NOBODYS, "{key}")].values()
        if "requestBody" in operation
    ]
    return list(document["components"]["schemas"][reference.rpartition("/")[2]]["properties"])


PATHS = ["register", "login", "login/token", "change-password", "reset-request", "reset-confirm", "onboard"]
PATHS += ["invitations/accept", "email/prove", "email/prove/code"]
OF_SKATERS = [PROFILE, PREFERENCE, ADD]
BODIES = [*(f"{AUTH}/{path}" for path in PATHS), INVITES, COACH, TEAM, f"{TEAM}/accept", LABEL, GRANT, *OF_SKATERS]
UNKNOWN = {"reset_token_invalid", "proof_token_invalid", "proof_code_invalid"}
"""What is said of a secret that nobody was given, which is a fault of no field."""
CHANGES = {PROFILE, PREFERENCE}
"""What is sent with PATCH."""


def test_these_are_all_bodies(unlimited: World) -> None:
    assert {path for (_, path), it in operations(unlimited).items() if "requestBody" in it} == set(BODIES)
    assert sum(len(fields(unlimited, path)) for path in BODIES) > 30


def send(ann: Person, path: str, raw: str | bytes) -> Any:
    method = "PATCH" if path in CHANGES else "POST"
    return ann.browser.open(path, method=method, data=raw, content_type="application/json")


def raw_body(body: dict[str, Any], field: str, raw: str) -> str:
    rest = {name: json.dumps(value) for name, value in body.items() if name != field}
    return "{" + ", ".join(f'"{name}": {value}' for name, value in {**rest, field: raw}.items()) + "}"


@pytest.mark.parametrize("path", BODIES)
def test_nonsense_in_a_field_is_refused_by_name_and_leaves_nothing(ann: Person, path: str) -> None:
    world = ann.world
    bodies = good_bodies(ann, path)
    before = world.dump()
    for field in fields(world, path):
        refused: set[str] = set()
        for kind, raw in VALUES.items():
            answer = send(ann, path, raw_body(next(bodies), field, raw))
            assert answer.status_code < 500, (field, kind, answer.text)
            if answer.status_code < 300:
                before = world.dump()
                continue
            refused.add(kind)
            assert MARK not in answer.text.lower(), (field, kind)
            assert raw not in answer.text or len(raw) < 6, (field, kind)
            if answer.status_code == 400 and answer.json["code"] not in UNKNOWN:
                assert set(answer.json["errors"]) == {field}, (field, kind, answer.text)
        assert world.dump() == before, field
        assert refused >= {"true", "object", "depth 50", "NUL", "half a surrogate", "60,000 characters", "NaN"}, field


@pytest.mark.parametrize("path", BODIES)
def test_a_key_that_is_there_twice_is_refused_by_name(ann: Person, path: str) -> None:
    bodies = good_bodies(ann, path)
    before = ann.world.dump()

    for field in fields(ann.world, path):
        body = json.dumps(next(bodies))[1:-1]
        answer = send(ann, path, "{" + ", ".join(filter(None, [body, f'"{field}": "a"', f'"{field}": "{MARK}"'])) + "}")
        assert said(answer)[::2] == (400, "invalid_input")
        assert answer.json["errors"] == {field: ["Must be there only once."]}

    assert ann.world.dump() == before


NO_OBJECTS = {
    "nothing": b"",
    "blank": b"  ",
    "half": b'{"a": ',
    "single quotes": b"{'a': 1}",
    "trailing comma": b'{"a": 1,}',
    "two": b'{"a": 1}{"a": 1}',
    "comment": b'{"a": 1} // zq7echo',
    "null": b"null",
    "list": b'[{"zq7echo": 1}]',
    "text": b'"zq7echo"',
    "number": b"1",
    "no UTF-8": b'{"zq7echo": "\xff\xfe"}',
    "cut UTF-8": b'{"zq7echo": "\xe2\x82"}',
    "form": b"aLogin=zq7echo&aPasswordHash=x",
    "10,000 lists": b"[" * 10_000 + b"]" * 10_000,
    "10,000 lists, half": b"[" * 10_000,
    "5,000 objects": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "deep inside": b'{"a": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
}


@pytest.mark.parametrize("path", BODIES)
def test_what_is_not_one_json_object_is_refused(ann: Person, path: str) -> None:
    before = ann.world.dump()

    for kind, raw in NO_OBJECTS.items():
        answer = send(ann, path, raw)
        assert said(answer) == NO_OBJECT, kind
        assert MARK not in answer.text

    assert ann.world.dump() == before


@pytest.mark.parametrize("path", BODIES)
def test_nonsense_for_keys_is_never_a_bug(ann: Person, path: str) -> None:
    bodies = good_bodies(ann, path)
    keys = [
        "",
        " ",
        "\\u0000",
        "\\ud800",
        "__proto__",
        "__class__",
        "x" * 50_000,
        "\\u202e",
        "{0}",
        "a.b",
        "model_config",
    ]

    for key in keys:
        answer = send(ann, path, raw_body(next(bodies), key, "1"))
        assert answer.status_code < 500, key
        if path == INVITES:
            assert answer.status_code == 400, key
            assert len(answer.data) < 1000
    many = send(ann, path, "{" + ", ".join(f'"{number}": {number}' for number in range(4000)) + "}")
    assert many.status_code in {400, 403, 409}


QUERIES = [
    "",
    "%00",
    "%ff",
    "%ed%a0%80",
    "-1",
    "0",
    "1.5",
    "9223372036854775808",
    "9" * 5000,
    MARK * 500,
    "[]",
    "%F0%9F%A7%8A",
]
QUERIES += [f"{MARK}&{{name}}={MARK}", f"' OR 1=1 -- {MARK}", "true", "null", "%25s", "+", "%0d%0aSet-Cookie:x"]


def test_nonsense_in_a_parameter_is_refused_by_name_and_leaves_nothing(ann: Person) -> None:
    before = ann.world.dump()
    tried = 0
    for (method, path), operation in operations(ann.world).items():
        for parameter in operation.get("parameters", []):
            if parameter["in"] != "query":
                continue
            for query in QUERIES:
                name, tried = parameter["name"], tried + 1
                answer = ann.browser.open(f"{path}?{name}={query.replace('{name}', name)}", method=method)
                assert answer.status_code < 500, (path, query)
                if answer.status_code >= 400:
                    assert MARK not in answer.text, (path, query)
                    assert answer.status_code in {403, 404} or set(answer.json["errors"]) == {name}
    assert tried == 37 * len(QUERIES)
    assert ann.world.dump() == before


def test_nonsense_in_a_path_names_nothing(ann: Person) -> None:
    before = ann.world.dump()
    for method, base in (("DELETE", f"{AUTH}/sessions"), ("DELETE", INVITES), ("GET", SHARED)):
        for key in ("%00", "%ff", "-1", "9" * 5000, MARK * 500, "..", "%2e%2e", "{}", "%F0%9F%A7%8A", "\u0661" * 32):
            answer = ann.browser.open(f"{base}/{key}", method=method)
            assert said(answer)[::2] in {(404, "not_found"), (405, "method_not_allowed")}, key
            assert MARK not in answer.text
    assert ann.world.dump() == before


def test_a_parameter_that_is_there_twice_is_refused_by_name(ann: Person) -> None:
    for path in (f"{INVITES}?status=used&status=active", f"{AUTH}/register/validate-token?token=x&token=y"):
        name = path.partition("?")[2].partition("=")[0]
        answer = ann.get(path)
        assert answer.status_code == 400
        assert answer.json["errors"] == {name: ["Must be there only once."]}
