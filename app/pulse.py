"""Whether PostgreSQL shows a sign of life: asked when it is silent, once for all requests of this process."""

import socket
import time
from struct import pack
from threading import Lock

LISTEN_SECONDS = 1.4
"""How long a statement may be silent before the server is asked."""
ANSWER_SECONDS = 0.4
"""How long it has for the answer."""
REST_SECONDS = 0.5
"""How often it is asked while it is silent."""

HELLO = pack("!ii", 8, 80877103)
"""PostgreSQL's SSLRequest: every server answers with one byte, before it asks who is there."""

_asking = Lock()
silent: dict[tuple[str, int], float] = {}
"""Servers that did not answer, and when each is asked again."""


def is_felt(host: str, port: int) -> bool:
    """Ask the server. While it does not answer, is_missed() is true for everybody."""
    lives = answers(host, port)
    if lives:
        silent.pop((host, port), None)
    else:
        silent[host, port] = time.monotonic() + REST_SECONDS
    return lives


def is_missed(host: str, port: int) -> bool:
    """Whether the server was silent and is so still. One of many who come finds out; all others are told at once."""
    ask_again = silent.get((host, port))
    if ask_again is None:
        return False
    if time.monotonic() < ask_again or not _asking.acquire(blocking=False):
        return True
    try:
        return not is_felt(host, port)
    finally:
        _asking.release()


def answers(host: str, port: int) -> bool:
    """Whether a server answers there, soon."""
    family, address = (socket.AF_UNIX, f"{host}/.s.PGSQL.{port}") if host.startswith("/") else (None, (host, port))
    try:
        with socket.socket(family) if family else socket.create_connection(address, ANSWER_SECONDS) as line:  # type: ignore[arg-type]
            line.settimeout(ANSWER_SECONDS)
            if family:
                line.connect(address)
            line.sendall(HELLO)
            return bool(line.recv(1))
    except OSError:
        return False
