"""A real browser before a real server: Chromium as the system has it, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.visitor import Visitor
from tests.support.running import House, Running

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
REQUIRED = os.environ.get("BROWSER_TESTS") == "required"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        if REQUIRED:
            pytest.fail("BROWSER_TESTS=required, and there is no Chromium on this machine")
        pytest.skip("there is no Chromium on this machine: install it to run the browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def house(running: Running) -> House:
    """One server for all browser tests; others have left things in it."""
    return running.house("postgresql", workers=2)


@pytest.fixture
def visitor(chromium: Browser, house: House) -> Iterator[Visitor]:
    """Somebody with a phone that has never been here."""
    with Visitor.arriving(chromium, house.server.url) as visitor:
        yield visitor


@pytest.fixture
def other(chromium: Browser, house: House) -> Iterator[Visitor]:
    """Somebody else, with a browser of their own."""
    with Visitor.arriving(chromium, house.server.url) as visitor:
        yield visitor
