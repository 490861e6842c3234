"""A skater shows their card."""

from tests.browser.visitor import Visitor
from tests.support.running import House


def test_a_card_is_shared_copied_and_taken_back(visitor: Visitor, other: Visitor, house: House) -> None:
    visitor.signs_in(house.member()).goes("/profile").types(first_name="Cora", last_name="Frost")
    visitor.presses("Save and go on").goes("/card").presses("Share my card")
    link = visitor.page.locator("input[data-copy]").input_value()

    assert link.startswith(f"{house.server.url}/card/")
    other.goes(link)
    assert "Cora" in other.text
    assert "@" not in other.text
    visitor.presses("Stop sharing")
    assert other.goes(link).page.get_by_text("Cora").count() == 0
    assert house.server.get(link.removeprefix(house.server.url)).status_code == 404


def test_the_browsers_time_zone_is_chosen_when_the_profile_is_completed(visitor: Visitor, house: House) -> None:
    visitor.signs_in(house.member()).goes("/profile")

    zone = visitor.page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    assert visitor.page.locator("[name=timezone]").input_value() == zone
