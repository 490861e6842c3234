"""What doctor says of the way in: public address, certificate, proxy, cookie, origins."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import URL

from app.doctor import address, mirror
from app.doctor.mirror import ASKED, SEEN
from app.unit import utc_now
from tests.support.certificates import Certificate, certificate
from tests.support.databases import new_sqlite
from tests.support.frontdoor import FrontDoor, front_door
from tests.support.servers import Server, free_port, serving
from tests.support.surgery import Report, examined, installed, production

NOWHERE = URL.create("sqlite", database="/nowhere/none.sqlite3")


@dataclass
class Site:
    """The product behind a proxy, and what it was started with."""

    door: FrontDoor
    server: Server
    shown: Certificate
    folder: Path

    def examined(self, **more: str) -> Report:
        return examined(self.server.environment | self.shown.trusted | more, self.folder)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    shown = certificate(folder)
    with front_door(shown) as door, new_sqlite() as database:
        here = {"BASE_URL": f"https://localhost:{door.port}", "TRUSTED_PROXY_COUNT": "1"}
        with serving(database, folder, workers=1, **production(database, **here)) as server:
            yield Site(door, server, shown, folder)


@pytest.fixture
def site(standing: Site) -> Site:
    """With a proxy of good manners."""
    standing.door.to, standing.door.hops, standing.door.tells_scheme = standing.server.url, ["127.0.0.1"], True
    standing.door.answer = standing.door.host = None
    return standing


def severities(report: Report, *areas: str) -> list[str]:
    return [each["severity"] for area in areas for each in report.of(area)]


def test_a_good_way_in_is_found_so(site: Site) -> None:
    report = site.examined()
    assert severities(report, "address", "proxy", "cookie", "origins") == ["ok"] * 6, report.text


def test_an_address_where_nobody_answers_is_named(tmp_path: Path) -> None:
    nobody = examined(production(NOWHERE, BASE_URL=f"https://localhost:{free_port()}"), tmp_path)
    assert nobody.names("address", "fault", "Nobody answers at", "Start the product")
    unknown = examined(production(NOWHERE, BASE_URL="https://club.invalid"), tmp_path)
    assert unknown.names("address", "fault", "There is no host club.invalid", "Correct BASE_URL")


@pytest.mark.parametrize(
    ("answer", "says", "do"),
    [
        ((200, {}, b"<h1>Welcome to nginx!</h1>"), "is not this product (200)", "Correct BASE_URL"),
        ((404, {}, b'{"status": "ok"}'), "is not this product (404)", "Correct BASE_URL"),
        ((502, {}, b"Bad Gateway"), "the product behind it does not (502)", "Start gunicorn"),
        ((301, {"Location": "https://www.club.example/healthz"}, b""), "sends visitors on", "https://www.club.example"),
    ],
)
def test_an_address_that_does_not_lead_here_is_named(site: Site, answer: Any, says: str, do: str) -> None:
    site.door.answer = answer
    assert site.examined().names("address", "fault", says, do)


def test_a_certificate_that_browsers_do_not_trust_is_named(site: Site, tmp_path: Path) -> None:
    unknown = site.examined(SSL_CERT_FILE=str(certificate(tmp_path, host="other").path))
    assert unknown.names("address", "fault", "do not trust the certificate", "certbot")
    another = certificate(tmp_path, host="other.club")
    with front_door(another) as door:
        around = production(NOWHERE, BASE_URL=f"https://localhost:{door.port}") | another.trusted
        report = examined(around, tmp_path)
    assert report.names("address", "fault", "Hostname mismatch", "certificate for localhost")


def test_a_certificate_that_soon_ends_is_warned_of(tmp_path: Path) -> None:
    brief = certificate(tmp_path, days=5)
    with front_door(brief) as door:
        door.answer = (200, {}, b'{"status": "ok"}')
        around = production(NOWHERE, BASE_URL=f"https://localhost:{door.port}") | brief.trusted
        report = examined(around, tmp_path)
    assert report.names("address", "warning", "ends in 4 days", "certbot renew")
    assert address.certificate(utc_now() + timedelta(days=60), utc_now()).severity == "ok"


def test_an_address_that_does_not_speak_tls_is_named(tmp_path: Path) -> None:
    with front_door() as door:
        report = examined(production(NOWHERE, BASE_URL=f"https://localhost:{door.port}"), tmp_path)
    assert report.names("address", "fault", "does not speak TLS", "https on that port")


def test_plain_http_beside_https_is_named() -> None:
    with front_door() as door:
        here = f"http://localhost:{door.port}"
        door.answer = (200, {}, b'{"status": "ok"}')
        [clear] = address.plain_http(here)
        door.answer = (308, {"Location": "https://localhost/healthz"}, b"")
        [sent_on] = address.plain_http(here)
    [refused] = address.plain_http(f"http://localhost:{free_port()}")
    assert (clear.severity, sent_on.severity, refused.severity) == ("fault", "ok", "ok")
    assert "passwords can travel in clear" in clear.says
    assert "308" in str(clear.do)


def test_another_installation_behind_our_address_is_named(site: Site) -> None:
    report = site.examined(FLASK_SECRET_KEY="8e2b7d1f4c9a6e3b5d0f7a2c8b4e1d6f")
    assert report.names("proxy", "fault", "it does not know our key", "the same environment")


def test_a_proxy_that_passes_forged_addresses_on_is_named(site: Site) -> None:
    site.door.hops = []
    report = site.examined()
    assert report.names("proxy", "fault", "a forged X-Forwarded-For was believed", "proxy_set_header X-Forwarded-For")


def test_more_proxies_than_are_trusted_are_named(site: Site) -> None:
    site.door.hops = ["192.0.2.8", "127.0.0.1"]
    report = site.examined()
    assert report.names("proxy", "fault", "All visitors share one address and its limits", "TRUSTED_PROXY_COUNT=2")


@pytest.mark.parametrize("written", ["unix:", "unknown", "-"])
def test_a_proxy_that_writes_no_address_is_named(site: Site, written: str) -> None:
    site.door.hops = [written]
    report = site.examined()
    assert report.names("proxy", "fault", "writes no address that can be read", "proxy_set_header X-Forwarded-For")


@pytest.mark.parametrize("written", ["127.0.0.1:4711", "[::ffff:127.0.0.1]:4711", "[2001:db8::1]:443"])
def test_a_proxy_that_writes_ports_is_well(site: Site, written: str) -> None:
    site.door.hops = [written]
    assert severities(site.examined(), "proxy") == ["ok"]


def test_a_proxy_that_names_another_host_is_named(site: Site) -> None:
    site.door.host = "upstream:8000"
    report = site.examined()
    assert report.names("proxy", "fault", "Host: upstream:8000", "TRUSTED_HOSTS")


def test_a_proxy_that_does_not_say_that_visitors_come_by_https_is_named(site: Site) -> None:
    site.door.tells_scheme = False
    report = site.examined()
    assert report.names("proxy", "fault", "the product sees http", "X-Forwarded-Proto $scheme")


def test_a_service_with_other_settings_than_the_terminal_is_named(site: Site) -> None:
    report = site.examined(TRUSTED_PROXY_COUNT="0")
    assert report.names("proxy", "fault", "The service runs with TRUSTED_PROXY_COUNT=1", "the same environment")


def test_another_address_may_be_asked_in_place_of_base_url(site: Site) -> None:
    report = examined(site.server.environment | site.shown.trusted, site.folder, "--url", site.server.url)
    assert report.of("address")[0]["says"] == f"{site.server.url} leads to the product."
    assert report.names("proxy", "fault", "a forged X-Forwarded-For was believed", "TRUSTED_PROXY_COUNT=0")


def test_only_who_holds_the_key_is_told_how_a_request_arrived(site: Site) -> None:
    with installed(site.server.environment, site.folder) as app:
        settings = app.extensions["settings"]
        fresh = mirror.question(settings, utc_now())
        stale = mirror.question(settings, utc_now() - 2 * mirror.LIFE)
    for asked in ({}, stale, {ASKED: "x"}, {ASKED: fresh[ASKED][:-4] + "AAAA"}):
        answer = requests.get(f"{site.server.url}/healthz", headers=asked, timeout=10)
        assert (answer.json(), SEEN in answer.headers) == ({"status": "ok"}, False)
    told = requests.get(f"{site.server.url}/healthz", headers=fresh, timeout=10).headers[SEEN]
    assert json.loads(told) == {
        "scheme": "http",
        "address": "127.0.0.1",
        "chain": [],
        "proxies": 1,
        "unreadable": None,
        "host": site.server.url.removeprefix("http://"),
    }


COOKIES = [
    ({"SESSION_COOKIE_SECURE": "false"}, "fault", "also travels over plain http", "SESSION_COOKIE_SECURE=true"),
    ({"BASE_URL": "http://localhost:9"}, "warning", "browsers drop it", "BASE_URL to https://"),
    ({"FLASK_ENV": "development", "BASE_URL": "http://club.example"}, "fault", "browsers drop it", "BASE_URL"),
    ({"SESSION_COOKIE_DOMAIN": "other.example"}, "fault", "browsers refuse the cookie", "Unset SESSION_COOKIE_DOMAIN"),
    ({"SESSION_COOKIE_DOMAIN": "club.invalid"}, "note", "All hosts under club.invalid", "unset SESSION_COOKIE_DOMAIN"),
]


@pytest.mark.parametrize(("changed", "severity", "says", "do"), COOKIES)
def test_a_cookie_that_browsers_drop_or_tell_others_is_named(
    tmp_path: Path, changed: dict[str, str], severity: str, says: str, do: str
) -> None:
    around = production(NOWHERE, **{"BASE_URL": "https://www.club.invalid", **changed})
    assert examined(around, tmp_path).names("cookie", severity, says, do)


ORIGINS = [
    ("https://club.github.example", "on another site than BASE_URL", "under club.invalid"),
    ("https://clubinvalid.invalid", "on another site than BASE_URL", "under club.invalid"),
    ("http://app.club.invalid", "is plain http", "https://app.club.invalid"),
    ("http://localhost:3000", "on another site than BASE_URL", "take it out of CORS_ORIGIN"),
    ("https://app.club.invalid:443", "No browser spells an origin", "https://app.club.invalid"),
    ("https://App.club.invalid", "No browser spells an origin", "https://app.club.invalid"),
]


@pytest.mark.parametrize(("origin", "says", "do"), ORIGINS)
def test_an_origin_from_which_no_cookie_comes_is_named(tmp_path: Path, origin: str, says: str, do: str) -> None:
    around = production(NOWHERE, BASE_URL="https://www.club.invalid", CORS_ORIGIN=f"https://app.club.invalid,{origin}")
    assert examined(around, tmp_path).names("origins", "fault", says, do)


def test_origins_of_our_own_site_are_well(tmp_path: Path) -> None:
    around = production(NOWHERE, BASE_URL="https://club.org.uk", CORS_ORIGIN="https://app.club.org.uk:8443")
    assert severities(examined(around, tmp_path), "origins") == ["ok"]
    around = production(NOWHERE, BASE_URL="https://club.org.uk", CORS_ORIGIN="https://other.org.uk")
    assert examined(around, tmp_path).names("origins", "fault", "another site", "club.org.uk")
