"""Our own public address, asked as a browser would: name, certificate and all."""

import json
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPMessage, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

SECONDS = 5.0
ANSWER_MAX = 64 * 1024


@dataclass(frozen=True)
class Answered:
    """`expires` is the end of the certificate that was shown, over https."""

    status: int
    headers: HTTPMessage
    body: bytes
    expires: datetime | None = None

    @property
    def leads_to(self) -> str:
        """Where it would rather be asked, if anywhere."""
        return self.headers.get("location", "")

    @property
    def is_ours(self) -> bool:
        """Whether it is what the product says at /healthz."""
        try:
            return self.status == 200 and json.loads(self.body) == {"status": "ok"}
        except ValueError:
            return False


def healthz(address: str, headers: Mapping[str, str] | None = None) -> Answered:
    """What {address}/healthz answers. Follows no redirect. OSError or HTTPException when nothing sensible does."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port
    with closing(_line(parts.scheme, host, port)) as line:
        line.connect()
        expires = expiry(line.sock)
        line.request("GET", f"{parts.path}/healthz", headers={"Accept": "application/json", **(headers or {})})
        answer = line.getresponse()
        return Answered(answer.status, answer.headers, answer.read(ANSWER_MAX), expires)


def expiry(line: socket.socket | None) -> datetime | None:
    """When the certificate ends that the other side has shown."""
    shown: Any = line.getpeercert() if isinstance(line, ssl.SSLSocket) else None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notAfter"]), UTC) if shown else None


def _line(scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(host, port, timeout=SECONDS, context=ssl.create_default_context())
    return HTTPConnection(host, port, timeout=SECONDS)
