"""A client that costs little: prepared requests on kept connections, answers read to their length and no further."""

import socket
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    """One request, the same each time, and the status that it must be answered with."""

    url: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    status: int = 200

    def written(self) -> bytes:
        parts = urlsplit(self.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        length = {"Content-Length": str(len(self.body))} if self.body else {}
        lines = [f"{self.method} {path} HTTP/1.1", f"Host: {parts.netloc}"]
        lines += [f"{name}: {value}" for name, value in {**self.headers, **length}.items()]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True)
class Took:
    """How long each request took, in seconds, and all of them together."""

    each: list[float]
    whole: float

    @property
    def rate(self) -> float:
        return len(self.each) / self.whole

    @property
    def median(self) -> float:
        return statistics.median(self.each)


def ask(request: Request, seconds: float, at_once: int = 1) -> Took:
    """Ask again and again for so long, on so many connections."""
    started = time.perf_counter()
    until = started + seconds
    with ThreadPoolExecutor(at_once) as crowd:
        found = list(crowd.map(lambda _: _ask(request, until), range(at_once)))
    return Took([took for each in found for took in each], time.perf_counter() - started)


def _ask(request: Request, until: float) -> list[float]:
    written, parts, took = request.written(), urlsplit(request.url), []
    expected = f"HTTP/1.1 {request.status} ".encode()
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (start := time.perf_counter()) < until:
            connection.sendall(written)
            answer = _read(connection)
            took.append(time.perf_counter() - start)
            if not answer.startswith(expected):
                raise AssertionError(f"{request.method} {request.url}: {answer[:300]!r}")
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
