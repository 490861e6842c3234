"""One network address is a rink, a school, a carrier: what one visitor there does must not stop the others."""

from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from flask import Flask
from flask_mail import Message, email_dispatched

from app.testing import CHEAP
from app.unit import open_unit
from core import resets
from core.policy import LIMITS
from tests.api.conftest import NewWorld
from tests.api.test_guessing import TOO_MANY, known
from tests.api.test_sessions import statements
from tests.support.answers import said
from tests.support.world import AUTH, Person, World, token_in

NUMBERS = count()
ACCEPT = "/api/v4/admin/teams/invitations/accept"
NEW = {"new_password": "an altogether new one"}
VALIDATE = f"{AUTH}/register/validate-token"

MALFORMED: dict[str, dict[str, Any]] = {
    "nothing": {"json": {}},
    "no object": {"json": []},
    "no JSON": {"data": b"{", "content_type": "application/json"},
    "no text": {"data": b"\xff", "content_type": "application/json"},
    "another type": {"data": b"x", "content_type": "text/plain"},
    "wrong fields": {"json": {"aLogin": 1, "aPasswordHash": [], "email": {}, "token": None, "accessToken": 2}},
}
DOORS = {
    "login": f"{AUTH}/login",
    "login/token": f"{AUTH}/login/token",
    "register": f"{AUTH}/register",
    "reset-request": f"{AUTH}/reset-request",
    "reset-confirm": f"{AUTH}/reset-confirm",
    "team": ACCEPT,
}


def neighbours(new_world: NewWorld, **few: int) -> World:
    """A world in which these limits by network address are small."""
    limits = {name: replace(limit, attempts=few.get(name, limit.attempts)) for name, limit in LIMITS.items()}
    return new_world(policy=replace(CHEAP, limits=limits))


@pytest.fixture
def few(new_world: NewWorld) -> World:
    """Three attempts for each network address, whatever they are at."""
    return neighbours(new_world, **{name: 3 for name in LIMITS if "address" in name})


@pytest.mark.parametrize("kind", MALFORMED)
@pytest.mark.parametrize("door", DOORS)
def test_what_cannot_be_read_uses_up_nobodys_attempts(few: World, door: str, kind: str) -> None:
    eve = few.somebody("Eve")
    for _ in range(8):
        assert eve.browser.post(DOORS[door], **MALFORMED[kind]).status_code in {400, 403, 415}


def guessing(eve: Person, door: str) -> int:
    """The status of one guess at this door."""
    number = next(NUMBERS)
    bodies: dict[str, Any] = {
        "login": {"aLogin": f"nobody {number}", "aPasswordHash": "wrong"},
        "login/token": {"accessToken": f"x{number}"},
        "register": eve.form(f"x{number}"),
        "reset-request": {"email": f"nobody{number}@club.test"},
        "reset-confirm": {"token": f"x{number}", **NEW},
        "team": {"token": f"x{number}"},
    }
    return eve.post(DOORS[door], bodies[door]).status_code


@pytest.mark.parametrize("door", DOORS)
def test_guesses_are_stopped_at_the_number_of_their_network(few: World, door: str) -> None:
    eve = few.somebody("Eve")
    answers = [guessing(eve, door) for _ in range(5)]
    assert 429 not in answers[:3]
    assert answers[3:] == [429, 429]


def exhaust(world: World, door: str) -> None:
    """A visitor of the same network guesses until the door is shut for its address."""
    eve = world.somebody("Eve")
    for _ in range(10):
        if guessing(eve, door) == 429:
            return
    raise AssertionError(f"{door} was never shut")


def test_who_has_signed_in_here_before_signs_in_beside_them(few: World) -> None:
    cas = known(few)
    exhaust(few, "login")

    assert said(few.somebody("Cas").sign_in()) == TOO_MANY  # the control: a browser that the account does not know
    assert [cas.sign_in().status_code for _ in range(5)] == [200] * 5


def test_a_known_browser_is_stopped_at_its_own_number(few: World) -> None:
    cas = known(few)
    own = LIMITS["login_account"].attempts
    answers = [cas.sign_in(password="wrong").status_code for _ in range(own + 1)]
    assert answers == [401] * own + [429]


def test_a_known_browser_that_used_up_its_own_counts_as_any_other(new_world: NewWorld) -> None:
    world = neighbours(new_world, login_address=3, login_in_a_row_account=2)
    cas = known(world)
    answers = [cas.sign_in(password="wrong").status_code for _ in range(3)]
    assert answers == [401, 401, 401]  # the third by the account's own number, and the network's
    exhaust(world, "login")
    assert said(cas.sign_in()) == TOO_MANY


def test_another_accounts_browser_is_any_browser(few: World) -> None:
    known(few)
    dee = known(few, "Dee")
    exhaust(few, "login")
    assert said(dee.sign_in("Cas")) == TOO_MANY
    assert dee.sign_in().status_code == 200


def test_who_holds_a_link_joins_beside_them(few: World) -> None:
    token, other = few.invite(), few.invite()
    exhaust(few, "register")
    for _ in range(3):
        assert few.somebody("Ben").register(token, aPasswordHash="password").status_code == 400

    assert said(few.somebody("Ben").register(token)) == TOO_MANY  # the link has a number of its own
    assert few.somebody("Ben").register(other).status_code == 200


def test_who_holds_a_link_opens_it_beside_them(few: World) -> None:
    token, eve = few.invite(), few.somebody("Eve")
    assert [eve.get(f"{VALIDATE}?token=x{n}").status_code for n in range(4)] == [403] * 3 + [429]

    opened = [few.somebody("Ben").get(f"{VALIDATE}?token={token}").status_code for _ in range(4)]
    assert opened == [200] * 3 + [429]


def test_who_holds_a_reset_link_uses_it_beside_them(few: World) -> None:
    cas = few.member("Cas")
    token = reset_token(few, cas)
    exhaust(few, "reset-confirm")
    assert few.somebody("Cas").post(f"{AUTH}/reset-confirm", {"token": token, **NEW}).status_code == 200


def test_who_was_let_into_the_team_signs_in_beside_them(few: World) -> None:
    ann = few.admin()
    body = {"emails": ["fay@club.test"], "role": "dev"}
    assert ann.post("/api/v4/admin/teams/invitations", body).status_code == 201
    token = link_in(few, "fay@club.test")
    exhaust(few, "team")
    accepted = few.somebody("Fay").post(ACCEPT, {"token": token})
    assert accepted.status_code == 200
    exhaust(few, "login/token")
    fay = few.somebody("Fay")
    assert fay.post(f"{AUTH}/login/token", {"accessToken": accepted.json["accessToken"]}).status_code == 200


def test_a_known_browser_asks_for_a_link_to_its_own_account_beside_them(few: World) -> None:
    cas, dee = known(few), few.member("Dee")
    exhaust(few, "reset-request")

    def ask(person: Person, email: str) -> int:
        return person.post(f"{AUTH}/reset-request", {"email": email}).status_code

    assert ask(cas, dee.email) == 429  # for another account it is any browser
    assert ask(few.somebody("Cas"), cas.email) == 429
    assert [ask(cas, cas.email.upper()) for _ in range(4)] == [200] * 3 + [429]


def test_without_a_cookie_nothing_is_looked_up_to_ask_for_a_reset(world: World) -> None:
    """So that neither answer nor time says whether anybody has the address."""
    world.member("Cas")
    asked = [f"{name}@club.test" for name in ("cas", "nobody")]
    eve = world.somebody("Eve")
    told = []
    for email in asked:
        with statements(world) as said_to_database:
            assert eve.post(f"{AUTH}/reset-request", {"email": email}).status_code == 200
        told.append(len(said_to_database))
    assert told[0] == told[1]


def reset_token(world: World, person: Person) -> str:
    """A reset link's token, made behind the counter."""
    with world.app.app_context(), open_unit() as unit:
        link = resets.answer_request(unit, person.email)
    assert link is not None
    return link.secret


def link_in(world: World, to: str) -> str:
    """The token in the newest letter to this address."""
    caught: list[Message] = []

    def catch(_: Flask, message: Message) -> None:
        caught.append(message)

    with email_dispatched.connected_to(catch, world.app):
        world.app.extensions["postman"].work_off()
    return token_in([letter for letter in caught if to in letter.send_to][-1])
