"""A reset link to hand over, for who cannot get mail: made by who ranks no lower, told to its owner."""

import json
from datetime import datetime

import pytest

from core.models import AuditEvent, Letter, PasswordReset
from core.policy import LIMITS
from tests.api.conftest import NewWorld
from tests.api.test_people import path_of
from tests.support.answers import apart_from_counters, said
from tests.support.world import AUTH, Person, World, token_of

NEW = "figure eights at midnight"
DEAD = (400, "Invalid or expired reset token", "reset_token_invalid")


def hand_over(by: Person, to: Person) -> str:
    """The token of a fresh link."""
    answer = by.post(f"{path_of(to)}/reset-link")
    assert answer.status_code == 201, answer.text
    return token_of(answer.json["reset_url"])


def confirm(world: World, token: str, password: str = NEW) -> tuple[int, str, str | None]:
    answer = world.somebody("Anybody").post(f"{AUTH}/reset-confirm", {"token": token, "new_password": password})
    return answer.status_code, answer.json["message"], answer.json.get("code")


def test_the_link_is_shown_with_its_picture_and_its_end(world: World) -> None:
    ann, ben = world.admin(), world.member("Ben")

    made = ann.post(f"{path_of(ben)}/reset-link").json

    assert set(made) == {"login", "reset_url", "expires_at", "qr_svg", "language"}
    assert (made["login"], made["expires_at"]) == ("Ben", "2026-11-20T19:00:00Z")
    assert made["reset_url"].startswith("http://localhost:5000/reset?token=")
    assert made["qr_svg"].startswith("<svg")
    assert token_of(made["reset_url"]) not in repr(world.dump())


def test_the_link_works_once_and_ends_all_sessions(world: World) -> None:
    ben = world.member("Ben")
    token = hand_over(world.admin(), ben)
    assert ben.session().status_code == 200

    assert confirm(world, token)[0] == 200

    assert ben.session().status_code == 401
    assert ben.sign_in(password=NEW).status_code == 200
    assert confirm(world, token, "another walk on thin ice") == DEAD


def test_the_link_lives_an_hour(world: World) -> None:
    token = hand_over(world.admin(), world.member("Ben"))
    world.clock.later(hours=1)

    assert confirm(world, token) == DEAD


USED = ["mailed", "first", "second"]


@pytest.mark.parametrize("used", USED)
def test_mailed_and_handed_over_links_live_side_by_side_and_one_that_is_used_ends_all(world: World, used: str) -> None:
    ann, ben = world.admin(), world.member("Ben")
    links = {"first": hand_over(ann, ben), "mailed": world.reset_token(ben), "second": hand_over(ann, ben)}

    assert confirm(world, links.pop(used))[0] == 200

    assert {confirm(world, token) for token in links.values()} == {DEAD}
    assert world.rows(PasswordReset) == []


def test_asking_again_ends_the_mailed_link_alone(world: World) -> None:
    ann, ben = world.admin(), world.member("Ben")
    handed, mailed = hand_over(ann, ben), world.reset_token(ben)

    newer = world.reset_token(ben)

    assert confirm(world, mailed) == DEAD
    assert {row.mailed for row in world.rows(PasswordReset)} == {True, False}
    assert len(world.rows(PasswordReset)) == 2
    assert world.somebody("Ben").get(f"/reset?token={newer}").status_code == 200
    assert confirm(world, handed)[0] == 200


def test_nobody_makes_one_for_themselves(world: World) -> None:
    ann = world.member("Ann", "owner")
    before = apart_from_counters(world.dump())

    answer = ann.post(f"{path_of(ann)}/reset-link")

    assert said(answer) == (
        403,
        "You cannot make a reset link for your own account. Change your password instead.",
        "own_reset_link",
    )
    assert apart_from_counters(world.dump()) == before


def test_a_new_link_lives_when_the_one_before_was_used(world: World) -> None:
    ann, ben = world.admin(), world.member("Ben")
    assert confirm(world, hand_over(ann, ben))[0] == 200

    assert confirm(world, hand_over(ann, ben), "another walk on thin ice")[0] == 200


def test_its_owner_is_told_by_mail_without_the_link(world: World) -> None:
    token = hand_over(world.admin(), world.member("Ben"))

    [letter] = world.deliver()

    assert letter.recipients == ["ben@club.test"]
    assert "Ann" in letter.body
    assert "Ben" in letter.body
    assert token not in letter.body + letter.html
    assert "token=" not in letter.body + letter.html
    assert token not in repr([row.data for row in world.rows(Letter)])


def test_it_stands_in_the_trail_by_whom_for_whom_and_without_the_link(world: World) -> None:
    ann, ben = world.admin(), world.member("Ben")

    hand_over(ann, ben)

    rows = [row for row in world.rows(AuditEvent) if row.event.startswith("reset_link")]
    assert {(row.event, row.actor, row.user_id, json.dumps(row.details)) for row in rows} == {
        ("reset_link_handed_over", "Ann", ben.session().json["user_id"], "{}"),
    }


def test_a_closed_account_has_none(world: World) -> None:
    ann, ben = world.admin(), world.member("Ben")
    ann.post(f"{path_of(ben)}/deactivate")
    before = apart_from_counters(world.dump())

    assert said(ann.post(f"{path_of(ben)}/reset-link")) == (404, "There is nothing here.", "not_found")
    assert apart_from_counters(world.dump()) == before


def test_without_mail_the_link_is_made_and_no_letter_owed(new_world: NewWorld) -> None:
    world = new_world(development_mailbox=False)

    assert confirm(world, hand_over(world.admin(), world.member("Ben")))[0] == 200
    assert world.rows(Letter) == []


def test_links_to_hand_over_are_limited_with_invitations(world: World) -> None:
    ann, ben = world.admin(), world.member("Ben")
    for _ in range(LIMITS["invite_account"].attempts - 1):
        ann.post(f"{path_of(world.somebody('Ben'))}/reset-link")
    assert ann.post("/api/v4/admin/invites").status_code == 201

    assert said(ann.post(f"{path_of(ben)}/reset-link"))[::2] == (429, "too_many_attempts")


def test_the_terminal_prints_a_link_for_a_login_in_any_letter_case(world: World) -> None:
    ben = world.member("Ben")

    done = world.terminal("users", "reset-link", "BEN", "--json")

    made = json.loads(done.stdout)
    assert (done.exit_code, made["login"]) == (0, "Ben")
    assert datetime.fromisoformat(made["expires_at"]) == datetime.fromisoformat("2026-11-20T19:00:00+00:00")
    assert [row.actor for row in world.rows(AuditEvent) if row.event == "reset_link_handed_over"] == ["cli"]
    assert [letter.recipients for letter in world.deliver()] == [["ben@club.test"]]
    assert confirm(world, token_of(made["reset_url"]))[0] == 200
    assert ben.sign_in(password=NEW).status_code == 200


def test_the_terminal_prints_the_link_alone_to_standard_output(world: World) -> None:
    world.member("Olga", "owner")

    done = world.terminal("users", "reset-link", "Olga")

    assert done.stdout.startswith("http://localhost:5000/reset?token=")
    assert done.stdout.count("\n") == 1
    assert done.stderr.startswith("For Olga, once, until 2026-11-20 19:00 UTC.")


@pytest.mark.parametrize("login", ["Nobody", "Gone"])
def test_the_terminal_makes_none_for_who_is_not_there(world: World, login: str) -> None:
    world.member("Gone")
    world.terminal("users", "deactivate", "Gone")

    done = world.terminal("users", "reset-link", login)

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "Error: There is nothing here.\n"
    assert world.rows(PasswordReset) == []
