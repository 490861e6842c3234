"""The database's machine is lost under load, and its standby takes over: nothing that was acknowledged is missing, and
the product is not restarted."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from app import database_url
from app.environment import Reader
from tests.deployment.site import Site, site
from tests.deployment.standby import cut_off, standby_of, tell, wait_for_each_commit
from tests.faults.cluster import Cluster, Proxy, cluster, proxy_to
from tests.faults.crowd import Crowd, repeat
from tests.faults.ledger import Entry, Ledger, damage
from tests.faults.sandbox import FAILING, Say
from tests.faults.test_database_lost import ANSWERED_SECONDS, RECOVERED_SECONDS, serves
from tests.support.running import at_once
from tests.support.servers import wait_for

NOTICED_SECONDS = 3.0
"""How long whoever promotes the standby takes to find out that it must."""

pytestmark = pytest.mark.timeout(180)


@dataclass
class Pair:
    """A site on two servers, of which the first is the primary. The product reaches each through a proxy."""

    site: Site
    primary: Cluster
    standby: Cluster
    to_primary: Proxy

    def promote(self) -> None:
        self.standby.ctl("-w", "promote")
        self.site.house.server.engine.dispose()  # our own connections behind the counter are dead too

    def is_ready(self) -> bool:
        return all(each.status("/readyz") == 200 for each in self.site.instances)


@contextmanager
def pair(folder: Path, *, waits: bool) -> Iterator[Pair]:
    """`waits`: whether the primary acknowledges only what the standby has too."""
    with (
        cluster() as primary,
        standby_of(primary) as standby,
        proxy_to(primary.socket) as first,
        proxy_to(standby.socket) as second,
    ):
        tell(primary, "CREATE DATABASE club")
        if waits:
            wait_for_each_commit(primary)
        address = f"postgresql://postgres@127.0.0.1:{first.port},127.0.0.1:{second.port}/club"
        inside = database_url.read_from(Reader({"DATABASE_URL": address}), production=False, instance=folder)
        points = folder / "points"
        points.mkdir()
        settings = {"DATABASE_URL": address, "RATELIMIT_ENABLED": "false", "FAILS_AT": str(points)}
        with site(inside, folder, FAILING, **settings) as opened:
            yield Pair(opened, primary, standby, first)


@contextmanager
def killed(pair: Pair) -> Iterator[None]:
    """Its machine is gone."""
    pair.primary.kill()
    yield


@contextmanager
def unreachable(pair: Pair) -> Iterator[None]:
    """It lives, but nothing that is said to it arrives, and nobody is told. It must not come back as it was: it does
    not know that it is the primary no more."""
    with pair.to_primary.swallowing():
        yield
        pair.primary.kill()


@pytest.mark.parametrize("lost", [killed, unreachable])
def test_a_standby_takes_over_and_nothing_is_lost(
    tmp_path: Path, say: Say, lost: Callable[[Pair], AbstractContextManager[None]]
) -> None:
    with pair(tmp_path, waits=True) as servers:
        house, crowd = servers.site.house, Crowd(servers.site.house)
        mains = [each.process and each.process.pid for each in servers.site.instances]
        with crowd.at_work() as ledger:
            time.sleep(2)
            with lost(servers):
                time.sleep(NOTICED_SECONDS)
                servers.promote()
                promoted = time.monotonic()
                wait_for(lambda: serves(ledger.entries, time.monotonic()), RECOVERED_SECONDS)
                recovered = time.monotonic() - promoted
                time.sleep(2)
                slowest = max(ledger.entries, key=lambda each: each.took)
                pause = longest_pause(ledger.of("register", "yes"))
                say(f"{lost.__name__}: {ledger.tally()}; slowest {slowest.took:.2f} s")
                say(f"no registration for {pause:.2f} s; promoted after {NOTICED_SECONDS}, well in {recovered:.2f} s")
                crowd.is_over.set()
        assert {each.status for each in ledger.entries} <= {200, 503}
        wait_for(servers.is_ready)
        again = repeat(ledger)
        house.let_the_post_go_out()

        assert damage(ledger) == []
        assert {each.status for each in again} <= {200, 403}
        assert slowest.took <= ANSWERED_SECONDS, slowest
        assert [each.process and each.process.pid for each in servers.site.instances] == mains


def longest_pause(good: list[Entry]) -> float:
    """Seconds between one that was well and the next."""
    ended = sorted(each.ended for each in good)
    return max(later - earlier for earlier, later in pairwise(ended))


@pytest.mark.parametrize("waits", [True, False])
def test_what_only_the_primary_had_was_acknowledged_only_where_nobody_waits_for_the_standby(
    tmp_path: Path, waits: bool
) -> None:
    """The control, and what it is the control of: the standby has fallen behind when the primary is lost."""
    with pair(tmp_path, waits=waits) as servers:
        house, ledger = servers.site.house, Ledger(servers.site.house)
        [early, *names], [token, *tokens] = house.names(9), house.invites(9)
        ledger.register(early, token)
        cookie = ledger.sign_in(early).cookie
        cut_off(servers.primary, servers.standby)
        at_once([partial(ledger.register, *each) for each in zip(names, tokens, strict=True)])
        assert cookie
        assert ledger.session(early, cookie).status == 200
        servers.primary.kill()
        servers.promote()
        wait_for(servers.is_ready)

        lost = {f"{each} was told to have an account and has none" for each in names}
        assert {each.outcome for each in ledger.entries if each.who in names} == {"unknown" if waits else "yes"}
        assert lost & set(damage(ledger)) == (set() if waits else lost)
