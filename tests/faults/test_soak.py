"""K38: everything fails now and then, for a while; nobody sees what is another's, and nothing leaks.

LONG=1 goes on for half an hour.
"""

import random
import time
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from app.extensions import db
from tests.faults.crowd import Crowd, repeat
from tests.faults.ledger import Entry, damage
from tests.faults.sandbox import Sandbox
from tests.support.examples import LONG

SOAK_SECONDS = 1800.0 if LONG else 30.0
GROWTH = 1.5
"""How much more of anything there may be at the end than after warming up."""

pytestmark = pytest.mark.timeout(3600 if LONG else 120)


@dataclass
class Held:
    """What the workers hold together."""

    memory: int
    files: int
    connections: int


def held(sandbox: Sandbox) -> Held:
    workers = sandbox.workers()
    with sandbox.house.server.engine.connect() as connection:
        asked = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        connections = connection.execute(asked).scalar_one()
    return Held(sum(each.memory_info().rss for each in workers), sum(each.num_fds() for each in workers), connections)


def kill_a_worker(sandbox: Sandbox) -> None:
    if workers := sandbox.workers():
        sandbox.kill(random.choice(workers))


def lose_connections(sandbox: Sandbox) -> None:
    sandbox.proxy.reset()


def lose_the_database(sandbox: Sandbox) -> None:
    sandbox.cluster.crash()
    sandbox.cluster.start()


def lose_the_mail_server(sandbox: Sandbox) -> None:
    sandbox.house.mail.stop()
    time.sleep(1)
    sandbox.house.mail.start()


FAULTS = (kill_a_worker, lose_connections, lose_the_database, lose_the_mail_server)


def test_random_faults_for_a_while_break_nothing_and_leak_nothing(failing: Sandbox) -> None:
    crowd, dice = Crowd(failing.house, invitations=int(40 * SOAK_SECONDS)), random.Random()
    with crowd.at_work() as ledger:
        time.sleep(5)
        before, over = held(failing), time.monotonic() + SOAK_SECONDS
        while time.monotonic() < over:
            fault = dice.choice(FAULTS)
            fault(failing)
            ledger.faults += 1
            time.sleep(dice.uniform(2, 4))
            failing.say(f"{max(0, over - time.monotonic()):.0f} s to go: {fault.__name__}, {len(ledger.entries)} asked")
        failing.seconds_until(failing.is_whole, 20)
        time.sleep(5)
        failing.house.server.engine.dispose()
        after = held(failing)
    with failing.house.app.app_context():
        db.engine.dispose()
    failing.say(f"{ledger.tally()}; before {before}, after {after}")
    again = repeat(ledger)
    failing.house.let_the_post_go_out()

    assert damage(ledger) == []
    assert failing.house.accounts([each.who for each in again]) == len(again)
    assert after.memory <= GROWTH * before.memory
    assert after.files <= GROWTH * before.files
    assert after.connections <= GROWTH * before.connections


def test_the_ledger_finds_whoever_is_shown_another(failing: Sandbox) -> None:
    ledger = failing.ledger()
    ledger.entries.append(Entry("session", "ann", status=200, said={"login": "ben"}))
    assert "ann was told to be ben" in damage(ledger)
