"""The product under the server that README recommends, and under one of another kind: started, used and stopped."""

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.conftest import Databases
from tests.support.servers import COMMANDS, ROOT, Server, command_of, free_port, serving, wait_for
from tests.support.world import AUTH

WORKERS = 2


@pytest.mark.parametrize("under", COMMANDS)
def test_people_come_in_and_the_server_ends_cleanly(databases: Databases, tmp_path: Path, under: str) -> None:
    with serving(databases.new("postgresql"), tmp_path, workers=WORKERS, under=under) as server:
        assert server.register("Cas").status_code == 200
        cookies = server.sign_in("Cas")
        for _ in range(20):
            answer = server.get(f"{AUTH}/session", cookies=cookies)
            assert answer.status_code == 200
            assert "Cas" in answer.text
        assert server.get("/readyz").status_code == 200
        assert server.get(f"{AUTH}/session").status_code == 401

    assert server.process.returncode == 0
    assert "Traceback" not in server.written()


@pytest.mark.parametrize("under", COMMANDS)
def test_a_bad_setting_stops_the_start_and_is_named(under: str) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "FLASK_ENV": "production", "MAIL_PORT": "x"}
    started = [*command_of(under, free_port(), WORKERS), "wsgi:app"]
    done = subprocess.run(started, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30)

    assert done.returncode not in {0, -signal.SIGKILL}
    assert "MAIL_PORT must be a whole number" in done.stdout + done.stderr


def test_a_killed_process_is_replaced(databases: Databases, tmp_path: Path) -> None:
    with serving(databases.new("sqlite"), tmp_path, workers=WORKERS) as server:
        wait_for(lambda: len(children(server)) == WORKERS)
        killed, other = children(server)
        os.kill(killed, signal.SIGKILL)

        wait_for(lambda: killed not in (now := children(server)) and len(now) == WORKERS)
        assert other in children(server)
        assert server.get("/healthz").status_code == 200


def children(server: Server) -> list[int]:
    return [child.pid for child in psutil.Process(server.process.pid).children()]
