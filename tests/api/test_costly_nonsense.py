"""Nonsense that is made to be costly: as quickly answered as any other input of its length, and it changes nothing.
What each field refuses is tried in test_bad_input.py."""

import re
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import NewWorld
from tests.support.answers import said
from tests.support.routes import TEAM
from tests.support.world import AUTH, PASSWORD, Person, World

LONG = 60_000
"""A body has at most 64 KiB."""
RATIO, SLACK = 8.0, 0.25
"""What an answer may take over that to harmless input of its length. Backtracking takes thousands of times as long."""

CRUEL: dict[str, str] = {
    "at signs": "@" * LONG,
    "dots": "a." * (LONG // 2) + "@",
    "quoted": '"' + '\\"' * (LONG // 4) + "@club.test",
    "comments": "(" * LONG + "@club.test",
    "labels": "a@" + "a-." * (LONG // 3),
    "almost an address": "a" * (LONG - 12) + "@club.test!",
    "blanks": "a" + " " * LONG + "b",
    "tabs and lines": "a" + "\t\n" * (LONG // 2) + "b",
    "slashes": "/" * LONG,
    "backslashes": "/\\" * (LONG // 2),
    "percent": "%2f" * (LONG // 3),
    "digits": "+1" + " 1" * (LONG // 2) + "x",
    "combining": "e" + "\u0301" * (LONG // 4),
    "folding": "\ufdfa" * (LONG // 4),
    "commas": "a@b.c," * (LONG // 8),
    "hyphens": "7b7a3c52-" * (LONG // 9),
    "times": "2026-11-20T" + "0" * LONG,
}


@pytest.fixture(scope="module")
def world(new_world: NewWorld) -> World:
    """A world without limits."""
    return new_world(rate_limits=False)


@pytest.fixture(scope="module")
def ann(world: World) -> Person:
    return world.admin()


FORM = {"aLogin": "Ben", "aEmail": "ben@club.test", "aPasswordHash": PASSWORD, "invite_token": "x"}
BODIES: dict[str, Callable[[str], tuple[str, dict[str, Any]]]] = {
    "login": lambda text: (f"{AUTH}/login", {"aLogin": text, "aPasswordHash": "x"}),
    "password": lambda text: (f"{AUTH}/login", {"aLogin": "Ann", "aPasswordHash": text}),
    "register login": lambda text: (f"{AUTH}/register", {**FORM, "aLogin": text}),
    "register email": lambda text: (f"{AUTH}/register", {**FORM, "aEmail": text}),
    "register phone": lambda text: (f"{AUTH}/register", {**FORM, "phone_number": text}),
    "reset": lambda text: (f"{AUTH}/reset-request", {"email": text}),
    "token": lambda text: (f"{AUTH}/login/token", {"accessToken": text}),
    "team": lambda text: (TEAM, {"emails": [text], "role": "dev"}),
    "invite end": lambda text: ("/api/v4/admin/invites", {"expires_at": text}),
}


def seconds(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    assert act().status_code < 500
    return time.perf_counter() - begun


@pytest.mark.parametrize("name", BODIES)
def test_cruel_text_in_a_body_takes_no_longer_than_harmless_text(ann: Person, name: str) -> None:
    def ask(text: str) -> Callable[[], Any]:
        path, body = BODIES[name](text)
        return lambda: ann.post(path, body)

    before = ann.world.dump()
    harmless = min(seconds(ask("a" * LONG)) for _ in range(3))
    slow = {kind: took for kind, text in CRUEL.items() if (took := seconds(ask(text))) > RATIO * harmless + SLACK}

    assert slow == {}
    if name != "reset":
        assert ann.world.dump() == before


@pytest.mark.parametrize("path", ["/signin?next=", f"{AUTH}/register/validate-token?token=", "/nowhere/"])
def test_cruel_text_in_an_address_takes_no_longer_than_harmless_text(ann: Person, path: str) -> None:
    def ask(text: str) -> Callable[[], Any]:
        quoted = text.encode().hex("%")[:LONG]
        return lambda: ann.get(f"{path}%{quoted}")

    harmless = min(seconds(ask("a" * LONG)) for _ in range(3))
    slow = {kind: took for kind, text in CRUEL.items() if (took := seconds(ask(text))) > RATIO * harmless + SLACK}

    assert slow == {}


def test_a_pattern_that_backtracks_would_be_noticed() -> None:
    cruel = re.compile(r"^(\w+\s?)*$")
    begun = time.perf_counter()
    cruel.match("a" * 25 + "!")
    assert time.perf_counter() - begun > SLACK


@pytest.mark.parametrize("path", [f"{AUTH}/login", f"{AUTH}/register", "/api/v4/admin/invites", "/signin"])
def test_ten_megabytes_are_refused_unread(ann: Person, path: str) -> None:
    before, body = ann.world.dump(), b'{"aLogin": "' + b"a" * 10_000_000 + b'"}'

    took = seconds(lambda: ann.browser.post(path, data=body, content_type="application/json"))
    answer = ann.browser.post(path, data=body, content_type="application/json")

    assert said(answer)[::2] == (413, "payload_too_large")
    assert took < 1
    assert ann.world.dump() == before


TYPES = {
    "text/plain": 415,
    "application/x-www-form-urlencoded": 415,
    "multipart/form-data; boundary=x": 415,
    "application/json-patch+json": 415,
    "application/xml": 415,
    "text/json": 415,
    "": 415,
    "application/json;;": None,
    "application/json; charset=latin-1": None,
    "application/json; charset=utf-16": None,
    "application/json; charset=\u00ff": None,
    "application/json" + "; a=b" * 2000: None,
}


@pytest.mark.parametrize("path", [f"{AUTH}/login", f"{AUTH}/register", "/api/v4/admin/invites"])
def test_only_json_is_read_whatever_it_says_of_its_letters(ann: Person, path: str) -> None:
    """The bytes are UTF-8 whatever the type claims: nobody can choose another reading of them."""
    world = ann.world
    wrong = '{"aLogin": "Ann", "aPasswordHash": "wr\u00f6ng", "invite_token": "x", "aEmail": "a@b.test", "more": 1}'
    before = world.dump()
    for kind, status in TYPES.items():
        answer = ann.browser.post(path, data=wrong.encode(), content_type=kind)
        assert answer.status_code == status or (status is None and answer.status_code in {400, 401, 403, 415}), kind
    for letters in ("utf-16", "utf-32", "latin-1", "utf-7"):
        answer = ann.browser.post(path, data=wrong.encode(letters), content_type=f"application/json; charset={letters}")
        assert answer.status_code == 400 or letters == "utf-7", letters
    assert world.dump() == before


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip"])
def test_a_packed_body_is_not_unpacked(ann: Person, encoding: str) -> None:
    bomb = zlib.compress(b"[" * 1_000_000)[:60_000]
    headers = {"Content-Encoding": encoding}
    answer = ann.browser.post(f"{AUTH}/login", data=bomb, content_type="application/json", headers=headers)
    assert said(answer)[::2] == (400, "invalid_json")
