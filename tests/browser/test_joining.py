"""From a link to being signed in, on a phone."""

from urllib.parse import urlsplit

from tests.browser.visitor import Visitor
from tests.support.running import House
from tests.support.world import PASSWORD


def test_a_link_leads_to_being_signed_in_with_two_screens_and_one_form(visitor: Visitor, house: House) -> None:
    """T1."""
    [name] = house.names(1)
    visitor.goes(f"/join?token={house.invite(roles=['coach'])}")
    visitor.page.get_by_label("Login").fill(name)
    visitor.page.get_by_label("E-mail").fill(f"{name.lower()}@club.test")
    visitor.page.locator('input[name="password"]').fill(PASSWORD)
    visitor.presses("Join")

    assert name in visitor.title
    assert visitor.screens == ["/join", "/"]
    assert visitor.clicks == 1


def test_the_token_leaves_the_address_bar_and_no_referrer_is_sent(visitor: Visitor, house: House) -> None:
    token = house.invite()
    visitor.goes(f"/join?token={token}")

    assert urlsplit(visitor.page.url).query == ""
    assert visitor.page.evaluate("history.length") <= 2
    visitor.presses("Sign in", kind="link", exact=False)
    assert not any(request.headers.get("referer") for request in visitor.asked)
    assert not any(token in request.url for request in visitor.asked[1:])
