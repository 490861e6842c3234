"""Whoever has no account cannot learn from an answer who has, nor from the work that it takes: whatever became of the
account, and whatever else goes wrong. By the clock: tests/flows/test_same_road.py."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import argon2._password_hasher as argon2
import pytest
from sqlalchemy import event, update
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from app.extensions import db
from core import teams
from core.models import User
from core.passwords import Hasher
from tests.support.world import AUTH, PASSWORD, World

RANDOM = {"X-Request-ID"}
"""Headers that may differ: each request has a number of its own, which bodies repeat where something is broken."""

NO_LINK = "x" * 43
WRONG = "not the password"
Asking = Callable[[str], TestResponse]
CLASSES = ("Known", "Unknown", "Closed", "Unset", "Older", "Oldest")


def address(name: str) -> str:
    return f"{name.lower()}@club.test"


def keep(world: World, name: str, **values: Any) -> None:
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(update(User).where(User.login == name).values(**values))


def people(world: World) -> None:
    """Everybody of CLASSES but Unknown: Unset has a password that nobody has seen, Older and Oldest have hashes of the
    replaced backend's."""
    for name in CLASSES:
        if name != "Unknown":
            world.member(name)
    world.terminal("users", "deactivate", "Closed")
    keep(world, "Unset", must_change_password=True)
    keep(world, "Older", password_hash=generate_password_hash(PASSWORD, "scrypt:1024:8:1"))
    keep(world, "Oldest", password_hash=generate_password_hash(PASSWORD, "pbkdf2:sha256:1000"))


def asking(world: World) -> dict[str, Asking]:
    """What a stranger asks by somebody's name."""
    eve = world.somebody("Eve")

    def applying(name: str) -> dict[str, str]:
        return {"aLogin": name, "aEmail": address(name), "aPasswordHash": PASSWORD, "invite_token": NO_LINK}

    def page(path: str, **form: str) -> TestResponse:
        return eve.browser.post(path, data=form, headers={"Accept": "text/html"})

    return {
        "login": lambda name: eve.sign_in(name, WRONG),
        "login by address": lambda name: eve.sign_in(address(name), WRONG),
        "login page": lambda name: page("/signin", login=name, password=WRONG),
        "reset": lambda name: eve.post(f"{AUTH}/reset-request", {"email": address(name)}),
        "reset by login": lambda name: eve.post(f"{AUTH}/reset-request", {"email": name}),
        "reset page": lambda name: page("/forgot", email=address(name)),
        "register": lambda name: eve.post(f"{AUTH}/register", applying(name)),
        "register page": lambda name: page("/join", **{**applying(name), "login": name, "email": address(name)}),
    }


def said(answer: TestResponse, name: str) -> tuple[Any, ...]:
    """All that an answer says, but for the name that was asked by."""
    number = answer.headers["X-Request-ID"]
    headers = sorted(pair for pair in answer.headers.items() if pair[0] not in {*RANDOM, "Content-Length"})
    body = answer.text.replace(number, "").replace(address(name), "address").replace(name, "name")
    return answer.status_code, headers, body


def differences(ask: Asking, names: tuple[str, ...] = CLASSES) -> set[tuple[Any, ...]]:
    return {repr(said(ask(name), name)) for name in names}  # type: ignore[misc]


def test_every_answer_is_the_same_whoever_is_asked_for(world: World) -> None:
    people(world)
    for what, ask in asking(world).items():
        assert len(differences(ask)) == 1, what


@pytest.mark.parametrize("engine", ["postgresql"])
def test_so_it_is_once_too_many_have_asked(world: World) -> None:
    people(world)
    for what, ask in asking(world).items():
        if what.startswith("register"):
            continue
        for _ in range(11):
            for name in CLASSES:
                answer = ask(name)
        assert answer.status_code == 429, what
        assert len(differences(ask)) == 1, what
        world.clock.later(hours=2)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_so_it_is_once_too_many_were_wrong_in_a_row(world: World) -> None:
    people(world)
    names, ask = ("Known", "Unknown", "Closed"), asking(world)["login"]
    last = set()
    for _ in range(8):
        world.clock.later(minutes=16)
        for _ in range(9):
            answers = differences(ask, names)
            assert len(answers) == 1
            last |= answers
    assert len(last) > 1


@pytest.mark.xfail(strict=True, reason="login and address of an account share a counter, those of nobody do not")
def test_who_is_stopped_under_one_name_is_no_sooner_stopped_under_another_that_may_be_theirs(world: World) -> None:
    people(world)
    eve = world.somebody("Eve")
    for name in CLASSES:
        for _ in range(11):
            eve.sign_in(address(name), WRONG)
    assert len(differences(lambda name: eve.sign_in(name, WRONG))) == 1


def test_so_it_is_where_a_link_is_for_them(world: World) -> None:
    """The holder of a personal link learns whom it is for, and no more."""
    people(world)
    eve = world.somebody("Eve")
    for kind in (teams.KIND, "coach"):
        tokens = {name: world.invite(kind=kind, email=address(name), roles=["dev"]) for name in CLASSES}
        seen = differences(lambda name: eve.get(f"{AUTH}/register/validate-token?token={tokens[name]}"))  # noqa: B023
        assert len(seen) == 1, kind
    invites = {name: world.invite(kind=teams.KIND, email=address(name), roles=["dev"]) for name in CLASSES}
    assert {eve.get(f"/team/join?token={token}").status_code for token in invites.values()} == {200}


@contextmanager
def impatient(world: World) -> Iterator[None]:
    """The database is waited for a fifth of a second, not for five."""

    def hurry(connection: Any, *_: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(
            "SET lock_timeout = 200" if db.engine.dialect.name == "postgresql" else "PRAGMA busy_timeout = 200"
        )
        cursor.close()

    with world.app.app_context():
        engine = db.engine
        event.listen(engine, "checkout", hurry)
        yield
        event.remove(engine, "checkout", hurry)
        engine.dispose()


LOCKS = {
    "postgresql": ['LOCK TABLE "uAuthTable"', "LOCK TABLE attempt_counters", 'SELECT 1 FROM "uAuthTable" FOR UPDATE'],
    "sqlite": ["UPDATE attempt_counters SET attempts = attempts"],
}


def test_so_it_is_while_the_database_is_held_up(world: World, engine: str) -> None:
    people(world)
    asked = asking(world)
    with impatient(world), world.app.app_context():
        for lock in LOCKS[engine]:
            with db.engine.connect() as other:
                other.exec_driver_sql(lock)
                for what in ("login", "reset"):
                    assert len(differences(asked[what], ("Known", "Unknown", "Closed"))) == 1, (lock, what)
                other.rollback()
    assert len(differences(asked["login"])) == 1


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that are worked out, one after the other, below everything that is ours."""
    done: list[str] = []

    def noted(where: Any, name: str) -> None:
        usual = getattr(where, name)

        def work_out(*given: Any, **more: Any) -> Any:
            done.append(name)
            return usual(*given, **more)

        monkeypatch.setattr(where, name, work_out)

    for where, name in (
        (argon2, "verify_secret"),
        (argon2, "hash_secret"),
        (hashlib, "scrypt"),
        (hashlib, "pbkdf2_hmac"),
    ):
        noted(where, name)
    return done


def hashes(work: list[str], act: Callable[[], TestResponse]) -> int:
    work.clear()
    act()
    return len(work)


def test_every_way_to_ask_costs_as_many_hashes_whoever_is_asked_for(world: World, work: list[str]) -> None:
    people(world)
    for what, ask in asking(world).items():
        costs = {name: hashes(work, lambda: ask(name)) for name in CLASSES}  # noqa: B023
        assert set(costs.values()) == {1 if what.startswith("login") else 0}, (what, costs)
    for _ in range(11):
        for name in CLASSES:
            world.somebody("Eve").sign_in(name, WRONG)
    assert {hashes(work, lambda: world.somebody("Eve").sign_in(name, WRONG)) for name in CLASSES} == {0}  # noqa: B023


def test_a_right_password_costs_one_hash_and_that_of_a_closed_account_too(world: World, work: list[str]) -> None:
    people(world)
    for name in ("Known", "Closed", "Unknown", "Unset"):
        assert hashes(work, lambda: world.somebody(name).sign_in()) == 1  # noqa: B023
    assert hashes(work, lambda: world.somebody("Older").sign_in()) == 2  # the second renews it


def test_joining_under_a_name_that_is_taken_costs_one_hash_as_under_another(world: World, work: list[str]) -> None:
    people(world)
    for name in CLASSES:
        token = world.invite()
        ben = world.somebody(f"Ben of {name}")
        assert hashes(work, lambda: ben.register(token, aEmail=address(name))) == 1  # noqa: B023


def test_the_count_sees_a_sign_in_that_costs_nobody_nothing(
    world: World, work: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    matches = Hasher.matches
    monkeypatch.setattr(Hasher, "matches", lambda self, typed, kept: kept is not None and matches(self, typed, kept))
    world.member("Known")
    assert hashes(work, lambda: world.somebody("Eve").sign_in("Known", WRONG)) == 1
    assert hashes(work, lambda: world.somebody("Eve").sign_in("Unknown", WRONG)) == 0


def test_an_account_whose_hash_nobody_can_read_costs_one_hash_too(world: World, work: list[str]) -> None:
    world.member("Odd")
    for kept in ("plain text", "sha1$salt$0123456789abcdef", "$2b$12$abcdefghijklmnopqrstuv"):
        keep(world, "Odd", password_hash=kept)
        assert hashes(work, lambda: world.somebody("Eve").sign_in("Odd", WRONG)) == 1
