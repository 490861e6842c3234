"""A house that may be broken: the product under several processes, with everything that it needs in our hands."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import psutil
from sqlalchemy import create_engine

from app.extensions import db
from app.testing import CHEAP
from tests.faults.cluster import Cluster, Proxy, proxy_to
from tests.faults.ledger import Ledger
from tests.support.databases import new_postgresql
from tests.support.mailserver import mail_server
from tests.support.running import House
from tests.support.servers import serving, wait_for
from tests.support.world import bring_up, new_app

CALM = 20
"""Good answers in a row by which each worker has had its turn."""
FAILING = "tests.faults.failing_wsgi:app"
Say = Callable[[str], None]


@dataclass
class Sandbox:
    """A house, the database and the proxy behind it, and what clients have seen of it."""

    house: House
    cluster: Cluster
    proxy: Proxy
    fails_at: Path
    say: Say = field(repr=False)

    def ledger(self) -> Ledger:
        return Ledger(self.house)

    def arm(self, point: str) -> None:
        """The next process that comes to this point dies there."""
        (self.fails_at / point).touch()

    def has_struck(self, point: str) -> bool:
        return not (self.fails_at / point).exists()

    def workers(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.house.server.process.pid).children()
        except psutil.NoSuchProcess:
            return []

    def kill(self, worker: psutil.Process) -> None:
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)

    def is_whole(self) -> bool:
        """All workers are there, and it answers."""
        living = [each for each in self.workers() if each.status() != psutil.STATUS_ZOMBIE]
        return len(living) == self.house.workers and self.is_ready()

    def is_ready(self) -> bool:
        try:
            return self.house.server.get("/readyz").status_code == 200
        except OSError:
            return False

    def wait_until_calm(self) -> None:
        """Nobody will die, all workers are there, and each knows which of its connections an earlier fault has cut."""
        for point in self.fails_at.iterdir():
            point.unlink()
        with self.house.app.app_context():
            db.engine.dispose()  # our own behind the counter are dead too
        wait_for(lambda: self.is_whole() and all(self.is_ready() for _ in range(CALM)), 20)

    def seconds_until(self, what: Callable[[], object], at_most: float) -> float:
        begun = time.monotonic()
        wait_for(what, at_most)
        return time.monotonic() - begun


@contextmanager
def sandbox(
    cluster: Cluster, say: Say, *, module: str = FAILING, workers: int = 3, **environment: str
) -> Iterator[Sandbox]:
    """The product on a database of its own on this cluster, behind a proxy of its own."""
    with ExitStack() as stack:
        direct = stack.enter_context(new_postgresql(cluster.url))
        bring_up(direct)
        proxy = stack.enter_context(proxy_to(cluster.socket))
        mail = stack.enter_context(mail_server())
        folder = Path(mkdtemp(prefix="points-", dir=cluster.folder))
        proxied = direct.set(host="127.0.0.1", port=proxy.port, query={})
        around = {"RATELIMIT_ENABLED": "false", "FAILS_AT": str(folder)}
        settings = {**mail.settings(), **around, **environment}
        server = stack.enter_context(
            serving(proxied, folder, workers=workers, module=module, migrate=False, **settings)
        )
        server.engine = create_engine(direct, pool_pre_ping=True)
        stack.callback(server.engine.dispose)
        app = new_app(direct, policy=CHEAP, base_url=server.url)
        yield Sandbox(House(server, mail, app, workers), cluster, proxy, folder, say)
        server.process.send_signal(signal.SIGQUIT)  # nobody is there whose answer would be worth waiting for
        with app.app_context():
            db.engine.dispose()
