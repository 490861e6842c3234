"""Which host a request may name: a page of another site must not pass for ours by having its own name lead here."""

from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.environment import host_in
from app.settings import BadSettings, from_environment
from tests.api.conftest import NewWorld
from tests.support.answers import said
from tests.support.world import AUTH, World

UNKNOWN = (421, "This server does not answer for this address.", "unknown_host")
OURS = [
    "localhost",
    "api.club.localhost:6735",
    "localhost:6735",
    "LOCALHOST",
    "localhost.",
    "127.0.0.1",
    "127.0.0.1:6735",
    "[::1]",
    "[::1]:6735",
]
OTHERS = [
    *("evil.test", "evil.test:6735", "evil.test:80", "localhost.evil.test", "localhost.evil.test:5000", "xlocalhost"),
    *("127.0.0.1.evil.test", "192.0.2.1", "192.168.1.5:5000", "[2001:db8::1]", "[::2]:5000", "[::1].evil.test"),
    *("localhost@evil.test", "localhost:80@evil.test", "evil.test#localhost", "localhost,evil.test"),
    *("localhost evil.test", "127.1", "0.0.0.0", "[::]", "a/localhost", "[::1", "..", "-"),
]
PATHS = ["/", "/signin", f"{AUTH}/session", "/dev/mailbox", "/static/style.css", "/nowhere", "/api/v4/docs", "/card"]


def asked(world: World, path: str, host: str, **more: Any) -> TestResponse:
    return world.somebody("Eve").browser.open(path, headers={"Host": host}, **more)


@pytest.mark.parametrize("host", OTHERS)
def test_a_host_of_nobodys_is_refused_wherever_it_asks(world: World, host: str) -> None:
    for path in PATHS:
        answer = asked(world, path, host)
        assert (answer.status_code, answer.json["code"]) == (421, "unknown_host"), path
    assert said(asked(world, f"{AUTH}/session", host)) == UNKNOWN


@pytest.mark.parametrize("host", OURS)
def test_this_machine_may_be_named_as_usual(world: World, host: str) -> None:
    assert asked(world, "/signin", host).status_code == 200
    assert said(asked(world, f"{AUTH}/session", host))[0] == 401


def test_a_page_that_leads_its_name_here_reads_no_mail_and_sets_no_password(world: World) -> None:
    """As in a browser: the page's own address is Host and Origin, and all is of the same origin for it."""
    cas, evil = world.member("Cas"), {"Host": "evil.test:6735", "Origin": "http://evil.test:6735"}
    about = {"headers": evil | {"Sec-Fetch-Site": "same-origin"}}
    before = world.dump()

    assert cas.post(f"{AUTH}/reset-request", {"email": cas.email}, **about).status_code == 421
    assert cas.get("/dev/mailbox", **about).status_code == 421

    assert world.dump() == before


def test_health_is_told_to_whoever_asks_by_an_address(new_world: NewWorld) -> None:
    token = "a-secret-of-monitoring-alone-0123456789"
    world = new_world(production=True, base_url="https://club.test", metrics_token=token)
    for host in ("10.0.0.7:8000", "[2001:db8::7]:8000", "instance-1", ""):
        for path in ("/healthz", "/readyz"):
            assert asked(world, path, host).status_code == 200, (path, host)
        assert world.somebody("M").get("/metrics", headers={"Host": host}).status_code == 401
        if host:
            assert asked(world, f"{AUTH}/session", host).status_code == 421


def test_in_production_the_public_host_and_those_that_are_named_are_answered(new_world: NewWorld) -> None:
    about: dict[str, Any] = {"production": True, "cookie_secure": True, "development_mailbox": False}
    public = {"base_url": "https://club.test:8443", "reset_url_base": "https://front.club.test/reset"}
    world = new_world(**about, **public, trusted_hosts=("www.club.test",))
    answers = {
        host: asked(world, f"{AUTH}/session", host).status_code
        for host in ("club.test", "club.test:8443", "CLUB.test", "front.club.test", "www.club.test", "localhost:8000")
    }
    assert set(answers.values()) == {401}, answers
    assert asked(world, f"{AUTH}/session", "club.test.evil.test").status_code == 421
    assert asked(world, f"{AUTH}/session", "other.club.test").status_code == 421


HOSTS = [
    ({}, "localhost", True),
    ({}, "club.example", False),
    ({"BASE_URL": "http://club.example:5001"}, "club.example", True),
    ({"HOST": "skates.lan"}, "skates.lan", True),
    ({"HOST": "192.168.1.5"}, "192.168.1.5", True),
    ({"HOST": "192.168.1.5"}, "192.168.1.6", False),
    ({"HOST": "fe80::5"}, "[fe80::5]", True),
    ({"HOST": "0.0.0.0"}, "192.168.1.5", True),
    ({"HOST": "::"}, "[fe80::5]", True),
    ({"HOST": "0.0.0.0"}, "evil.test", False),
    ({"TRUSTED_HOSTS": "one.test, two.test"}, "two.test", True),
]


@pytest.mark.parametrize(("around", "host", "answered"), HOSTS)
def test_settings_say_which_hosts_are_answered(
    new_world: NewWorld, tmp_path: Path, around: dict[str, str], host: str, answered: bool
) -> None:
    settings = from_environment(around, tmp_path)
    world = new_world(base_url=settings.base_url, trusted_hosts=settings.trusted_hosts)
    assert (asked(world, "/signin", host).status_code == 200) is answered


@pytest.mark.parametrize("value", ["https://club.example", "club.example:8000", "a b", "club.example/x", "*", "[::1"])
def test_a_host_that_is_none_stops_the_start(tmp_path: Path, value: str) -> None:
    with pytest.raises(BadSettings) as bad:
        from_environment({"TRUSTED_HOSTS": value}, tmp_path)
    assert [fault for fault in bad.value.faults if fault.startswith("TRUSTED_HOSTS must list hosts")]


def test_ports_and_letter_case_are_no_part_of_a_host() -> None:
    assert [host_in(each) for each in ("Club.Test:1", "[::1]:2", "club.test.", "", "[x]", ":80")] == [
        "club.test", "[::1]", "club.test", None, None, None,
    ]  # fmt: skip
