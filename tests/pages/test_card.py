"""The skater card on a page: shared with a link, and taken back."""

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.extensions import db
from core.minutes import GROUP_CLASS
from core.models import IceSession, IceType, Profile
from tests.support.pages import press, send, title, told
from tests.support.world import AUTH, Person, World

ABOUT = {"first_name": "Cas", "last_name": "Weyden", "city": "Denver", "state": "CO", "zip": "80202"}


@pytest.fixture
def cas(world: World) -> Person:
    """Somebody with a profile and three times on the ice: coached half of one, one in a class, one alone."""
    cas = world.member("Cas")
    cas.post(f"{AUTH}/onboard", ABOUT)
    [profile] = world.rows(Profile)
    with world.app.app_context(), Session(db.engine) as session, session.begin():
        session.merge(IceType(id=GROUP_CLASS, name="Group Class"))
        session.flush()
        for days, more in enumerate(({"coached_minutes": 30}, {"ice_type_id": GROUP_CLASS}, {})):
            at = world.clock.now.replace(hour=0) - timedelta(days=days)
            session.add(IceSession(at=at, minutes=60, skater_id=profile.skater_id, **more))
    return cas


def shared_at(page_text: str) -> str:
    """Where the card's link on a page leads."""
    [token] = set(re.findall(r"http://localhost:5000/card/([0-9a-f-]{36})", page_text))
    return f"/card/{token}"


def test_my_card_shows_who_i_am_and_what_i_recorded(cas: Person) -> None:
    page = cas.get("/card")

    assert title(page) == "Cas Weyden"
    assert "On the ice since 18 November 2026" in told(page)
    assert "Coached 17 % Group 33 % Solo 50 %" in told(page)
    assert 'stroke-dasharray="48.4 100"' in page.text
    assert not re.search(r"\b80202\b", page.text)  # as a word: its digits may stand in an id


def test_a_card_without_a_record_says_so(world: World) -> None:
    cas = world.member("Cas")
    cas.post(f"{AUTH}/onboard", ABOUT)

    assert told(cas.get("/card")).count("On the ice nothing recorded") == 2


def test_a_shared_card_is_open_to_whoever_has_its_link(world: World, cas: Person) -> None:
    assert "/card/" not in re.sub(r'action="/card/share"', "", cas.get("/card").text)

    assert press(cas, cas.get("/card"), "Share my card").headers["Location"] == "/card?done=shared#share"

    page = cas.get("/card")
    link = shared_at(page.text)
    assert "data:image/svg+xml" in page.text
    assert str(world.rows(Profile)[0].share_token) in link
    seen = world.somebody("Eve").get(link)
    assert (seen.status_code, title(seen)) == (200, "Cas Weyden")
    assert "Coached 17 % Group 33 % Solo 50 %" in told(seen)
    for private in (cas.email, "80202", "Stop sharing", link.rpartition("/")[2], "data:image"):
        assert private not in seen.text.partition("<footer")[0]  # where the page names its own address
    assert 'content="noindex"' in seen.text


def test_sharing_again_keeps_the_link_and_a_new_one_follows_an_end(world: World, cas: Person) -> None:
    send(cas, "/card/share")
    first = shared_at(cas.get("/card").text)
    send(cas, "/card/share")
    assert shared_at(cas.get("/card").text) == first

    assert press(cas, cas.get("/card"), "Stop sharing").status_code == 303

    assert world.rows(Profile)[0].share_token is None
    gone = world.somebody("Eve").get(first)
    assert (gone.status_code, title(gone)) == (404, "This card is not shared")
    send(cas, "/card/share")
    assert shared_at(cas.get("/card").text) != first


def test_a_link_to_no_card_explains_itself_the_same_way(world: World) -> None:
    eve = world.somebody("Eve")

    pages = [eve.get(f"/card/{token}") for token in (uuid.uuid4(), "x", "share", "a" * 300)]

    assert {(page.status_code, title(page)) for page in pages} == {(404, "This card is not shared")}


def test_opening_a_card_changes_nothing(world: World, cas: Person) -> None:
    send(cas, "/card/share")
    before = world.dump()

    link = shared_at(cas.get("/card").text)
    world.somebody("Eve").get(link)
    cas.get("/")

    assert world.dump() == before


def test_nobody_shares_what_they_do_not_have(world: World) -> None:
    ben = world.member("Ben")

    for path in ("/card/share", "/card/unshare"):
        answer = send(ben, path)
        assert (answer.status_code, title(answer)) == (404, "No card yet")
    assert send(world.somebody("Eve"), "/card/share").headers["Location"] == "/signin"
