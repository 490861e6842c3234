"""The pages count what the API counts, by network address too: at each of their doors, and for what was looked at."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest
from werkzeug.test import TestResponse

from app.testing import CHEAP
from core.policy import LIMITS
from tests.api.conftest import NewWorld
from tests.api.test_guessing import known
from tests.support.pages import send
from tests.support.world import PASSWORD, Person, World

NUMBERS = count()
NEW = "an altogether new one"
Door = Callable[[Person, int], TestResponse]


def sign_in(eve: Person, number: int) -> TestResponse:
    return send(eve, "/signin", login=f"nobody {number}", password="wrong")


def join(eve: Person, number: int) -> TestResponse:
    """With a link that lives, and a password that is refused: of a dead link the page says nothing but that it is."""
    link = eve.__dict__.setdefault("link", eve.world.invite())
    about = {"login": f"eve {number}", "email": f"eve{number}@club.test", "password": "password"}
    return send(eve, "/join", **about, invite_token=link)


DOORS: dict[str, tuple[str, Door]] = {
    "signing_in.sign_in": ("login_address", sign_in),
    "signing_in.show_to_invited": ("validate_token_address", lambda eve, n: send(eve, "/join/signin", token=f"x{n}")),
    "joining.show": ("validate_token_address", lambda eve, n: eve.get(f"/join?token=x{n}")),
    "joining.show_team": ("validate_token_address", lambda eve, n: eve.get(f"/team/join?token=x{n}")),
    "joining.switch": ("validate_token_address", lambda eve, n: send(eve, "/join/switch", token=f"x{n}")),
    "joining.join": ("register_address", join),
    "joining.accept": ("register_address", lambda eve, n: send(eve, "/join/accept", token=f"x{n}")),
    "joining.join_team": ("register_address", lambda eve, n: send(eve, "/team/join", token=f"x{n}")),
    "address.show": ("prove_address", lambda eve, n: eve.get(f"/email/prove?token=x{n}")),
    "address.confirm": ("prove_address", lambda eve, n: send(eve, "/email/prove", token=f"x{n}")),
    "recovery.send": ("reset_address", lambda eve, n: send(eve, "/forgot", email=f"nobody{n}@club.test")),
    "recovery.show": ("reset_confirm_address", lambda eve, n: eve.get(f"/reset?token=x{n}")),
    "recovery.confirm": ("reset_confirm_address", lambda eve, n: send(eve, "/reset", token=f"x{n}", password=NEW)),
}
EMPTY = {
    "signing_in.sign_in": "/signin",
    "joining.join": "/join",
    "joining.accept": "/join/accept",
    "joining.join_team": "/team/join",
    "recovery.send": "/forgot",
    "recovery.confirm": "/reset",
}


@pytest.fixture
def few(new_world: NewWorld) -> World:
    """Three attempts for each network address, whatever they are at."""
    limits = {name: replace(limit, attempts=3) if "address" in name else limit for name, limit in LIMITS.items()}
    return new_world(policy=replace(CHEAP, limits=limits))


def visitor(world: World, door: str) -> Person:
    """Whoever may knock there."""
    return world.member("Eve") if door == "joining.accept" else world.somebody("Eve")


def test_every_door_with_a_limit_by_network_address_is_tried_here(world: World) -> None:
    limited = {
        endpoint: set(view.like.contract.address_limits)  # type: ignore[attr-defined]
        for endpoint, view in world.app.view_functions.items()
        if hasattr(view, "like") and view.like.contract.address_limits
    }
    assert set(limited) == set(DOORS)
    assert {endpoint: limit for endpoint, (limit, _) in DOORS.items() if limit not in limited[endpoint]} == {}


@pytest.mark.parametrize("door", DOORS)
def test_a_door_is_shut_at_the_number_of_its_network(few: World, door: str) -> None:
    limit, knock = DOORS[door]
    eve = visitor(few, door)

    answers = [knock(eve, next(NUMBERS)) for _ in range(5)]

    assert 429 not in {answer.status_code for answer in answers[:3]}
    assert [answer.status_code for answer in answers[3:]] == [429, 429], limit
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= LIMITS[limit].window.total_seconds()
    assert "Too many attempts" in answers[-1].text


@pytest.mark.parametrize("door", EMPTY)
def test_a_form_that_is_not_filled_in_uses_up_nothing(few: World, door: str) -> None:
    eve = visitor(few, door)
    assert 429 not in {send(eve, EMPTY[door]).status_code for _ in range(8)}


def test_api_and_page_share_one_number(few: World) -> None:
    eve = few.somebody("Eve")
    for number in range(3):
        assert sign_in(eve, number).status_code == 401
    assert eve.sign_in("Nobody", "wrong").status_code == 429


def test_a_known_browser_comes_in_by_the_page_beside_who_guesses(few: World) -> None:
    cas, eve = known(few), few.somebody("Eve")
    assert [sign_in(eve, number).status_code for number in range(4)][-1] == 429

    assert send(few.somebody("Cas"), "/signin", login="Cas", password=PASSWORD).status_code == 429
    assert send(cas, "/signin", login="Cas", password=PASSWORD).status_code == 303


def test_who_holds_a_link_joins_by_the_page_beside_who_guesses(few: World) -> None:
    token, eve, ben = few.invite(), few.somebody("Eve"), few.somebody("Ben")
    assert [eve.register(f"x{number}").status_code for number in range(4)][-1] == 429
    assert [eve.get(f"/join?token=x{number}").status_code for number in range(4)][-1] == 429

    assert ben.get(f"/join?token={token}").status_code == 200
    form = {"login": "Ben", "email": ben.email, "password": PASSWORD, "invite_token": token}
    assert send(ben, "/join", **form).status_code == 303
