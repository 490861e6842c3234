"""A club evening at the desk: clicks counted, on a phone."""

import time

from tests.browser.visitor import Visitor
from tests.support.running import House, address
from tests.support.servers import wait_for
from tests.support.ways import browser, newcomer, team_link


def admin(visitor: Visitor, house: House) -> Visitor:
    """At home, as an admin."""
    return visitor.carries(browser(house, newcomer(house, "admin"))).goes("/")


def test_a_link_and_its_picture_are_three_clicks_away(visitor: Visitor, house: House) -> None:
    """T4."""
    admin(visitor, house)
    began = time.monotonic()
    visitor.presses("Desk", kind="link").types(note="Club evening").presses("Make an invite link")

    link = visitor.page.locator("input[data-copy]").input_value()
    assert visitor.clicks <= 3
    assert time.monotonic() - began < 15
    assert visitor.page.get_by_role("img", name="QR").is_visible()
    assert house.server.get(f"/api/v4/auth/register/validate-token?token={link.partition('token=')[2]}").json()["valid"]


def test_thirty_addresses_get_a_verdict_each_and_nothing_typed_is_lost(visitor: Visitor, house: House) -> None:
    """T5: 25 are sent, three are no addresses, two are members."""
    fresh, members, bad = house.names(25), house.names(2), ["mary(at)club.test", "@club.test", "nobody"]
    for name in members:
        token = team_link(house, address(name), ["dev"])
        assert house.server.post("/api/v4/admin/teams/invitations/accept", {"token": token}).status_code == 200
    admin(visitor, house).goes("/desk/team")
    everybody = [*map(address, fresh), *bad, *map(address, members)]
    visitor.types(emails=", ".join(everybody[:15]) + "\n" + "; ".join(everybody[15:]))
    visitor.page.get_by_label("Role").select_option("dev")
    began = time.monotonic()
    visitor.presses("Invite them all")

    assert time.monotonic() - began < 5
    rows = {row.locator("th").inner_text(): row.locator("td").inner_text() for row in visitor.rows("table tbody tr")}
    assert set(rows) == set(everybody)
    assert [rows[address(name)].split()[0] for name in fresh] == ["invited"] * 25
    assert all("not an e-mail address" in rows[each] for each in bad)
    assert all("on the team already" in rows[address(name)] for name in members)
    assert visitor.page.locator("textarea").input_value().split() == bad


def test_what_the_mail_server_said_stands_in_one_row(visitor: Visitor, house: House) -> None:
    """T6."""
    [name] = house.names(1)
    house.mail.refused.add(address(name))
    admin(visitor, house).goes("/desk/team").types(emails=address(name)).presses("Invite them all")

    def row() -> str:
        visitor.goes(f"/desk/mail?q={address(name)}")
        [row] = visitor.rows("ul.records > li")
        return row.inner_text()

    wait_for(lambda: "550 There is nobody of this name here" in row(), 20)
    assert "given up" in row()
    assert visitor.page.get_by_text("Make a fresh link").first.is_visible()


def test_somebody_without_mail_is_helped_back_in_with_three_clicks(
    visitor: Visitor, other: Visitor, house: House
) -> None:
    """T7."""
    name = house.member()
    admin(visitor, house).goes("/desk/")
    visitor.clicks = 0
    visitor.presses("People", kind="link").presses(name, kind="link", exact=False).presses("Reset link to hand over")

    assert visitor.clicks <= 3
    assert visitor.page.get_by_role("img", name="QR").is_visible()
    link = visitor.page.locator("input[data-copy]").input_value()
    other.goes(link).types(password="figure eights at midnight").presses("Set new password")
    assert house.opens(name, "figure eights at midnight")
    wait_for(lambda: any(address(name) in post.recipients for post in house.mail.received))
