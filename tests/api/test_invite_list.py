"""What was issued: listed by status and page by page, never with a token."""

import base64
import uuid
from typing import Any

import pytest

from core.models import InvitationLink
from tests.api.test_invites import INVITES, issue
from tests.support.answers import INVALID, faults, said
from tests.support.world import Person, World

KEYS = {
    "id",
    "kind",
    "status",
    "email",
    "name",
    "roles",
    "note",
    "language",
    "max_uses",
    "uses",
    "created_at",
    "created_by",
    "expires_at",
    "revoked_at",
    "registered",
}


def notes(person: Person, query: str = "") -> list[Any]:
    answer = person.get(INVITES + query)
    assert answer.status_code == 200, answer.text
    return [each["note"] for each in answer.json["items"] if each["note"]]


def test_the_list_says_who_came_in_and_when(world: World) -> None:
    ann = world.admin()
    issued = issue(ann, max_uses=2, roles=["coach"], note="Tuesday")
    for name in ("Ben", "Cas"):
        world.clock.later(minutes=1)
        world.somebody(name).register(issued["token"])

    [listed] = [each for each in ann.get(INVITES).json["items"] if each["id"] == issued["id"]]

    assert listed == {
        "id": issued["id"],
        "kind": "gate",
        "status": "used",
        "email": None,
        "name": None,
        "roles": ["coach"],
        "note": "Tuesday",
        "language": None,
        "max_uses": 2,
        "uses": 2,
        "created_at": "2026-11-20T18:00:00Z",
        "created_by": "Ann",
        "expires_at": "2026-11-27T18:00:00Z",
        "revoked_at": None,
        "registered": [
            {"login": "Ben", "at": "2026-11-20T18:01:00Z"},
            {"login": "Cas", "at": "2026-11-20T18:02:00Z"},
        ],
    }
    assert set(listed) == KEYS


def test_tokens_are_never_listed(world: World) -> None:
    ann = world.admin()
    tokens = [issue(ann)["token"], world.invite()]

    text = ann.get(INVITES).text

    assert not any(token in text for token in tokens)
    assert not any(row.digest in text for row in world.rows(InvitationLink))


def test_the_terminal_issued_what_nobody_issued(world: World) -> None:
    [listed] = world.admin().get(INVITES).json["items"]

    assert listed["created_by"] is None


def one_of_each(world: World) -> Person:
    """An admin with one invitation of each status, noted as such."""
    ann = world.admin()
    issue(ann, note="expired", expires_in=1)
    world.somebody("Ben").register(issue(ann, note="used")["token"])
    ann.delete(f"{INVITES}/{issue(ann, note='revoked')['id']}")
    both = issue(ann, note="used, then revoked")
    world.somebody("Cas").register(both["token"])
    ann.delete(f"{INVITES}/{both['id']}")
    world.somebody("Dee").register(issue(ann, note="used, then expired", expires_in=1)["token"])
    issue(ann, note="active")
    issue(ann, note="active, unlimited", max_uses=0)
    world.clock.later(seconds=1)
    return ann


STATUSES = {
    "active": {"active", "active, unlimited"},
    "used": {"used", "used, then expired"},
    "expired": {"expired"},
    "revoked": {"revoked", "used, then revoked"},
}


@pytest.mark.parametrize("status", STATUSES)
def test_the_list_by_status_holds_those_and_no_others(world: World, status: str) -> None:
    ann = one_of_each(world)

    assert set(notes(ann, f"?status={status}")) == STATUSES[status]
    assert {each["status"] for each in ann.get(f"{INVITES}?status={status}").json["items"]} == {status}


def test_without_a_status_everything_is_listed(world: World) -> None:
    ann = one_of_each(world)

    assert set(notes(ann)) == set(notes(ann, "?status=")) == set().union(*STATUSES.values())


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
@pytest.mark.parametrize("ties", [True, False])
def test_every_invitation_is_on_exactly_one_page(world: World, limit: int, ties: bool) -> None:
    ann = world.admin()
    for number in range(7):
        issue(ann, note=f"number {number}")
        world.clock.later(seconds=0 if ties else 1)

    pages, query = [], f"?status=active&limit={limit}"
    cursor = ""
    while cursor is not None:
        answer = ann.get(f"{INVITES}{query}{cursor and '&cursor=' + cursor}")
        pages.append([each["note"] for each in answer.json["items"]])
        cursor = answer.json["next_cursor"]

    listed = [note for page in pages for note in page]
    assert all(len(page) == limit for page in pages[:-1])
    assert sorted(listed) == [f"number {number}" for number in range(7)]
    assert ties or listed == [f"number {number}" for number in reversed(range(7))]


def test_what_is_issued_meanwhile_shifts_no_page(world: World) -> None:
    ann = world.admin()
    for number in range(4):
        world.clock.later(seconds=1)
        issue(ann, note=f"number {number}")
    cursor = ann.get(f"{INVITES}?limit=2").json["next_cursor"]
    world.clock.later(seconds=1)
    issue(ann, note="late")

    assert notes(ann, f"?limit=2&cursor={cursor}") == ["number 1", "number 0"]


def test_fifty_are_on_a_page_unless_said_otherwise(world: World) -> None:
    ann = world.admin()
    for _ in range(51):
        world.invite()

    assert [len(ann.get(f"{INVITES}{query}").json["items"]) for query in ("", "?limit=200", "?limit=51")] == [
        50,
        52,
        51,
    ]


FAULTS = [
    ("status=gone", "status"),
    ("status=Active", "status"),
    ("limit=0", "limit"),
    ("limit=201", "limit"),
    ("limit=-1", "limit"),
    ("limit=", "limit"),
    ("limit=1.5", "limit"),
    ("limit=\u0661", "limit"),
    ("limit=" + "9" * 5000, "limit"),
    ("cursor=x", "cursor"),
    ("cursor=%00", "cursor"),
    ("cursor=%ff", "cursor"),
    ("cursor=" + "x" * 201, "cursor"),
    ("page=2", "page"),
    ("token=x", "token"),
]


@pytest.mark.parametrize(("query", "field"), FAULTS, ids=lambda value: ascii(value)[:20])
def test_the_parameter_at_fault_is_named(world: World, query: str, field: str) -> None:
    answer = world.admin().get(f"{INVITES}?{query}")

    assert said(answer) == (400, INVALID, "invalid_input")
    assert faults(answer) == {field}


MOMENTS = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-20T18:00:00", "nan"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_forged_cursor_is_none(world: World, moment: str) -> None:
    cursor = base64.urlsafe_b64encode(f"{moment} {uuid.uuid4()}".encode()).decode()

    assert faults(world.admin().get(f"{INVITES}?cursor={cursor}")) == {"cursor"}
