"""The gate's keeper: issuing and revoking invitations over HTTP."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from core.models import Invitation
from core.roles import MEMBERS, STAFF_RANK
from tests.support.answers import INVALID, apart_from_counters, faults, said
from tests.support.routes import NOBODYS
from tests.support.world import AUTH, Person, World

INVITES = "/api/v4/admin/invites"
KEYS = {"id", "token", "invite_url", "expires_at", "max_uses", "qr_svg"}
ROUTES = [("POST", INVITES), ("GET", INVITES), ("DELETE", f"{INVITES}/{NOBODYS}"), ("DELETE", f"{INVITES}/x")]
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def issue(person: Person, **body: Any) -> Any:
    answer = person.post(INVITES, body)
    assert answer.status_code == 201, answer.text
    return answer.json


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_strangers_have_no_business_here(world: World, method: str, path: str) -> None:
    answer = world.somebody("Eve").browser.open(
        path, method=method, json={"max_uses": "x"} if method == "POST" else None
    )

    assert said(answer) == (401, "Please sign in first.", "not_signed_in")


@pytest.mark.parametrize("role", [*MEMBERS, "designer", "dev"])
def test_neither_have_those_who_are_no_admins(world: World, role: str) -> None:
    eve = world.member("Eve", role)
    before = world.dump()

    for method, path in ROUTES:
        answer = eve.browser.open(path, method=method, json={"max_uses": "x"} if method == "POST" else None)
        assert said(answer) == (403, "You are not allowed to do this.", "forbidden")

    assert world.dump() == before


@pytest.mark.parametrize("role", ["admin", "super_admin", "owner"])
def test_admins_and_those_above_them_may_invite(world: World, role: str) -> None:
    assert issue(world.member("Ann", role))


def test_an_invitation_admits_one_person_for_seven_days_unless_said_otherwise(world: World) -> None:
    issued = issue(world.admin())

    assert set(issued) == KEYS
    assert str(uuid.UUID(issued["id"])) == issued["id"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", issued["token"])
    assert issued["invite_url"] == f"http://localhost:5000/join?token={issued['token']}"
    assert issued["expires_at"] == "2026-11-27T18:00:00Z"
    assert issued["max_uses"] == 1
    [row] = [row for row in world.rows(Invitation) if str(row.id) == issued["id"]]
    assert (row.roles, row.note, row.uses) == ([], None, 0)


def test_the_link_is_also_a_picture(world: World) -> None:
    picture = issue(world.admin())["qr_svg"]

    assert ElementTree.fromstring(picture).tag.rpartition("}")[2] == "svg"
    assert "<script" not in picture


def test_what_is_asked_for_is_given(world: World) -> None:
    ann = world.admin()

    issued = issue(ann, max_uses=50, expires_in=3600, roles=["coach", "artist", "coach"], note=" The Tuesday group ")

    assert (issued["max_uses"], issued["expires_at"]) == (50, "2026-11-20T19:00:00Z")
    [listed] = [each for each in ann.get(INVITES).json["items"] if each["id"] == issued["id"]]
    assert (listed["roles"], listed["note"], listed["created_by"]) == (["artist", "coach"], "The Tuesday group", "Ann")


def test_zero_uses_means_any_number(world: World) -> None:
    issued = issue(world.admin(), max_uses=0)

    for name in ("Ben", "Cas", "Dee"):
        assert world.somebody(name).register(issued["token"]).status_code == 200
    assert issued["max_uses"] == 0


@pytest.mark.parametrize(
    "moment", ["2026-11-21T18:00:00Z", "2026-11-21T19:00:00+01:00", "2026-11-21T18:00:00.000000+00:00"]
)
def test_the_end_may_be_a_moment_with_any_offset(world: World, moment: str) -> None:
    assert issue(world.admin(), expires_at=moment)["expires_at"] == "2026-11-21T18:00:00Z"


def test_the_longest_life_is_a_year(world: World) -> None:
    ann = world.admin()
    year = timedelta(days=366)

    assert issue(ann, expires_at=(NOW + year).isoformat())["expires_at"] == "2027-11-21T18:00:00Z"
    assert issue(ann, expires_in=int(year.total_seconds()))["expires_at"] == "2027-11-21T18:00:00Z"
    assert issue(ann, expires_in=1)["expires_at"] == "2026-11-20T18:00:01Z"


FAULTS: list[tuple[str, Any]] = [
    ("max_uses", -1),
    ("max_uses", 100_001),
    ("max_uses", 1.5),
    ("max_uses", "5"),
    ("max_uses", None),
    ("max_uses", True),
    ("expires_at", NOW.isoformat()),
    ("expires_at", "2020-01-01T00:00:00Z"),
    ("expires_at", 1_800_000_000),
    ("expires_at", "1800000000"),
    ("expires_at", "tomorrow"),
    ("expires_at", "2027-11-21T18:00:01Z"),
    ("expires_at", "2026-11-21T18:00:00"),
    ("expires_at", "tomorrow"),
    ("expires_at", "9999-12-31T23:59:59-23:59"),
    ("expires_in", 0),
    ("expires_in", -60),
    ("expires_in", 366 * 86400 + 1),
    ("expires_in", "7d"),
    ("roles", "coach"),
    ("roles", ["skater"]),
    ("roles", [None]),
    ("roles", ["coach"] * 21),
    ("note", "x" * 501),
    ("note", 7),
    ("note", "a\x00b"),
    ("token", "mine"),
    ("kind", "team"),
    ("", "nameless"),
]


@pytest.mark.parametrize(("field", "value"), [*FAULTS, *(("roles", [role]) for role in STAFF_RANK)])
def test_the_field_at_fault_is_named(world: World, field: str, value: Any) -> None:
    ann = world.admin()
    before = apart_from_counters(world.dump())

    answer = ann.post(INVITES, {field: value})

    assert said(answer) == (400, INVALID, "invalid_input")
    assert faults(answer) == {field}
    assert apart_from_counters(world.dump()) == before


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [("2026-11-20T18:00:00Z", "Must not be in the past."), ("2027-11-21T18:00:01Z", "Must be within a year.")],
)
def test_an_end_that_makes_no_sense_is_told_why(world: World, moment: str, sentence: str) -> None:
    assert world.admin().post(INVITES, {"expires_at": moment}).json["errors"] == {"expires_at": [sentence]}


def test_it_ends_at_one_time_only(world: World) -> None:
    answer = world.admin().post(INVITES, {"expires_at": "2026-11-21T18:00:00Z", "expires_in": 60})

    assert said(answer) == (400, INVALID, "invalid_input")
    assert faults(answer) == {"expires_at"}


@pytest.mark.parametrize("empty", [None, ""])
def test_empty_means_not_given(world: World, empty: Any) -> None:
    issued = issue(world.admin(), expires_at=empty, expires_in=empty, note=empty)

    assert issued["expires_at"] == "2026-11-27T18:00:00Z"


def test_revoking_ends_an_invitation_at_once(world: World) -> None:
    ann = world.admin()
    issued = issue(ann, max_uses=0)
    ben = world.somebody("Ben")

    for _ in range(2):
        answer = ann.delete(f"{INVITES}/{issued['id']}")
        assert (answer.status_code, answer.data) == (204, b"")

    assert ben.register(issued["token"]).json["code"] == "invite_revoked"
    answer = ben.get(f"{AUTH}/register/validate-token?token={issued['token']}")
    assert (answer.status_code, answer.json["code"]) == (403, "invite_revoked")


def test_revoking_again_keeps_the_first_moment(world: World) -> None:
    ann = world.admin()
    path = f"{INVITES}/{issue(ann)['id']}"
    ann.delete(path)
    before = world.dump()
    world.clock.later(minutes=1)

    assert ann.delete(path).status_code == 204
    assert world.dump() == before


@pytest.mark.parametrize("key", [NOBODYS, "1", "x", "%00", "0" * 400, "null"])
def test_what_is_not_there_cannot_be_revoked(world: World, key: str) -> None:
    assert said(world.admin().delete(f"{INVITES}/{key}")) == (404, "There is nothing here.", "not_found")


def test_any_admin_may_revoke(world: World) -> None:
    issued = issue(world.admin("Ann"))

    assert world.member("Olga", "owner").delete(f"{INVITES}/{issued['id']}").status_code == 204
