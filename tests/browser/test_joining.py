"""From a link to being in, on a phone."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from tests.browser.visitor import Visitor
from tests.support.running import House, address
from tests.support.ways import coach_link
from tests.support.world import PASSWORD


def test_a_link_leads_to_being_signed_in_with_two_screens_and_one_form(visitor: Visitor, house: House) -> None:
    """T1."""
    [name] = house.names(1)
    visitor.goes(f"/join?token={house.invite(roles=['coach'])}")
    visitor.types(login=name, email=address(name), password=PASSWORD)
    visitor.presses("Join")

    assert name in visitor.title
    assert visitor.screens == ["/join", "/"]
    assert visitor.clicks == 1


def test_a_personal_link_has_the_address_filled_in_and_fixed_and_suggests_a_login(
    visitor: Visitor, house: House
) -> None:
    [name] = house.names(1)
    visitor.goes(f"/join?token={coach_link(house, address(name))}")

    email, login = visitor.page.get_by_label("E-mail"), visitor.page.get_by_label("Login")
    assert (email.input_value(), email.get_attribute("readonly") is not None) == (address(name), True)
    assert login.input_value() != ""


def test_the_password_is_typed_once_and_can_be_seen(visitor: Visitor, house: House) -> None:
    visitor.goes(f"/join?token={house.invite()}")
    [password] = visitor.page.locator('input[autocomplete="new-password"]').all()
    password.fill("as it is")
    visitor.page.get_by_role("button", name="Show password").click()

    assert visitor.page.locator("#password").get_attribute("type") == "text"


def test_whoever_has_an_account_takes_a_link_in_with_them_in_three_actions(visitor: Visitor, house: House) -> None:
    """T2, with a wrong password on the way."""
    name = house.member()
    visitor.goes(f"/join?token={house.invite(roles=['artist'])}")
    visitor.presses("I have an account: sign in")
    visitor.types(login=name, password="not this one").presses("Sign in")
    visitor.clicks -= 1
    visitor.types(password=PASSWORD).presses("Sign in").presses("Add it to my account")

    assert visitor.clicks == 3
    assert "artist" in visitor.goes("/account").text
    assert "token" not in visitor.page.url


def test_signed_in_as_somebody_else_both_are_named_and_nobody_joins(visitor: Visitor, house: House) -> None:
    """T3."""
    [invited], present = house.names(1), house.member()
    token = coach_link(house, address(invited))
    visitor.signs_in(present).goes(f"/coach/onboard?token={token}")

    assert address(present) in visitor.text
    assert f"{invited[0].lower()}•••@club.test" in visitor.text
    assert address(invited) not in visitor.text
    visitor.presses("Switch account")
    assert visitor.page.get_by_label("E-mail").input_value() == address(invited)
    assert house.invitation(token).uses == 0


def test_the_token_leaves_the_address_bar_and_no_referrer_is_sent(visitor: Visitor, house: House) -> None:
    token = house.invite()
    visitor.goes(f"/join?token={token}")

    assert urlsplit(visitor.page.url).query == ""
    visitor.presses("I have an account: sign in")
    assert not any(request.headers.get("referer") for request in visitor.asked)
    assert not any(token in request.url for request in visitor.asked[1:])
    assert token not in visitor.page.url


def test_a_dead_link_says_what_happened_and_who_can_help(visitor: Visitor, house: House) -> None:
    token = house.invite()
    house.server.register(house.names(1)[0], token)

    assert "has been used" in visitor.goes(f"/join?token={token}").title
    assert "ask the person who gave you this link" in visitor.text
    assert "do not know" in visitor.goes(f"/join?token={'x' * 43}").title


def test_a_german_phone_is_spoken_to_in_german_until_its_owner_chooses(chromium: Browser, house: House) -> None:
    with Visitor.arriving(chromium, house.server.url, locale="de-DE") as visitor:
        link = f"/join?token={house.invite()}"
        visitor.goes(link)
        assert visitor.title == "Komm herein"
        visitor.presses("Passwort zeigen")
        assert visitor.page.get_by_role("button", name="Passwort zeigen").inner_text() == "Verbergen"
        assert re.search(r"\d\d\.\d\d\.20\d\d, \d\d:\d\d", visitor.page.locator("time").inner_text())

        assert visitor.presses("English").title == "Come in"
        assert visitor.goes(link).title == "Come in"
        assert visitor.presses("Deutsch").title == "Komm herein"
