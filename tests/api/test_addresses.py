"""Proving an e-mail address: by the mailed link, or by the mailed code typed while signed in."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask_mail import Message
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.extensions import db
from core import addresses, teams
from core.models import AuditEvent, EmailProof, Letter, User
from core.tokens import digest
from core.unit import TERMINAL
from tests.api.conftest import NewWorld
from tests.support.answers import INVALID, apart_from_counters, faults, message, said
from tests.support.pages import buttons, press, send, title, told
from tests.support.routes import COACH, TEAM
from tests.support.world import AUTH, Person, World, token_in, token_of

LINK, CODE, SEND = (f"{AUTH}/email/prove{more}" for more in ("", "/code", "/send"))
CONFIRMED = (200, {"message": "Your e-mail address is confirmed."})
DEAD = (400, "This link is invalid, expired or has already been used.", "proof_token_invalid")
WRONG = (400, "This code is wrong, expired or has already been used.", "proof_code_invalid")
SUBJECT = "Confirm your e-mail address"
ASKS = "Confirm your address"


def code_in(letter: Message) -> str:
    [code] = re.findall(rf"^([{addresses.ALPHABET}]{{4}}-[{addresses.ALPHABET}]{{4}})$", letter.body, re.MULTILINE)
    return str(code)


def by_link(world: World, token: Any) -> TestResponse:
    return world.somebody("Anybody").post(LINK, {"token": token})


def by_code(person: Person, code: Any) -> TestResponse:
    return person.post(CODE, {"code": code})


def is_verified(person: Person) -> bool:
    verified = person.session().json["email_verified"]
    assert isinstance(verified, bool)
    return verified


def close(world: World, name: str) -> None:
    assert world.terminal("users", "deactivate", name).exit_code == 0


def move(world: World, name: str, address: str) -> None:
    """Give an account another address, as nothing in the product does yet."""
    with world.app.app_context(), db.engine.begin() as connection:
        moved = update(User).where(User.login == name).values(email=address, email_key=address)
        connection.execute(moved)


def other_code(code: str) -> str:
    return "".join("A" if letter != "A" else "B" for letter in code.replace("-", ""))


def test_joining_by_a_reusable_link_sends_one_letter(world: World) -> None:
    una = world.unproven()
    [letter] = world.deliver()
    assert world.deliver() == []
    assert (letter.subject, letter.recipients) == (SUBJECT, ["una@club.test"])
    assert f"http://localhost:5000/email/prove?token={token_in(letter)}" in letter.body
    for part in (letter.body, letter.html):
        assert "Una" in part
        assert "una@club.test" in part
        assert "24 hours" in part
        assert "If this was not you" in part
        assert code_in(letter) in part
    assert not is_verified(una)


def test_who_joins_the_team_by_a_link_that_was_shown_is_asked_and_by_a_mailed_one_is_not(world: World) -> None:
    owner = world.member("Ann", "owner")
    shown = world.invite(kind=teams.KIND, email="una@club.test", roles=["dev"])
    assert world.somebody("Una").post(f"{TEAM}/accept", {"token": shown}).json["accountCreated"] is True
    [letter] = world.deliver()
    assert (letter.subject, letter.recipients) == (SUBJECT, ["una@club.test"])

    assert owner.post(TEAM, {"emails": ["ula@club.test"], "role": "dev"}).status_code == 201
    mailed = token_in(world.deliver()[-1])
    assert world.somebody("Ula").post(f"{TEAM}/accept", {"token": mailed}).json["accountCreated"] is True
    assert world.deliver() == []
    assert {user.login: user.email_proven_at is not None for user in world.rows(User)} == {
        "Ann": True,
        "una": False,
        "ula": True,
    }


def test_who_registers_by_a_mailed_link_is_asked_for_nothing(world: World) -> None:
    place = {"name": "Una Lee", "email": "una@club.test", "role": "coach", "tenant_id": world.tenant()}
    assert world.admin().post(COACH, place).status_code == 201
    [invitation] = world.deliver()
    una = world.somebody("Una")
    assert una.register(token_in(invitation)).status_code == 200
    assert una.sign_in().status_code == 200
    assert is_verified(una)
    assert world.deliver() == []


def test_who_registers_by_the_same_link_on_the_admins_screen_is_asked(world: World) -> None:
    place = {"name": "Una Lee", "email": "una@club.test", "role": "coach", "tenant_id": world.tenant()}
    shown = world.admin().post(COACH, place).json["invite_url"]
    world.deliver()
    una = world.somebody("Una")
    assert una.register(token_of(shown)).status_code == 200
    assert una.sign_in().status_code == 200
    assert not is_verified(una)
    assert [letter.subject for letter in world.deliver()] == [SUBJECT]


def test_without_mail_nothing_is_queued_and_nothing_can_be_sent(new_world: NewWorld) -> None:
    world = new_world(development_mailbox=False)
    una = world.unproven()
    answer = una.post(SEND)
    assert said(answer) == (503, "No letter can be sent (email service not configured)", "mail_not_configured")
    assert int(answer.headers["Retry-After"]) > 0
    assert world.rows(Letter) == []
    home = una.get("/")
    assert ASKS not in home.text
    assert "Your e-mail address is not confirmed." in una.get("/account").text


def test_the_link_proves_the_address_once_and_signs_nobody_in(world: World) -> None:
    una = world.unproven()
    token = token_in(world.deliver()[0])
    answer = by_link(world, token)
    assert message(answer) == CONFIRMED
    assert "Set-Cookie" not in answer.headers
    assert is_verified(una)
    before = apart_from_counters(world.dump())
    assert said(by_link(world, token)) == DEAD
    assert apart_from_counters(world.dump()) == before
    [event] = [row for row in world.rows(AuditEvent) if row.event == "address_proven"]
    assert event.details == {"kind": "link"}


SPELLINGS: list[Callable[[str], str]] = [
    str,
    str.lower,
    lambda code: code.replace("-", ""),
    lambda code: f"  {' '.join(code.lower())} ",
    lambda code: code.replace("-", "\u2013"),
    lambda code: "".join(chr(ord(each) + 0xFEE0) for each in code),
]


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_the_code_proves_the_address_once_however_it_is_typed(world: World, spelled: Callable[[str], str]) -> None:
    una = world.unproven()
    code = code_in(world.deliver()[0])
    assert message(by_code(una, spelled(code))) == CONFIRMED
    assert is_verified(una)
    assert said(by_code(una, code)) == WRONG
    [event] = [row for row in world.rows(AuditEvent) if row.event == "address_proven"]
    assert (event.details, event.actor) == ({"kind": "code"}, "Una")


def test_a_link_that_proved_the_address_ends_the_code_and_the_other_way_round(world: World) -> None:
    una, ula = world.unproven(), world.unproven("Ula")
    letters = {letter.recipients[0]: letter for letter in world.deliver()}
    assert by_link(world, token_in(letters["una@club.test"])).status_code == 200
    assert said(by_code(una, code_in(letters["una@club.test"]))) == WRONG
    assert by_code(ula, code_in(letters["ula@club.test"])).status_code == 200
    assert said(by_link(world, token_in(letters["ula@club.test"]))) == DEAD


def test_five_wrong_codes_end_the_proof_and_what_is_no_code_costs_none(world: World) -> None:
    una = world.unproven()
    letter = world.deliver()[0]
    code = code_in(letter)
    for typed in ("ABC", "ABCD-EFG0", "ABCD-EFGHJ", "\u00df" * 8, "x" * 90):
        assert said(by_code(una, typed)) == WRONG
    for _ in range(4):
        assert said(by_code(una, other_code(code))) == WRONG
    [proof] = world.rows(EmailProof)
    assert (proof.attempts, proof.used_at) == (4, None)
    assert said(by_code(una, other_code(code))) == WRONG
    before = apart_from_counters(world.dump())
    assert said(by_code(una, code)) == WRONG
    assert said(by_link(world, token_in(letter))) == DEAD
    assert apart_from_counters(world.dump()) == before
    assert una.post(SEND).status_code == 200
    assert by_code(una, code_in(world.deliver()[0])).status_code == 200


def test_the_fifth_code_may_be_right(world: World) -> None:
    una = world.unproven()
    code = code_in(world.deliver()[0])
    for _ in range(4):
        by_code(una, other_code(code))
    assert message(by_code(una, code)) == CONFIRMED


def test_a_code_is_worth_nothing_to_others(world: World) -> None:
    una, eve = world.unproven(), world.unproven("Eve")
    letters = {letter.recipients[0]: letter for letter in world.deliver()}
    assert said(by_code(eve, code_in(letters["una@club.test"]))) == WRONG
    assert said(by_code(world.member("Cas"), code_in(letters["una@club.test"]))) == WRONG
    assert by_code(world.somebody("Nobody"), code_in(letters["una@club.test"])).status_code == 401
    assert [is_verified(each) for each in (una, eve)] == [False, False]
    assert by_code(una, code_in(letters["una@club.test"])).status_code == 200


def test_a_proof_lives_for_a_day_exactly(world: World) -> None:
    una, ula = world.unproven(), world.unproven("Ula")
    letters = {letter.recipients[0]: letter for letter in world.deliver()}
    world.clock.later(hours=24, seconds=-1)
    assert by_link(world, token_in(letters["una@club.test"])).status_code == 200
    world.clock.later(seconds=1)
    assert said(by_link(world, token_in(letters["ula@club.test"]))) == DEAD
    assert said(by_code(ula, code_in(letters["ula@club.test"]))) == WRONG
    assert is_verified(una)


def test_a_newer_letter_ends_the_older_one(world: World) -> None:
    una = world.unproven()
    [first] = world.deliver()
    assert una.post(SEND).json == {"message": "A letter is on its way to you."}
    assert said(by_code(una, other_code(code_in(first)))) == WRONG
    [second] = world.deliver()
    assert said(by_link(world, token_in(first))) == DEAD
    assert said(by_code(una, code_in(first))) == WRONG
    [proof] = world.rows(EmailProof)
    assert proof.attempts == 1
    assert by_link(world, token_in(second)).status_code == 200


def test_a_proof_counts_only_for_the_address_that_it_was_mailed_to(world: World) -> None:
    una = world.unproven()
    [letter] = world.deliver()
    move(world, "Una", "una@new.test")
    assert said(by_link(world, token_in(letter))) == DEAD
    assert said(by_code(una, code_in(letter))) == WRONG
    assert not is_verified(una)


def test_a_letter_is_not_written_to_an_address_that_is_no_longer_the_accounts(world: World) -> None:
    world.unproven()
    move(world, "Una", "una@new.test")
    assert world.deliver() == []
    assert [letter.state for letter in world.rows(Letter)] == ["dropped"]
    assert world.rows(EmailProof) == []


def test_a_closed_account_gets_no_letter_and_proves_nothing(world: World) -> None:
    for name in ("Una", "Ula"):
        world.unproven(name)
    letters = {letter.recipients[0]: letter for letter in world.deliver()}
    close(world, "Una")
    assert said(by_link(world, token_in(letters["una@club.test"]))) == DEAD
    world.unproven("Uta")
    close(world, "Uta")
    assert world.deliver() == []
    assert [user.login for user in world.rows(User) if user.email_proven_at] == []


def test_a_letter_is_sent_again_until_the_address_is_proven_and_five_times_an_hour(world: World) -> None:
    una = world.unproven()
    assert [una.post(SEND).status_code for _ in range(6)] == [200] * 5 + [429]
    assert len(world.deliver()) == 6
    cas = world.member("Cas")
    assert said(cas.post(SEND)) == (409, "This e-mail address is already confirmed.", "already_proven")
    assert world.deliver() == []


def test_whoever_holds_no_living_proof_hears_the_same(world: World) -> None:
    una, ula = world.unproven(), world.unproven("Ula")
    letters = {letter.recipients[0]: letter for letter in world.deliver()}
    spent = token_in(letters["una@club.test"])
    by_link(world, spent)
    world.clock.later(hours=25)
    expired = token_in(letters["ula@club.test"])
    links = [by_link(world, token) for token in ("x", "x" * 43, "' or ''='", spent, expired)]
    assert {(answer.status_code, answer.data) for answer in links} == {(400, links[0].data)}
    kept = [code_in(letters[address]) for address in ("una@club.test", "ula@club.test")]
    codes = [by_code(ula, code) for code in (kept[1], kept[0], "ABCD-EFGH", "x")] + [by_code(una, kept[0])]
    assert {(answer.status_code, answer.data) for answer in codes} == {(400, codes[0].data)}


@pytest.mark.parametrize(("path", "name"), [(LINK, "token"), (CODE, "code")])
@pytest.mark.parametrize("typed", [None, "", 7, ["x"], "x" * 201])
def test_what_is_missing_is_named(world: World, path: str, name: str, typed: Any) -> None:
    answer = world.unproven().post(path, {name: typed})
    assert said(answer) == (400, INVALID, "invalid_input")
    assert faults(answer) == {name}


def test_links_and_codes_are_not_kept_in_clear_and_codes_are_stretched(world: World) -> None:
    world.unproven()
    [letter] = world.deliver()
    kept, code = repr(world.dump()), code_in(letter)
    for secret in (token_in(letter), code, code.replace("-", "")):
        assert secret not in kept
    [proof] = world.rows(EmailProof)
    assert proof.digest == digest(token_in(letter))
    assert proof.code_digest not in {digest(each) for each in (code, code.replace("-", ""))}
    hasher = world.app.extensions["surroundings"].hasher
    assert proof.code_digest == hasher.stretched(code.replace("-", ""), bytes.fromhex(proof.digest))


def test_an_operator_may_know_the_address(world: World) -> None:
    una = world.unproven()
    listed = world.terminal("users", "list", "--json")
    assert '"email_verified": false' in listed.stdout
    told_once = world.terminal("users", "prove-address", "una", "--json")
    assert told_once.stdout == '{"login": "Una", "email_verified": true}\n'
    assert is_verified(una)
    assert '"email_verified": true' in world.terminal("users", "list", "--json").stdout
    assert "already confirmed" in world.terminal("users", "prove-address", "Una").stderr
    assert world.terminal("users", "prove-address", "Nobody").exit_code == 1
    [event] = [row for row in world.rows(AuditEvent) if row.event == "address_proven"]
    assert (event.details, event.actor) == ({"kind": "hand"}, TERMINAL)
    assert world.deliver() == []


def test_a_closed_account_is_not_proven_by_an_operator(world: World) -> None:
    world.unproven()
    close(world, "Una")
    assert world.terminal("users", "prove-address", "Una").exit_code == 1
    assert [user.email_proven_at for user in world.rows(User)] == [None]


def test_admins_see_whose_address_is_proven(world: World) -> None:
    ann, una = world.admin(), world.unproven()
    seen = {each["login"]: each["email_verified"] for each in ann.get("/api/v4/admin/users").json["items"]}
    assert seen == {"Ann": True, "Una": False}
    key = una.session().json["uSkaterUUID"]
    assert ann.get(f"/api/v4/admin/users/{key}").json["email_verified"] is False
    assert "not confirmed" in ann.get(f"/desk/people/{key}").text


# Pages.


def test_home_asks_until_the_code_was_typed(world: World) -> None:
    una = world.unproven()
    code = code_in(world.deliver()[0])
    home = una.get("/")
    assert ASKS in told(home)
    again = press(una, home, "Confirm", code="ABCDEFGH")
    assert again.status_code == 400
    assert "That is not the code of the newest letter." in told(again)
    done = press(una, home, "Confirm", code=code.lower())
    assert (done.status_code, done.location) == (303, "/?done=address")
    assert "Your e-mail address is confirmed." in told(una.get(done.location))
    assert ASKS not in told(una.get("/"))
    assert "Your e-mail address is confirmed." in told(una.get("/account"))


def test_home_sends_the_letter_again(world: World) -> None:
    una = world.unproven()
    world.deliver()
    sent = press(una, una.get("/"), "No letter? Have one sent")
    assert (sent.status_code, sent.location) == (303, "/?done=letter#address")
    assert "is on its way" in told(una.get("/?done=letter"))
    assert [letter.subject for letter in world.deliver()] == [SUBJECT]
    refused = [send(una, "/email/send").status_code for _ in range(5)]
    assert refused == [303] * 4 + [429]


def test_the_page_behind_the_link_changes_nothing_until_its_button_is_pressed(world: World) -> None:
    una = world.unproven()
    token = token_in(world.deliver()[0])
    path, stranger = f"/email/prove?token={token}", world.somebody("Anybody")
    before = apart_from_counters(world.dump())
    for method in ["GET", "HEAD", "OPTIONS"] * 3:
        stranger.browser.open(path, method=method)
    page = stranger.get(path)
    assert apart_from_counters(world.dump()) == before
    assert "The account Una was made with the address una@club.test" in told(page).replace(" ,", ",")
    assert buttons(page) == ["Yes, confirm this address"]
    assert not is_verified(una)
    done = press(stranger, page, "Yes, confirm this address")
    assert (done.status_code, done.location) == (303, "/email/confirmed")
    assert "Set-Cookie" not in done.headers
    assert title(stranger.get("/email/confirmed")) == "Your address is confirmed"
    assert is_verified(una)
    assert stranger.session().status_code == 401


@pytest.mark.parametrize("token", ["x", "", "x" * 300])
def test_a_dead_link_shows_a_way_on(world: World, token: str) -> None:
    eve = world.somebody("Eve")
    for page in (eve.get(f"/email/prove?token={token}"), send(eve, "/email/prove", token=token)):
        assert page.status_code == 400
        assert title(page) == "This link no longer works"
        assert 'href="/"' in page.text


def test_who_must_set_a_password_first_is_asked_for_that_alone(world: World) -> None:
    una = world.unproven()
    code = code_in(world.deliver()[0])
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(update(User).values(must_change_password=True))
    assert said(by_code(una, code))[::2] == (403, "password_change_required")
    assert said(una.post(SEND))[::2] == (403, "password_change_required")
    assert una.session().json["email_verified"] is False
