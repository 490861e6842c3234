"""Passwords that are known to be stolen, asked of a service of the range protocol that listens here."""

import time
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from app import breached, create_app
from app.settings import Settings
from tests.support.answers import said
from tests.support.world import AUTH, World

STOLEN, PADDED, GOOD = "stolen long ago, alas", "never seen, but padding", "nobody has lost this"
REFUSED = (400, "This password was stolen somewhere before: others would try it.", "password_breached")


class Service(ThreadingHTTPServer):
    """Knows STOLEN, and pads its answers; or behaves as `mood` says."""

    mood = "well"
    asked: list[str]


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.server.mood == "silent":
            time.sleep(1)
        if self.server.mood == "elsewhere" and not self.path.startswith("/elsewhere"):
            self.send_response(302)
            self.send_header("Location", f"/elsewhere{self.path}")
            self.end_headers()
            return
        self.send_response(500 if self.server.mood == "broken" else 200)
        self.end_headers()
        ours = (f"{digest(STOLEN)[5:]}:3", f"{digest(PADDED)[5:]}:0")
        self.wfile.write(b"\xff\xfe:" if self.server.mood == "nonsense" else "\r\n".join(ours).encode())

    def log_message(self, *_: object) -> None:
        pass


def digest(password: str) -> str:
    return sha1(password.encode()).hexdigest().upper()


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service(("127.0.0.1", 0), Handler)
    service.asked = []
    Thread(target=service.serve_forever).start()
    yield service
    service.shutdown()
    service.server_close()


def address(service: Service) -> str:
    return f"http://127.0.0.1:{service.server_port}/range"


@pytest.fixture(params=["postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def asking(world: World, service: Service) -> Iterator[World]:
    usual = world.app.extensions["surroundings"]
    world.app.extensions["surroundings"] = replace(usual, is_breached=breached.checker(address(service)))
    yield world
    world.app.extensions["surroundings"] = usual


def test_a_stolen_password_is_refused_wherever_one_is_set(asking: World) -> None:
    cas = asking.member("Cas")
    token = asking.reset_token(cas)

    answers = [
        asking.somebody("Dee").register(asking.invite(), aPasswordHash=STOLEN),
        cas.post(f"{AUTH}/change-password", {"current_password": cas.password, "new_password": STOLEN}),
        cas.post(f"{AUTH}/reset-confirm", {"token": token, "new_password": STOLEN}),
    ]

    assert [said(answer) for answer in answers] == [REFUSED] * 3
    assert asking.somebody("Dee").register(asking.invite(), aPasswordHash=GOOD).status_code == 200


def test_the_service_learns_five_digits_and_nothing_else(asking: World, service: Service) -> None:
    asking.somebody("Dee").register(asking.invite(), aPasswordHash=STOLEN)

    assert service.asked == [f"/range/{digest(STOLEN)[:5]}"]


def test_padding_is_no_password(asking: World) -> None:
    assert asking.somebody("Dee").register(asking.invite(), aPasswordHash=PADDED).status_code == 200


@pytest.mark.parametrize("mood", ["silent", "elsewhere", "broken", "nonsense"])
def test_while_the_service_is_no_help_passwords_pass(
    asking: World, service: Service, mood: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breached, "SECONDS", 0.2)
    service.mood = mood

    assert asking.somebody("Dee").register(asking.invite(), aPasswordHash=STOLEN).status_code == 200
    assert len(service.asked) == 1  # it was not followed elsewhere


def test_the_setting_names_the_service(world: World, service: Service) -> None:
    database = world.app.extensions["settings"].database

    for url, stolen in ((address(service), True), (None, False)):
        app = create_app(Settings(database=database, secret_keys=("k" * 32,), breached_passwords_url=url))
        assert app.extensions["surroundings"].is_breached(STOLEN) is stolen
