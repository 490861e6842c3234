"""Attempt limits: each bites at its number, and nobody gets round it."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from werkzeug.test import TestResponse

from core.policy import LIMITS
from tests.api.conftest import NewWorld
from tests.support.answers import apart_from_counters, said
from tests.support.routes import SHARE, TEAM
from tests.support.world import AUTH, PASSWORD, Person, World

TOO_MANY = (429, "Too many attempts. Please wait a moment and try again.", "too_many_attempts")
INVITES = "/api/v4/admin/invites"

NUMBERS = count()
RESET = {"token": "x", "new_password": "a good one, never set"}

Attempt = Callable[[Person], TestResponse]
ATTEMPTS: dict[str, tuple[int, Attempt]] = {
    "login_account": (401, lambda ann: ann.sign_in(password="wrong")),
    "login_address": (401, lambda ann: ann.sign_in(f"nobody {next(NUMBERS)}", "wrong")),
    "login_token_address": (401, lambda ann: ann.post(f"{AUTH}/login/token", {"accessToken": "x"})),
    "register_address": (403, lambda ann: ann.register("x")),
    "reset_account": (200, lambda ann: ann.post(f"{AUTH}/reset-request", {"email": ann.email})),
    "reset_address": (200, lambda ann: ann.post(f"{AUTH}/reset-request", {"email": f"n{next(NUMBERS)}@club.test"})),
    "reset_confirm_address": (400, lambda ann: ann.post(f"{AUTH}/reset-confirm", RESET)),
    "prove_address": (400, lambda ann: ann.post(f"{AUTH}/email/prove", {"token": "x"})),
    "prove_account": (409, lambda ann: ann.post(f"{AUTH}/email/prove/send")),
    "change_password_account": (
        401,
        lambda ann: ann.post(f"{AUTH}/change-password", {"current_password": "wrong", "new_password": "a good one"}),
    ),
    "team_invite_account": (201, lambda ann: ann.post(TEAM, {"emails": ["nobody"], "role": "dev"})),
    "member_writes_account": (404, lambda ann: ann.post(SHARE)),
    "invite_account": (400, lambda ann: ann.post(INVITES, {"expires_at": "2020-01-01T00:00:00Z"})),
}
COUNTED_OTHERWISE = {
    "login_address_hour",
    "login_in_a_row_account",  # test_guessing.py
    "validate_token_address",
    "log_reads_account",  # test_member_writes.py
    "time_zone_account",  # test_member_writes.py
    "invited_mailbox",  # test_letters_to_one_mailbox.py
    "proof_mailbox",  # the same
}


def fresh(world: World) -> Person:
    """An admin whose making has left no counter behind that matters here."""
    ann = world.admin()
    world.clock.later(minutes=11)
    return ann


def test_every_limit_is_tried_here() -> None:
    assert set(ATTEMPTS) | COUNTED_OTHERWISE == set(LIMITS)


@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_limit_bites_at_its_number_and_lets_go_after_its_window(world: World, name: str) -> None:
    ann = fresh(world)
    status, attempt = ATTEMPTS[name]
    limit = LIMITS[name]

    assert {attempt(ann).status_code for _ in range(limit.attempts)} == {status}
    before = apart_from_counters(world.dump())
    answer = attempt(ann)
    assert said(answer) == TOO_MANY
    assert answer.headers["Retry-After"] == str(int(limit.window.total_seconds()))
    assert apart_from_counters(world.dump()) == before

    if ann.session().status_code == 200:
        ann.sign_in()  # so that the session outlives the window
    world.clock.now += limit.window
    world.clock.later(seconds=-1)
    answer = attempt(ann)
    assert (said(answer), answer.headers["Retry-After"]) == (TOO_MANY, "1")
    world.clock.later(seconds=1)
    if name in {"change_password_account", "invite_account"}:
        assert ann.sign_in().status_code == 200
    assert attempt(ann).status_code == status


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_hourly_limit_bites_whoever_keeps_below_that_of_a_minute(world: World) -> None:
    eve = world.somebody("Eve")
    hour = LIMITS["login_address_hour"]

    for number in range(hour.attempts):
        world.clock.later(minutes=1 if number and number % 100 == 0 else 0)
        assert eve.sign_in(f"nobody {number}", "wrong").status_code == 401
    world.clock.later(minutes=1)

    answer = eve.sign_in("nobody", "wrong")
    assert (said(answer), answer.headers["Retry-After"]) == (TOO_MANY, str(3600 - 6 * 60))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_links_is_limited_without_writing(world: World, method: str) -> None:
    eve = world.somebody("Eve")
    before = world.dump()

    answers = [
        eve.browser.open(f"{AUTH}/register/validate-token?token=x", method=method)
        for _ in range(LIMITS["validate_token_address"].attempts + 1)
    ]

    assert [answer.status_code for answer in answers] == [403] * LIMITS["validate_token_address"].attempts + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert world.dump() == before
    if method == "GET":
        assert said(answers[-1]) == TOO_MANY


NAMES = ["Cas", "cas", "CAS", " cas ", "cas@club.test", "CAS@club.test", "Cas@Club.Test", "\uff23as", "cAs", "caS"]


def test_login_and_address_of_an_account_share_one_counter_in_any_letter_case(world: World) -> None:
    cas = world.member("Cas")

    for name in NAMES:
        assert world.somebody("Eve").sign_in(name, "wrong").status_code == 401
    for name in ("Cas", "cas@club.test", "CAS"):
        assert said(world.somebody("Eve").sign_in(name, "wrong")) == TOO_MANY
    for field in ("aLogin", "aEmail"):
        assert said(cas.post(f"{AUTH}/login", {field: "CAS", "aPasswordHash": PASSWORD})) == TOO_MANY


def test_a_name_that_nobody_has_is_counted_alike(world: World) -> None:
    world.member("Cas")

    def tried(names: list[str]) -> list[tuple[int, Any]]:
        answers = [world.somebody("Eve").sign_in(name, "wrong") for name in names]
        return [(answer.status_code, answer.json) for answer in answers]

    of_nobody = tried([name.lower().replace("cas", "nobody").replace("\uff43as", "nobody") for name in NAMES])
    assert tried(["Nobody"] * 7) != tried(["Cas"] * 7)
    assert of_nobody[0] == (401, {"message": "Invalid credentials", "code": "invalid_credentials"})
    assert tried(["Stranger"] * 12) == tried(["Cas2"] * 12)


def test_nobody_uses_up_the_attempts_of_others(world: World) -> None:
    cas, dee = world.member("Cas"), world.member("Dee")
    number = cas.session().json["user_id"]

    for name in (f"account {number}", f"name {number}", str(number), "Dee"):
        for _ in range(11):
            world.somebody("Eve").sign_in(name, "wrong")

    assert cas.sign_in().status_code == 200
    assert said(dee.sign_in()) == TOO_MANY
    assert dee.session().status_code == 200


def test_a_good_sign_in_forgives_the_accounts_attempts(world: World) -> None:
    cas = world.member("Cas")

    for _ in range(2):
        assert {cas.sign_in(password="wrong").status_code for _ in range(9)} == {401}
        assert cas.sign_in().status_code == 200


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_good_sign_in_forgives_nothing_of_the_addresss_attempts(world: World) -> None:
    cas = world.member("Cas")
    world.clock.later(minutes=1)

    for number in range(LIMITS["login_address"].attempts - 1):
        cas.sign_in(f"nobody {number}", "wrong")
    assert cas.sign_in().status_code == 200
    assert said(world.somebody("Cas").sign_in()) == TOO_MANY


def test_a_good_change_forgives_wrong_current_passwords(world: World) -> None:
    cas = world.member("Cas")
    path = f"{AUTH}/change-password"

    for current, new in ((PASSWORD, "the second password"), ("the second password", "the third password")):
        for _ in range(9):
            cas.post(path, {"current_password": "wrong", "new_password": "never set"})
        assert cas.post(path, {"current_password": current, "new_password": new}).status_code == 200


def test_reset_letters_are_limited_by_the_address_asked_for_known_or_not(world: World) -> None:
    world.member("Cas")
    eve = world.somebody("Eve")

    for local in ("cas", "nobody"):
        answers = [
            eve.post(f"{AUTH}/reset-request", {"email": email})
            for email in (f"{local}@club.test", f" {local.upper()}@Club.test ") * 3
        ]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]


FULL = LIMITS["reset_confirm_address"].attempts


def from_address(world: World, address: str, **headers: str) -> int:
    eve = world.somebody("Eve")
    eve.browser.environ_base["REMOTE_ADDR"] = address
    return eve.post(f"{AUTH}/reset-confirm", RESET, headers=headers).status_code


@pytest.mark.parametrize("engine", ["postgresql"])
def test_addresses_are_counted_apart_but_a_household_is_one(world: World) -> None:
    assert {from_address(world, f"2001:db8::{number}") for number in range(FULL)} == {400}

    assert from_address(world, "2001:db8::ffff:1") == 429
    assert from_address(world, "2001:db8::8000:0:0:1") == 429
    assert from_address(world, "2001:db8:0:1::1") == 400
    assert from_address(world, "192.0.2.1") == 400


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_sender_cannot_name_an_address_of_its_own(world: World) -> None:
    forged = [from_address(world, "192.0.2.1", **{"X-Forwarded-For": f"198.51.100.{n}"}) for n in range(FULL + 1)]

    assert forged == [400] * FULL + [429]


def test_behind_a_proxy_the_address_that_it_saw_is_counted(new_world: NewWorld) -> None:
    world = new_world(trusted_proxies=1)

    seen = [from_address(world, "10.0.0.1", **{"X-Forwarded-For": f"1.1.1.{n}, 192.0.2.1"}) for n in range(FULL + 1)]

    assert seen == [400] * FULL + [429]
    assert from_address(world, "10.0.0.1", **{"X-Forwarded-For": "192.0.2.2"}) == 400


def test_limits_can_be_switched_off(new_world: NewWorld) -> None:
    cas = new_world(rate_limits=False).member("Cas")

    assert {cas.sign_in(password="wrong").status_code for _ in range(40)} == {401}
    assert {cas.post(f"{AUTH}/reset-request", {"email": cas.email}).status_code for _ in range(20)} == {200}


def test_counters_name_nobody(world: World) -> None:
    world.member("Cas")
    world.somebody("Eve").sign_in("somebody-in-particular", "wrong")

    counters = repr(world.dump()["attempt_counters"])

    assert counters != "[]"
    assert not any(name in counters for name in ("somebody", "127.0.0.1", "login", "account"))
