"""A browser that an account knows: known by one password, and by no later one, however that was set."""

from collections.abc import Callable

import pytest
from sqlalchemy import update
from werkzeug.security import generate_password_hash

from app.extensions import db
from core.models import User
from core.policy import LIMITS
from tests.api.conftest import NewWorld
from tests.api.test_guessing import STOPPED, TOO_MANY, WRONG, known
from tests.api.test_old_passwords import METHODS
from tests.support.answers import said
from tests.support.world import AUTH, PASSWORD, Person, World

ACCOUNT, IN_A_ROW = LIMITS["login_account"], LIMITS["login_in_a_row_account"]
NEW = "an altogether new one"


def kept_cookies(world: World, cas: Person, how_many: int) -> list[str]:
    """The cookies of so many browsers in which Cas has signed in."""
    browsers = [world.somebody(cas.name) for _ in range(how_many)]
    assert {browser.sign_in().status_code for browser in browsers} == {200}
    return [browser.browser.get_cookie("device").value for browser in browsers]


def with_cookie(world: World, value: str) -> Person:
    eve = world.somebody("Eve")
    eve.browser.set_cookie("device", value)
    return eve


def by_reset(world: World, cas: Person) -> None:
    body = {"token": world.reset_token(cas), "new_password": NEW}
    assert world.somebody("Cas").post(f"{AUTH}/reset-confirm", body).status_code == 200


def by_change(world: World, cas: Person) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert cas.device().post(f"{AUTH}/change-password", body).status_code == 200


def at_the_terminal(world: World, cas: Person) -> None:
    token = world.terminal("users", "reset-link", "Cas").output.partition("token=")[2].split()[0]
    assert world.somebody("Cas").post(f"{AUTH}/reset-confirm", {"token": token, "new_password": NEW}).status_code == 200


def forced(world: World, cas: Person) -> None:
    session = cas.device()
    _put(world, must_change_password=True)
    assert session.post(f"{AUTH}/change-password", {"new_password": NEW}).status_code == 200


def voided(world: World, cas: Person) -> None:
    """As a take-over by who holds the mailbox does: a hash of what nobody knows."""
    _put(world, password_hash=world.app.extensions["surroundings"].hasher.hash(NEW))


def _put(world: World, **values: object) -> None:
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(update(User).where(User.login == "Cas").values(**values))


WAYS: list[Callable[[World, Person], None]] = [by_reset, by_change, at_the_terminal, forced, voided]


@pytest.mark.parametrize("way", WAYS)
def test_a_new_password_is_not_known_to_browsers_of_the_former(
    world: World, way: Callable[[World, Person], None]
) -> None:
    cas = known(world)
    cookies = kept_cookies(world, cas, 3)
    world.clock.later(minutes=20)
    way(world, cas)

    answers = [said(with_cookie(world, value).sign_in("Cas", "wrong")) for value in cookies for _ in range(5)]

    assert answers == [WRONG] * ACCOUNT.attempts + [TOO_MANY] * 5


def test_without_a_new_password_each_has_attempts_of_its_own(world: World) -> None:
    cas = known(world)
    cookies = kept_cookies(world, cas, 2)
    answers = [said(with_cookie(world, value).sign_in("Cas", "wrong")) for value in cookies for _ in range(11)]
    assert answers == ([WRONG] * ACCOUNT.attempts + [TOO_MANY]) * 2


def test_all_cookies_together_end_at_the_accounts_bound_after_a_reset(world: World) -> None:
    cas = known(world)
    cookies = kept_cookies(world, cas, 6)
    by_reset(world, cas)
    looked_at = 0
    for number in range(IN_A_ROW.attempts + 20):
        if number and number % ACCOUNT.attempts == 0:
            world.clock.now += ACCOUNT.window
        looked_at += said(with_cookie(world, cookies[number % 6]).sign_in("Cas", "wrong")) == WRONG
    assert looked_at == IN_A_ROW.attempts
    world.clock.now += ACCOUNT.window
    assert said(with_cookie(world, cookies[0]).sign_in("Cas", NEW)) == STOPPED


def test_the_browser_that_sets_the_new_password_is_known_by_it(world: World) -> None:
    cas = known(world).device()
    former = cas.browser.get_cookie("device").value
    assert cas.post(f"{AUTH}/change-password", {"current_password": PASSWORD, "new_password": NEW}).status_code == 200
    for _ in range(ACCOUNT.attempts):
        world.somebody("Eve").sign_in("Cas", "wrong")

    assert cas.browser.get_cookie("device").value != former
    assert said(with_cookie(world, former).sign_in("Cas", NEW)) == TOO_MANY
    assert cas.sign_in(password=NEW).status_code == 200


def test_a_renewed_hash_of_the_same_password_keeps_the_browser_that_renews_it(world: World) -> None:
    cas = known(world)
    _put(world, password_hash=generate_password_hash(PASSWORD, METHODS[0]))
    assert cas.sign_in().status_code == 200
    for _ in range(ACCOUNT.attempts):
        world.somebody("Eve").sign_in("Cas", "wrong")

    assert said(world.somebody("Cas").sign_in()) == TOO_MANY
    assert cas.sign_in().status_code == 200


def test_browsers_stay_known_while_keys_are_rotated(new_world: NewWorld) -> None:
    world = new_world(secret_keys=("the first key of these tests",))
    cas = known(world)
    own = cas.browser.get_cookie("device").value
    later = new_world(
        database=world.app.extensions["settings"].database,
        secret_keys=("the second key of these tests", "the first key of these tests"),
    )
    later.clock.now = world.clock.now
    for _ in range(ACCOUNT.attempts):
        later.somebody("Eve").sign_in("Cas", "wrong")

    assert said(later.somebody("Cas").sign_in()) == TOO_MANY
    assert with_cookie(later, own).sign_in("Cas", PASSWORD).status_code == 200
