"""For every hand and eye: small screens, keyboards, no script, and what axe finds."""

import re

import pytest
from playwright.sync_api import Browser

from app.unit import open_unit
from core import addresses
from core.models import User
from tests.browser.visitor import Visitor
from tests.support.mailserver import Post
from tests.support.running import House, address
from tests.support.servers import wait_for
from tests.support.ways import browser, newcomer
from tests.support.world import PASSWORD

OPEN = [
    "/signin",
    "/forgot",
    "/join",
    "/join?token={token}",
    "/reset?token=x",
    "/email/prove?token={proof}",
    "/nowhere",
]
MINE = ["/", "/profile", "/card", "/account", "/invitations"]
DESK = [
    "/desk/",
    "/desk/invitations",
    "/desk/coaches",
    "/desk/team",
    "/desk/people",
    "/desk/trail",
    "/desk/mail",
    "/desk/people/{me}",
]

RULES = {"light": (), "dark": ("color-contrast", "html-has-lang", "html-lang-valid", "valid-lang")}
"""Which of axe's rules are tried: all, or those that the dark and another language can break."""

NOTHING = {"en-GB": "There is nothing here", "de-DE": "Hier ist nichts"}


@pytest.mark.parametrize(("light", "locale"), [("light", "en-GB"), ("dark", "de-DE")])
def test_every_page_fits_a_small_screen_and_has_nothing_serious_against_it(
    chromium: Browser, house: House, light: str, locale: str
) -> None:
    """T12. The page of the API is long; in the dark, where German is spoken, nothing but colours and words changes."""
    person = newcomer(house, "admin")
    told: dict[str, object] = {}
    with Visitor.arriving(chromium, house.server.url, color_scheme=light, locale=locale) as visitor:
        documentation = ["/api/v4/docs"] if light == "light" else []
        for path in [*OPEN, *documentation, "sign in", *MINE, *DESK]:
            if path == "sign in":
                visitor.carries(browser(house, person))
                continue
            proof = proof_of(house, person) if "{proof}" in path else ""
            visitor.goes(path.format(token=house.invite(), proof=proof, me=person.skater_id))
            assert (visitor.title == NOTHING[locale]) == (path == "/nowhere"), path
            told[path] = (visitor.serious(*RULES[light]), visitor.overflows())
    assert {path: found for path, found in told.items() if found != ([], False)} == {}


def test_a_keyboard_is_enough_to_join_and_to_leave(visitor: Visitor, house: House) -> None:
    [name] = house.names(1)
    visitor.goes(f"/join?token={house.invite()}")
    keyboard = visitor.page.keyboard
    for typed in (address(name), name, PASSWORD):
        visitor.tabs_to_input()
        keyboard.type(typed)
    keyboard.press("Enter")
    visitor.page.wait_for_url("**/")
    assert name in visitor.title

    visitor.tabs_to("Sign out")
    keyboard.press("Enter")
    visitor.page.wait_for_url("**/signin**")


def test_fields_say_what_goes_into_them(visitor: Visitor, house: House) -> None:
    def hints(path: str) -> list[str | None]:
        visitor.goes(path)
        inputs = visitor.page.locator("main input:not([type=hidden])").all()
        return [each.get_attribute("autocomplete") for each in inputs]

    assert hints("/signin") == ["username", "current-password"]
    assert hints(f"/join?token={house.invite()}") == ["email", "username", "new-password"]
    assert hints("/forgot") == ["email"]


def test_joining_signing_in_and_resetting_work_without_script(chromium: Browser, house: House) -> None:
    [name] = house.names(1)
    with Visitor.arriving(chromium, house.server.url, java_script_enabled=False) as visitor:
        visitor.goes(f"/join?token={house.invite()}").types(login=name, email=address(name), password=PASSWORD)
        assert name in visitor.presses("Join").title
        visitor.presses("Sign out")
        assert name in visitor.signs_in(name).title
        visitor.presses("Sign out").goes("/forgot").types(email=address(name)).presses("Send me a link")
        link = link_in(letter_to(house, name, "Set a new password"))
        visitor.goes(link).types(password="figure eights at midnight").presses("Set new password")
        assert name in visitor.signs_in(name, "figure eights at midnight").title


def test_an_address_is_confirmed_without_script_by_code_or_by_link(chromium: Browser, house: House) -> None:
    for way in ("code", "link"):
        [name] = house.names(1)
        with Visitor.arriving(chromium, house.server.url, java_script_enabled=False) as visitor:
            visitor.goes(f"/join?token={house.invite()}").types(login=name, email=address(name), password=PASSWORD)
            assert "Confirm your address" in visitor.presses("Join").page.inner_text("main")
            letter = letter_to(house, name, "Confirm your e-mail address")
            if way == "code":
                [code] = re.findall(r"^\w{4}-\w{4}(?=\s)", letter.text(), re.MULTILINE)
                visitor.types(code=code.lower()).presses("Confirm")
            else:
                visitor.goes(link_in(letter)).presses("Yes, confirm this address")
                assert visitor.title == "Your address is confirmed"
                visitor.presses("Go to my page", kind="link")
            assert "Confirm your address" not in visitor.page.inner_text("main")
            assert "Your e-mail address is confirmed." in visitor.goes("/account").page.inner_text("main")


def proof_of(house: House, person: User) -> str:
    """The secret that a letter to this person would carry."""
    with house.app.app_context(), open_unit() as unit:
        proof = addresses.issue_proof(unit, person.skater_id, person.email)
    assert proof is not None
    return proof.secret


def letter_to(house: House, name: str, subject: str) -> Post:
    def found() -> Post | None:
        theirs = (post for post in house.mail.received if address(name) in post.recipients)
        return next((post for post in theirs if post.message["Subject"] == subject), None)

    letter = wait_for(found)
    assert isinstance(letter, Post)
    return letter


def link_in(letter: Post) -> str:
    return next(word for word in letter.text().split() if word.startswith("http"))
