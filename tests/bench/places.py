"""What is measured, running: the product on a small and on a large database, and the floors, all under one server."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import requests
from sqlalchemy import URL, create_engine, text

from tests.bench import filling
from tests.bench.client import Request
from tests.support.databases import new_postgresql
from tests.support.servers import ROOT, command_of, free_port, running, serving

WORKERS = 2
SIGNED_IN = {"Cookie": f"session={filling.SECRET}"}
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Place:
    """A running server: what it was started with, its main process, and its database with so many people."""

    url: str
    process: psutil.Process
    environment: dict[str, str]
    database: URL
    people: int = 0
    numbers: Iterator[int] = field(default_factory=count)

    def get(self, path: str, status: int = 200, **headers: str) -> Request:
        return Request(self.url + path, headers=headers, status=status)

    def post(self, path: str, body: Callable[[int], dict[str, str]]) -> Request:
        """A request whose body is made anew each time, from a number that never comes twice."""
        return Request(self.url + path, "POST", JSON, lambda: json.dumps(body(next(self.numbers))).encode())


class Places:
    """Each is started when it is first asked for, and ended with the stack."""

    def __init__(self, stack: ExitStack, postgresql: URL, folder: Path, options: Any, tell: Callable[[str], None]):
        self._stack, self._postgresql, self._folder = stack, postgresql, folder
        self._options, self._tell = options, tell
        self._open: dict[tuple[str, str], Place] = {}
        self._mail: dict[str, str] = {}

    def at(self, name: str, server: str) -> Place:
        """The `floor`, or the product on the database with `few` or `many` people, under this server."""
        if (name, server) not in self._open:
            self._open[name, server] = self._stack.enter_context(self._opened(name, server))
        return self._open[name, server]

    @property
    def mail(self) -> dict[str, str]:
        """The settings of a mail server that takes everything and keeps nothing."""
        self._mail = self._mail or self._stack.enter_context(_mail_sink())
        return self._mail

    def _opened(self, name: str, server: str) -> Any:
        self._tell(f"starting {server}: {name}")
        database = self._stack.enter_context(new_postgresql(self._postgresql))
        if name == "floor":
            return _floor(database, self._folder, server)
        size = self._options.few if name == "few" else self._options.people
        skaters = min(size, filling.FEW_SKATERS if name == "few" else self._options.skaters)
        self._tell(
            f"filling a database: {size:,} people, {skaters:,} of them with a log of {filling.SESSIONS} sessions"
        )
        return _product(database, self._folder, server, size, skaters, self.mail)


@contextmanager
def _product(
    database: URL, folder: Path, under: str, people: int, skaters: int, mail: dict[str, str]
) -> Iterator[Place]:
    settings = {"RATELIMIT_ENABLED": "false", "HASH_SLOTS": "1", **mail}
    with serving(database, folder, workers=WORKERS, under=under, **settings) as server:
        filling.fill(database, people, skaters)
        yield Place(server.url, psutil.Process(server.process.pid), server.environment, database, people)


@contextmanager
def _floor(database: URL, folder: Path, under: str) -> Iterator[Place]:
    """The floors, under the same server with the same settings as the product."""
    port = free_port()
    variables = {**os.environ, "DATABASE_URL": database.render_as_string(hide_password=False)}
    filled = [sys.executable, "-c", "from tests.bench import floors; floors.fill()"]
    subprocess.run(filled, cwd=ROOT, env=variables, check=True)
    command = [*command_of(under, port, WORKERS), "tests.bench.floors:app"]
    with (folder / "floors.log").open("wb") as log, running(command, variables, log) as process:
        wait_for_answer(f"http://127.0.0.1:{port}/row")
        yield Place(f"http://127.0.0.1:{port}", psutil.Process(process.pid), variables, database)


@contextmanager
def _mail_sink() -> Iterator[dict[str, str]]:
    """In a process of its own, so that the client does not share its time."""
    port = free_port()
    sink = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"127.0.0.1:{port}"]
    with running(sink, dict(os.environ), subprocess.DEVNULL):
        yield {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(port)}


def forget_letters(place: Place) -> None:
    """What is still owed is owed no more: its delivery would disturb whatever is measured next."""
    engine = create_engine(place.database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE letters SET due_at = NULL, state = 'dropped' WHERE due_at IS NOT NULL"))
    engine.dispose()


def postmaster(server: URL) -> psutil.Process:
    """The process that all database backends of this run are children of."""
    engine = create_engine(server)
    with engine.connect() as connection:
        backend = psutil.Process(connection.scalar(text("SELECT pg_backend_pid()")))
        found = backend.parent()
    engine.dispose()
    if found is None:
        sys.exit("The processor time of the database can only be measured on this machine.")
    return found


def wait_for_answer(url: str, seconds: float = 30.0) -> None:
    """Until it answers, asked as often as can tell how long that took."""
    until = time.perf_counter() + seconds
    with requests.Session() as session:
        while time.perf_counter() < until:
            try:
                if session.get(url, timeout=5).status_code == 200:
                    return
            except requests.ConnectionError:
                time.sleep(0.005)
    raise AssertionError(f"{url} did not answer")
