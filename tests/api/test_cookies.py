"""A cookie that somebody else put there never signs anybody in, and each sign-in has an id of its own."""

from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from core.models import BrowserSession
from core.roles import MEMBERS
from core.tokens import digest
from tests.api.conftest import NewWorld
from tests.support import headers
from tests.support.routes import GRANT, NOBODYS
from tests.support.skating import skater_id
from tests.support.world import AUTH, PASSWORD, Person, World

HOST = "__Host-session"
BASE = "https://club.test"
PLANTED = "P" * 43
NEW = "figure eights at midnight"


@pytest.fixture(scope="module")
def everybody(new_world: NewWorld) -> World:
    """Over https, as in production."""
    return new_world(cookie_secure=True, base_url=BASE, rate_limits=False)


@pytest.fixture
def world(everybody: World) -> Iterator[World]:
    yield everybody
    everybody.clear()


def secret(person: Person) -> str:
    cookie = person.browser.get_cookie(HOST)
    assert cookie
    return cookie.value


def ask(world: World, cookie: str, path: str = f"{AUTH}/session", **more: object) -> TestResponse:
    """A request with just this Cookie header."""
    browser = world.app.test_client(use_cookies=False)
    return browser.open(path, BASE, headers={"Cookie": cookie}, **more)


def given(answer: TestResponse, name: str = HOST) -> str:
    """The value that an answer gives to this cookie."""
    [line] = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith(f"{name}=")]
    return line.partition("=")[2].partition(";")[0]


def sign_in(world: World, cookie: str, name: str = "Cas") -> TestResponse:
    body = {"aLogin": name, "aPasswordHash": PASSWORD}
    answer = ask(world, cookie, f"{AUTH}/login", method="POST", json=body)
    assert answer.status_code == 200
    return answer


def login_of(world: World, cookie: str) -> str | None:
    """Who is signed in with this Cookie header."""
    return ask(world, cookie).json.get("login")


def test_a_planted_value_never_becomes_a_session(world: World) -> None:
    world.member("Cas")

    begun = given(sign_in(world, f"{HOST}={PLANTED}"))

    assert begun != PLANTED
    assert login_of(world, f"{HOST}={begun}") == "Cas"
    assert login_of(world, f"{HOST}={PLANTED}") is None
    assert digest(PLANTED) not in {row.digest for row in world.rows(BrowserSession)}


def test_whoever_planted_their_own_session_loses_it(world: World) -> None:
    world.member("Cas")
    eves = secret(world.member("Eve"))

    begun = given(sign_in(world, f"{HOST}={eves}"))

    assert login_of(world, f"{HOST}={begun}") == "Cas"
    assert login_of(world, f"{HOST}={eves}") is None


@pytest.mark.parametrize("page", ["/", "/signin", "/join", f"{AUTH}/session", "/forgot", "/static/style.css"])
def test_who_is_not_signed_in_is_given_no_cookie_to_keep(world: World, page: str) -> None:
    for cookie in ("", f"{HOST}={PLANTED}", f"{HOST}=", "session=x"):
        assert "Set-Cookie" not in ask(world, cookie, page, buffered=True).headers


TRICKS = [
    "={host}={eve}",
    "=={host}={eve}",
    "{host}",
    "session={eve}",
    "__Secure-session={eve}",
    "__HOST-SESSION={eve}",
    "__host-session={eve}",
    " __Host-session ={eve}x",
    "__Host-session\t={eve}x",
    '{host}="{eve}',
    "{host}={eve}==",
    "{host}=={eve}",
    "{host}={eve}\x00",
    "{host}%3D{eve}",
    "%5F%5FHost-session={eve}",
    "$Version=1; {host}2={eve}",
    "x={host}={eve}",
    "x=y, {host}={eve}",
]
"""Headers in which a lenient reader might find a cookie that a sibling host could have set."""


@pytest.mark.parametrize("trick", TRICKS)
def test_only_a_cookie_of_exactly_this_name_and_form_counts(world: World, trick: str) -> None:
    eves, cases = secret(world.member("Eve")), secret(world.member("Cas"))
    tossed = trick.format(host=HOST, eve=eves)

    assert login_of(world, tossed) is None
    assert login_of(world, f"{tossed}; {HOST}={cases}") in {"Cas", None}
    assert login_of(world, f"{HOST}={cases}; {tossed}") in {"Cas", None}


def test_of_two_cookies_of_one_name_a_planted_one_never_signs_in(world: World) -> None:
    world.member("Cas")
    for cookie in (f"{HOST}={PLANTED}; {HOST}={PLANTED[::-1]}", f"{HOST}=; {HOST}={PLANTED}"):
        assert login_of(world, cookie) is None
        begun = given(sign_in(world, cookie))
        assert begun not in cookie
        for both in (f"{HOST}={begun}; {HOST}={PLANTED}", f"{HOST}={PLANTED}; {HOST}={begun}"):
            assert login_of(world, both) in {"Cas", None}


def test_of_two_cookies_of_one_name_neither_makes_me_somebody_else(world: World) -> None:
    eves, cases = secret(world.member("Eve")), secret(world.member("Cas"))

    assert login_of(world, f"{HOST}={cases}; {HOST}={eves}") != "Eve"
    assert login_of(world, f"{HOST}={eves}; {HOST}={cases}") != "Eve"


def test_every_sign_in_and_new_password_has_a_new_id_and_ends_the_old(world: World) -> None:
    cas = world.member("Cas")
    ids = [secret(cas)]

    ids.append(given(sign_in(world, f"{HOST}={ids[-1]}")))
    change = {"current_password": PASSWORD, "new_password": NEW}
    answer = ask(world, f"{HOST}={ids[-1]}", f"{AUTH}/change-password", method="POST", json=change)
    ids.append(given(answer))
    form = {"login": "Cas", "password": NEW}
    ids.append(given(ask(world, f"{HOST}={ids[-1]}", "/signin", method="POST", data=form)))
    form = {"current": NEW, "password": PASSWORD}
    ids.append(given(ask(world, f"{HOST}={ids[-1]}", "/password", method="POST", data=form)))

    assert len(set(ids)) == 5
    assert [login_of(world, f"{HOST}={each}") for each in ids] == [None] * 4 + ["Cas"]
    assert len(world.rows(BrowserSession)) == 1


def test_joining_in_a_browser_that_somebody_prepared_has_a_new_id(world: World) -> None:
    eves = secret(world.member("Eve"))
    form = {"login": "Ben", "email": "ben@club.test", "password": PASSWORD, "invite_token": world.invite()}

    begun = given(ask(world, f"{HOST}={eves}", "/join", method="POST", data=form))

    assert begun != eves
    assert login_of(world, f"{HOST}={begun}") == "Ben"
    assert login_of(world, f"{HOST}={eves}") is None


def test_a_changed_role_counts_from_the_next_request_on(world: World) -> None:
    """The browser is not there to be given a new id when an admin gives or takes a role: what a given role allows is
    asked for at each request, and a taken staff role ends the session."""
    ann, cas = world.admin(), world.member("Cas")
    cookie = f"{HOST}={secret(cas)}"
    with_id = GRANT.replace(NOBODYS, str(skater_id(cas)))

    assert ask(world, cookie, "/api/v4/admin/users").status_code == 403
    assert ann.post(with_id, {"role": "admin"}).status_code == 200
    assert ask(world, cookie, "/api/v4/admin/users").status_code == 200
    assert ann.delete(f"{with_id}/admin").status_code == 200
    assert ask(world, cookie, "/api/v4/admin/users").status_code == 401
    assert login_of(world, cookie) is None


def test_signing_out_takes_the_cookie_away_and_kills_the_id(world: World) -> None:
    cas = world.member("Cas")
    cookie = f"{HOST}={secret(cas)}"
    for path in (f"{AUTH}/logout", "/signout"):
        answer = ask(world, cookie, path, method="POST")
        assert given(answer) == ""
        assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert login_of(world, cookie) is None


def test_cookies_stay_small_whatever_the_name(world: World) -> None:
    name = "Þ" * 80
    local, domain = "l" * 64, ".".join(["d" * 61] * 3)
    longest = world.somebody(name)
    longest.email = f"{local}@{domain}.ttt"
    assert len(longest.email) == 254
    assert longest.register(world.invite(roles=MEMBERS)).status_code == 200

    answer = longest.browser.post("/signin", base_url=BASE, data={"login": name, "password": PASSWORD})

    lines = answer.headers.getlist("Set-Cookie")
    assert headers.cookie_faults(answer, {HOST, "__Host-device"}) == []
    assert sum(map(len, lines)) < 1024


def test_with_a_domain_the_cookie_says_so_and_no_more(new_world: NewWorld) -> None:
    world = new_world(cookie_secure=True, cookie_domain="club.test", base_url=BASE)
    world.member("Cas")
    for line in sign_in(world, "").headers.getlist("Set-Cookie"):
        name, *attributes = line.split("; ")
        assert name.startswith("__Secure-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
        assert not [each for each in attributes if each.startswith("Domain") and each != "Domain=club.test"]
