"""What leaves the server under which the product runs: the same headers, and no word about what it is made of."""

import re
from socket import SHUT_WR, create_connection
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.support import headers
from tests.support.running import House, Running
from tests.support.world import AUTH

MADE_OF = re.compile(r"(?i)werkzeug|flask|python|sqlalchemy|psycopg|sqlite|traceback|/site-packages/|\d\.\d+\.\d")


@pytest.fixture
def house(running: Running) -> House:
    """On one database: no more is asked of it than that it is there."""
    return running.house("postgresql")


class Told:
    """A real answer, as headers.faults reads them."""

    def __init__(self, answer: requests.Response) -> None:
        self.headers = _Headers(answer.raw.headers.items())
        self.data = answer.content


class _Headers(list[tuple[str, str]]):
    def getlist(self, name: str) -> list[str]:
        return [value for key, value in self if key.lower() == name.lower()]

    def get(self, name: str, default: str = "") -> str:
        return next(iter(self.getlist(name)), default)

    def __contains__(self, name: object) -> bool:
        return bool(self.getlist(str(name)))


ASKED: list[tuple[int, str, str, dict[str, Any]]] = [
    (200, "GET", "/signin", {}),
    (200, "GET", "/static/style.css", {}),
    (401, "GET", f"{AUTH}/session", {}),
    (400, "POST", f"{AUTH}/login", {"json": {}}),
    (403, "POST", f"{AUTH}/login", {"json": {}, "headers": {"Origin": "https://evil.test"}}),
    (404, "GET", "/nowhere", {"headers": {"Accept": "text/html"}}),
    (405, "PUT", f"{AUTH}/login", {}),
    (405, "TRACE", f"{AUTH}/session", {"headers": {"X-Mark": "zq7echo"}}),
    (413, "POST", f"{AUTH}/login", {"data": b" " * 70_000}),
    (415, "POST", f"{AUTH}/login", {"data": b"x"}),
]


@pytest.mark.parametrize(("status", "method", "path", "more"), ASKED)
def test_headers_arrive_and_name_no_version(
    house: House, status: int, method: str, path: str, more: dict[str, Any]
) -> None:
    answer = requests.request(method, house.server.url + path, timeout=30, **more)

    assert answer.status_code == status
    told = Told(answer)
    assert answer.headers.pop("Server") == "gunicorn"
    assert not MADE_OF.search(" ".join(answer.headers.values()))
    assert "zq7echo" not in answer.text
    told.headers[:] = [(name, value) for name, value in told.headers if name != "Server"]
    assert headers.faults(told, is_static=path.startswith("/static/"), over_https=False) == []


BROKEN = {
    "another version": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "NUL in the path": b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "NUL in the method": b"G\x00T / HTTP/1.1\r\nHost: x\r\n\r\n",
    "small letters": b"get / HTTP/1.1\r\nHost: x\r\n\r\n",
    "blank before the colon": b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "less than nothing": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "a long header": b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 70_000 + b"\r\n\r\n",
    "a proxy's": b"CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test\r\n\r\n",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_request_learns_nothing_either(house: House, kind: str) -> None:
    parts, answer = urlsplit(house.server.url), b""
    with create_connection((parts.hostname, parts.port), timeout=20) as line:
        line.sendall(BROKEN[kind])
        line.shutdown(SHUT_WR)
        while chunk := line.recv(65_536):
            answer += chunk

    head, _, rest = answer.decode("latin-1").partition("\r\n")
    assert re.fullmatch(r"HTTP/1\.1 4\d\d .*", head)
    assert not MADE_OF.search(rest)
    assert house.server.get("/healthz").status_code == 200


LENGTHS = {
    "GET": ["/signin", "/", "/static/style.css", f"{AUTH}/session", "/nowhere", "/healthz"],
    "HEAD": ["/signin", "/", "/static/style.css", f"{AUTH}/session", "/nowhere"],
    "OPTIONS": [f"{AUTH}/login", "/signin"],
    "PUT": [f"{AUTH}/login"],
    "DELETE": [f"{AUTH}/sessions"],
}


@pytest.mark.parametrize("method", LENGTHS)
def test_an_answer_is_as_long_as_it_says(house: House, method: str) -> None:
    parts = urlsplit(house.server.url)
    for path in LENGTHS[method]:
        answer = b""
        with create_connection((parts.hostname, parts.port), timeout=20) as line:
            line.sendall(f"{method} {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
            while chunk := line.recv(65_536):
                answer += chunk

        head, _, body = answer.partition(b"\r\n\r\n")
        [length] = re.findall(rb"(?im)^content-length: (\d+)\r?$", head)
        assert not re.search(rb"(?im)^transfer-encoding:", head), path
        assert len(body) == (0 if method == "HEAD" else int(length)), path
