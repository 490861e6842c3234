"""Threads stay with a connection whose next request is under way, and nobody else waits for that."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.bench.client import Request, ask
from tests.conftest import Databases
from tests.support.servers import Server, serving

THREADS, PEOPLE, SECONDS = 4, 12, 1.0


@contextmanager
def with_few_threads(databases: Databases, folder: Path, *more: str) -> Iterator[Server]:
    options = " ".join([f"--threads {THREADS}", *more])
    with serving(databases.new("sqlite"), folder, workers=1, GUNICORN_CMD_ARGS=options) as server:
        yield server


def answered(server: Server) -> list[int]:
    """How often each of so many people was answered who all ask at once, each on a connection of their own."""
    request = Request(f"{server.url}/healthz")
    with ThreadPoolExecutor(PEOPLE) as people:
        asked = [people.submit(ask, request, SECONDS) for _ in range(PEOPLE)]
        return [len(each.result().each) for each in asked]


def test_everybody_is_answered_in_turn_though_there_are_more_people_than_threads(
    databases: Databases, tmp_path: Path
) -> None:
    with with_few_threads(databases, tmp_path) as server:
        often = answered(server)

    assert min(often) > max(often) / 4, often


def test_threads_that_always_linger_leave_the_others_waiting(databases: Databases, tmp_path: Path) -> None:
    with with_few_threads(databases, tmp_path, "--config python:tests.flows.greedy") as server:
        often = answered(server)

    assert min(often) <= max(often) / 4, often
