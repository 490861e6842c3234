"""The example of a front end on another origin (docs/client), in a browser, before a server that lets it in."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, expect

from tests.browser.test_everybody import letter_to, link_in
from tests.browser.visitor import Visitor
from tests.support.running import House, Running, address
from tests.support.servers import ROOT, free_port, running, wait_for
from tests.support.world import AUTH, PASSWORD

NEW = "figure eights at midnight"
FOLDER = ROOT / "docs/client"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture
def house(running: Running, port: int) -> House:
    """A server that lets one other origin in, and whose reset links lead there."""
    origin = f"http://127.0.0.1:{port}"
    let_in = f"{origin}, http://app.club.localhost:{port}"
    return running.house("postgresql", workers=2, CORS_ORIGIN=let_in, RESET_URL_BASE=f"{origin}/reset")


@contextmanager
def served(port: int, api: str, folder: Path) -> Iterator[str]:
    """The example, served as its page says; where."""
    url = f"http://127.0.0.1:{port}"
    with (
        (folder / "front").open("wb") as log,
        running([sys.executable, str(FOLDER / "serve.py"), str(port), api], {}, log),
    ):
        wait_for(lambda: is_up(url))
        yield url


def is_up(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


@pytest.fixture
def visitor(chromium: Browser, house: House, port: int, tmp_path: Path) -> Iterator[Visitor]:
    api = house.server.url
    with served(port, api, tmp_path) as url, Visitor.arriving(chromium, url, api=api) as visitor:
        yield visitor


def shows(visitor: Visitor, title: str) -> Visitor:
    """The screen with this title comes; it fits a phone, and axe finds nothing serious."""
    expect(visitor.page.locator("h1:visible")).to_have_text(title)
    assert (visitor.serious(), visitor.overflows()) == ([], False)
    return visitor


def says(visitor: Visitor, sentence: str) -> None:
    expect(visitor.page.get_by_role("status")).to_have_text(sentence)


def fills(visitor: Visitor, **fields: str) -> Visitor:
    for name, text in fields.items():
        visitor.page.locator(f"section:visible [name={name}]").fill(text)
    return visitor


def signs_in(visitor: Visitor, name: str, password: str = PASSWORD) -> None:
    fills(visitor, aLogin=name, aPasswordHash=password).presses("Sign in")


def test_a_session_that_ends_half_way_leads_back_and_keeps_what_was_typed(visitor: Visitor, house: House) -> None:
    name = house.member()
    shows(visitor.goes("/"), "Sign in")
    signs_in(visitor, name, "not this one")
    says(visitor, "Invalid credentials")
    signs_in(visitor, name)
    shows(visitor, f"Hello, {name}")
    fills(visitor, first_name="Cas", last_name="Nobody")
    elsewhere = house.server.sign_in(name)
    requests.delete(f"{house.server.url}{AUTH}/sessions", cookies=elsewhere, timeout=30)

    visitor.presses("Save my names")

    shows(visitor, "Sign in")
    says(visitor, "Your session has ended. Please sign in again: what you typed is kept.")
    signs_in(visitor, name)
    shows(visitor, f"Hello, {name}").presses("Save my names")
    says(visitor, "Saved.")
    overview = house.server.get("/api/v4/members/skater_overview", cookies=elsewhere).json()["user_general"]
    assert (overview["user_first_name"], overview["user_last_name"]) == ("Cas", "Nobody")
    shows(visitor.presses("Sign out"), "Sign in")
    expect(visitor.goes("/").page.locator("#sign-in")).to_be_visible()


def test_what_one_person_typed_is_not_shown_to_the_next(visitor: Visitor, house: House) -> None:
    cas, lou = house.member(), house.member()
    signs_in(visitor.goes("/"), cas)
    fills(shows(visitor, f"Hello, {cas}"), first_name="Cas").presses("Sign out")
    signs_in(shows(visitor, "Sign in"), lou)

    assert shows(visitor, f"Hello, {lou}").page.locator("[name=first_name]").input_value() == ""


def test_a_link_is_looked_at_first_and_each_fault_stands_at_its_field(visitor: Visitor, house: House) -> None:
    (name,), taken, token = house.names(1), house.member(), house.invite()
    shows(visitor.goes(f"/join?token={token}"), "You are invited")
    assert visitor.page.url == f"{visitor.home}/join"
    fills(visitor, aLogin=taken, aEmail=address(name), aPasswordHash=PASSWORD).presses("Join")
    says(visitor, "This login is already taken.")
    expect(visitor.page.locator("#join [name=aLogin]")).to_have_accessible_description(
        "Already belongs to somebody else."
    )
    expect(visitor.page.locator("#join [name=aLogin]")).to_be_focused()
    fills(visitor, aLogin=name, aPasswordHash="short").presses("Join")
    says(visitor, "The password is too short.")
    assert visitor.serious() == []
    fills(visitor, aPasswordHash=PASSWORD).presses("Join")

    shows(visitor, f"Hello, {name}")
    says(visitor, "Welcome.")
    shows(visitor.goes(f"/join?token={token}"), "This link does not work")
    says(visitor, "This invite has expired or has already been used.")


def test_a_forgotten_password_is_set_anew_by_a_link_that_leads_to_the_front_end(visitor: Visitor, house: House) -> None:
    name = house.member()
    shows(visitor.goes("/"), "Sign in").presses("I forgot my password", kind="link")
    fills(shows(visitor, "A new password"), email=address(name)).presses("Send me a link")
    says(visitor, "If that email is registered, a reset link has been sent.")

    visitor.goes(link_in(letter_to(house, name, "Set a new password")))
    assert visitor.page.url == f"{visitor.home}/reset"
    fills(shows(visitor, "A new password"), new_password=NEW).presses("Set it")

    says(visitor, "Password has been reset.")
    signs_in(visitor, name, NEW)
    shows(visitor, f"Hello, {name}")


def test_a_host_beside_the_apis_under_one_domain_is_of_the_same_site(
    chromium: Browser, house: House, port: int, tmp_path: Path
) -> None:
    name, api = house.member(), house.server.url.replace("127.0.0.1", "api.club.localhost")
    with (
        served(port, api, tmp_path),
        Visitor.arriving(chromium, f"http://app.club.localhost:{port}", api=api) as visitor,
    ):
        signs_in(visitor.goes("/"), name)
        shows(visitor, f"Hello, {name}")
        shows(visitor.goes("/"), f"Hello, {name}")

        assert [cookie["domain"] for cookie in visitor.page.context.cookies()] == ["api.club.localhost"] * 2


def test_on_another_site_the_browser_keeps_no_session_and_the_page_says_so(
    chromium: Browser, house: House, port: int, tmp_path: Path
) -> None:
    """localhost and 127.0.0.1 are one machine and two sites: SameSite=Lax."""
    api = house.server.url.replace("127.0.0.1", "localhost")
    with served(port, api, tmp_path) as url, Visitor.arriving(chromium, url, api=api) as visitor:
        signs_in(shows(visitor.goes("/"), "Sign in"), house.member())

        says(
            visitor,
            "The password is right, but this browser keeps no cookie of the server. Is it on the same site?",
        )
        assert visitor.page.context.cookies() == []
