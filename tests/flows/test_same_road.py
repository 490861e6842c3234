"""Whoever has no account cannot learn from an answer, or from its time, who has.

LONG=1 takes more samples and allows less difference.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest
import requests

from app.unit import open_unit
from core import users
from tests.support.running import House, Running, address
from tests.support.stopwatch import spread
from tests.support.world import AUTH, PASSWORD, World

LONG = bool(os.environ.get("LONG"))
ROUNDS = 400 if LONG else 24
FEW = 8
LOGIN_SPREAD = 1.04 if LONG else 1.12
RESET_SPREAD = 1.10 if LONG else 1.25
"""What the slowest kind may take over the fastest, on a machine that others use too; the controls exceed them."""

INVALID = {"message": "Invalid credentials", "code": "invalid_credentials"}
SENT = {"message": "If that email is registered, a reset link has been sent."}
Answer = tuple[int, dict[str, Any]]


def askers(house: House, path: str, bodies: dict[str, dict[str, str]]) -> dict[str, Callable[[], Answer]]:
    """By kind, what asks over a connection that is kept open."""
    browser = requests.Session()

    def ask(body: dict[str, str]) -> Answer:
        answer = browser.post(house.server.url + AUTH + path, json=body, timeout=30)
        return answer.status_code, answer.json()

    return {kind: lambda body=body: ask(body) for kind, body in bodies.items()}  # type: ignore[misc]


def people(house: House) -> dict[str, str]:
    """A login of each kind."""
    known, closed = house.member(), house.member()
    house.close(closed)
    return {"known": known, "unknown": house.names(1)[0], "closed": closed}


def sign_ins(house: House) -> dict[str, Callable[[], Answer]]:
    who = people(house)
    bodies = {kind: {"aLogin": name, "aPasswordHash": "not the password"} for kind, name in who.items()}
    bodies["closed, right password"] = {"aLogin": who["closed"], "aPasswordHash": PASSWORD}
    return askers(house, "/login", bodies)


def reset_requests(house: House) -> dict[str, Callable[[], Answer]]:
    return askers(house, "/reset-request", {kind: {"email": address(name)} for kind, name in people(house).items()})


@pytest.fixture
def telling(running: Running) -> House:
    return running.house("sqlite", "tests.flows.telling_wsgi:app", workers=1)


def test_signing_in_takes_as_long_whoever_it_is(house: House) -> None:
    kinds = sign_ins(house)
    assert [act() for act in kinds.values()] == [(401, INVALID)] * len(kinds)
    assert spread(kinds, ROUNDS, LOGIN_SPREAD) <= LOGIN_SPREAD


def test_signing_in_tells_who_is_known_where_nobody_costs_nothing(telling: House) -> None:
    assert spread(sign_ins(telling), FEW, LOGIN_SPREAD) > LOGIN_SPREAD


def test_asking_for_a_link_takes_as_long_whoever_it_is(house: House) -> None:
    kinds = reset_requests(house)
    assert [act() for act in kinds.values()] == [(200, SENT)] * len(kinds)
    assert spread(kinds, ROUNDS, RESET_SPREAD, house.let_the_post_go_out) <= RESET_SPREAD


def test_asking_for_a_link_tells_who_is_known_where_the_visitor_waits_for_the_mail(telling: House) -> None:
    telling.mail.delay = 0.05
    assert spread(reset_requests(telling), FEW, RESET_SPREAD, telling.let_the_post_go_out) > RESET_SPREAD


def test_every_sign_in_checks_exactly_one_hash(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = world.app.extensions["surroundings"].hasher
    checked: list[str] = []

    class Counting:
        def __init__(self, argon2: Any) -> None:
            self.argon2 = argon2

        def verify(self, password_hash: str, password: bytes) -> bool:
            checked.append(password_hash)
            return bool(self.argon2.verify(password_hash, password))

        def __getattr__(self, name: str) -> Any:
            return getattr(self.argon2, name)

    cas, lou = world.member("Cas"), world.member("Lou")
    with world.app.app_context(), open_unit(name="cli") as unit:
        users.deactivate(unit, users.get_by_login(unit.look, lou.name).id)
    monkeypatch.setattr(hasher, "_argon2", Counting(hasher._argon2))
    attempts = {
        "right": (cas.name, PASSWORD, 200),
        "wrong": (cas.name, "not the password", 401),
        "by address": (cas.email, "not the password", 401),
        "closed, right": (lou.name, PASSWORD, 401),
        "closed, wrong": (lou.name, "not the password", 401),
        "unknown": ("Nobody", PASSWORD, 401),
        "unknown address": ("nobody@club.test", PASSWORD, 401),
    }
    for kind, (name, password, status) in attempts.items():
        checked.clear()
        assert world.somebody("Anybody").sign_in(name, password).status_code == status, kind
        assert len(checked) == 1, kind
        assert checked[0].startswith("$argon2id$"), kind
