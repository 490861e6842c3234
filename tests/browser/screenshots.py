"""`python -m tests.browser.screenshots [FOLDER]`: pictures of the main pages with the demo's people, light, dark and on
a phone. Without a folder, those that README and docs/ show are taken anew."""

import json
import re
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.support.databases import new_sqlite
from tests.support.servers import Server, serving

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
DESKTOP, PHONE = {"width": 1120, "height": 780}, {"width": 390, "height": 760}
LOOKS = {
    "light": {"viewport": DESKTOP, "color_scheme": "light"},
    "dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light", "device_scale_factor": 2},
}
OPEN = {"join": "{invite}", "signin": "/signin", "forgot": "/forgot", "card-shared": "{card}"}
SKATER = {"home": "/", "card": "/card", "profile": "/profile", "account": "/account"}
DESK = {
    "desk-invite": "/desk/",
    "desk-invitations": "/desk/invitations",
    "desk-team": "/desk/team",
    "desk-people": "/desk/people",
    "desk-trail": "/desk/trail",
    "desk-mail": "/desk/mail",
}


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    wanted = shown() if folder == PICTURES else None
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(serving(stack.enter_context(new_sqlite()), logs, workers=1))
        demo = json.loads(server.command("demo", "--json"))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for look, options in LOOKS.items():
            _take_all(browser, server, demo, partial(_keep, folder, wanted, look), options)
    return 0


def shown() -> set[str]:
    """The names of the pictures that are shown to readers."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    return {name for page in pages for name in re.findall(r"pictures/([\w-]+\.png)", page.read_text())}


def _keep(folder: Path, wanted: set[str] | None, look: str, page: Page, name: str) -> None:
    picture = f"{name}-{look}.png"
    if wanted is None or picture in wanted:
        page.screenshot(path=folder / picture)
        print(picture, file=sys.stderr)


def _take_all(browser: Browser, server: Server, demo: dict, keep: Callable[[Page, str], None], options: dict) -> None:
    active = [link["url"] for link in demo["links"] if (link["kind"], link["state"]) == ("gate", "active")]
    known = {"invite": active[0], "card": demo["shared_card"]}
    for login, pages in ((None, OPEN), ("cora", SKATER), ("olivia", DESK)):
        context = browser.new_context(locale="en-GB", **options)
        page = context.new_page()
        if login:
            _sign_in(page, server, login, demo["password"])
        for name, path in pages.items():
            address = path.format(**known)
            page.goto(address if address.startswith("http") else server.url + address)
            keep(page, name)
        if pages is DESK:
            _invite(page, server)
            keep(page, "desk-link")
        context.close()


def _invite(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/desk/")
    page.get_by_label("People").fill("30")
    page.get_by_label("Note").fill("Club evening")
    page.get_by_role("button", name="Make an invite link").click()
    page.wait_for_load_state()


def _sign_in(page: Page, server: Server, login: str, password: str) -> None:
    page.goto(f"{server.url}/signin")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


if __name__ == "__main__":
    sys.exit(main())
