"""gunicorn renewed while people use it: new code takes over, and code that cannot start does not."""

import os
import shlex
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from socket import AF_UNIX, SOCK_DGRAM, socket
from threading import Event

import psutil
import requests

from tests.conftest import Databases
from tests.flows.test_servers import WORKERS, children
from tests.support.servers import ROOT, Server, serving, wait_for

UNIT = ROOT / "docs/vestibule.service"
VERSIONED = """
from wsgi import app

@app.after_request
def say(response):
    response.headers["X-Version"] = "{version}"
    return response
"""


@contextmanager
def asking(server: Server) -> Iterator[list[str]]:
    """Two people ask all the time, each time on a new connection; the versions that answered. Any failure is raised."""
    heard: list[str] = []
    enough = Event()

    def ask() -> None:
        while not enough.is_set():
            answer = requests.get(f"{server.url}/healthz", headers={"Connection": "close"}, timeout=20)
            assert answer.status_code == 200
            heard.append(answer.headers["X-Version"])

    with ThreadPoolExecutor(2) as people:
        asked = [people.submit(ask) for _ in range(2)]
        try:
            yield heard
        finally:
            enough.set()
        for each in asked:
            each.result()


def execs(name: str) -> str:
    """What the shipped unit has systemd run, as the shell sees it."""
    [line] = [line for line in UNIT.read_text().splitlines() if line.startswith(f"{name}=")]
    return line.partition("=")[2].replace("$$", "$")


@contextmanager
def versioned(databases: Databases, folder: Path, **more: str) -> Iterator[tuple[Server, Path]]:
    """A server, and the module that it runs, for which somebody may put another in its place."""
    module = folder / "versioned.py"
    module.write_text(VERSIONED.format(version="old"))
    path = {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder}", **more}
    with serving(databases.new("sqlite"), folder, workers=WORKERS, module="versioned:app", **path) as server:
        yield server, module


def test_new_code_takes_over_without_a_failed_request(databases: Databases, tmp_path: Path) -> None:
    with socket(AF_UNIX, SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        with versioned(databases, tmp_path, NOTIFY_SOCKET=str(tmp_path / "notify")) as (server, module):
            earlier = server.process
            assert systemd.recv(999).startswith(b"READY=1")
            with asking(server) as heard:
                wait_for(lambda: "old" in heard)
                module.write_text(VERSIONED.format(version="of today"))
                reload = subprocess.Popen(shlex.split(execs("ExecReload")), env={"MAINPID": str(earlier.pid)})
                assert systemd.recv(999).startswith(b"READY=1")
                [successor] = [each for each in psutil.Process(earlier.pid).children() if each.children()]
                assert systemd.recv(999) == f"MAINPID={successor.pid}".encode()
                assert earlier.wait(20) == 0
                del heard[:]
                wait_for(lambda: len(heard) > 50)
                assert set(heard) == {"of today"}
            assert reload.wait(20) == 0
            successor.terminate()
            successor.wait(20)


def test_new_code_that_cannot_start_leaves_the_old_at_work(databases: Databases, tmp_path: Path) -> None:
    with versioned(databases, tmp_path) as (server, module), asking(server) as heard:
        module.write_text("raise RuntimeError('half an upgrade')")
        server.process.send_signal(signal.SIGUSR2)
        wait_for(lambda: "half an upgrade" in server.written())
        wait_for(lambda: len(children(server)) == WORKERS)
        del heard[:]
        wait_for(lambda: len(heard) > 20)
        assert set(heard) == {"old"}
