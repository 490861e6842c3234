"""Reset links say what they are worth when they are opened."""

from tests.support.answers import apart_from_counters
from tests.support.pages import press, send, title, told
from tests.support.world import World

NEW = "figure eights at midnight"


def test_a_dead_reset_link_says_so_before_anybody_types_a_password(world: World) -> None:
    cas = world.member("Cas")
    older, newer = world.reset_token(cas), world.reset_token(cas)
    for dead in (older, "x", ""):
        page = cas.get(f"/reset?token={dead}")
        assert (page.status_code, title(page)) == (400, "This link no longer works")
        assert "<input" not in page.text.partition("<main")[2].partition("</main>")[0]
        assert 'href="/forgot"' in page.text

    world.clock.later(hours=1)
    assert title(cas.get(f"/reset?token={newer}")) == "This link no longer works"


def test_opening_a_reset_link_changes_nothing_and_using_it_ends_it(world: World) -> None:
    cas = world.member("Cas")
    token = world.reset_token(cas)
    before = world.dump()

    pages = [cas.get(f"/reset?token={token}") for _ in range(3)]
    assert apart_from_counters(world.dump()) == apart_from_counters(before)
    assert "For the account Cas ." in told(pages[0])
    again = press(cas, pages[0], "Set new password", password="password")
    assert again.status_code == 400
    assert press(cas, again, "Set new password", password=NEW).headers["Location"] == "/signin?done=reset"

    assert title(cas.get(f"/reset?token={token}")) == "This link no longer works"
    assert send(cas, "/signin", login="Cas", password=NEW).status_code == 303


def test_a_closed_account_has_no_living_reset_link(world: World) -> None:
    cas = world.member("Cas")
    token = world.reset_token(cas)
    world.terminal("users", "deactivate", "Cas")

    assert title(cas.get(f"/reset?token={token}")) == "This link no longer works"
