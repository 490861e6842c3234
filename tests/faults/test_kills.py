"""K03: a process may be killed anywhere; what was promised is kept, what was not did not happen.

LONG=1 kills 500 times under load.
"""

import random
import time
from collections import Counter

import pytest

from tests.faults.crowd import Crowd, repeat
from tests.faults.ledger import Entry, damage
from tests.faults.sandbox import Sandbox
from tests.flows.test_story import letters_to, link_in
from tests.support.examples import LONG
from tests.support.running import address, fresh_password
from tests.support.servers import wait_for
from tests.support.world import PASSWORD

KILLS = 500 if LONG else 15
LAST = "after commit"
REGISTERING = [f"{when} {what}" for what in ("claim", "write", "commit") for when in ("before", "after")]
CONFIRMING = [f"{when} {what}" for what in ("claim", "write", "letter", "commit") for when in ("before", "after")]
INVITING = [f"{when} {what}" for what in ("write", "letter", "commit") for when in ("before", "after")]
POSTING = {
    "before letter claim commits": 1,
    "after letter claim": 1,
    "after DATA": 2,
    "after 250": 2,
    "before sent commits": 2,
    "after sent commits": 1,
}
"""How often a letter arrives whose postman dies there."""

pytestmark = pytest.mark.timeout(3600 if LONG else 120)


def has_died(sandbox: Sandbox, point: str, entry: Entry) -> None:
    assert sandbox.has_struck(point), entry
    assert entry.status is None
    wait_for(sandbox.is_whole)


@pytest.mark.parametrize("point", REGISTERING)
def test_a_registration_that_is_killed_is_whole_or_nothing(failing: Sandbox, point: str) -> None:
    ledger, [name, other], [token] = failing.ledger(), failing.house.names(2), failing.house.invites(1)
    failing.arm(point)
    has_died(failing, point, ledger.register(name, token))
    assert failing.house.accounts([name]) == (point == LAST)
    failing.house.let_the_post_go_out()
    assert damage(ledger) == []

    again = ledger.register(name, token)
    assert again.status == (403 if point == LAST else 200)
    assert ledger.register(other, token).status == 403
    assert ledger.sign_in(name).outcome == "yes"
    failing.house.let_the_post_go_out()
    assert damage(ledger) == []


@pytest.mark.parametrize("point", CONFIRMING)
def test_a_new_password_that_is_killed_is_set_with_its_notice_or_not_at_all(failing: Sandbox, point: str) -> None:
    ledger, name, password = failing.ledger(), failing.house.member(), fresh_password()
    token = failing.house.reset_token(name)
    failing.arm(point)
    has_died(failing, point, ledger.confirm_reset(name, token, password))
    assert failing.house.opens(name, PASSWORD) == (point != LAST)

    again = ledger.confirm_reset(name, token, password)
    assert again.status == (400 if point == LAST else 200)
    assert failing.house.opens(name, password)
    failing.house.let_the_post_go_out()
    assert len(letters_to(failing.house, name)) == 1
    assert damage(ledger) == []


@pytest.mark.parametrize("point", INVITING)
def test_an_invitation_that_is_killed_is_mailed_or_was_never_made(failing: Sandbox, point: str) -> None:
    ledger, [name], cookie = failing.ledger(), failing.house.names(1), admin(failing)
    failing.arm(point)
    has_died(failing, point, ledger.invite_team(name, cookie))
    failing.house.let_the_post_go_out()
    assert len(letters_to(failing.house, name)) == (point == LAST)
    assert damage(ledger) == []

    [outcome] = ledger.invite_team(name, cookie).said["items"]
    assert outcome["outcome"] == ("reinvited" if point == LAST else "invited")
    failing.house.let_the_post_go_out()
    assert damage(ledger) == []


def test_a_letter_whose_postman_is_killed_arrives_once_or_twice(failing: Sandbox) -> None:
    ledger, cookie, names = failing.ledger(), admin(failing), failing.house.names(len(POSTING))
    for point, name in zip(POSTING, names, strict=True):
        failing.arm(strike := f"{point} to {address(name)}")
        ledger.invite_team(name, cookie)
        wait_for(lambda strike=strike: failing.has_struck(strike))
    failing.house.let_the_post_go_out()

    assert damage(ledger) == []
    arrived = {point: letters_to(failing.house, name) for point, name in zip(POSTING, names, strict=True)}
    assert {point: len(letters) for point, letters in arrived.items()} == POSTING
    for letters in arrived.values():
        assert len({letter.message["Message-ID"] for letter in letters}) == 1
        token = link_in(letters[-1]).partition("token=")[2]
        assert failing.house.server.post("/api/v4/admin/teams/invitations/accept", {"token": token}).ok


def test_kills_at_any_moment_under_load_break_nothing(failing: Sandbox) -> None:
    crowd, dice, killed = Crowd(failing.house, invitations=100 * KILLS), random.Random(), 0
    with crowd.at_work() as ledger:
        while killed < KILLS:
            time.sleep(dice.uniform(0.1, 0.6))
            if workers := failing.workers():
                failing.kill(dice.choice(workers))
                killed += 1
                if killed % 15 == 0:
                    failing.say(f"{killed} of {KILLS} killed; {ledger.tally()}")
    wait_for(failing.is_whole)
    again = repeat(ledger)
    failing.house.let_the_post_go_out()

    assert damage(ledger) == []
    assert Counter(each.outcome for each in ledger.entries)["unknown"] > 0
    assert {each.status for each in again} <= {200, 403}
    assert failing.house.accounts([each.who for each in again]) == len(again)


def admin(sandbox: Sandbox) -> str:
    """The cookie of an admin."""
    return sandbox.house.server.sign_in(sandbox.house.admin())["session"]


def test_the_ledger_finds_a_use_that_was_spent_for_nothing(careless: Sandbox) -> None:
    ledger, [name], [token] = careless.ledger(), careless.house.names(1), careless.house.invites(1)
    careless.arm("after write")
    has_died(careless, "after write", ledger.register(name, token))
    spent = f"invitation {careless.house.invitation(token).id} has 1 uses spent and 0 accounts"
    assert spent in damage(ledger)


def test_the_ledger_finds_a_letter_that_was_never_promised(careless: Sandbox) -> None:
    ledger, [name], cookie = careless.ledger(), careless.house.names(1), admin(careless)
    careless.arm("before commit")
    has_died(careless, "before commit", ledger.invite_team(name, cookie))
    [letter] = letters_to(careless.house, name)
    assert f"{letter.message['Message-ID']} arrived and was never promised" in damage(ledger)


def test_the_ledger_finds_a_letter_that_nobody_takes_up_again(careless: Sandbox) -> None:
    ledger, name = careless.ledger(), careless.house.member()
    strike = f"after letter claim to {address(name)}"
    careless.arm(strike)
    ledger.request_reset(name)
    wait_for(lambda: careless.has_struck(strike))
    careless.house.let_the_post_go_out()
    assert [each for each in damage(ledger) if each.endswith(f"to {address(name)} is stuck as sending")]
