"""A client that costs little: prepared requests on kept connections, answers read to their length and no further."""

import socket
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

AT_ONCE = 16
PAUSE = 0.05
"""How long somebody waits who looks in now and then."""


@dataclass(frozen=True)
class Request:
    """One request, and the status that it must be answered with. Its body is the same each time, or made each time."""

    url: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Callable[[], bytes] = b""
    status: int = 200

    @property
    def path(self) -> str:
        parts = urlsplit(self.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def written(self) -> bytes:
        body = self.body if isinstance(self.body, bytes) else self.body()
        length = {"Content-Length": str(len(body))} if body else {}
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {urlsplit(self.url).netloc}"]
        lines += [f"{name}: {value}" for name, value in {**self.headers, **length}.items()]
        return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(frozen=True)
class Took:
    """How long each request took, in seconds, and all of them together; `beside` are those of whoever looked in
    meanwhile. `cpu` is for those who know it better than a look at the server's processes."""

    each: list[float]
    whole: float
    cpu: float | None = None
    beside: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.each) / self.whole

    @property
    def median(self) -> float:
        return statistics.median(self.each)


def ask(request: Request, seconds: float, at_once: int = 1, pause: float = 0.0) -> Took:
    """Ask again and again for so long, on so many connections."""
    started = time.perf_counter()
    until = started + seconds
    with ThreadPoolExecutor(at_once) as crowd:
        found = list(crowd.map(lambda _: _ask(request, until, pause), range(at_once)))
    return Took([took for each in found for took in each], time.perf_counter() - started)


def crowd(request: Request, beside: Request, seconds: float) -> Took:
    """AT_ONCE ask all the time, while somebody looks in `beside` them every now and then."""
    with ThreadPoolExecutor(1) as other:
        looking = other.submit(ask, beside, seconds, 1, PAUSE)
        took = ask(request, seconds, AT_ONCE)
        return replace(took, beside=looking.result().each)


def _ask(request: Request, until: float, pause: float) -> list[float]:
    always = request.written() if isinstance(request.body, bytes) else None
    parts, took = urlsplit(request.url), []
    expected = f"HTTP/1.1 {request.status} ".encode()
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.perf_counter() < until:
            written = always or request.written()
            start = time.perf_counter()
            connection.sendall(written)
            answer = _read(connection)
            took.append(time.perf_counter() - start)
            if not answer.startswith(expected):
                raise AssertionError(f"{request.method} {request.url}: {answer[:1000]!r}")
            if pause:
                time.sleep(pause)
    return took


def _read(connection: socket.socket) -> bytes:
    received = b""
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _more(connection)
    head = received[:end].lower()
    start = head.find(b"content-length:")
    length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
    while len(received) < end + 4 + length:
        received += _more(connection)
    return received


def _more(connection: socket.socket) -> bytes:
    part = connection.recv(65536)
    if not part:
        raise ConnectionError("the server closed the connection")
    return part
