"""Joining: which names and passwords are good enough."""

import re
import unicodedata
from typing import Any

import pytest
from sqlalchemy import update

from app.extensions import db
from core.models import User
from tests.support.answers import INVALID, faults, said
from tests.support.world import World

UNSEEN = "\u034f\u115f\u1160\u3164\uffa0\ufe00\ufe0f\U000e0100\U000e0041\u180b\u180f\u17b4\u2800\U0001d159\u00ad"
TAKEN = {
    "login": (409, "This login is already taken.", "login_taken"),
    "email": (409, "This e-mail address is already registered.", "email_taken"),
    "phone": (409, "This phone number is already registered.", "phone_taken"),
}


@pytest.mark.parametrize("login", ["Cas", "cas", "CAS", " cAs ", "\uff23\uff41\uff53", "Ca\u017f"])
def test_a_login_is_taken_whatever_its_letter_case_and_form(world: World, login: str) -> None:
    world.member("Cas")

    answer = world.somebody("Ben").register(world.invite(), aLogin=login)

    assert said(answer) == TAKEN["login"]
    assert faults(answer) == {"aLogin"}


@pytest.mark.parametrize("login", ["STRASSE", "stra\u00dfe", "Stra\u1e9ee"])
def test_letters_without_a_single_capital_are_compared_too(world: World, login: str) -> None:
    world.member("Stra\u00dfe", aEmail="street@club.test")

    assert said(world.somebody("Ben").register(world.invite(), aLogin=login)) == TAKEN["login"]


@pytest.mark.parametrize("email", ["cas@club.test", "CAS@CLUB.TEST", " Cas@Club.Test ", "cas@\uff43lub.test"])
def test_an_address_is_taken_whatever_its_letter_case_and_form(world: World, email: str) -> None:
    world.member("Cas")

    answer = world.somebody("Ben").register(world.invite(), aEmail=email)

    assert said(answer) == TAKEN["email"]
    assert faults(answer) == {"aEmail"}


def test_an_address_that_somebody_signs_in_with_as_their_login_is_taken(world: World) -> None:
    """Only accounts of the replaced backend have such logins."""
    cas, token = world.member("Cas"), world.invite()
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(update(User).values(login="Old@Club.test", login_key="old@club.test"))

    answer = world.somebody("Ben").register(token, aEmail="oLD@club.test")
    assert said(answer) == TAKEN["email"]
    assert cas.sign_in("old@CLUB.test").status_code == 200
    assert world.somebody("Ben").register(token).status_code == 200


@pytest.mark.parametrize("char", UNSEEN, ids=ascii)
def test_an_address_holds_nothing_that_nobody_can_see(world: World, char: str) -> None:
    for email in (f"be{char}n@club.test", f"ben@cl{char}ub.test", f"ben@club.test{char}"):
        assert faults(world.somebody("Ben").register(world.invite(), aEmail=email)) == {"aEmail"}


def test_a_login_from_before_is_one_with_what_it_looks_like(world: World) -> None:
    """Accounts from before the rule keep their login, and are found by what people can see and type."""
    olivia = world.member("Olivia")
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(update(User).values(login="Oli\u034fvia"))

    assert said(world.somebody("Ben").register(world.invite(), aLogin="olivia")) == TAKEN["login"]
    for typed in ("olivia", "oli\u034fvia", " OLIVIA\ufe0f"):
        assert olivia.sign_in(typed).status_code == 200, ascii(typed)


@pytest.mark.parametrize("login", ["cli", "CLI", "Somebody at the terminal", "jemand am Terminal", "die Einladung"])
def test_no_login_is_what_the_product_calls_itself(world: World, login: str) -> None:
    answer = world.somebody("Ben").register(world.invite(), aLogin=login)

    assert said(answer) == TAKEN["login"]
    assert faults(answer) == {"aLogin"}


def test_a_team_member_whose_address_begins_so_gets_another_login(world: World) -> None:
    token = world.invite(kind="team", email="cli@club.test", roles=["dev"])

    assert world.somebody("Ben").post("/api/v4/admin/teams/invitations/accept", {"token": token}).status_code == 200

    [login] = [user.login for user in world.rows(User)]
    assert re.fullmatch("cli-[0-9]{6}", login)


def test_a_phone_number_is_taken(world: World) -> None:
    world.member("Cas", phone_number="+1 555 0100")

    answer = world.somebody("Ben").register(world.invite(), phone_number=" +1 555 0100 ")

    assert said(answer) == TAKEN["phone"]
    assert faults(answer) == {"phone_number"}


@pytest.mark.parametrize("phone", [..., None, "", "  "])
def test_any_number_of_people_have_no_phone_number(world: World, phone: Any) -> None:
    for name in ("Cas", "Ben"):
        assert world.somebody(name).register(world.invite(), phone_number=phone).status_code == 200
    assert {user.phone for user in world.rows(User)} == {None}


@pytest.mark.parametrize("login", ["cas@club.test", "@cas", "cas@", "cas\uff20club.test", "cas\ufe6bclub"])
def test_a_login_may_not_look_like_an_address(world: World, login: str) -> None:
    answer = world.somebody("Ben").register(world.invite(), aLogin=login)

    assert said(answer) == (400, INVALID, "invalid_input")
    assert answer.json["errors"] == {"aLogin": ["Must not look like an e-mail address."]}


LOGINS = [
    ("B", 200),
    ("B" * 80, 200),
    ("Ben of the Long Ice", 200),
    ("\u6ed1\u51b0", 200),
    ("", 400),
    ("   ", 400),
    ("B" * 81, 400),
    ("B\x00n", 400),
    ("B\nn", 400),
    ("B\u200bn", 400),
    ("B\u202en", 400),
    ("\ufdfa" * 80, 400),
    *((f"B{char}n", 400) for char in UNSEEN),
]


@pytest.mark.parametrize(("login", "status"), LOGINS, ids=lambda value: ascii(value)[:30])
def test_a_login_is_visible_text_of_at_most_80_characters(world: World, login: str, status: int) -> None:
    ben = world.somebody("Ben")

    answer = ben.register(world.invite(), aLogin=login)

    assert answer.status_code == status
    if status == 200:
        assert ben.sign_in(login).status_code == 200
    else:
        assert faults(answer) == {"aLogin"}


NO_ADDRESS = ["ben", "ben@", "@club.test", "ben@club", "b en@club.test", "ben@club..test", "ben@club.test\nBcc: x@y.zz"]


@pytest.mark.parametrize("email", [*NO_ADDRESS, "ben@" + "c" * 250 + ".test", "b\u00eb@club.test"])
def test_an_address_must_be_one(world: World, email: str) -> None:
    answer = world.somebody("Ben").register(world.invite(), aEmail=email)

    assert said(answer) == (400, INVALID, "invalid_input")
    assert faults(answer) == {"aEmail"}


@pytest.mark.parametrize("phone", ["+49 (30) 1234-567", "5550100", "030/1234.567"])
def test_phone_numbers_may_be_written_as_people_write_them(world: World, phone: str) -> None:
    assert world.somebody("Ben").register(world.invite(), phone_number=phone).status_code == 200


@pytest.mark.parametrize("phone", ["1234", "call me", "+", "1" * 21, 5550100, ["5550100"], "555\x000100"])
def test_a_phone_number_must_be_one(world: World, phone: Any) -> None:
    assert faults(world.somebody("Ben").register(world.invite(), phone_number=phone)) == {"phone_number"}


SENTENCES = {
    "password_too_short": "The password is too short.",
    "password_too_long": "The password is too long.",
    "password_own_name": "The password must not be your own login or address.",
    "password_too_common": "This password is too common: others would guess it.",
}
GOOD_ENOUGH = [
    "kx7 vbqa",
    "x" * 255 + "y",
    "\U0001f9ca\u26f8\U0001f3d2\u2744\U0001f3d4\U0001f967\U0001f9e4\U0001f9e3",
    "\u6ed1\u51b0\u6ed1\u96ea\u51b0\u7403\u8fd0\u52a8",
    "e\u0301" * 256,
    "        ",
]
NOT_GOOD_ENOUGH = [
    ("kx7 vbq", "password_too_short"),
    ("\U0001f9ca" * 7, "password_too_short"),
    ("\u6ed1" * 7, "password_too_short"),
    ("e\u0301" * 7, "password_too_short"),
    ("", "password_too_short"),
    ("x" * 256 + "y", "password_too_long"),
    ("\U0001f9ca" * 257, "password_too_long"),
    ("password123", "password_too_common"),
    ("PassWord123", "password_too_common"),
    ("Benjamin of Ice", "password_own_name"),
    ("benjamin OF ice", "password_own_name"),
    ("ben.jamin@club.test", "password_own_name"),
    ("BEN.JAMIN@CLUB.TEST", "password_own_name"),
    ("ben.jamin", "password_own_name"),
]


@pytest.mark.parametrize("password", GOOD_ENOUGH, ids=lambda value: ascii(value)[:30])
def test_a_good_enough_password_signs_in_as_it_was_typed(world: World, password: str) -> None:
    ben = world.somebody("Ben")

    assert ben.register(world.invite(), aPasswordHash=password).status_code == 200
    assert ben.sign_in(password=password).status_code == 200


@pytest.mark.parametrize(("password", "code"), NOT_GOOD_ENOUGH, ids=lambda value: ascii(value)[:30])
def test_a_weak_password_is_refused_by_its_reason(world: World, password: str, code: str) -> None:
    names = {"aLogin": "Benjamin of Ice", "aEmail": "ben.jamin@club.test"}

    answer = world.somebody("Ben").register(world.invite(), **names, aPasswordHash=password)

    assert said(answer) == (400, SENTENCES[code], code)
    assert faults(answer) == {"aPasswordHash"}


@pytest.mark.parametrize("password", ["long enough\x00", "long\nenough", "long enough\x7f"])
def test_a_password_holds_no_control_characters(world: World, password: str) -> None:
    assert faults(world.somebody("Ben").register(world.invite(), aPasswordHash=password)) == {"aPasswordHash"}


@pytest.mark.parametrize(("kept", "typed"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_composed_and_decomposed_forms_are_the_same_password(world: World, kept: str, typed: str) -> None:
    password = "b\u00e4r auf d\u00fcnnem \uc5bc\uc74c" * 10
    ben = world.somebody("Ben")
    ben.register(world.invite(), aPasswordHash=unicodedata.normalize(kept, password))

    assert ben.sign_in(password=unicodedata.normalize(typed, password)).status_code == 200


@pytest.mark.parametrize(
    "typed", ["Thin ice ", " Thin ice", "thin ice", "THIN ICE", "Thin  ice", "Thin ic", "\uff34hin ice"]
)
def test_every_blank_and_letter_of_a_password_matters(world: World, typed: str) -> None:
    ben = world.somebody("Ben")
    ben.register(world.invite(), aPasswordHash="Thin ice")

    assert ben.sign_in(password=typed).status_code == 401
    assert ben.sign_in(password="Thin ice").status_code == 200


def test_no_password_is_stored(world: World) -> None:
    world.member("Ben")

    assert world.somebody("Ben").password not in repr(world.dump())
