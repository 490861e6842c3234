"""Network addresses in every spelling that servers and proxies write: read in one place, kept in one spelling."""

import ipaddress
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.client_address import LONGEST, network_of, read
from core.models import AuditEvent, BrowserSession
from core.policy import LIMITS
from tests.api.conftest import NewWorld
from tests.support.world import AUTH, World

V4, V6 = "203.0.113.9", "2001:db8:0:1::9"
SHAPES = {
    V4: [
        V4,
        f"{V4}:54321",
        f" {V4}\t",
        f'"{V4}"',
        f"::ffff:{V4}",
        f"[::ffff:{V4}]",
        f"[::FFFF:{V4}]:80",
        "::ffff:cb00:7109",
    ],
    V6: [
        V6,
        f"[{V6}]",
        f"[{V6}]:443",
        f'"[{V6}]:443"',
        "2001:DB8:0:1:0:0:0:9",
        "2001:0db8:0000:0001:0000:0000:0000:0009",
    ],
    "fe80::1": ["fe80::1%eth0", "[fe80::1%eth0]:80", "fe80::1%25en0", "FE80::1%" + "z" * 15],
}
NONSENSE = [
    "", " ", "unknown", "_hidden", "unix:", "-", "localhost", "203.0.113.9:", "203.0.113.9:x", "203.0.113.256", "1.2.3",
    "0xcb.0.113.9", "203.0.113.09", "[203.0.113.9", "::ffff:203.0.113.9.1", "1:2:3", "\u0662.1.1.1", "203.0.113.9\x00",
    "203.0.113.9;DROP", "f" * 46, f"{V4}:{'1' * 60}", "[" * 300, f"{V6}%{'z' * 300}", "\xff\xfe",
]  # fmt: skip
FULL = LIMITS["reset_confirm_address"].attempts
RESET = {"token": "x", "new_password": "a good one, never set"}


@pytest.mark.parametrize(("address", "spelling"), [(key, each) for key, shapes in SHAPES.items() for each in shapes])
def test_every_spelling_is_read_as_one(address: str, spelling: str) -> None:
    assert read(spelling) == address


@pytest.mark.parametrize("text", NONSENSE)
def test_what_is_no_address_is_none(text: str) -> None:
    assert read(text) is None


@given(
    st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)), st.integers(0, 65535), st.text(max_size=12), st.booleans()
)
def test_any_address_in_any_shape_is_the_same(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int, zone: str, upper: bool
) -> None:
    zone = zone.translate({ord(sign): "" for sign in '[]"%'}).strip()
    plain = read(str(address))
    assert plain is not None
    spelled = str(address).upper() if upper else str(address)
    if address.version == 4:
        shapes = [spelled, f"{spelled}:{port}", f"::ffff:{spelled}", f"[::ffff:{spelled}]:{port}"]
    else:
        shapes = [address.exploded, f"[{spelled}]:{port}", f"{spelled}%{zone}", f"[{spelled}%{zone}]:{port}"]
    assert {read(shape) for shape in shapes} == {plain}
    assert len(plain) <= 39
    assert read(plain) == plain


@given(st.text(max_size=LONGEST + 20))
def test_any_text_is_an_address_of_one_spelling_or_none(text: str) -> None:
    found = read(text)
    assert found is None or (str(ipaddress.ip_address(found)) == found and read(found) == found)


def test_a_household_of_ipv6_is_its_64() -> None:
    assert network_of(V6) == network_of("2001:db8:0:1:ffff::1") == "2001:db8:0:1::/64"
    assert network_of(V4) == V4


def tried(world: World, forwarded: str | None, socket: str = "10.0.0.1") -> int:
    """The status of one attempt that is limited by network address."""
    eve = world.somebody("Eve")
    eve.browser.environ_base["REMOTE_ADDR"] = socket
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return eve.post(f"{AUTH}/reset-confirm", RESET, headers=headers).status_code


def test_visitors_with_ports_are_counted_apart(new_world: NewWorld) -> None:
    world = new_world(trusted_proxies=1)
    assert {tried(world, f"203.0.113.{n}:5432{n % 10}") for n in range(FULL + 1)} == {400}


@pytest.mark.parametrize("address", SHAPES)
def test_all_spellings_of_one_visitor_share_one_counter(new_world: NewWorld, address: str) -> None:
    world = new_world(trusted_proxies=1)
    shapes = SHAPES[address]
    assert {tried(world, shapes[n % len(shapes)]) for n in range(FULL)} == {400}
    assert {tried(world, shape) for shape in shapes} == {429}
    assert tried(world, "198.51.100.7") == 400


def test_ipv4_seen_through_an_ipv6_socket_is_ipv4(new_world: NewWorld) -> None:
    world = new_world()
    assert {tried(world, None, f"::ffff:203.0.113.{n}") for n in range(FULL + 1)} == {400}
    assert {tried(world, None, "::ffff:203.0.113.1") for _ in range(FULL)} == {400, 429}


@pytest.mark.parametrize("hops", [1, 2])
def test_what_cannot_be_read_counts_for_the_nearest_hop_that_can(new_world: NewWorld, hops: int) -> None:
    world = new_world(trusted_proxies=hops)
    tail = ", 192.0.2.8" if hops == 2 else ""
    nearest = "192.0.2.8" if hops == 2 else "10.0.0.1"

    assert {tried(world, NONSENSE[n % len(NONSENSE)] + tail) for n in range(FULL)} == {400}

    assert tried(world, "unknown" + tail) == 429
    assert tried(world, nearest + tail, "10.0.0.9") == 429
    assert tried(world, "unknown", "10.0.0.2") == 400


def test_an_unreadable_address_is_told_once(new_world: NewWorld, caplog: pytest.LogCaptureFixture) -> None:
    world = new_world(trusted_proxies=1)
    with caplog.at_level(logging.WARNING, "app.client_address"):
        for _ in range(3):
            tried(world, "unix:")
        tried(world, "203.0.113.9:1")
    assert len([line for line in caplog.records if "X-Forwarded-For holds no address" in line.getMessage()]) == 1


SCHEMES = [("https", True), ("HTTPS", True), ("http", False), ("javascript", False), ("http, https", True), ("", False)]


@pytest.mark.parametrize(
    ("said", "is_https"), [*SCHEMES, ("https, nonsense", False), ("h\xfftps", False), ("x" * 9000, False)]
)
def test_only_http_and_https_are_schemes(new_world: NewWorld, said: str, is_https: bool) -> None:
    answer = new_world(trusted_proxies=1).somebody("Eve").get("/signin", headers={"X-Forwarded-Proto": said})
    assert answer.status_code == 200
    assert ("Strict-Transport-Security" in answer.headers) is is_https


@pytest.mark.parametrize("spelling", [*(each for shapes in SHAPES.values() for each in shapes), *NONSENSE, "9" * 46])
def test_one_spelling_or_nothing_is_kept_and_nothing_is_a_fault(
    trusting: World, spelling: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = trusting
    cas = world.member("Cas")
    cas.browser.environ_base["REMOTE_ADDR"] = "10.0.0.1"
    headers: dict[str, Any] = {"X-Forwarded-For": spelling.encode("utf-8", "replace").decode("latin-1")}
    wanted = {read(spelling) or "10.0.0.1"}

    with caplog.at_level(logging.INFO):
        body = {"aLogin": "Cas", "aPasswordHash": cas.password}
        assert cas.post(f"{AUTH}/login", body, headers=headers).status_code == 200
        assert cas.post(f"{AUTH}/login", {**body, "aPasswordHash": "wrong"}, headers=headers).status_code == 401

    devices = cas.get(f"{AUTH}/sessions", headers=headers).json["items"]
    assert {row.ip for row in world.rows(BrowserSession)} == wanted == {each["ip"] for each in devices}
    assert {row.ip for row in world.rows(AuditEvent) if row.event == "signed_in"} >= wanted
    world.clear()


@pytest.fixture
def trusting(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world behind one proxy."""
    monkeypatch.setattr(_middleware(world), "_hops", 1)
    return world


def _middleware(world: World) -> Any:
    found: Any = world.app.wsgi_app
    while type(found).__name__ != "ClientAddress":
        found = found._app
    return found
