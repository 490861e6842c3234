"""K04: the database goes away under load. What was acknowledged stays; meanwhile everybody is told to come back."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.faults.crowd import Crowd, repeat
from tests.faults.ledger import Entry, damage
from tests.faults.sandbox import Sandbox
from tests.support.examples import LONG

ANSWERED_SECONDS = 3.0
"""Two for the product, and one for a machine that others use too."""
RECOVERED_SECONDS = 5.0
FROZEN_SECONDS = 30.0 if LONG else 6.0

Fault = Callable[[Sandbox], AbstractContextManager[None]]

pytestmark = pytest.mark.timeout(600 if LONG else 120)


@contextmanager
def crashed(sandbox: Sandbox) -> Iterator[None]:
    """Stopped without goodbye, and started again."""
    sandbox.cluster.crash()
    time.sleep(2)
    yield
    sandbox.cluster.start()


@contextmanager
def frozen(sandbox: Sandbox) -> Iterator[None]:
    """Stopped where it stands: connections stand too."""
    with sandbox.cluster.frozen():
        time.sleep(FROZEN_SECONDS)
        yield


@contextmanager
def reset(sandbox: Sandbox) -> Iterator[None]:
    """Connections are reset, and new ones for a while."""
    with sandbox.proxy.refusing():
        time.sleep(2)
        yield


@contextmanager
def swallowed(sandbox: Sandbox) -> Iterator[None]:
    """The network takes everything and delivers it when it is too late."""
    with sandbox.proxy.swallowing():
        time.sleep(FROZEN_SECONDS)
        yield


@pytest.mark.parametrize("fault", [crashed, frozen, reset, swallowed])
def test_a_lost_database_loses_nothing_and_is_told_of_soon(failing: Sandbox, fault: Fault) -> None:
    crowd = Crowd(failing.house, invitations=1500)
    with crowd.at_work() as ledger:
        time.sleep(1.5)
        begun = time.monotonic()
        with fault(failing):
            meanwhile = [each for each in ledger.entries if each.begun > begun]
        recovered = failing.seconds_until(lambda: serves(ledger.entries, time.monotonic()), RECOVERED_SECONDS)
        time.sleep(1)
    slowest = max(ledger.entries, key=lambda each: each.took)
    failing.say(f"{fault.__name__}: {ledger.tally()}")
    failing.say(f"{fault.__name__}: slowest {slowest.took:.2f} s ({slowest.status}), back after {recovered:.2f} s")
    failing.wait_until_calm()
    assert {each.status for each in meanwhile if each.took < ANSWERED_SECONDS} & {503}
    assert slowest.took <= ANSWERED_SECONDS, slowest
    assert {each.status for each in ledger.entries} <= {200, 503}

    again = repeat(ledger)
    failing.house.let_the_post_go_out()
    assert damage(ledger) == []
    assert {each.status for each in again} <= {200, 403}
    assert failing.house.accounts([each.who for each in again]) == len(again)


def serves(entries: list[Entry], now: float) -> bool:
    """Whether the last ten that came back were all well."""
    latest = entries[-10:]
    return now - latest[0].begun < 2 and all(each.outcome == "yes" for each in latest)


def test_without_a_limit_a_frozen_database_holds_everybody(careless: Sandbox) -> None:
    ledger, name = careless.ledger(), careless.house.member()
    with careless.cluster.frozen():
        entry = ledger.sign_in(name, patience=2 * ANSWERED_SECONDS)
    assert entry.status is None
    assert entry.took > ANSWERED_SECONDS


def test_the_ledger_finds_what_was_acknowledged_before_it_was_on_the_disk(careless: Sandbox) -> None:
    ledger = careless.ledger()
    for name, token in zip(careless.house.names(20), careless.house.invites(20), strict=True):
        ledger.register(name, token)
    careless.cluster.crash()
    careless.cluster.start()
    careless.wait_until_calm()
    lost = [f"{each.who} was told to have an account and has none" for each in ledger.of("register", "yes")]
    assert set(lost) & set(damage(ledger))
