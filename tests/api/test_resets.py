"""Setting a new password through a mailed link, when the old one is lost."""

from typing import Any

import pytest
from flask_mail import email_dispatched

from app.unit import open_unit
from core import logins, users
from core.models import Letter, LoginToken, PasswordReset
from core.tokens import digest
from tests.api.conftest import NewWorld
from tests.api.test_sessions import is_in
from tests.support.answers import INVALID, apart_from_counters, faults, said
from tests.support.world import AUTH, PASSWORD, World, token_in

NEW = "figure eights at midnight"
ASKED = {"message": "If that email is registered, a reset link has been sent."}
DONE = {"message": "Password has been reset."}
DEAD = (400, "Invalid or expired reset token", "reset_token_invalid")


def ask(world: World, email: Any, **more: Any) -> Any:
    return world.somebody("Anybody").post(f"{AUTH}/reset-request", {"email": email}, **more)


def confirm(world: World, token: Any, new: Any = NEW) -> Any:
    return world.somebody("Anybody").post(f"{AUTH}/reset-confirm", {"token": token, "new_password": new})


def close(world: World, name: str) -> None:
    assert world.app.test_cli_runner().invoke(args=["users", "deactivate", name]).exit_code == 0


def test_whoever_asks_hears_the_same(world: World) -> None:
    world.member("Cas")
    world.member("Art")
    close(world, "Art")

    answers = [
        ask(world, email) for email in ("cas@club.test", "art@club.test", "nobody@club.test", "no address", "Cas")
    ]

    assert {(answer.status_code, answer.data) for answer in answers} == {(200, answers[0].data)}
    assert answers[0].json == ASKED


def test_only_open_accounts_get_a_letter(world: World) -> None:
    world.member("Cas")
    world.member("Art")
    close(world, "Art")
    for email in ("art@club.test", "nobody@club.test", "Cas", "1", "cas@club.test, eve@club.test"):
        ask(world, email)

    assert world.deliver() == []
    assert {letter.state for letter in world.rows(Letter)} == {"dropped"}
    assert world.rows(PasswordReset) == []


@pytest.mark.parametrize("typed", ["cas@club.test", "CAS@CLUB.TEST", " Cas@club.test ", "cas@\uff43lub.test"])
def test_the_letter_goes_to_the_stored_address_whatever_was_typed(world: World, typed: str) -> None:
    world.member("Cas")
    ask(world, typed)

    [letter] = world.deliver()

    assert letter.recipients == ["cas@club.test"]
    assert letter.cc == letter.bcc == []
    assert f"http://localhost:5000/reset?token={token_in(letter)}" in letter.body


@pytest.mark.parametrize(
    "body", [{}, {"email": None}, {"email": ""}, {"email": "  "}, {"email": 7}, {"email": ["a@b.cc"]}]
)
def test_an_address_must_be_given(world: World, body: dict[str, Any]) -> None:
    answer = world.somebody("Anybody").post(f"{AUTH}/reset-request", body)

    assert said(answer) == (400, INVALID, "invalid_input")
    assert faults(answer) == {"email"}


def test_without_mail_there_is_no_reset(new_world: NewWorld) -> None:
    world = new_world(development_mailbox=False)

    for email in ("cas@club.test", "nobody@club.test"):
        answer = ask(world, email)
        sentence = "Password reset is not available (email service not configured)"
        assert said(answer) == (503, sentence, "mail_not_configured")
        assert int(answer.headers["Retry-After"]) > 0
    assert world.rows(Letter) == []


FORGED = [
    {"X-Forwarded-Host": "evil.test"},
    {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.test", "X-Forwarded-For": "6.6.6.6"},
    {"Forwarded": "host=evil.test", "X-Original-URL": "http://evil.test/", "Referer": "http://evil.test/"},
]


@pytest.mark.parametrize("headers", FORGED, ids=lambda headers: "+".join(headers))
def test_no_header_gets_into_the_link(world: World, headers: dict[str, str]) -> None:
    world.member("Cas")
    ask(world, "cas@club.test", headers=headers)

    [letter] = world.deliver()

    for part in (letter.subject, letter.body, letter.html):
        assert "evil" not in part
    assert f"http://localhost:5000/reset?token={token_in(letter)}" in letter.body


def test_a_reset_sets_the_password_ends_every_session_and_tells_the_owner(world: World) -> None:
    cas, dee = world.member("Cas"), world.member("Dee")
    phone = cas.device()
    token = world.reset_token(cas)
    assert is_in(cas)

    answer = confirm(world, token)

    assert (answer.status_code, answer.json) == (200, DONE)
    assert "Set-Cookie" not in answer.headers
    assert [is_in(person) for person in (cas, phone, dee)] == [False, False, True]
    assert cas.sign_in(password=PASSWORD).status_code == 401
    assert cas.sign_in(password=NEW).status_code == 200
    [notice] = world.deliver()
    assert notice.recipients == ["cas@club.test"]
    assert notice.subject == "Your password was changed"
    assert "through a mailed link" in notice.body


def test_a_link_works_once(world: World) -> None:
    token = world.reset_token(world.member("Cas"))
    assert confirm(world, token).status_code == 200
    before = apart_from_counters(world.dump())

    assert said(confirm(world, token, "yet another password")) == DEAD
    assert apart_from_counters(world.dump()) == before


def test_a_link_lives_for_one_hour_exactly(world: World) -> None:
    cas = world.member("Cas")
    late = world.reset_token(cas)
    world.clock.later(hours=1)
    assert said(confirm(world, late)) == DEAD

    early = world.reset_token(cas)
    world.clock.later(hours=1, seconds=-1)
    assert confirm(world, early).json == DONE


def test_asking_again_ends_the_earlier_link(world: World) -> None:
    cas = world.member("Cas")
    first, second = world.reset_token(cas), world.reset_token(cas)

    assert said(confirm(world, first)) == DEAD
    assert confirm(world, second).json == DONE


def test_a_refused_password_does_not_spend_the_link(world: World) -> None:
    token = world.reset_token(world.member("Cas"))
    before = apart_from_counters(world.dump())

    answer = confirm(world, token, "short")

    assert said(answer)[::2] == (400, "password_too_short")
    assert faults(answer) == {"new_password"}
    assert apart_from_counters(world.dump()) == before
    assert confirm(world, token).status_code == 200


def test_a_dead_link_says_nothing_about_the_password(world: World) -> None:
    world.member("Cas")

    for token in ("x", "x" * 43, "x" * 200, "' or ''='"):
        assert said(confirm(world, token, "short")) == DEAD


MISSING = [
    (None, None, {"token", "new_password"}),
    ("", NEW, {"token"}),
    ("x" * 201, NEW, {"token"}),
    ("x", 7, {"new_password"}),
]


@pytest.mark.parametrize(("token", "new", "named"), MISSING)
def test_what_is_missing_is_named(world: World, token: Any, new: Any, named: set[str]) -> None:
    answer = confirm(world, token, new)

    assert said(answer) == (400, INVALID, "invalid_input")
    assert faults(answer) == named


def test_a_closed_account_stays_closed(world: World) -> None:
    token = world.reset_token(world.member("Cas"))
    close(world, "Cas")

    assert said(confirm(world, token)) == DEAD
    assert world.somebody("Cas").sign_in(password=NEW).status_code == 401


def test_the_token_is_stored_as_a_digest_and_never_in_a_letter_that_is_owed(world: World) -> None:
    token = world.reset_token(world.member("Cas"))

    assert token not in repr(world.dump())


def test_the_link_begins_as_configured(new_world: NewWorld) -> None:
    world = new_world(reset_url_base="https://front.test/new-password")
    world.member("Cas")
    ask(world, "cas@club.test")

    with email_dispatched.connected_to(lambda _, message: world.letters.append(message), world.app):
        [letter] = world.deliver()

    assert f"https://front.test/new-password?token={token_in(letter)}" in letter.body


def test_asking_for_a_link_ends_nobodys_sign_in_token(world: World) -> None:
    cas = world.member("Cas")
    with world.app.app_context(), open_unit(name="cli") as unit:
        secret = logins.issue_login_token(unit, users.get_by_login(unit.look, "Cas").id)

    world.reset_token(cas)

    assert [token.digest for token in world.rows(LoginToken)] == [digest(secret)]
