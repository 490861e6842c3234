"""What front ends on other origins may read."""

from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from app.settings import from_environment
from core.errors import TooManyAttempts
from tests.api.conftest import NewWorld
from tests.support import headers
from tests.support.world import AUTH, Person, World

ALLOWED = ["https://club.example", "http://front.club.example:8080"]
LOOK_ALIKES = [
    "https://club.example.evil.test",
    "https://evilclub.example",
    "https://evil.test/https://club.example",
    "https://a.club.example",
    "https://clubxexample",
    "https://club.example:8443",
    "https://club.example:443",
    "http://club.example",
    "http://frontxclub.example:8080",
    "http://front.club.example:80800",
    "http://front.club.example",
    "https://club.example/",
    "https://club.example ",
    "club.example",
    "null",
    "*",
    "",
    "https://CLUB.example",
    "HTTPS://club.example",
    "https://club.example.",
    "https://club.example:443/",
    "https://club.example@evil.test",
    "https://evil.test@club.example",
    "https://club.example%2eevil.test",
    "https://club.example, https://evil.test",
    "https://evil.test https://club.example",
    "https://club.example\t",
    "https://xn--club-example",
    "wss://club.example",
    "file://",
    "chrome-extension://club.example",
    "//club.example",
    "https:club.example",
]


@pytest.fixture(scope="module")
def named(new_world: NewWorld) -> World:
    """A world with two allowed origins."""
    variables = {
        "DATABASE_URL": "sqlite:///club.sqlite3",
        "FLASK_SECRET_KEY": "a secret",
        "CORS_ORIGIN": ", ".join(ALLOWED),
    }
    return new_world(cors_origins=from_environment(variables).cors_origins)


def shared_with(answer: TestResponse) -> tuple[str | None, str | None]:
    return answer.headers.get("Access-Control-Allow-Origin"), answer.headers.get("Access-Control-Allow-Credentials")


ANSWERS: dict[str, Callable[[Person, dict[str, str]], TestResponse]] = {
    "200": lambda eve, origin: eve.get("/api/v4/openapi.json", headers=origin),
    "400": lambda eve, origin: eve.post(f"{AUTH}/login", {}, headers=origin),
    "401": lambda eve, origin: eve.get(f"{AUTH}/session", headers=origin),
    "403": lambda eve, origin: eve.get(f"{AUTH}/register/validate-token", headers=origin),
    "404": lambda eve, origin: eve.get("/api/v4/nowhere", headers=origin),
    "405": lambda eve, origin: eve.get(f"{AUTH}/login", headers=origin),
    "413": lambda eve, origin: eve.browser.post(f"{AUTH}/login", data=b" " * 70_000, headers=origin),
    "415": lambda eve, origin: eve.browser.post(f"{AUTH}/login", data=b"x", headers=origin),
    "429": lambda eve, origin: failing(eve, TooManyAttempts(7), origin),
    "500": lambda eve, origin: failing(eve, ZeroDivisionError(), origin),
    "503": lambda eve, origin: failing(eve, OperationalError("SELECT 1", {}, Exception("gone")), origin),
}


def failing(eve: Person, trouble: Exception, origin: dict[str, str]) -> TestResponse:
    """The answer of a route in which this happens."""

    def fail() -> None:
        raise trouble

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(eve.world.app.view_functions, "registration.validate_token", fail)
        return eve.get(f"{AUTH}/register/validate-token", headers=origin)


@pytest.mark.parametrize("origin", ALLOWED)
@pytest.mark.parametrize("status", ANSWERS)
def test_every_answer_is_shared_with_an_allowed_origin_exactly(named: World, status: str, origin: str) -> None:
    answer = ANSWERS[status](named.somebody("Eve"), {"Origin": origin})

    assert answer.status_code == int(status)
    assert shared_with(answer) == (origin, "true")
    assert "Origin" in answer.vary
    exposed = answer.headers["Access-Control-Expose-Headers"]
    assert {each.strip() for each in exposed.split(",")} == {"Retry-After", "X-Request-ID"}


@pytest.mark.parametrize("status", ANSWERS)
def test_no_answer_is_shared_with_anybody_else(named: World, status: str) -> None:
    for origin in LOOK_ALIKES:
        answer = ANSWERS[status](named.somebody("Eve"), {"Origin": origin})
        assert shared_with(answer)[0] is None, origin
        assert "Origin" in answer.vary


@pytest.mark.parametrize("status", ANSWERS)
def test_without_an_origin_nothing_is_said_but_that_it_would_matter(named: World, status: str) -> None:
    answer = ANSWERS[status](named.somebody("Eve"), {})

    assert headers.faults(answer, over_https=False) == []

    assert answer.headers.get("Access-Control-Allow-Origin") in {None, ""}
    assert {"Origin", "Cookie"} <= set(answer.vary)


def preflight(world: World, origin: str, path: str = f"{AUTH}/login", method: str = "POST") -> TestResponse:
    asks = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type"}
    return world.somebody("Eve").browser.options(path, headers={"Origin": origin, **asks})


@pytest.mark.parametrize("origin", ALLOWED)
def test_an_allowed_origin_may_send_json_with_cookies(named: World, origin: str) -> None:
    before = named.dump()

    answer = preflight(named, origin)

    assert answer.status_code == 200
    assert shared_with(answer) == (origin, "true")
    assert answer.headers["Access-Control-Allow-Headers"].lower() == "content-type"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Max-Age"] == "600"
    assert named.dump() == before


def test_a_preflight_of_anybody_else_is_told_nothing(named: World) -> None:
    for origin in LOOK_ALIKES:
        answer = preflight(named, origin)
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-Allow-")], origin


@pytest.mark.parametrize("path", [f"{AUTH}/login", "/api/v4/nowhere", f"{AUTH}/session", "/healthz", "/signin"])
def test_no_preflight_opens_a_private_network_or_everything(named: World, path: str) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Private-Network": "true"}
    for origin in (*ALLOWED, *LOOK_ALIKES):
        answer = named.somebody("Eve").browser.options(path, headers={"Origin": origin, **asks})
        assert answer.headers.get("Access-Control-Allow-Private-Network", "false") == "false"
        assert "Access-Control-Allow-Local-Network" not in answer.headers
        assert shared_with(answer)[0] in ({origin} if origin in ALLOWED and path.startswith("/api/") else {None})
        assert "*" not in {value for name, value in answer.headers if name.startswith("Access-Control-")}
        assert "Origin" in answer.vary


def test_a_preflight_allows_only_the_methods_that_the_api_has(named: World) -> None:
    for method in ("TRACE", "CONNECT", "PROPFIND"):
        allowed = preflight(named, ALLOWED[0], method=method).headers.get("Access-Control-Allow-Methods", "")
        assert method not in allowed


def test_other_headers_may_not_be_sent(named: World) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-admin"}
    answer = named.somebody("Eve").browser.options(f"{AUTH}/login", headers={"Origin": ALLOWED[0], **asks})

    assert "x-admin" not in answer.headers.get("Access-Control-Allow-Headers", "").lower()


def test_a_front_end_elsewhere_signs_in_and_stays_so(named: World) -> None:
    cas = named.somebody("Cas")
    cas.register(named.invite())
    origin = {"Origin": ALLOWED[0], "Sec-Fetch-Site": "cross-site"}

    answer = cas.post(f"{AUTH}/login", {"aLogin": "Cas", "aPasswordHash": cas.password}, headers=origin)

    assert (answer.status_code, *shared_with(answer)) == (200, ALLOWED[0], "true")
    assert cas.get(f"{AUTH}/session", headers=origin).json["logged_in"] is True


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:3000", "http://192.168.0.255:3000"])
def test_in_development_a_front_end_on_port_3000_is_let_in(world: World, origin: str) -> None:
    assert shared_with(world.somebody("Eve").get(f"{AUTH}/session", headers={"Origin": origin})) == (origin, "true")


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:3000.evil.test",
        "http://localhost:30001",
        "https://localhost:3000",
        "http://192.168.0.1.evil.test:3000",
        "http://192x168.0.1:3000",
        "http://10.0.0.1:3000",
    ],
)
def test_in_development_nobody_else_is(world: World, origin: str) -> None:
    assert shared_with(world.somebody("Eve").get(f"{AUTH}/session", headers={"Origin": origin}))[0] is None


def test_what_is_not_the_api_is_not_shared(world: World) -> None:
    answer = world.somebody("Eve").get("/healthz", headers={"Origin": "http://localhost:3000"})

    assert shared_with(answer)[0] is None
