"""A person in front of a browser, whose clicks, screens and requests are counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Request, Response

from tests.support.examples import LONG
from tests.support.world import PASSWORD

PHONE = {"width": 360, "height": 740}


@dataclass
class Visitor:
    """`screens` are the pages seen, redirects not counted; `clicks` what was pressed on them."""

    page: Page
    home: str
    screens: list[str] = field(default_factory=list)
    clicks: int = 0
    faults: list[str] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    api: str = "data:"
    """Where else pages may ask."""

    @classmethod
    @contextmanager
    def arriving(cls, browser: Browser, home: str, api: str = "data:", **options: Any) -> Iterator["Visitor"]:
        """A fresh browser. What its console complains about, and every request to another place, is a fault."""
        context = browser.new_context(**{"viewport": PHONE, "locale": "en-GB", **options})
        context.set_default_timeout(15_000)
        visitor = cls(context.new_page(), home, api=api)
        visitor.page.on("console", visitor._listen)
        visitor.page.on("pageerror", lambda error: visitor.faults.append(str(error)))
        visitor.page.on("request", visitor._note)
        visitor.page.on("response", visitor._look)
        yield visitor
        context.close()
        assert visitor.faults == []

    def goes(self, path: str) -> "Visitor":
        """Open a path, or a whole link."""
        self.page.goto(path if path.startswith("http") else self.home + path)
        return self

    def presses(self, text: str, *, kind: str = "button", exact: bool = True) -> "Visitor":
        """Press a button (or follow a link, kind="link") as people name it."""
        self.clicks += 1
        self.page.get_by_role(kind, name=text, exact=exact).click()  # type: ignore[arg-type]
        self.page.wait_for_load_state()
        return self

    def types(self, **fields: str) -> "Visitor":
        """Type into the fields of these names, as far as they can be changed."""
        for name, text in fields.items():
            self.page.locator(f'main [name="{name}"]').fill(text)
        return self

    def carries(self, cookies: dict[str, str]) -> "Visitor":
        """Be who these cookies say, without the cost of a password."""
        jar = [{"name": name, "value": value, "url": self.home} for name, value in cookies.items()]
        self.page.context.add_cookies(jar)  # type: ignore[arg-type]
        return self

    def leaves(self) -> None:
        """Sign out, by forgetting the cookie."""
        self.page.context.clear_cookies()

    def rows(self, selector: str) -> list[Locator]:
        return self.page.locator(selector).all()

    def tabs_to(self, text: str) -> None:
        """Press Tab until what has this text has the focus."""
        self._tabs_until(f"document.activeElement.innerText === {text!r}")

    def tabs_to_input(self) -> None:
        """Press Tab until the next field has the focus."""
        self._tabs_until("document.activeElement.matches('input')")

    def _tabs_until(self, reached: str) -> None:
        for _ in range(40):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(reached):
                return
        raise AssertionError(f"the keyboard never gets there: {reached}")

    def signs_in(self, login: str, password: str = PASSWORD) -> "Visitor":
        self.goes("/signin").types(login=login, password=password)
        return self.presses("Sign in")

    @property
    def title(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def serious(self, *rules: str) -> list[str]:
        """What axe finds on this screen that is serious or critical, by all of its rules or these: rule and place. Of
        articles of one kind, the page of the API has sixty, the first speaks for the others."""
        options = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else None
        context = None if LONG else {"exclude": [["article ~ article"]]}
        found = Axe().run(self.page, context=context, options=options).response["violations"]
        return [
            f"{each['id']}: {each['nodes'][0]['target']}" for each in found if each["impact"] in {"serious", "critical"}
        ]

    def overflows(self) -> bool:
        """Whether the screen can be scrolled sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))

    def _look(self, response: Response) -> None:
        if response.request.is_navigation_request() and not 300 <= response.status < 400:
            self.screens.append(urlsplit(response.url).path)

    def _note(self, request: Request) -> None:
        self.asked.append(request)
        if not request.url.startswith((self.home, self.api, "data:")):
            self.faults.append(f"asked another place: {request.url}")

    def _listen(self, message: Any) -> None:
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.faults.append(message.text)
