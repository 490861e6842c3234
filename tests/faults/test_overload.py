"""K22: what is costly has bounds, and what is not is answered meanwhile."""

import json
import socket
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from tests.faults.cluster import Cluster
from tests.faults.ledger import Entry, Ledger
from tests.faults.sandbox import Say
from tests.support.databases import new_postgresql
from tests.support.running import House, at_once, house
from tests.support.world import AUTH, PASSWORD

SIGN_INS, ROUNDS, MEMBERS, SLOW, DEEP = 200, 3, 10, 40, 10_000
WORKERS, THREADS = 2, 64
QUICK_SECONDS, TIMES_QUIET = 0.25, 20
"""A session check under load may take the larger of these: seconds, and times what it takes in the quiet."""
ATTEMPTS = 3
"""Measured again while it is too slow: another program's work passes."""
MEMORY_MIB = 64
"""What a process may take beyond what it has in the quiet: one hash at a time, 19 MiB each, and its threads."""

Folders = pytest.TempPathFactory

pytestmark = pytest.mark.timeout(180)


@contextmanager
def opened(cluster: Cluster, folder: Path, module: str) -> Iterator[House]:
    with (
        new_postgresql(cluster.url) as database,
        house(database, folder, module=module, workers=WORKERS) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def usual(own_cluster: Cluster, tmp_path_factory: Folders) -> Iterator[House]:
    """The product as it is, without limits: they would answer first."""
    with opened(own_cluster, tmp_path_factory.mktemp("usual"), "wsgi:app") as running:
        yield running


@pytest.fixture(scope="module")
def unbounded(own_cluster: Cluster, tmp_path_factory: Folders) -> Iterator[House]:
    """The control."""
    with opened(own_cluster, tmp_path_factory.mktemp("unbounded"), "tests.faults.unbounded_wsgi:app") as running:
        yield running


class Watch:
    """Somebody signed in, who asks again and again who they are."""

    def __init__(self, house: House) -> None:
        self.name = house.member()
        self.cookie = house.server.sign_in(self.name)["session"]
        self._house = house
        self.quiet = statistics.median(each.took for each in self.during(lambda: time.sleep(1)))
        self.bound = max(QUICK_SECONDS, TIMES_QUIET * self.quiet)

    def during(self, act: Callable[[], object]) -> list[Entry]:
        """What came of each check while this was done."""
        ledger, is_over = Ledger(self._house), Event()

        def check() -> None:
            while not is_over.is_set():
                ledger.session(self.name, self.cookie)
                time.sleep(0.005)

        checking = Thread(target=check, daemon=True)
        checking.start()
        try:
            act()
        finally:
            is_over.set()
            checking.join(30)
        assert {each.said.get("login") for each in ledger.entries} == {self.name}
        return ledger.entries


def p99(entries: list[Entry]) -> float:
    return sorted(each.took for each in entries)[int(len(entries) * 0.99)]


def storm(house: House, members: list[str]) -> list[Entry]:
    """So many people at the same moment, every other with a wrong password, and all of them again a moment later."""
    ledger = Ledger(house)

    def sign_in(name: str, word: str) -> None:
        for _ in range(ROUNDS):
            ledger.sign_in(name, word)
            time.sleep(1)

    words = [PASSWORD, "a wrong password"] * (SIGN_INS // 2)
    at_once([partial(sign_in, members[i // 2 % MEMBERS], word) for i, word in enumerate(words)])
    return ledger.entries


def refuses_at_once(entries: list[Entry]) -> bool:
    """Whether those that were too many were told so before the others had their turn, and when to come back."""
    refused = [each for each in entries if each.status == 503]
    assert all(each.retry_after for each in refused)
    slowest = max(each.took for each in entries)
    return bool(refused) and max(each.took for each in refused) < slowest / 2


@contextmanager
def slow_bodies(house: House, how_many: int) -> Iterator[None]:
    """So many clients who have begun to say who they are, and go on by a letter a second."""
    place = urlsplit(house.server.url)
    lines_of_head = ["Host: localhost", "Content-Type: application/json", "Content-Length: 1000"]
    head = "\r\n".join([f"POST {AUTH}/login HTTP/1.1", *lines_of_head, "", ""])
    with ExitStack() as stack:
        lines = [socket.create_connection((place.hostname, place.port)) for _ in range(how_many)]
        for line in lines:
            stack.enter_context(line).sendall(head.encode())
        is_over = Event()
        drip = Thread(target=lambda: _drip(lines, is_over), daemon=True)
        drip.start()
        yield
        is_over.set()
        drip.join(10)


def _drip(lines: list[socket.socket], is_over: Event) -> None:
    while not is_over.wait(1):
        for line in lines:
            line.sendall(b" ")


def mebibytes(house: House, which: str) -> int:
    """What the largest worker has now (VmRSS), or the most that any has had (VmHWM)."""
    workers = psutil.Process(house.server.process.pid).children()
    lines = [Path(f"/proc/{each.pid}/status").read_text().partition(f"{which}:")[2] for each in workers]
    return max(int(line.split()[0]) // 1024 for line in lines)


def test_many_sign_ins_at_once_leave_room_for_everybody_else(usual: House, say: Say) -> None:
    watch, members = Watch(usual), [usual.member() for _ in range(MEMBERS)]
    before, found = mebibytes(usual, "VmRSS"), []
    for _ in range(ATTEMPTS):
        signed: list[Entry] = []
        checks = watch.during(lambda signed=signed: signed.extend(storm(usual, members)))
        found.append((p99(checks), refuses_at_once(signed)))
        say(f"{Counter(each.status for each in signed)}; p99 {p99(checks):.3f} s, quiet {watch.quiet:.4f} s")
        assert {each.status for each in signed} == {200, 401, 503}
        assert {each.status for each in checks} == {200}
        if found[-1][0] <= watch.bound and found[-1][1]:
            break
    taken = mebibytes(usual, "VmHWM") - before
    say(f"{before} MiB and {taken} more")

    assert found[-1][0] <= watch.bound
    assert found[-1][1]
    assert taken <= MEMORY_MIB


def test_without_bounds_everybody_waits_and_memory_grows(unbounded: House, say: Say) -> None:
    watch, members = Watch(unbounded), [unbounded.member() for _ in range(MEMBERS)]
    before = mebibytes(unbounded, "VmRSS")
    signed: list[Entry] = []
    checks = watch.during(lambda: signed.extend(storm(unbounded, members)))
    taken = mebibytes(unbounded, "VmHWM") - before
    say(f"without bounds p99 {p99(checks):.3f} s, quiet {watch.quiet:.4f} s; {before} MiB and {taken} more")

    assert {each.status for each in signed} == {200, 401}
    assert p99(checks) > watch.bound
    assert taken > MEMORY_MIB


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (json.dumps({"aLogin": "Ann", "aPasswordHash": "a" * 1_000_000}), 413),
        ("[" * DEEP + "]" * DEEP, 400),
        ('{"aLogin": ' + '{"a":' * DEEP + "1" + "}" * DEEP + ', "aPasswordHash": "a"}', 400),
    ],
    ids=["a long password", "deep lists", "deep objects"],
)
def test_costly_bodies_are_refused_at_once_and_take_no_memory(usual: House, body: str, status: int) -> None:
    watch, before = Watch(usual), mebibytes(usual, "VmRSS")
    headers = {"Content-Type": "application/json"}
    answers: list[requests.Response] = []

    def send() -> requests.Response:
        return requests.post(f"{usual.server.url}{AUTH}/login", data=body, headers=headers, timeout=10)

    checks = watch.during(lambda: answers.extend(at_once([send] * SLOW)))

    assert {answer.status_code for answer in answers} == {status}
    assert {each.status for each in checks} == {200}
    assert max(each.took for each in checks) <= 4 * watch.bound
    assert mebibytes(usual, "VmHWM") - before <= MEMORY_MIB


@pytest.mark.parametrize(("how_many", "leaves_room"), [(SLOW, True), (2 * WORKERS * THREADS, False)])
def test_slow_bodies_hold_a_thread_each_and_nobody_else(usual: House, how_many: int, leaves_room: bool) -> None:
    """The control has more of them than there are threads; a proxy in front, which waits for whole bodies, has none."""
    watch = Watch(usual)

    def wait() -> None:
        with slow_bodies(usual, how_many):
            time.sleep(3)  # what all of them hold on to

    attempts = ATTEMPTS if leaves_room else 1
    assert any(p99(watch.during(wait)) <= watch.bound for _ in range(attempts)) == leaves_room
