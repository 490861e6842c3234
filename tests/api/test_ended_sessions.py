"""Whatever ends a session ends it at the very next request, in every browser that it is meant for, also where its
cookie was copied, with the sign-in tokens that were handed out. Over several processes: test_sessions_everywhere.py."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, Request, Response, g
from flask.sessions import SecureCookieSessionInterface, SessionInterface
from itsdangerous import BadSignature, URLSafeSerializer

from app import access_tokens, visits
from app.extensions import db
from app.unit import look, open_unit, surroundings
from core import logins, sessions
from tests.conftest import Databases
from tests.support.routes import INVITES, USERS
from tests.support.world import AUTH, Clock, Person, World, new_app

NEW = "another walk on ice"
Ending = Callable[[World, Person, Person], None]


def sign_out(world: World, bea: Person, olga: Person) -> None:
    assert bea.post(f"{AUTH}/logout").status_code == 200


def sign_out_elsewhere(world: World, bea: Person, olga: Person) -> None:
    assert bea.device().delete(f"{AUTH}/sessions").status_code == 200


def change_password(world: World, bea: Person, olga: Person) -> None:
    body = {"current_password": bea.password, "new_password": NEW}
    assert bea.device().post(f"{AUTH}/change-password", body).status_code == 200


def reset_password(world: World, bea: Person, olga: Person) -> None:
    body = {"token": world.reset_token(bea), "new_password": NEW}
    assert world.somebody("Bea").post(f"{AUTH}/reset-confirm", body).status_code == 200


def deactivate(world: World, bea: Person, olga: Person) -> None:
    assert olga.post(f"{USERS}/{key(bea)}/deactivate").status_code == 200


def end_by_admin(world: World, bea: Person, olga: Person) -> None:
    assert olga.delete(f"{USERS}/{key(bea)}/sessions").status_code == 200


def take_the_role(world: World, bea: Person, olga: Person) -> None:
    assert olga.delete(f"{USERS}/{key(bea)}/roles/admin").status_code == 200


def age(world: World, bea: Person, olga: Person) -> None:
    world.clock.now += surroundings_of(world).policy.staff_session_idle


ONE_ONLY = {sign_out}
"""The others are other devices."""
LEAVES_TOKENS = {sign_out}
"""A sign-in token is another browser's: what ends this one leaves it, and it gives no more than the account has."""
ENDINGS: list[Ending] = [
    sign_out,
    sign_out_elsewhere,
    change_password,
    reset_password,
    deactivate,
    end_by_admin,
    take_the_role,
    age,
]


def key(person: Person) -> str:
    return str(person.session().json["uSkaterUUID"])


def surroundings_of(world: World) -> Any:
    return world.app.extensions["surroundings"]


def copied(person: Person) -> Person:
    """Somebody who has got hold of this person's cookies."""
    thief = person.world.somebody("Eve")
    for name in ("session", "device"):
        if cookie := person.browser.get_cookie(name):
            thief.browser.set_cookie(name, cookie.value)
    return thief


def access_token(world: World, person: Person) -> str:
    user_id = person.session().json["user_id"]
    with world.app.app_context(), open_unit() as unit:
        secret = logins.issue_login_token(unit, user_id)
        return access_tokens.seal(world.app.extensions["settings"], secret, unit.now, unit.policy.login_token_life)


def may(person: Person) -> tuple[int, int]:
    """Whether they are signed in, and pass as an admin."""
    return person.session().status_code, person.get(INVITES).status_code


def after(world: World, end: Ending) -> dict[str, tuple[int, int]]:
    """What Bea's browsers may do after this: the one that it was done with or to, another, and a copy of each."""
    bea, olga = world.member("Bea", "admin"), world.member("Olga", "owner")
    other = bea.device()
    browsers = {"this": bea, "other": other, "copy of this": copied(bea), "copy of the other": copied(other)}
    assert {may(browser) for browser in browsers.values()} == {(200, 200)}
    end(world, bea, olga)
    return {name: may(browser) for name, browser in browsers.items()}


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
def test_what_ends_a_session_ends_it_and_all_its_copies(world: World, end: Ending) -> None:
    found = after(world, end)

    over = (401, 401)
    stays = (200, 200) if end in ONE_ONLY else over
    assert found == {"this": over, "copy of this": over, "other": stays, "copy of the other": stays}


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
def test_a_sign_in_token_is_worth_no_more_than_the_account(world: World, end: Ending) -> None:
    bea, olga = world.member("Bea", "admin"), world.member("Olga", "owner")
    token = access_token(world, bea)
    end(world, bea, olga)

    stranger = world.somebody("Bea")
    status = stranger.post(f"{AUTH}/login/token", {"accessToken": token}).status_code

    assert status == (200 if end in LEAVES_TOKENS else 401)


class Signed(SessionInterface):
    """A control: who is signed in stands in a signed cookie, as Flask's own sessions have it."""

    serializer = URLSafeSerializer("a secret of the tests' own", salt=SecureCookieSessionInterface.salt)

    def open_session(self, app: Flask, request: Request) -> visits.Visit:
        return visits.Visit()

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        if session.cookie:
            me = sessions.find(look, session.cookie, surroundings().now(), surroundings().policy)
            assert me is not None
            response.set_cookie("session", self.serializer.dumps([me.login, list(me.roles)]))
        elif session.cookie is not None:
            response.delete_cookie("session")


def believe(people: dict[str, sessions.SignedIn]) -> Callable[[], None]:
    """Believe the cookie, once its signature is good."""

    def open_visit() -> None:
        from flask import request, session

        g.signed_in = None
        try:
            login, _ = Signed.serializer.loads(request.cookies.get("session", ""))
        except (BadSignature, ValueError):
            return
        g.signed_in = people[login]
        session["_user_id"] = people[login].fs_uniquifier

    return open_visit


@pytest.fixture(scope="module")
def signing(databases: Databases) -> Iterator[World]:
    world = World(new_app(databases.new("sqlite"), Clock()), Clock())
    yield world
    with world.app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("end", [sign_out, change_password], ids=lambda end: end.__name__)
def test_a_signed_cookie_outlives_what_should_end_it(signing: World, end: Ending) -> None:
    people: dict[str, sessions.SignedIn] = {}
    functions = signing.app.before_request_funcs[None]
    place = next(i for i, each in enumerate(functions) if each.__name__ == "open_visit")
    interface, opened = signing.app.session_interface, functions[place]
    bea = signing.member("Bea", "admin")
    with signing.app.app_context():
        me = sessions.find(look, bea.cookie or "", signing.clock(), surroundings().policy)
        assert me is not None
        people["Bea"] = me
    signing.app.session_interface, functions[place] = Signed(), believe(people)
    try:
        assert bea.sign_in().status_code == 200
        thief = copied(bea)
        assert thief.session().status_code == 200
        end(signing, bea, bea)
        assert thief.session().status_code == 200
    finally:
        signing.app.session_interface, functions[place] = interface, opened
        signing.clear()
