"""The mail queue as those see it who run the place: each letter's state, the mail server's words, another try."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest

from core.models import AuditEvent, Letter
from core.roles import MEMBERS
from tests.api.test_team_invitations import ask
from tests.support.answers import INVALID, apart_from_counters, faults, said
from tests.support.routes import MAILS, NOBODYS
from tests.support.world import AUTH, Person, World, token_in

NOT_HERE = (404, "There is nothing here.", "not_found")
UNKNOWN = (550, b"5.1.1 There is nobody of this name here")


@contextmanager
def mail_server_that(error: Exception) -> Iterator[None]:
    with patch("app.postman.smtp.send", side_effect=error):
        yield


def refused(address: str) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({address: UNKNOWN})


def listed(person: Person, query: str = "") -> list[Any]:
    answer = person.get(MAILS + query)
    assert answer.status_code == 200, answer.text
    return answer.json["items"]


def ask_for_reset(world: World, email: str) -> None:
    assert world.somebody("Anybody").post(f"{AUTH}/reset-request", {"email": email}).status_code == 200


def one_of_each(world: World) -> Person:
    """An admin of a house with a letter in each state, to an address of that name."""
    ann = world.admin()
    ask(ann, "failed@club.test")
    with mail_server_that(refused("failed@club.test")):
        world.deliver()
    ask(ann, "sent@club.test")
    world.deliver()
    ask_for_reset(world, "dropped@club.test")
    world.deliver()
    ask(ann, "queued@club.test")
    return ann


def test_strangers_have_no_business_here(world: World) -> None:
    eve = world.somebody("Eve")

    for answer in (eve.get(MAILS), eve.post(f"{MAILS}/{NOBODYS}/retry")):
        assert said(answer) == (401, "Please sign in first.", "not_signed_in")


@pytest.mark.parametrize("role", [*MEMBERS, "designer", "dev"])
def test_neither_have_those_who_are_no_admins(world: World, role: str) -> None:
    eve = world.member("Eve", role)

    for answer in (eve.get(MAILS), eve.post(f"{MAILS}/{NOBODYS}/retry")):
        assert said(answer) == (403, "You are not allowed to do this.", "forbidden")


def test_a_letter_is_told_by_its_state_never_by_its_content(world: World) -> None:
    ann = world.admin()
    [invited] = ask(ann, "bea@club.test")

    [letter] = listed(ann)

    [row] = world.rows(Letter)
    assert letter == {
        "id": str(row.id),
        "kind": "team_invited",
        "recipient": "bea@club.test",
        "state": "queued",
        "attempts": 0,
        "created_at": "2026-11-20T18:00:00Z",
        "due_at": "2026-11-20T18:00:00Z",
        "last_reply": None,
        "invitation": invited["id"],
    }
    [sent] = world.deliver()
    text = ann.get(MAILS).text
    assert token_in(sent) not in text
    assert [(each["state"], each["attempts"], each["due_at"]) for each in listed(ann)] == [("sent", 1, None)]


def test_a_letter_that_was_refused_for_good_says_so_in_the_servers_words(world: World) -> None:
    ann = world.admin()
    ask(ann, "bea@club.test")

    with mail_server_that(refused("bea@club.test")):
        world.deliver()

    [letter] = listed(ann)
    assert (letter["state"], letter["attempts"], letter["due_at"]) == ("failed", 1, None)
    assert letter["last_reply"] == "550 5.1.1 There is nobody of this name here"


def test_a_letter_that_could_not_leave_waits_and_says_until_when(world: World) -> None:
    ann = world.admin()
    ask(ann, "bea@club.test")

    with mail_server_that(ConnectionRefusedError("nobody answers")):
        world.deliver()

    [letter] = listed(ann)
    assert (letter["state"], letter["attempts"], letter["due_at"]) == ("queued", 1, "2026-11-20T18:00:02Z")
    assert "nobody answers" in letter["last_reply"]


@pytest.mark.parametrize("state", ["queued", "sent", "dropped", "failed"])
def test_the_list_by_state_holds_those_and_no_others(world: World, state: str) -> None:
    ann = one_of_each(world)

    assert [each["recipient"] for each in listed(ann, f"?state={state}")] == [f"{state}@club.test"]
    assert len(listed(ann)) == 4


def test_letters_are_found_by_address_in_any_letter_case(world: World) -> None:
    ann = world.admin()
    ask(ann, "bea@club.test", "cas@b\u00fccher.test", "d_e@club.test")

    assert [each["recipient"] for each in listed(ann, "?q=BEA@")] == ["bea@club.test"]
    assert [each["recipient"] for each in listed(ann, "?q=B\u00dcCHER")] == ["cas@b\u00fccher.test"]
    assert [each["recipient"] for each in listed(ann, "?q=_")] == ["d_e@club.test"]
    assert listed(ann, "?q=%25") == listed(ann, "?q='") == listed(ann, "?q=bea&state=sent") == []


@pytest.mark.parametrize("limit", [1, 2, 200])
def test_every_letter_is_on_exactly_one_page(world: World, limit: int) -> None:
    ann = world.admin()
    ask(ann, *(f"p{number}@club.test" for number in range(3)))
    world.clock.later(seconds=1)
    ask(ann, *(f"q{number}@club.test" for number in range(2)))

    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = ann.get(f"{MAILS}?limit={limit}&cursor={cursor}").json
        assert len(page["items"]) <= limit
        found += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]

    assert found == [each["id"] for each in listed(ann)]
    assert len(set(found)) == 5


def test_a_query_that_makes_no_sense_is_refused_by_name(world: World) -> None:
    ann = world.admin()

    for query in ("state=lost", "limit=0", "limit=201", "cursor=x", "q=%00", "kind=team_invited"):
        answer = ann.get(f"{MAILS}?{query}")
        assert said(answer) == (400, INVALID, "invalid_input"), query
        assert faults(answer) == {query.partition("=")[0]}


def retry(person: Person, state: str) -> Any:
    [letter] = listed(person, f"?state={state}")
    return person.post(f"{MAILS}/{letter['id']}/retry")


def test_a_letter_that_was_given_up_is_tried_again_at_once(world: World) -> None:
    ann = one_of_each(world)
    world.deliver()

    answer = retry(ann, "failed")

    assert (answer.status_code, answer.json) == (200, {"message": "It will be tried again at once."})
    assert [letter.recipients for letter in world.deliver()] == [["failed@club.test"]]
    assert [each["attempts"] for each in listed(ann, "?q=failed")] == [2]
    [row] = [row for row in world.rows(AuditEvent) if row.event == "letter_retried"]
    assert (row.actor, set(row.details)) == ("Ann", {"letter"})


def test_so_is_one_that_waits_for_its_next_try(world: World) -> None:
    ann = world.admin()
    ask(ann, "bea@club.test")
    with mail_server_that(ConnectionRefusedError("nobody answers")):
        world.deliver()
    assert world.deliver() == []

    assert retry(ann, "queued").status_code == 200
    assert [letter.recipients for letter in world.deliver()] == [["bea@club.test"]]


def test_one_that_fails_again_after_a_day_is_given_up_again(world: World) -> None:
    ann = one_of_each(world)
    world.deliver()
    world.clock.later(days=1, seconds=1)
    ann.sign_in()
    assert retry(ann, "failed").status_code == 200

    with mail_server_that(ConnectionRefusedError("nobody answers")):
        world.deliver()

    [letter] = listed(ann, "?state=failed")
    assert "nobody answers" in letter["last_reply"]


@pytest.mark.parametrize("state", ["sent", "dropped"])
def test_what_is_done_with_is_not_tried_again(world: World, state: str) -> None:
    ann = one_of_each(world)
    before = apart_from_counters(world.dump())

    assert said(retry(ann, state)) == NOT_HERE
    assert apart_from_counters(world.dump()) == before


@pytest.mark.parametrize("key", [NOBODYS, "1", "x", "%00", "9" * 400])
def test_what_is_not_there_is_not_tried(world: World, key: str) -> None:
    ann = world.admin()
    before = apart_from_counters(world.dump())

    assert said(ann.post(f"{MAILS}/{key}/retry")) == NOT_HERE
    assert apart_from_counters(world.dump()) == before
