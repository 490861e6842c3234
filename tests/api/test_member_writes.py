"""What a signed-in account may change in an hour."""

from pathlib import Path
from typing import Any

import pytest

from app.limits import Limits
from core.models import AuditEvent, IceSession, Profile, User
from core.policy import LIMITS
from tests.support.answers import said
from tests.support.routes import ADD, AN_HOUR, DASHBOARD, ICE_TIME, PROFILE, SHARE
from tests.support.skating import skater, skater_id
from tests.support.stage import Stage
from tests.support.walking import is_let_in, read_table, walk
from tests.support.world import AUTH, World

TABLE = [row for row in read_table(Path(__file__).parent / "rights.csv") if row.method != "GET"]
OPEN_TO_ALL = {
    f"POST {path}"
    for path in (
        "/api/v4/auth/email/prove",
        "/api/v4/auth/login/token",
        "/api/v4/auth/logout",
        "/api/v4/auth/register",
        "/api/v4/auth/reset-confirm",
        "/signout",
    )
}
"""Counted by network address, and signing out, which must always work and works once."""


def test_every_route_that_changes_something_counts_the_account(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    monkeypatch.setattr(Limits, "count", lambda _, name, who: counted.append(name))
    uncounted, twice = set(), set()

    for row in TABLE:
        for who in [who for who in ("plain", "artist", "label", "owner") if is_let_in(row.cells[who])]:
            counted.clear()
            [cell] = walk(stage, [row], [who])
            by_account = [name for name in counted if name.endswith("_account")]
            if not by_account:
                uncounted.add(f"{row.method} {row.route}")
            if len(by_account) != len(set(by_account)):
                twice.add(f"{row.method} {row.route}")
            assert not cell.is_refused

    assert (uncounted, twice) == (OPEN_TO_ALL, set())


@pytest.fixture
def tight(world: World, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many writes an account has here."""
    rules = world.app.extensions["limits"]._rules
    few = type(rules["member_writes_account"])(5, LIMITS["member_writes_account"].window.seconds, namespace="few")
    monkeypatch.setitem(rules, "member_writes_account", few)
    return 5


def test_a_member_who_writes_without_end_is_told_to_wait(world: World, tight: int) -> None:
    cas = skater(world)  # with one write, the profile
    ben = skater(world, "Ben")

    answers = [cas.post(ADD, AN_HOUR).status_code for _ in range(tight + 3)]

    assert answers == [201] * (tight - 1) + [429] * 4
    assert len(world.rows(IceSession)) == tight - 1
    refused = cas.post(SHARE)
    assert said(refused)[::2] == (429, "too_many_attempts")
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert world.rows(AuditEvent)[-1].event != "card_shared"
    assert ben.post(ADD, AN_HOUR).status_code == 201  # others are not counted with them
    assert cas.get("/api/v4/members/skater_card").status_code == 200  # and reading is none
    world.clock.later(minutes=61)
    assert cas.post(ADD, AN_HOUR).status_code == 201


def test_all_kinds_of_writes_are_one_number(world: World, tight: int) -> None:
    cas = skater(world)
    kinds: list[tuple[str, str, Any]] = [
        ("POST", SHARE, None),
        ("DELETE", SHARE, None),
        ("PATCH", "/api/v4/members/profile", {"city": "Oslo"}),
        ("PATCH", "/api/v4/members/contact_preference", {"contact_preference": "text"}),
    ]
    for method, path, body in kinds:
        assert cas.browser.open(path, method=method, json=body).status_code == 200

    for method, path, body in [*kinds, ("DELETE", f"{AUTH}/sessions", None)]:
        assert cas.browser.open(path, method=method, json=body).status_code == 429, path


def test_a_form_that_comes_too_often_keeps_what_was_typed(world: World, tight: int) -> None:
    cas = skater(world)
    form = {"first_name": "Cassandra", "last_name": "Lee", "timezone": "UTC"}
    for _ in range(tight - 1):
        assert cas.browser.post("/profile", data=form).status_code == 303

    answer = cas.browser.post("/profile", data={**form, "city": "Reykjavik"})

    assert answer.status_code == 429
    assert "Reykjavik" in answer.text
    for path, data in (("/language", {"language": "de"}), ("/devices/end-others", {}), ("/card/share", {})):
        assert cas.browser.post(path, data=data).status_code == 429, path
    assert [row.language for row in world.rows(User)] == [None]


def test_who_may_write_no_more_can_sign_out_and_set_a_new_password(world: World, tight: int) -> None:
    cas = skater(world)
    for _ in range(tight):
        cas.post(SHARE)
    assert cas.post(SHARE).status_code == 429

    change = {"current_password": cas.password, "new_password": "a brand new day on ice"}
    assert cas.post(f"{AUTH}/change-password", change).status_code == 200
    assert cas.post(f"{AUTH}/logout").status_code == 200
    assert cas.session().status_code == 401


def test_a_season_is_written_down_in_one_go(world: World) -> None:
    """Three skaters in a family, 130 times on the ice each: far below the limit."""
    assert LIMITS["member_writes_account"].attempts >= 2 * 3 * 130


def test_another_time_zone_is_chosen_a_few_times_an_hour(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rules, many = world.app.extensions["limits"]._rules, 4
    monkeypatch.setitem(rules, "time_zone_account", type(rules["time_zone_account"])(many, 3600, namespace="zones"))
    cas = skater(world)
    zones = ["Europe/Berlin", "Europe/Paris"] * many

    for zone in zones[:many]:
        assert cas.browser.patch(PROFILE, json={"timezone": zone}).status_code == 200
        assert cas.browser.patch(PROFILE, json={"timezone": zone, "city": zone}).status_code == 200  # the same: no move
        assert cas.browser.patch(PROFILE, json={"timezone": "Nowhere/At_All"}).status_code == 400

    assert said(cas.browser.patch(PROFILE, json={"timezone": zones[0]}))[::2] == (429, "too_many_attempts")
    form = {"first_name": "Cas", "last_name": "Lee", "timezone": zones[0]}
    assert cas.browser.post("/profile", data=form).status_code == 429
    assert [row.timezone for row in world.rows(Profile)] == [zones[many - 1]]
    assert cas.browser.patch(PROFILE, json={"city": "Oslo"}).status_code == 200


@pytest.mark.parametrize("path", [ICE_TIME, DASHBOARD])
def test_who_reads_a_log_without_end_is_told_to_wait(world: World, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    rules = world.app.extensions["limits"]._rules
    monkeypatch.setitem(rules, "log_reads_account", type(rules["log_reads_account"])(3, 3600, namespace="reads"))
    cas = skater(world)

    assert [cas.get(path).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert skater(world, "Ben").get(path).status_code == 200


def test_a_label_cannot_ask_without_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = world.app.extensions["limits"]._rules
    few = type(rules["invite_account"])(2, 3600, namespace="invitations")
    monkeypatch.setitem(rules, "invite_account", few)
    lou = world.member("Lou")
    path = f"/api/v4/labels/{world.label(lou)}/invitations"
    artists = [skater_id(world.member(f"Artist{number}", "artist")) for number in range(3)]

    answers = [lou.post(path, {"artistId": str(artist)}).status_code for artist in artists]

    assert answers == [201, 201, 429]
