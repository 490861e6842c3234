"""A real proxy that speaks TLS in front of the product, with the manners that a test gives it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import requests

from tests.support.certificates import Certificate


@dataclass
class FrontDoor:
    """Passes GET on to `to`. `hops` are the addresses that it adds to X-Forwarded-For, `tells_scheme` whether it says
    that visitors come by https, `host` which Host it names instead of theirs. With `answer` (status, headers, body) it
    says that, and asks nobody."""

    port: int
    to: str = ""
    hops: list[str] = field(default_factory=lambda: ["127.0.0.1"])
    tells_scheme: bool = True
    host: str | None = None
    answer: tuple[int, dict[str, str], bytes] | None = None

    def ask(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if self.answer:
            return self.answer
        chain = [each for each in (headers.get("X-Forwarded-For"), *self.hops) if each]
        passed = headers | {"X-Forwarded-For": ", ".join(chain)}
        if self.host:
            passed["Host"] = self.host
        if self.tells_scheme:
            passed["X-Forwarded-Proto"] = "https"
        answered = requests.get(self.to + path, headers=passed, timeout=10, allow_redirects=False)
        kept = {name: value for name, value in answered.headers.items() if name.startswith("X-")}
        return answered.status_code, kept, answered.content


@contextmanager
def front_door(shown: Certificate | None = None) -> Iterator[FrontDoor]:
    """On a port of localhost, over TLS if it has a certificate to show."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = door.ask(self.path, dict(self.headers))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    class Listener(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """A visitor who does not trust us hangs up."""

    with Listener(("127.0.0.1", 0), Handler) as listener:
        if shown:
            listener.socket = shown.context().wrap_socket(listener.socket, server_side=True)
        door = FrontDoor(listener.server_port)
        Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()
        yield door
        listener.shutdown()
