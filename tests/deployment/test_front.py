"""What the shipped nginx and both instances do together, as visitors and operators see it."""

import json
import re
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from socket import create_connection
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from app.sentences import SENTENCES
from core.policy import LIMITS
from tests.deployment.site import Site, site
from tests.faults.cluster import Cluster
from tests.faults.ledger import Ledger
from tests.support.databases import new_postgresql
from tests.support.servers import wait_for
from tests.support.world import AUTH, PASSWORD

LOGIN = f"{AUTH}/login"


@pytest.fixture(scope="module")
def club(own_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With its limits."""
    with (
        new_postgresql(own_cluster.url) as database,
        site(database, tmp_path_factory.mktemp("club")) as opened,
    ):
        yield opened


def ask(site: Site, path: str, method: str = "GET", **more: Any) -> requests.Response:
    """Over TLS, trusting this site's certificate alone; following nobody."""
    trusted = str(site.house.server.trusted)
    url = path if path.startswith("http") else site.house.server.url + path
    return requests.request(method, url, verify=trusted, timeout=30, allow_redirects=False, **more)


def member(site: Site) -> tuple[str, str]:
    """The login and the cookie of somebody signed in."""
    [name], [token], ledger = site.house.names(1), site.house.invites(1), Ledger(site.house)
    assert ledger.register(name, token).status == 200
    cookie = ledger.sign_in(name).cookie
    assert cookie
    return name, cookie


def test_limits_count_once_over_both_instances(club: Site) -> None:
    limit = LIMITS["login_account"].attempts
    body = {"aLogin": "nobodyatall", "aPasswordHash": "not the password"}
    before = answered(club)

    statuses = Counter(ask(club, LOGIN, "POST", json=body).status_code for _ in range(2 * limit))

    assert statuses == {401: limit, 429: limit}
    assert len(answered(club) - before) == 2
    assert counters(club)


def answered(site: Site) -> Counter[str]:
    """How many requests each instance has answered, as nginx's log tells."""
    log = (site.configuration.parent / "vestibule.log").read_text()
    return Counter(re.findall(r"by (\S+) ", log))


def counters(site: Site) -> int:
    """How many counters there are in Redis."""
    port = int(urlsplit(site.house.server.environment["REDIS_URL"]).port or 0)
    with create_connection(("127.0.0.1", port), 5) as line:
        line.sendall(b"DBSIZE\r\n")
        return int(line.recv(100).strip(b":\r\n"))


def test_a_session_that_ends_on_one_instance_is_dead_on_the_other_at_once(club: Site) -> None:
    _, cookie = member(club)
    here, there = (each.url for each in club.instances)
    mine = {"Cookie": f"__Host-session={cookie}", "X-Forwarded-Proto": "https"}

    assert requests.get(f"{there}{AUTH}/session", headers=mine, timeout=10).status_code == 200
    assert requests.post(f"{here}{AUTH}/logout", headers=mine, json={}, timeout=10).status_code == 200
    assert requests.get(f"{there}{AUTH}/session", headers=mine, timeout=10).status_code == 401


def test_the_doctor_finds_no_fault_in_it(club: Site) -> None:
    """But of mail: club.example, which the letters come from, is no domain that sends any."""
    assert club.command("users", "grant", member(club)[0], "admin").returncode == 0
    club.house.server.environment["SSL_CERT_FILE"] = str(club.house.server.trusted)
    found = json.loads(club.command("doctor", "--json").stdout)["findings"]

    assert [each["says"] for each in found if each["severity"] == "fault" and each["area"] != "mail"] == []
    assert [each["severity"] for each in found if each["area"] == "proxy"] == ["ok"]


def test_headers_are_the_products_and_stand_there_once(club: Site) -> None:
    answer = ask(club, "/", headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
    lines = Counter(name.lower() for name in answer.raw.headers)

    assert lines["strict-transport-security"] == 1
    assert answer.raw.headers.getlist("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"]
    assert answer.headers["Server"] == "nginx"
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_plain_http_leads_to_https_and_metrics_to_nobody(club: Site) -> None:
    [port] = re.findall(r"listen (\d+);", club.configuration.read_text())
    with closing(HTTPConnection("127.0.0.1", int(port), timeout=10)) as line:
        line.request("GET", "/reset?token=secret")
        answer = line.getresponse()

    assert (answer.status, answer.getheader("Location")) == (301, f"{club.house.server.url}/reset?token=secret")
    assert ask(club, "/metrics").status_code == 404
    assert ask(club, "/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize("size", [100_000, 1_000_000], ids=["refused by the product", "refused by nginx"])
def test_a_body_that_is_too_large_is_refused_in_the_same_words(club: Site, size: int) -> None:
    answer = ask(club, LOGIN, "POST", json={"aLogin": "a" * size, "aPasswordHash": PASSWORD})

    said = {"message": SENTENCES["payload_too_large"], "code": "payload_too_large"}
    assert (answer.status_code, answer.json()) == (413, said)


def test_secrets_in_addresses_stand_in_no_log(club: Site) -> None:
    card = "5f0c2ab8-d1e9-4c37-9a53-0c1f6c0e7d42"
    spellings = [card, card.upper(), card.replace("-", ""), card.replace("a", "%61"), f"%0a{card}", f"{{{card}}}"]
    for path in (f"/{folder}/{each}" for folder in ("card", "api/v4/members/shared_card") for each in spellings):
        ask(club, path)
    ask(club, "/reset?token=geheim")
    folder = club.configuration.parent
    wait_for(lambda: '"GET /reset"' in (folder / "vestibule.log").read_text())

    for path in (*folder.glob("*.log"), *club.checkout.glob("*.log")):
        bare = path.read_text().casefold().replace("-", "").replace("%61", "a")
        assert "geheim" not in bare
        assert [at for at in range(13) if card.replace("-", "")[at : at + 20] in bare] == []
    assert (folder / "vestibule.log").read_text().count('"GET /card/') == len(spellings)


def test_a_client_that_trickles_never_reaches_an_instance(club: Site) -> None:
    place = urlsplit(club.house.server.url)
    context = ssl.create_default_context(cafile=str(club.house.server.trusted))
    head = f"POST {LOGIN} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    with (
        create_connection(("localhost", place.port or 443), 10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as line,
    ):
        line.sendall(head.encode() + b'{"aLogin"')
        assert ask(club, "/healthz").status_code == 200  # nginx has read it by now

        assert [each for each in held(club) if each.status == psutil.CONN_ESTABLISHED] == []


def held(site: Site) -> list[Any]:
    """The connections from nginx to the instances."""
    ports = {each.port for each in site.instances}
    return [each for each in psutil.net_connections("tcp") if each.raddr and each.raddr.port in ports]


def test_while_both_are_away_the_api_says_so_in_its_own_way(club: Site) -> None:
    for each in club.instances:
        each.end()
    answer = ask(club, f"{AUTH}/session")

    said = {"message": SENTENCES["service_unavailable"], "code": "service_unavailable"}
    assert (answer.status_code, answer.json()) == (502, said)
    assert int(answer.headers["Retry-After"]) > 0
    for each in club.instances:
        each.start()
