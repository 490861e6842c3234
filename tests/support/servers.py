"""The product as an operator runs it: a server with several processes, on a real database, answering real HTTP."""

import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from socket import socket
from typing import Any
from urllib.parse import urlsplit

import requests
from sqlalchemy import URL, Engine, create_engine, event

from tests.support.world import AUTH, PASSWORD, bring_up

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30
COMMANDS = {
    "gunicorn": "gunicorn --bind 127.0.0.1:{port} --workers {workers} --graceful-timeout 3",
    "granian": "granian --interface wsgi --http 1 --no-ws --port {port} --workers {workers} --blocking-threads 64"
    " --workers-kill-timeout 3s",
}
"""What README recommends, and a server of another kind, so that the product leans on neither."""


@dataclass
class Server:
    """A running product. `environment` is what it was started with; `errors` what it wrote."""

    url: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    log: Path
    engine: Engine = field(repr=False)
    trusted: Path | None = None
    """The certificate that it shows, if it speaks TLS by one of the tests' own."""

    def get(self, path: str, **more: Any) -> requests.Response:
        return requests.get(self.url + path, timeout=30, **more)

    def post(self, path: str, body: Any, **more: Any) -> requests.Response:
        return requests.post(self.url + path, json=body, timeout=30, **more)

    def line(self, seconds: float) -> HTTPConnection:
        """A connection for one request, on which nobody waits for longer, follows or tries again."""
        place = urlsplit(self.url)
        if self.trusted:
            context = ssl.create_default_context(cafile=self.trusted)
            return HTTPSConnection(place.hostname or "", place.port, timeout=seconds, context=context)
        return HTTPConnection(place.hostname or "", place.port, timeout=seconds)

    def sign_in(self, name: str, password: str = PASSWORD) -> dict[str, str]:
        """The cookies of a fresh session."""
        answer = self.post(f"{AUTH}/login", {"aLogin": name, "aPasswordHash": password})
        assert answer.status_code == 200, answer.text
        return {"session": answer.cookies["session"]}

    def register(self, name: str, token: str | None = None, password: str = PASSWORD) -> requests.Response:
        body = {"aLogin": name, "aEmail": f"{name.lower()}@club.test", "aPasswordHash": password}
        return self.post(f"{AUTH}/register", {**body, "invite_token": token or self.invite()})

    def invite(self, *options: str) -> str:
        """The token of an invitation made at the terminal."""
        line = self.command("invites", "create", *options)
        return line.partition("token=")[2].strip()

    def command(self, *words: str) -> str:
        """What a terminal command prints."""
        done = run(self.environment, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def written(self) -> str:
        return self.log.read_text()


def run(environment: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    """A command at the terminal, in a process of its own."""
    flask = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    return subprocess.run(flask, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


@contextmanager
def serving(
    database: URL,
    folder: Path,
    *,
    workers: int = 4,
    module: str = "wsgi:app",
    migrate: bool = True,
    within: Sequence[str] = (),
    under: str = "gunicorn",
    **environment: str,
) -> Iterator[Server]:
    """The product under a server with so many processes, migrated and answering; ended afterwards.

    `module` may name another WSGI module: a control that breaks a promise on purpose. `within` is what comes before
    the server's own command, `under` which of COMMANDS that is.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database.render_as_string(hide_password=False),
        "FLASK_SECRET_KEY": "a secret of the tests' own",
        "BASE_URL": url,
        **environment,
    }
    engine = create_engine(database)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=10000"))
    log = folder / f"server-{port}.log"
    command = command_of(under, port, workers)
    with log.open("wb") as output:
        if migrate:
            bring_up(database)
        started = [*within, *command, module]
        with running(started, variables, output) as process:
            try:
                _wait_until_up(url, process, log)
                yield Server(url, variables, process, log, engine)
            finally:
                engine.dispose()


@contextmanager
def running(command: Sequence[str], environment: dict[str, str], output: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process, ended afterwards."""
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def command_of(under: str, port: int, workers: int) -> list[str]:
    """The script itself, as operators call it: from `python -m gunicorn` no successor can start, as it finds gunicorn's
    own `app` before ours."""
    return f"{Path(sys.executable).parent}/{COMMANDS[under].format(port=port, workers=workers)}".split()


def wait_for(what: Any, seconds: float = 20.0) -> Any:
    """The first true value of `what()`, asked again and again; fails when the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError(f"did not come true within {seconds} s")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    def is_up() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            return requests.get(f"{url}/healthz", timeout=5).status_code == 200
        except (requests.ConnectionError, requests.Timeout):  # not listening, or listening but not ready
            return False

    wait_for(is_up, START_SECONDS)
