"""Guessing a password: few attempts in a while, fewer than a hundred in a row, and the owner gets in all the same."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.devices import PURPOSE
from app.sealing import fingerprint, seal
from app.testing import CHEAP
from core.models import User
from core.policy import LIMITS, Policy
from tests.api.conftest import NewWorld
from tests.support.answers import said
from tests.support.world import AUTH, PASSWORD, Person, World

ACCOUNT, IN_A_ROW = LIMITS["login_account"], LIMITS["login_in_a_row_account"]
TOO_MANY = (429, "Too many attempts. Please wait a moment and try again.", "too_many_attempts")
STOPPED = (403, "Too many wrong passwords in a row. Please set a new one with a reset link.", "password_stopped")
WRONG = (401, "Invalid credentials", "invalid_credentials")


def known(world: World, name: str = "Cas") -> Person:
    """Somebody who has signed in with a browser of theirs, and is signed out."""
    person = world.member(name)
    assert person.sign_in().status_code == 200
    assert person.post(f"{AUTH}/logout").status_code == 200
    return person


def stranger_guesses(world: World, name: str, times: int) -> list[TestResponse]:
    """The answers to so many wrong passwords from browsers that nobody knows, each window used to its end."""
    answers = []
    for number in range(times):
        if number and number % ACCOUNT.attempts == 0:
            world.clock.now += ACCOUNT.window
        answers.append(world.somebody("Eve").sign_in(name, "wrong"))
    return answers


def test_whoever_has_signed_in_here_before_gets_in_while_a_stranger_guesses(world: World) -> None:
    cas = known(world)

    assert {said(answer) for answer in stranger_guesses(world, "Cas", ACCOUNT.attempts)} == {WRONG}

    assert said(world.somebody("Cas").sign_in()) == TOO_MANY
    assert cas.sign_in().status_code == 200
    assert said(world.somebody("Cas").sign_in()) == TOO_MANY  # the stranger has gained nothing by it


def test_a_browser_that_the_account_knows_has_no_more_attempts_than_another(world: World) -> None:
    cas = known(world)

    tried = [said(cas.sign_in(password="wrong")) for _ in range(ACCOUNT.attempts + 1)]

    assert tried == [WRONG] * ACCOUNT.attempts + [TOO_MANY]
    assert world.somebody("Cas").sign_in().status_code == 200


def cookie(world: World, *, secret_key: str | None = None, purpose: str = PURPOSE, **claims: Any) -> str:
    settings = world.app.extensions["settings"]
    settings = type(settings)(database=settings.database, secret_keys=(secret_key or settings.secret_keys[0],))
    return seal(settings, purpose, claims, world.clock.now, timedelta(days=1))


def test_only_this_accounts_own_cookie_of_a_device_counts(world: World) -> None:
    cas, dee = known(world), known(world, "Dee")
    own, of_dee = (person.browser.get_cookie("device").value for person in (cas, dee))
    [user] = [user for user in world.rows(User) if user.login == "Cas"]
    key = world.app.extensions["settings"].secret_keys[0]
    good = {"sub": str(user.id), "jti": "x", "password": fingerprint(key, PURPOSE, user.password_hash)}
    stranger_guesses(world, "Cas", ACCOUNT.attempts)
    forged = {
        "none": "",
        "somebody else's": of_dee,
        "a changed one": f"{own[:-4]}AAAA",
        "another key's": cookie(world, secret_key="k" * 32, **good),
        "another purpose's": cookie(world, purpose="vestibule/login-token", **good),
        "one without a name": cookie(world, sub=good["sub"], password=good["password"]),
        "one without a password": cookie(world, sub=good["sub"], jti="x"),
        "another password's": cookie(world, **{**good, "password": fingerprint(key, PURPOSE, "another")}),
        "nonsense": "x.y.z",
    }

    for how, value in forged.items():
        eve = world.somebody("Eve")
        eve.browser.set_cookie("device", value)
        assert said(eve.sign_in("Cas", PASSWORD)) == TOO_MANY, how
    for control in (own, cookie(world, **good)):
        eve = world.somebody("Eve")
        eve.browser.set_cookie("device", control)
        assert eve.sign_in("Cas", PASSWORD).status_code == 200


def test_a_device_is_known_for_half_a_year_since_its_last_sign_in(world: World) -> None:
    cas = known(world)
    name = cas.browser.get_cookie("device").value
    world.clock.now += Policy().device_life - timedelta(seconds=1)
    assert cas.sign_in().status_code == 200
    renewed = cas.browser.get_cookie("device").value
    assert renewed != name

    for value, answer in ((renewed, 200), (name, 429)):
        world.clock.later(seconds=1)
        stranger_guesses(world, "Cas", ACCOUNT.attempts)
        person = world.somebody("Cas")
        person.browser.set_cookie("device", value)
        assert person.sign_in().status_code == answer


def test_the_cookie_of_a_device_lets_nobody_in_and_no_script_reads_it(new_world: NewWorld) -> None:
    world = new_world(cookie_secure=True)
    cas = world.member("Cas")

    answer = cas.sign_in()

    [line] = [line for line in answer.headers.getlist("Set-Cookie") if "device" in line]
    assert line.startswith("__Host-device=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(line.split("; "))
    assert "Domain" not in line
    eve = world.somebody("Eve")
    eve.browser.set_cookie("__Host-device", cas.browser.get_cookie("__Host-device").value)
    eve.browser.set_cookie("__Host-session", cas.browser.get_cookie("__Host-device").value)
    assert eve.session().status_code == 401


@pytest.mark.parametrize("name", ["Cas", "Nobody"])
def test_wrong_passwords_in_a_row_end_before_a_hundred_whether_anybody_has_the_name(world: World, name: str) -> None:
    world.member("Cas")

    answers = [said(answer) for answer in stranger_guesses(world, name, IN_A_ROW.attempts + 1)]

    assert answers == [WRONG] * IN_A_ROW.attempts + [STOPPED]
    world.clock.now += ACCOUNT.window
    assert said(world.somebody(name).sign_in()) == STOPPED  # with the right one, too
    world.clock.now += IN_A_ROW.window
    assert world.somebody(name).sign_in().status_code == (200 if name == "Cas" else 401)


def test_the_owner_starts_the_count_anew_from_a_browser_that_the_account_knows(world: World) -> None:
    cas = known(world)
    stranger_guesses(world, "Cas", IN_A_ROW.attempts + 1)

    assert cas.sign_in().status_code == 200

    world.clock.now += ACCOUNT.window
    assert world.somebody("Cas").sign_in().status_code == 200


def test_a_reset_opens_what_wrong_passwords_closed_wherever_they_came_from(world: World) -> None:
    cas = known(world)
    stranger_guesses(world, "Cas", IN_A_ROW.attempts + 1)
    for number in range(IN_A_ROW.attempts + 1):
        if number % ACCOUNT.attempts == 0:
            world.clock.now += ACCOUNT.window
        answer = cas.sign_in(password="wrong")
    world.clock.now += ACCOUNT.window
    assert (said(answer), said(cas.sign_in())) == (STOPPED, STOPPED)

    token = world.reset_token(cas)
    body = {"token": token, "new_password": "an altogether new one"}
    assert world.somebody("Cas").post(f"{AUTH}/reset-confirm", body).status_code == 200

    for person in (world.somebody("Cas"), cas):
        assert person.sign_in(password="an altogether new one").status_code == 200


def test_the_present_password_cannot_be_guessed_on_and_on_by_who_holds_a_session(world: World) -> None:
    cas = world.member("Cas")

    def change(current: str) -> tuple[int, str, str]:
        return said(cas.post(f"{AUTH}/change-password", {"current_password": current, "new_password": "a good one"}))

    for number in range(IN_A_ROW.attempts):
        if number and number % ACCOUNT.attempts == 0:
            world.clock.now += ACCOUNT.window
        assert change("wrong")[2] == "current_password_incorrect"

    assert change(PASSWORD) == STOPPED
    assert world.somebody("Cas").sign_in().status_code == 200


def test_who_was_too_late_for_the_queue_has_used_no_attempt(new_world: NewWorld) -> None:
    world = new_world(policy=replace(CHEAP, hash_queue=0))
    world.member("Cas")

    with world.app.extensions["surroundings"].hasher._slot():
        busy = {said(world.somebody("Cas").sign_in())[2] for _ in range(ACCOUNT.attempts * 2)}

    assert busy == {"busy"}
    assert world.somebody("Cas").sign_in().status_code == 200
