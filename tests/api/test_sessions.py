"""Sessions: how long they live, what ends them, and what they cost."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, update

from app.extensions import db
from core.models import BrowserSession, User
from core.policy import Policy
from tests.support.world import AUTH, Person, World

POLICY = Policy()
STAFF = ["admin", "super_admin", "owner"]
MEMBERS = ["adult", "coach", "dev", "designer"]


def is_in(person: Person) -> bool:
    answer = person.session()
    assert answer.status_code in {200, 401}
    return answer.status_code == 200


def with_cookie(world: World, cookie: str) -> Person:
    person = world.somebody("Eve")
    person.browser.set_cookie("session", cookie)
    return person


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """The SQL statements that are executed meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_signing_in_again_ends_the_browsers_former_session(world: World) -> None:
    cas = world.member("Cas")
    phone = cas.device()
    former = cas.cookie
    assert former

    assert cas.sign_in().status_code == 200

    assert cas.cookie != former
    assert not is_in(with_cookie(world, former))
    assert is_in(cas)
    assert is_in(phone)


def test_a_failed_sign_in_leaves_the_present_session_alone(world: World) -> None:
    cas = world.member("Cas")

    assert cas.sign_in(password="not my password").status_code == 401
    assert is_in(cas)


def test_logging_out_kills_a_kept_cookie(world: World) -> None:
    cas = world.member("Cas")
    phone, kept = cas.device(), cas.cookie
    assert kept

    answer = cas.post(f"{AUTH}/logout")

    assert (answer.status_code, answer.json) == (200, {"message": "Logged out"})
    assert "session=;" in answer.headers["Set-Cookie"]
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert cas.cookie is None
    assert not is_in(with_cookie(world, kept))
    assert is_in(phone)


def test_logging_out_is_always_fine(world: World) -> None:
    cas = world.somebody("Cas")

    for _ in range(2):
        assert cas.post(f"{AUTH}/logout").json == {"message": "Logged out"}
    assert with_cookie(world, "x" * 43).browser.post(f"{AUTH}/logout").status_code == 200


def test_a_tampered_cookie_is_nobodys(world: World) -> None:
    cookie = world.member("Cas").cookie
    assert cookie
    last = "A" if cookie[-1] != "A" else "B"

    for other in (
        cookie[:-1],
        cookie[1:],
        cookie + "A",
        cookie[:-1] + last,
        cookie.swapcase(),
        f'"{cookie}x"',
        "",
        "1",
    ):
        assert not is_in(with_cookie(world, other)), other
    assert is_in(with_cookie(world, cookie))


def test_what_is_stored_is_no_cookie(world: World) -> None:
    world.member("Cas")
    [row] = world.rows(BrowserSession)

    for stored in (row.digest, row.digest[:43], str(row.id), row.id.hex):
        assert not is_in(with_cookie(world, stored))


def test_a_deactivated_person_is_out_at_once(world: World) -> None:
    cas = world.member("Cas")
    phone = cas.device()

    world.app.test_cli_runner().invoke(args=["users", "deactivate", "Cas"])

    assert not is_in(cas)
    assert not is_in(phone)
    assert cas.sign_in().status_code == 401


def test_a_session_that_outlives_the_closing_of_its_account_opens_nothing(world: World) -> None:
    cas = world.member("Cas")

    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(update(User).values(is_active=False))

    assert len(world.rows(BrowserSession)) == 1
    assert not is_in(cas)


@pytest.mark.parametrize("role", [*MEMBERS, *STAFF])
def test_an_unused_session_ends_after_its_idle_time(world: World, role: str) -> None:
    idle = POLICY.staff_session_idle if role in STAFF else POLICY.session_idle
    cas = world.member("Cas", role)

    world.clock.now += idle
    world.clock.later(seconds=-1)
    assert is_in(cas)
    world.clock.now += idle
    assert not is_in(cas)


@pytest.mark.parametrize("role", [*MEMBERS, *STAFF])
def test_a_used_session_ends_after_its_life(world: World, role: str) -> None:
    is_staff = role in STAFF
    life = POLICY.staff_session_life if is_staff else POLICY.session_life
    idle = POLICY.staff_session_idle if is_staff else POLICY.session_idle
    cas = world.member("Cas", role)
    born = world.clock.now

    while (at := world.clock.now + idle * 0.9) < born + life:
        world.clock.now = at
        assert is_in(cas)
    world.clock.now = born + life
    world.clock.later(seconds=-1)
    assert is_in(cas)
    world.clock.later(seconds=1)
    assert not is_in(cas)


def test_use_is_noted_only_every_few_minutes(world: World) -> None:
    cas = world.member("Cas")
    born = world.clock.now

    def seen_at() -> Any:
        assert is_in(cas)
        [row] = world.rows(BrowserSession)
        return row.last_seen_at

    world.clock.now += POLICY.session_seen_every
    assert seen_at() == born
    world.clock.later(seconds=1)
    assert seen_at() == world.clock.now


def test_asking_who_is_signed_in_is_one_statement(world: World) -> None:
    cas = world.member("Cas", "coach", "artist")

    with statements(world) as seen:
        assert is_in(cas)

    assert len(seen) == 1
    assert seen[0].lstrip().startswith("SELECT")


@pytest.mark.parametrize("cookie", [None, "", "x", "x" * 42, "x" * 44, "." * 43, "x" * 42 + "=", "1 or 1=1"])
def test_without_a_possible_cookie_nothing_is_asked_of_the_database(world: World, cookie: str | None) -> None:
    eve = world.somebody("Eve") if cookie is None else with_cookie(world, cookie)

    with statements(world) as seen:
        assert not is_in(eve)

    assert seen == []
