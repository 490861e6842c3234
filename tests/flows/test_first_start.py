"""`python wsgi.py` in a fresh copy of what is tracked: nothing to configure, and an admin within a minute."""

import html
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.support.running import fresh_password
from tests.support.servers import ROOT, free_port, wait_for
from tests.support.world import AUTH, PASSWORD


@dataclass
class Started:
    url: str
    log: Path

    def written(self) -> str:
        return self.log.read_text()

    def admin_token(self) -> str | None:
        """The token of the only link printed, if one is."""
        tokens = re.findall(rf"{self.url}/join\?token=([\w-]+)", self.written())
        assert len(tokens) <= 1
        return str(tokens[0]) if tokens else None

    def post(self, path: str, body: dict[str, str]) -> requests.Response:
        return requests.post(f"{self.url}{AUTH}/{path}", json=body, timeout=30)


def fresh_copy(folder: Path) -> Path:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


@contextmanager
def started(folder: Path, number: int) -> Iterator[Started]:
    port, log = free_port(), folder / f"started-{number}.log"
    environment = {"PATH": "/usr/bin:/bin", "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "wsgi.py"], cwd=folder, env=environment, stdout=output, stderr=output
        )
    try:
        here = Started(f"http://localhost:{port}", log)
        wait_for(lambda: process.poll() is not None or _is_up(here.url), 40)
        assert process.poll() is None, here.written()
        yield here
    finally:
        process.terminate()
        process.wait(10)


def _is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def test_each_start_offers_one_living_admin_link_until_somebody_is_admin(tmp_path: Path) -> None:
    folder = fresh_copy(tmp_path / "copy")
    ann = {"aLogin": "Ann", "aEmail": "ann@club.test", "aPasswordHash": PASSWORD}

    with started(folder, 1) as here:
        earlier = here.admin_token()
    assert earlier

    with started(folder, 2) as here:
        token = here.admin_token()
        assert token
        assert token != earlier
        assert here.post("register", {**ann, "invite_token": earlier}).json()["code"] == "invite_revoked"
        assert here.post("register", {**ann, "invite_token": token}).status_code == 200
        assert requests.get(f"{here.url}/join?token={token}", timeout=30).status_code < 500

        # She forgets her password; the letter is in the development mailbox, and its link works.
        assert here.post("reset-request", {"email": "ann@club.test"}).status_code == 200
        reset = wait_for(lambda: _reset_token(here.url))
        assert requests.get(f"{here.url}/reset?token={reset}", timeout=30).status_code == 200
        new = fresh_password()
        assert here.post("reset-confirm", {"token": reset, "new_password": new}).status_code == 200
        signed_in = here.post("login", {"aLogin": "Ann", "aPasswordHash": new})
        assert signed_in.status_code == 200
        answer = requests.get(f"{here.url}{AUTH}/session", cookies=signed_in.cookies, timeout=30)
        assert "admin" in answer.json()["roles"]

        requested = [line for line in here.written().splitlines() if '"GET ' in line or '"POST ' in line]
        assert any('"GET /reset" 200' in line for line in requested)
        for secret in (token, earlier, reset, signed_in.cookies["session"], new, PASSWORD):
            assert not any(secret in line for line in requested)
            assert here.written().count(secret) == (1 if secret == token else 0)

    with started(folder, 3) as here:
        assert here.admin_token() is None


def _reset_token(url: str) -> str | None:
    answer = requests.get(f"{url}/dev/mailbox", timeout=30)
    assert answer.status_code == 200
    found = re.search(rf"{re.escape(url)}/reset\?token=([\w-]+)", html.unescape(answer.text))
    return found[1] if found else None
