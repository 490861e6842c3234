"""Attempt counters over several processes: exact with the database, exact with Redis, and going on without it."""

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.policy import LIMITS
from tests.conftest import Databases
from tests.support.servers import Server, free_port, serving, wait_for
from tests.support.world import AUTH

WORKERS = 3
FORKED = {"GUNICORN_CMD_ARGS": "--preload"}
"""Loaded once for all processes, which takes a quarter of the time."""
ACCOUNT = LIMITS["login_account"].attempts
TOKENS = LIMITS["validate_token_address"].attempts


@contextmanager
def redis_server(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = ["redis-server", "--port", str(port), "--save", "", "--dir", str(folder), "--daemonize", "no"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        ping = ["redis-cli", "-p", str(port), "ping"]
        wait_for(lambda: b"PONG" in subprocess.run(ping, capture_output=True).stdout)
        yield process
    finally:
        process.kill()
        process.wait()


def guesses(server: Server, name: str, number: int) -> Counter[int]:
    """The statuses of so many wrong sign-ins at once."""
    body = {"aLogin": name, "aPasswordHash": "not the password"}
    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda _: server.post(f"{AUTH}/login", body), range(number)))
    assert all("Retry-After" in answer.headers for answer in answers if answer.status_code == 429)
    return Counter(answer.status_code for answer in answers)


def looks(server: Server, number: int) -> Counter[int]:
    """The statuses of so many looks at unknown invitations at once."""
    path = f"{AUTH}/register/validate-token?token=unknown"
    with ThreadPoolExecutor(8) as many:
        return Counter(many.map(lambda _: server.get(path).status_code, range(number)))


def test_guesses_are_counted_exactly_over_all_processes(databases: Databases, engine: str, tmp_path: Path) -> None:
    with serving(databases.new(engine), tmp_path, workers=WORKERS, **FORKED) as server:
        assert guesses(server, "Nobody", ACCOUNT * 2) == {401: ACCOUNT, 429: ACCOUNT}


@pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not installed")
def test_with_redis_all_processes_count_together_and_go_on_while_it_is_away(
    databases: Databases, tmp_path: Path
) -> None:
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    with (
        redis_server(tmp_path, port) as redis,
        serving(databases.new("sqlite"), tmp_path, workers=WORKERS, REDIS_URL=url, **FORKED) as server,
    ):
        assert looks(server, TOKENS + 20) == {403: TOKENS, 429: 20}
        assert guesses(server, "Nobody", ACCOUNT * 2) == {401: ACCOUNT, 429: ACCOUNT}

        redis.kill()
        redis.wait()

        away = guesses(server, "Somebody", ACCOUNT * WORKERS * 2)
        assert set(away) == {401, 429}
        assert ACCOUNT <= away[401] <= ACCOUNT * WORKERS
        assert "Redis is away" in server.written()
