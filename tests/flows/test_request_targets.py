"""A request may name any host, in its first line too: no link and no page leads there.

LONG=1 tries more routes, and behind a proxy.
"""

import json
import re
import socket
from urllib.parse import quote

import pytest

from tests.support.examples import LONG
from tests.support.office import links_in
from tests.support.routes import TEAM
from tests.support.running import House, Running, address
from tests.support.ways import browser, newcomer
from tests.support.world import AUTH


def targets(path: str, host: str) -> dict[str, list[str]]:
    """First lines of requests for this path that name another host, or more than one, or none."""
    return {
        "absolute": [f"POST http://evil.test{path} HTTP/1.1", "Host: evil.test"],
        "absolute, right host": [f"POST http://evil.test{path} HTTP/1.1", f"Host: {host}"],
        "absolute, user": [f"POST http://{host}@evil.test{path} HTTP/1.1", f"Host: {host}"],
        "absolute, https": [f"POST https://evil.test:444{path} HTTP/1.1", "Host: evil.test:444"],
        "no scheme": [f"POST //evil.test{path} HTTP/1.1", f"Host: {host}"],
        "no host": [f"POST {path} HTTP/1.0"],
        "empty host": [f"POST {path} HTTP/1.1", "Host:"],
        "two hosts": [f"POST {path} HTTP/1.1", f"Host: {host}", "Host: evil.test"],
        "two in one": [f"POST {path} HTTP/1.1", f"Host: {host}, evil.test"],
        "host with a path": [f"POST {path} HTTP/1.1", "Host: evil.test/?"],
        "forwarded": [
            f"POST {path} HTTP/1.1",
            f"Host: {host}",
            "X-Forwarded-Host: evil.test",
            "X-Forwarded-Proto: https",
        ],
    }


def spoken(house: House, lines: list[str], kind: str, body: str, cookies: dict[str, str]) -> tuple[int, str]:
    """Status and whole text of what the server answers to these very bytes."""
    host, _, port = house.server.url.removeprefix("http://").partition(":")
    cookie = [f"Cookie: session={cookies['session']}"] if cookies else []
    head = [*lines, f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close", *cookie]
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall("\r\n".join([*head, "", body]).encode())
        heard = b"".join(iter(lambda: line.recv(65536), b""))
    text = heard.decode()
    return int(text.split(" ", 2)[1]), text


MISDIRECTED = {"absolute", "absolute, https", "two in one", "host with a path"}
"""Their Host is none of ours: refused, whatever stands in the first line."""
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@pytest.mark.parametrize("proxies", [0, 1] if LONG else [0])
def test_no_request_target_gets_into_a_link(running: Running, proxies: int) -> None:
    house = running.house("sqlite", **({"TRUSTED_PROXY_COUNT": str(proxies), "workers": 1} if proxies else {}))
    base, admin = house.server.url, browser(house, newcomer(house, "owner"))
    routes = {
        f"{AUTH}/reset-request": lambda to: (JSON, json.dumps({"email": to})),
        "/forgot": lambda to: (FORM, f"email={quote(to)}"),
        TEAM: lambda to: (JSON, json.dumps({"emails": [to], "role": "dev"})),
        "/desk/team": lambda to: (FORM, f"emails={quote(to)}&role=dev"),
    }
    answered: dict[str, tuple[str, int]] = {}
    for path, body in list(routes.items())[:: 1 if LONG else 3]:
        for name, lines in targets(path, base.removeprefix("http://")).items():
            to = newcomer(house).email if "team" not in path else address(house.names(1)[0])
            status, text = spoken(house, lines, *body(to), admin)
            assert status in {200, 201, 400, 404, 421}, (path, name, text)
            assert (status == 421) is (name in MISDIRECTED), (path, name, text)
            assert "evil" not in text
            answered[to] = (f"{path}, {name}", status)
    house.let_the_post_go_out()

    for to, (what, status) in answered.items():
        letters = [post for post in house.mail.received if post.recipients == [to]]
        assert len(letters) == (1 if status < 400 else 0), (what, status)
        for letter in letters:
            assert {link.startswith(f"{base}/") for link in links_in(letter)} == {True}, what
    taken = [status for _, status in answered.values() if status < 400]
    assert len(taken) > len(answered) / 3


def test_a_page_that_leads_on_stays_here_whatever_host_is_named(running: Running) -> None:
    house = running.house("sqlite")
    for path in ("/account", "/desk/", "/.well-known/change-password", "/join/accept"):
        for name, lines in targets(path, house.server.url.removeprefix("http://")).items():
            status, text = spoken(house, [lines[0].replace("POST", "GET"), *lines[1:]], FORM, "", {})
            [where] = re.findall(r"(?im)^location: (.*?)\r$", text) or ["/"]
            assert status in {200, 303, 400, 404, 421}, (path, name, text)
            assert re.match(r"/[^/\\]|/$", where), (path, name, where)
