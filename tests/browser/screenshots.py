"""`python -m tests.browser.screenshots [FOLDER]`: pictures of the main pages with the demo's people, light, dark and on
a phone. Three of them stand in the README."""

import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.support.databases import new_sqlite
from tests.support.servers import Server, serving

PICTURES = Path(__file__).with_name("pictures")
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
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(serving(stack.enter_context(new_sqlite()), logs, workers=1))
        demo = json.loads(server.command("demo", "--json"))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for look, options in LOOKS.items():
            _take_all(browser, server, demo, folder, look, options)
    return 0


def _take_all(browser: Browser, server: Server, demo: dict, folder: Path, look: str, options: dict) -> None:
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
            page.screenshot(path=folder / f"{name}-{look}.png")
            print(f"{name}-{look}.png", file=sys.stderr)
        context.close()


def _sign_in(page: Page, server: Server, login: str, password: str) -> None:
    page.goto(f"{server.url}/signin")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


if __name__ == "__main__":
    sys.exit(main())
