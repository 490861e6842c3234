"""Every act of those who run the place leaves a row that names who did it: on each admin route and page, and at the
terminal."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli import commands
from app.extensions import db
from core import audit
from core.models import AttemptCounter, AuditEvent
from core.policy import LIMITS
from core.unit import TERMINAL
from tests.pages.test_story import send
from tests.support.answers import said
from tests.support.stage import Stage
from tests.support.walking import Row, ask, is_let_in, read_table
from tests.support.world import World

TABLE = read_table(Path(__file__).with_name("rights.csv"))
ADMIN = ("/api/v4/admin/", "/desk", "/api/v4/labels/")
UNSIGNED = "/accept"
"""Whoever accepts an invitation does that in their own name, and may not be signed in."""
STAFF = ("admin", "super_admin", "owner", "label")
SEVERAL = {"POST /api/v4/admin/users/<key>/activate (oneself)", "POST /desk/people/<uuid:key>/activate (oneself)"}
"""Of an account that is open: there is nothing to do."""


def acts(row: Row) -> Iterator[str]:
    """Who of the staff is let in to change something by this request."""
    if row.method != "GET" and row.route.startswith(ADMIN) and not row.route.endswith(UNSIGNED):
        for who in STAFF:
            if is_let_in(row.cells[who]) and (row.cells[who][0] == "2" or "done=" in row.cells[who]):
                yield who


def events(stage: Stage) -> list[AuditEvent]:
    return stage.world.rows(AuditEvent)


def unrecorded(stage: Stage) -> set[str]:
    """The requests that were let in and left no row of their maker's."""
    found, tried = set(), 0
    for row in TABLE:
        for who in acts(row):
            before = {event.id for event in events(stage)}
            with stage.watched():
                answer = ask(stage, row, who)
                assert answer.status_code < 400, (row, who)
                fresh = [event.actor for event in events(stage) if event.id not in before]
            tried += 1
            if who not in fresh:
                found.add(str(row))
    assert tried > 100
    return found


def test_every_act_of_staff_leaves_a_row_that_names_them(stage: Stage) -> None:
    assert unrecorded(stage) <= SEVERAL


def test_control_an_act_that_leaves_none_is_found(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    record = audit.record

    def forgetful(unit: Any, event: str, **about: Any) -> None:
        if event not in {"tenant_created", "letter_retried"}:
            record(unit, event, **about)

    monkeypatch.setattr(audit, "record", forgetful)
    assert {row for row in unrecorded(stage) if row not in SEVERAL} == {
        "POST /desk/coaches/places (-)",
        "POST /api/v4/admin/mails/<key>/retry (letter)",
        "POST /desk/mail/<uuid:key>/retry (letter)",
    }


RECORDED = {
    "invites create": ("--note", "evening"),
    "invites revoke": ("{invite}",),
    "users grant": ("Ben", "coach"),
    "users revoke": ("Ben", "coach"),
    "users deactivate": ("Ben",),
    "users activate": ("Ben",),
    "users reset-link": ("Ben",),
    "users prove-address": ("Una",),
    "tenants create": ("Ice House",),
    "labels create": ("--owner", "Ben", "Cold Records"),
    "reference load": ("rinks", "{file}"),
}
READING = {
    "invites list",
    "users list",
    "reference template",
    "mail work",
    "demo",
    "doctor",
    "housekeeping",
}
"""What only reads, does what the product does by itself, or (the demo) plays everybody's part."""


def test_every_command_that_changes_something_leaves_a_row_of_the_terminals(world: World, tmp_path: Path) -> None:
    world.member("Ben")
    world.unproven("Una")
    file = tmp_path / "rinks.csv"
    file.write_text("name,city,state\nIce House,Denver,CO\n")
    world.invite()
    [invite] = [event.details["invitation"] for event in world.rows(AuditEvent) if event.event == "invitation_issued"][
        -1:
    ]
    for command, words in RECORDED.items():
        before = {event.id for event in world.rows(AuditEvent)}
        done = world.terminal(*command.split(), *(word.format(invite=invite, file=file) for word in words))
        assert done.exit_code == 0, (command, done.output)
        fresh = [event for event in world.rows(AuditEvent) if event.id not in before]
        assert {event.actor for event in fresh} == {TERMINAL}, command
        assert {event.ip for event in fresh} == {None}


def test_every_command_is_in_one_of_the_two_lists() -> None:
    groups = {f"{group.name} {name}" for group in commands.GROUPS for name in group.commands}
    assert groups | {str(each.name) for each in commands.ALONE} == {*RECORDED, *READING}


def test_making_a_place_or_a_label_is_told_with_its_name(world: World) -> None:
    ann, lou = world.admin(), world.member("Lou")
    assert send(ann, "/desk/coaches/places", place="Ice House").status_code == 303
    assert world.terminal("labels", "create", "--owner", "Lou", "Cold Records").exit_code == 0

    made = {event.event: event for event in world.rows(AuditEvent) if event.event.endswith("_created")}

    assert (made["tenant_created"].actor, made["tenant_created"].details["name"]) == ("Ann", "Ice House")
    assert (made["label_created"].actor, made["label_created"].details["name"]) == (TERMINAL, "Cold Records")
    assert made["label_created"].user_id == lou.session().json["user_id"]


def test_places_are_made_so_often_and_no_more(world: World) -> None:
    ann = world.admin()
    assert send(ann, "/desk/coaches/places", place="Ice House").status_code == 303
    with world.app.app_context(), Session(db.engine) as session, session.begin():
        for counter in session.scalars(select(AttemptCounter).where(AttemptCounter.attempts == 1)):
            counter.attempts = LIMITS["invite_account"].attempts

    answer = send(ann, "/desk/coaches/places", place="Another House")

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Another House" in answer.text
    assert [event.event for event in world.rows(AuditEvent)].count("tenant_created") == 1
    assert said(ann.post("/api/v4/admin/invites"))[0] == 429
