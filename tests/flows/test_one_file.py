"""SQLite under stress, in four processes: many writers, processes killed in the middle, a backup meanwhile, a full
disk, a folder that nobody may write to. The disk is one of the test's own, in a mount namespace of the server's.

LONG=1 has them write for longer.
"""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import requests
from sqlalchemy import URL

from app.extensions import db
from tests.conftest import Databases
from tests.support.examples import LONG
from tests.support.running import LIGHT, Running, at_once
from tests.support.servers import Server, serving, wait_for
from tests.support.world import AUTH, Clock, World, new_app

WRITERS = 50
TURNS = 60 if LONG else 2
KILLED = 40 if LONG else 4
WORKERS = 4
QUIET = {"RATELIMIT_ENABLED": "false", "MAIL_SERVER": "127.0.0.1", "MAIL_PORT": "9"}
ASK = """
import json, sqlite3, sys
path, copied, *queries = sys.argv[1:]
database = sqlite3.connect(path, timeout=20)
if copied:
    copy = sqlite3.connect(":memory:")
    database.backup(copy)
    database = copy
print(json.dumps([database.execute(query).fetchone()[0] for query in queries]))
"""
"""Asks a database as any program would, with what the standard library has."""

DANGLING = "SELECT count(*) FROM pragma_foreign_key_check"
UNEQUAL = "SELECT (SELECT sum(uses) FROM invitations) - (SELECT count(*) FROM invitation_uses)"
ACCOUNTS = 'SELECT count(*) FROM "uAuthTable"'
LOGINS = 'SELECT json_group_array("aLogin") FROM "uAuthTable"'
SINGLE = "SELECT count(*) FROM invitations JOIN invitation_uses ON invitation_id = id WHERE max_uses = 1"
UNKNOWN = 0
"""The process was killed before it answered."""


@dataclass
class Links:
    """One for a single person, one for any number."""

    single: str
    many: str


def has_namespaces() -> bool:
    tried = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True)
    return tried.returncode == 0


def post(server: Server, path: str, body: dict[str, Any]) -> tuple[int, str | None]:
    """Status and code, of an answer that says when to come back if it has to."""
    try:
        answer = server.post(path, body)
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        return UNKNOWN, None
    if answer.status_code == 503:
        assert answer.headers["Retry-After"]
    assert "locked" not in answer.text
    return answer.status_code, answer.json().get("code")


def form(name: str, token: str) -> dict[str, Any]:
    body = {"aLogin": name, "aEmail": f"{name}@club.test", "aPasswordHash": "a long walk on thin ice"}
    return {**body, "invite_token": token}


def write_all(server: Server, turns: int, writers: int, links: Links) -> tuple[Counter[Any], set[str]]:
    """What the writers were answered, and who has been told to have an account: each asks for a letter and registers,
    by a link for one and by a link for many in turn."""
    told: Counter[Any] = Counter()
    names: set[str] = set()

    def write(number: int) -> None:
        for turn in range(1, turns + 1):
            body = form(f"Writer{number}x{turn}", links.single if turn % 3 == 1 else links.many)
            for _ in range(5):
                told[post(server, f"{AUTH}/reset-request", {"email": body["aEmail"]})] += 1
            answer = post(server, f"{AUTH}/register", body)
            told[answer] += 1
            if answer[0] == 200:
                names.add(body["aLogin"])

    at_once([lambda n=n: write(n) for n in range(writers)])  # type: ignore[misc]
    return told, names


class OnOwnDisk:
    """A server whose database is on a small disk of its own, that only it sees; from outside through /proc."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self._folder = server, folder
        self.seen = Path(f"/proc/{server.process.pid}/root{folder}")

    def inside(self, *words: str) -> bytes:
        """Do this where the disk is."""
        there = ["nsenter", "-t", str(self.server.process.pid), "-m"]
        return subprocess.run([*there, *words], check=True, stdout=subprocess.PIPE).stdout

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.server.process.pid}/task/{self.server.process.pid}/children")
        return [int(child) for child in children.read_text().split()]

    def kill(self, *workers: int) -> None:
        """As kill -9; others take their place."""
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        wait_for(lambda: len(set(self.workers()) - set(workers)) == WORKERS)

    def asked(self, *queries: str, copied: bool = False) -> list[Any]:
        """The one value that each of these gives, of the database itself or of a backup made now."""
        words = [str(self._folder / "test.sqlite3"), "copied" if copied else "", *queries]
        return list(json.loads(self.inside(sys.executable, "-c", ASK, *words)))

    @contextmanager
    def full(self) -> Iterator[None]:
        filler = self.seen / "filler"
        with filler.open("wb", buffering=0) as stuff, suppress(OSError):
            while True:
                stuff.write(bytes(4096))
        try:
            yield
        finally:
            filler.unlink()

    @contextmanager
    def only_to_be_read(self) -> Iterator[None]:
        """For processes that begin meanwhile."""
        folder = str(self._folder)
        self.inside("mount", "--bind", folder, folder)
        self.inside("mount", "-o", "remount,bind,ro", folder)
        self.kill(*self.workers())
        try:
            yield
        finally:
            self.inside("umount", "-l", folder)
            self.kill(*self.workers())


@pytest.fixture(scope="module")
def seed(databases: Databases) -> tuple[Path, Links]:
    """A database to begin with, and what was issued in it."""
    url = databases.new("sqlite")
    world = World(new_app(url), Clock(datetime.now(UTC)))
    links = Links(world.invite(), world.invite(max_uses=0))
    with world.app.app_context():
        db.engine.dispose()
    return Path(url.database or ""), links


@pytest.fixture(scope="module")
def disk(seed: tuple[Path, Links], tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnOwnDisk]:
    if not has_namespaces():
        pytest.skip("mounting a disk of its own needs root and unshare")
    folder = tmp_path_factory.mktemp("disk")
    url = URL.create("sqlite", database=str(folder / "test.sqlite3"))
    mounted = f'mount -t tmpfs -o size=24m none {folder} && cp {seed[0]} {folder}/test.sqlite3 && exec "$@"'
    within = ["unshare", "-m", "sh", "-c", mounted, "sh"]
    log = tmp_path_factory.mktemp("log")
    with serving(url, log, workers=WORKERS, module=LIGHT, migrate=False, within=within, **QUIET) as server:
        yield OnOwnDisk(server, folder)


def kill_and_copy(disk: OnOwnDisk, done: Event) -> int:
    """Kill two of the processes every now and then, and make backups in between; how many were killed."""
    killed = 0
    while killed < KILLED and not done.wait(0.4):
        disk.kill(*disk.workers()[:2])
        killed += 2
        assert_whole(disk, copied=True)
    return killed


def assert_whole(disk: OnOwnDisk, *, copied: bool = False) -> None:
    assert disk.asked("PRAGMA integrity_check", DANGLING, UNEQUAL, copied=copied) == ["ok", 0, 0]


LOCKED = "database is locked"
EXPECTED = {(200, None), (403, "invite_used"), (503, "busy"), (UNKNOWN, None)}


def test_many_writers_wait_for_each_other_whatever_is_killed(disk: OnOwnDisk, seed: tuple[Path, Links]) -> None:
    links = seed[1]
    done = Event()
    with ThreadPoolExecutor(1) as beside:
        killing = beside.submit(kill_and_copy, disk, done)
        told, joined = write_all(disk.server, TURNS, WRITERS, links)
        done.set()
    assert killing.result()

    assert set(told) <= EXPECTED, told
    assert LOCKED not in disk.server.written()
    assert_whole(disk)
    single, logins = disk.asked(SINGLE, LOGINS)
    assert single == 1
    assert len(joined) > 10
    assert joined <= set(json.loads(logins))


def test_the_usual_way_of_using_sqlite_tells_clients_of_locks(running: Running) -> None:
    house = running.house("sqlite", "tests.flows.impatient_wsgi:app", workers=2)
    told, _ = write_all(house.server, 2, 12, Links(house.invite(), house.invite(max_uses=0)))
    assert LOCKED in house.server.written()
    assert told[503, "service_unavailable"] > 0


LETTER = {"email": "cas@club.test"}


def test_a_full_disk_is_said_and_forgotten_when_there_is_room(disk: OnOwnDisk, seed: tuple[Path, Links]) -> None:
    links, path = seed[1], f"{AUTH}/reset-request"
    disk.asked("PRAGMA wal_checkpoint(TRUNCATE)")  # so that there is no room left in the log either
    with disk.full():
        told = [post(disk.server, path, LETTER) for _ in range(20)]
        told += [register(disk.server, links, number) for number in range(3)]
        assert set(told) <= {(200, None), (503, "service_unavailable")}
        assert told[-1] == (503, "service_unavailable")
        assert disk.server.get("/healthz").status_code == 200
        accounts = disk.asked(ACCOUNTS)
    assert disk.asked(ACCOUNTS) == accounts
    again = at_once([lambda n=n: register(disk.server, links, n) for n in range(4)])  # type: ignore[misc]
    assert again == [(200, None)] * 4
    assert_whole(disk)
    assert LOCKED not in disk.server.written()


def register(server: Server, links: Links, number: int) -> tuple[int, str | None]:
    return post(server, f"{AUTH}/register", form(f"Patient{number}", links.many))


def test_a_folder_that_is_only_to_be_read_lets_nobody_write_and_heals(
    disk: OnOwnDisk, seed: tuple[Path, Links]
) -> None:
    links = seed[1]
    with disk.only_to_be_read():
        told = {post(disk.server, f"{AUTH}/register", form("Reader", links.many)) for _ in range(4)}
        assert told == {(503, "service_unavailable")}
        assert disk.server.get("/healthz").status_code == 200
        assert disk.server.get("/readyz").status_code in {200, 503}

    assert post(disk.server, f"{AUTH}/register", form("Reader", links.many)) == (200, None)
    assert_whole(disk)
