"""Attempt counters over several processes: exact with the database, exact with Redis, and going on without it."""

import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from core.policy import LIMITS
from tests.conftest import Databases
from tests.support.examples import LONG
from tests.support.redisserver import redis_server
from tests.support.servers import Server, free_port, serving
from tests.support.world import AUTH

WORKERS = 3
CROWD = 500 if LONG else 30
ACCOUNT = LIMITS["login_account"].attempts
TOKENS = LIMITS["validate_token_address"].attempts


def guesses(server: Server, name: str, number: int) -> Counter[int]:
    """The statuses of so many wrong sign-ins at once, each spelling the name and naming its own address differently."""

    def guess(attempt: int) -> requests.Response:
        spelling = "".join(letter.upper() if attempt >> place & 1 else letter for place, letter in enumerate(name))
        body = {"aLogin": f" {spelling}", "aPasswordHash": f"not the password {attempt}"}
        forged = {"X-Forwarded-For": f"198.51.100.{attempt % 250}, 192.0.2.1", "Forwarded": f"for=198.51.100.{attempt}"}
        return requests.post(f"{server.url}{AUTH}/login", json=body, headers=forged, timeout=60)

    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(guess, range(number)))
    assert all("Retry-After" in answer.headers for answer in answers if answer.status_code == 429)
    return Counter(answer.status_code for answer in answers)


def looks(server: Server, number: int) -> Counter[int]:
    """The statuses of so many looks at unknown invitations at once."""
    path = f"{AUTH}/register/validate-token?token=unknown"
    with ThreadPoolExecutor(8) as many:
        return Counter(many.map(lambda _: server.get(path).status_code, range(number)))


def test_guesses_are_counted_exactly_over_all_processes_proxies_and_restarts(
    databases: Databases, engine: str, tmp_path: Path
) -> None:
    database, early = databases.new(engine), ACCOUNT // 2
    late = ACCOUNT - early

    with serving(database, tmp_path, workers=WORKERS) as server:
        assert guesses(server, "nobodyatall", early) == {401: early}
    with serving(database, tmp_path, workers=WORKERS, migrate=False, TRUSTED_PROXY_COUNT="2") as server:
        assert guesses(server, "nobodyatall", CROWD) == {401: late, 429: CROWD - late}


def test_looking_before_counting_lets_more_through(databases: Databases, tmp_path: Path) -> None:
    """The control: a counter that is read and then written."""
    module = "tests.flows.miscounting_wsgi:app"
    with serving(databases.new("postgresql"), tmp_path, workers=WORKERS, module=module) as server:
        assert guesses(server, "nobodyatall", CROWD)[401] > ACCOUNT


@pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not installed")
def test_with_redis_all_processes_count_together_and_go_on_while_it_is_away(
    databases: Databases, tmp_path: Path
) -> None:
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    with (
        redis_server(tmp_path, port) as redis,
        serving(databases.new("sqlite"), tmp_path, workers=WORKERS, REDIS_URL=url) as server,
    ):
        assert looks(server, TOKENS + 20) == {403: TOKENS, 429: 20}
        assert guesses(server, "Nobody", ACCOUNT * 2) == {401: ACCOUNT, 429: ACCOUNT}

        redis.kill()
        redis.wait()

        away = guesses(server, "Somebody", ACCOUNT * WORKERS * 2)
        assert set(away) == {401, 429}
        assert ACCOUNT <= away[401] <= ACCOUNT * WORKERS
        assert "Redis is away" in server.written()
