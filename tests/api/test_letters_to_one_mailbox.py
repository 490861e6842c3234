"""How many letters of invitation one mailbox gets in a day, whoever sends them and whatever they are about."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from core.mailboxes import mailbox
from core.models import Invitation, LabelInvitation, Letter
from core.policy import LIMITS
from tests.support.answers import said
from tests.support.examples import examples
from tests.support.routes import COACH, INVITES, TEAM
from tests.support.world import AUTH, Person, World

MANY = LIMITS["invited_mailbox"].attempts
FULL = (429, "This mailbox has got several invitations today. Please try again tomorrow.", "too_many_letters")
REASON = "This mailbox has got several invitations today."


def team(ann: Person, *emails: str) -> Any:
    answer = ann.post(TEAM, {"emails": list(emails), "role": "designer"})
    assert answer.status_code == 201, answer.text
    return answer.json["items"]


def labels(label: str) -> str:
    return f"/api/v4/labels/{label}/invitations"


def letters(world: World) -> int:
    return len(world.rows(Letter))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("bea@club.test", "Bea+team@CLUB.test", True),
        ("bea@club.test", "bea+a+b@club.test", True),
        ("b.e.a@club.test", "bea@club.test", True),
        ("bea@googlemail.com", "b.ea+x@gmail.com", True),
        ("+bea@club.test", "+ben@club.test", False),
        ("bea@club.test", "ben@club.test", False),
        ("bea@club.test", "bea@other.test", False),
    ],
)
def test_which_addresses_are_one_mailbox(one: str, other: str, same: bool) -> None:
    assert (mailbox(one) == mailbox(other)) is same


@examples(200, 5000)
@given(local=st.from_regex(r"[a-z0-9]+", fullmatch=True), tag=st.from_regex(r"[a-z0-9+.]*", fullmatch=True))
def test_no_tag_makes_another_mailbox(local: str, tag: str) -> None:
    assert mailbox(f"{local}+{tag}@club.test") == mailbox(f"{local}@club.test") == f"{local}@club.test"


def test_twelve_lists_of_tagged_addresses_are_a_few_letters(world: World) -> None:
    ann = world.admin()

    outcomes = [
        item["outcome"]
        for number in range(12)
        for item in team(ann, *(f"bea+{number}-{each}@club.test" for each in range(20)))
    ]

    assert outcomes == ["invited"] * MANY + ["invalid"] * (240 - MANY)
    assert (letters(world), len(world.rows(Invitation)) - 1) == (MANY, MANY)  # one more let Ann in


def test_a_full_mailbox_does_not_sink_the_others(world: World) -> None:
    ann = world.admin()
    team(ann, *(f"bea+{number}@club.test" for number in range(MANY)))

    items = team(ann, "ben@club.test", "bea@club.test", "no address", "Bea@club.test")

    assert [item["outcome"] for item in items] == ["invited", "invalid", "invalid", "invalid"]
    assert items[1]["reason"] == items[3]["reason"] == REASON
    page = ann.browser.post("/desk/team", data={"emails": "bea@club.test cas@club.test", "role": "dev"}).text
    assert REASON in page
    assert [row.recipient for row in world.rows(Letter)][-1] == "cas@club.test"


KINDS = ("team", "coach", "label", "resend", "resend to the team", "page of coaches", "resend on the page")


@pytest.fixture
def ways(world: World) -> dict[str, Callable[[], TestResponse]]:
    """Every way in which a letter of invitation gets to bea@club.test."""
    ann, lou, number = world.admin(), world.member("Lou"), count()
    bea = world.member("Bea", "artist")
    artist = bea.session().json["uSkaterUUID"]
    places = [world.tenant(f"Rink {each}") for each in range(20)]

    def coach() -> dict[str, Any]:
        return {"name": "Bea Lee", "email": f"bea+{next(number)}@club.test", "role": "coach", "tenant_id": places.pop()}

    [asked] = team(ann, "be.a@club.test")
    again = asked["id"]
    return {
        "team": lambda: ann.post(TEAM, {"emails": [f"bea+{next(number)}@club.test"], "role": "dev"}),
        "coach": lambda: ann.post(COACH, coach()),
        "label": lambda: lou.post(
            f"/api/v4/labels/{world.label(lou, f'L{next(number)}')}/invitations", {"artistId": artist}
        ),
        "resend": lambda: ann.post(f"{INVITES}/{again}/resend"),
        "resend to the team": lambda: ann.post(f"{TEAM}/{again}/resend"),
        "page of coaches": lambda: ann.browser.post("/desk/coaches", data=coach()),
        "resend on the page": lambda: ann.browser.post(f"/desk/invites/{again}/resend"),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_counted_and_stops(world: World, ways: dict[str, Callable[[], TestResponse]], kind: str) -> None:
    before = letters(world)  # one was sent above

    answers = [ways[kind]() for _ in range(MANY + 1)]

    assert letters(world) - before == (MANY if kind == "label" else MANY - 1)
    if kind == "team":
        assert [answer.json["items"][0].get("reason") for answer in answers[-2:]] == [REASON] * 2
    else:
        assert [answer.status_code for answer in answers[-2:]] == [201 if kind == "label" else 429, 429]
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 24 * 60 * 60
    if "page" not in kind and kind != "team":
        assert said(answers[-1]) == FULL


def test_all_kinds_are_one_number_and_tomorrow_is_another_day(
    world: World, ways: dict[str, Callable[[], TestResponse]]
) -> None:
    before = letters(world)

    for each in KINDS * 2:
        ways[each]()

    assert letters(world) - before == MANY - 1 + KINDS.count("label") * 2  # which count apart
    world.clock.later(days=1, minutes=1)
    [item] = team(world.admin("Amy"), "bea+tomorrow@club.test")
    assert item["outcome"] == "invited"


def test_what_is_refused_sends_no_letter_and_counts_none(world: World) -> None:
    ann, place = world.admin(), world.tenant()
    lou, eve = world.member("Lou"), world.member("Eve", "label")
    label, bea = world.label(lou), world.member("Bea", "artist")
    artist = bea.session().json["uSkaterUUID"]
    [asked] = team(ann, "bea+1@club.test")
    coach = {"name": "Bea", "email": "bea@club.test", "role": "coach", "tenant_id": str(artist)}

    for _ in range(2 * MANY):
        assert ann.post(COACH, coach).status_code == 404
        assert ann.post(TEAM, {"emails": ["bea@club.test"], "role": "owner"}).status_code == 403
        assert eve.post(f"/api/v4/labels/{label}/invitations", {"artistId": artist}).status_code == 403
        assert eve.post(f"{INVITES}/{asked['id']}/resend").status_code == 403

    assert ann.post(COACH, {**coach, "tenant_id": place}).status_code == 201
    for number in range(MANY - 2):
        assert [item["outcome"] for item in team(ann, f"bea+{number}x@club.test")] == ["invited"]
    assert [item["outcome"] for item in team(ann, "bea+z@club.test")] == ["invalid"]
    assert world.rows(LabelInvitation) == []


def test_where_no_mail_is_sent_nothing_is_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, around = world.admin(), world.app.extensions["surroundings"]
    silent = replace(around, policy=replace(around.policy, sends_mail=False))
    monkeypatch.setitem(world.app.extensions, "surroundings", silent)

    for number in range(2 * MANY):
        assert [item["outcome"] for item in team(ann, f"bea+{number}@club.test")] == ["invited"]


def test_asking_for_addresses_like_mine_does_not_use_up_my_resets(world: World) -> None:
    """No letter leaves for an address that nobody has, so it is none to this mailbox."""
    eve, limit = world.somebody("Eve"), LIMITS["reset_account"].attempts
    bea = world.member("Bea")
    for number in range(2 * limit):
        assert eve.post(f"{AUTH}/reset-request", {"email": f"b.ea+{number}@club.test"}).status_code == 200

    assert bea.post(f"{AUTH}/reset-request", {"email": bea.email}).status_code == 200

    assert [letter.recipients for letter in world.deliver()] == [[bea.email]]


def test_letters_that_ask_for_a_proof_are_a_few_to_one_mailbox(world: World) -> None:
    limit, link = LIMITS["proof_mailbox"].attempts, world.invite(max_uses=0)
    for number in range(limit + 5):
        answer = world.somebody(f"Guest{number}").register(link, aEmail=f"bea+{number}@club.test")
        assert answer.status_code == 200

    assert len(world.deliver()) == limit
    assert world.somebody("Ben").register(link).status_code == 200
    assert [letter.recipients for letter in world.deliver()] == [["ben@club.test"]]


def test_labels_do_not_use_up_what_those_may_send_who_run_the_place(world: World) -> None:
    ann, lou, bea = world.admin(), world.member("Lou"), world.member("Bea", "artist", aEmail="boss+a@club.test")
    artist = bea.session().json["uSkaterUUID"]
    for number in range(MANY):
        label = world.label(lou, f"Label {number}")
        assert lou.post(f"/api/v4/labels/{label}/invitations", {"artistId": artist}).status_code == 201

    assert [item["outcome"] for item in team(ann, "boss@club.test")] == ["invited"]
