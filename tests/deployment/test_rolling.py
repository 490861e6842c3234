"""Two instances behind the shipped nginx: restarted one after the other while people come and go."""

import signal
import time
from collections.abc import Callable

import pytest

from tests.deployment.site import Instance, Site
from tests.faults.crowd import Crowd, repeat
from tests.faults.ledger import damage
from tests.faults.sandbox import Say
from tests.support.servers import wait_for

Restart = Callable[[Site, Instance], None]

pytestmark = pytest.mark.timeout(180)


def drained(site: Site, instance: Instance) -> None:
    """As for a new environment, or a machine that is rebooted."""
    site.turn_away(instance)
    instance.end()
    instance.start()
    wait_for(lambda: instance.status("/readyz") == 200)
    site.turn_away(instance, again=True)


def taken_over(_: Site, instance: Instance) -> None:
    """As for new code."""
    instance.renew()


@pytest.mark.parametrize("restart", [drained, taken_over])
def test_both_instances_are_restarted_under_load_and_nobody_notices(busy: Site, restart: Restart, say: Say) -> None:
    crowd = Crowd(busy.house)
    with crowd.at_work() as ledger:
        for each in busy.instances:
            time.sleep(1)  # of work, between one and the other
            before = each.process and each.process.pid
            restart(busy, each)
            assert each.process is not None
            assert each.process.pid != before
        time.sleep(1)
    slowest = max(ledger.entries, key=lambda each: each.took)
    begun = time.monotonic()
    busy.house.let_the_post_go_out()
    say(f"{restart.__name__}: {ledger.tally()}; slowest {slowest.took:.2f} s ({slowest.kind})")
    say(f"{len(busy.house.mail.received)} letters, the last {time.monotonic() - begun:.1f} s later")
    ledger.faults = 0  # so that no letter may come twice

    assert {each.status for each in ledger.entries} == {200}
    assert damage(ledger) == []


def test_an_instance_that_is_killed_takes_nothing_along(busy: Site, say: Say) -> None:
    """Whoever it was answering does not know; all others are answered by the other one."""
    crowd, killed = Crowd(busy.house), busy.instances[0]
    with crowd.at_work() as ledger:
        time.sleep(1)
        killed.end(signal.SIGKILL)
        time.sleep(3)
        killed.pidfile.unlink()
        killed.start()
        time.sleep(1)
    say(f"killed: {ledger.tally()}")
    again = repeat(ledger)
    busy.house.let_the_post_go_out()

    assert {each.status for each in ledger.entries} <= {200, None}
    assert {each.kind for each in ledger.entries if each.status is None} <= {"register", "sign_in", "request_reset"}
    assert {each.status for each in again} <= {200, 403}
    assert damage(ledger) == []
