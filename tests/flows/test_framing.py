"""Bodies that do not arrive as their heads say, and heads that only a proxy may send, byte by byte."""

import json
import re
from collections.abc import Iterator
from socket import SHUT_WR, create_connection
from urllib.parse import urlsplit

import pytest

from tests.support.running import House, Running
from tests.support.world import AUTH

CHUNKED = "Transfer-Encoding: chunked\r\n"
BODIES = {
    "no number": b"zz\r\n{}\r\n0\r\n\r\n",
    "less than nothing": b"-2\r\n{}\r\n0\r\n\r\n",
    "a sign": b"+2\r\n{}\r\n0\r\n\r\n",
    "a prefix": b"0x2\r\n{}\r\n0\r\n\r\n",
    "underscores": b"0_2\r\n{}\r\n0\r\n\r\n",
    "no size": b"\r\n{}\r\n0\r\n\r\n",
    "no end of the chunk": b"2\r\n{}0\r\n\r\n",
    "more than it says": b"2\r\n{}}}\r\n0\r\n\r\n",
    "bare line feeds": b"2\n{}\n0\n\n",
    "a bare return in an extension": b"2;a=\r1\r\n{}\r\n0\r\n\r\n",
    "a broken extension": b"2;=;\r\n{}\r\n0\r\n\r\n",
    "a trailer that is none": b"2\r\n{}\r\n0\r\nno colon\r\n\r\n",
    "a broken trailer's name": b"2\r\n{}\r\n0\r\nA : b\r\n\r\n",
    "a trailer folded": b"2\r\n{}\r\n0\r\nA: b\r\n c\r\n\r\n",
    "a trailer without end": b"2\r\n{}\r\n0\r\nA: b",
    "an endless size": b"2;" + b"a" * 20_000,
    "cut off": b"40\r\n{}",
    "nothing at all": b"",
    "a size of many digits": b"F" * 40 + b"\r\n{}",
}
PATHS = {
    "an endpoint": f"POST {AUTH}/login",
    "one that takes no body": f"GET {AUTH}/session",
    "a page": "POST /signin",
    "nowhere": "POST /nowhere",
    "another method": f"PUT {AUTH}/login",
}


@pytest.fixture
def house(running: Running) -> House:
    return running.house("sqlite", workers=1)


def spoken(house: House, sent: bytes) -> list[tuple[int, dict[str, str], str]]:
    """All answers that come to these very bytes, until the server hangs up."""
    parts, heard = urlsplit(house.server.url), b""
    with create_connection((parts.hostname, parts.port), timeout=20) as line:
        line.sendall(sent)
        line.shutdown(SHUT_WR)
        while chunk := line.recv(65_536):
            heard += chunk
    return list(answers_in(heard.decode()))


def answers_in(text: str) -> Iterator[tuple[int, dict[str, str], str]]:
    """Status, headers and body of each answer."""
    while text:
        head, _, rest = text.partition("\r\n\r\n")
        status, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", len(rest)))
        yield int(status.split(" ")[1]), headers, rest[:length]
        text = rest[length:]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", BODIES)
def test_a_malformed_body_is_one_clear_answer(house: House, body: str, path: str) -> None:
    before = house.server.written()
    head = f"{PATHS[path]} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{CHUNKED}\r\n"

    [(status, headers, text)] = spoken(house, head.encode() + BODIES[body])

    assert status == 400, text
    assert headers["content-type"] == "application/json"
    said = json.loads(text)
    assert said == {"message": "This request could not be read.", "code": "malformed_request"}
    assert "Traceback" not in house.server.written()[len(before) :]


def test_what_follows_a_malformed_body_is_no_second_request(house: House) -> None:
    head = f"POST {AUTH}/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{CHUNKED}\r\n"
    smuggled = f"GET {AUTH}/session HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    for body in BODIES.values():
        assert len(spoken(house, head.encode() + body + smuggled.encode())) == 1


def test_a_good_body_in_chunks_is_read(house: House) -> None:
    head = f"POST {AUTH}/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{CHUNKED}\r\n"
    [(status, _, text)] = spoken(house, head.encode() + b"1;a=b\r\n{\r\n1\r\n}\r\n0\r\nX-A: b\r\n\r\n")
    assert (status, json.loads(text)["code"]) == (400, "invalid_input")


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_a_body_shorter_than_it_says_is_refused(house: House, kind: str) -> None:
    path, body = (f"{AUTH}/login", b'{"aLogin": "a"}') if kind.endswith("json") else ("/signin", b"aLogin=a&password=b")
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}"

    [(cut_off, _, text)] = spoken(house, f"{head}9\r\n\r\n".encode() + body)
    [(whole, _, _)] = spoken(house, f"{head}\r\n\r\n".encode() + body)

    assert (cut_off, json.loads(text)["code"]) == (400, "malformed_request")
    assert whole in {400, 401}


FORGED = {
    "SCRIPT_NAME": "/evil",
    "PATH_INFO": "/healthz",
    "Script-Name": "/evil",
    "REMOTE_USER": "Ann",
    "REMOTE_ADDR": "192.0.2.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Protocol": "ssl",
    "X-Forwarded-Ssl": "on",
    "X-Forwarded-Host": "evil.test",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Port": "444",
    "X-Forwarded-For": "192.0.2.1",
    "Forwarded": "proto=https",
    "X-Script-Name": "/evil",
    "X-Real-Ip": "192.0.2.1",
    "X-Original-Url": "/healthz",
    "X-Http-Method-Override": "DELETE",
}
TRUSTED = {"X-Forwarded-Proto", "X-Forwarded-For"}


@pytest.mark.parametrize(
    ("name", "proxies"),
    [(name, "0") for name in FORGED] + [(name, "1") for name in FORGED if name not in TRUSTED],
)
def test_nothing_that_a_proxy_might_say_is_believed_without_one(running: Running, name: str, proxies: str) -> None:
    house = running.house("sqlite", workers=1, TRUSTED_PROXY_COUNT=proxies)
    forged = f"GET /account HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{name}: {FORGED[name]}\r\n\r\n"

    [(status, headers, text)] = spoken(house, forged.encode())

    assert (status, headers["location"]) == (303, "/signin")
    assert "strict-transport-security" not in headers
    assert not re.search("evil|192\\.0\\.2", text)


def test_a_trusted_proxy_says_the_scheme(running: Running) -> None:
    house = running.house("sqlite", workers=1, TRUSTED_PROXY_COUNT="1")
    sent = b"GET /account HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Forwarded-Proto: https\r\n\r\n"
    [(_, headers, _)] = spoken(house, sent)
    assert "strict-transport-security" in headers
