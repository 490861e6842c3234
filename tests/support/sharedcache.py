"""A small caching proxy on loopback, such as companies and hotels have: it keeps what it is not told not to keep."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

Kept = tuple[int, list[tuple[str, str]], bytes]
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "date", "server", "content-length"}


class SharedCache(ThreadingHTTPServer):
    """In front of `origin`. `forgets` are headers of its answers that this cache does not see, as if they were not
    there. `kept` is what it would answer by itself, by path and the request headers that the answer varies by."""

    daemon_threads = True

    def __init__(self, origin: str, forgets: set[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.origin, self.forgets = urlsplit(origin).netloc, forgets
        self.varies: dict[str, list[str]] = {}
        self.kept: dict[tuple[str, ...], Kept] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def key(self, path: str, headers: Any) -> tuple[str, ...]:
        return (path, *(headers.get(name, "") for name in self.varies.get(path, [])))

    def keep(self, path: str, asked: Any, answer: Kept) -> None:
        """Whatever its status, unless the answer forbids it."""
        about = {name.lower(): value for name, value in answer[1] if name not in self.forgets}
        control = {each.strip() for each in about.get("cache-control", "").split(",")}
        varies = [each.strip() for each in about.get("vary", "").split(",") if each.strip()]
        if "*" not in varies and not control & {"no-store", "private", "no-cache"}:
            self.varies[path] = varies
            self.kept[self.key(path, asked)] = answer


class _Handler(BaseHTTPRequestHandler):
    server: SharedCache

    def do_GET(self) -> None:
        found = self.server.kept.get(self.server.key(self.path, self.headers))
        if found is None:
            found = self._fetch()
            self.server.keep(self.path, self.headers, found)
        self._tell(found)

    def do_POST(self) -> None:
        self._tell(self._fetch())

    def _fetch(self) -> Kept:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        connection = HTTPConnection(self.server.origin, timeout=30)
        connection.request(self.command, self.path, body or None, dict(self.headers))
        answer = connection.getresponse()
        told = answer.status, answer.getheaders(), answer.read()
        connection.close()
        return told

    def _tell(self, answer: Kept) -> None:
        status, headers, body = answer
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def shared_cache(origin: str, *forgets: str) -> Iterator[SharedCache]:
    cache = SharedCache(origin, set(forgets))
    thread = Thread(target=cache.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield cache
    finally:
        cache.shutdown()
        cache.server_close()
        thread.join()
