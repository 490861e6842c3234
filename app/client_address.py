"""Where a request comes from: the one place that reads network addresses, and what proxies in front say of visitors.

All else reads `request.remote_addr`, which holds one spelling of an address, or None where there is none.
"""

import ipaddress
import logging
import re
import time
from collections.abc import Callable, Iterable
from typing import Any

log = logging.getLogger(__name__)
LONGEST = 80
"""An IPv6 address with brackets, zone and port has less; what is longer is not looked at."""
WRITTEN = re.compile(r"\[(?P<v6>[^\[\]]+)\](?::\d{1,5})?|(?P<v4>[\d.]+):\d{1,5}|(?P<bare>[^\[\]]+)", re.ASCII)
UNREADABLE = "vestibule.unreadable_address"
"""The key in the WSGI environment of what a trusted proxy wrote and could not be read."""
TELL_EVERY_SECONDS = 3600.0
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def read(text: str | None) -> str | None:
    """Return the address in any spelling that servers and proxies use, in its one canonical spelling, or None.

    Ports, brackets, quotes and zones are dropped; IPv4 mapped into IPv6 is IPv4. The result has at most 39 characters.
    """
    text = (text or "").strip().strip('"').strip()
    shape = WRITTEN.fullmatch(text) if 0 < len(text) <= LONGEST else None
    if shape is None:
        return None
    try:
        address = ipaddress.ip_address((shape["v6"] or shape["v4"] or shape["bare"]).partition("%")[0])
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def network_of(address: str | None) -> str:
    """Return what limits count: an IPv4 address, or the /64 that one household has of IPv6."""
    if not address or ":" not in address:
        return address or "unknown"
    return str(ipaddress.ip_network((address, 64), strict=False))


def forwarded_for(environ: dict[str, Any]) -> list[str]:
    """Return what X-Forwarded-For says, the nearest hop last. Empty entries are kept: they are somebody's place."""
    said: str = environ.get("HTTP_X_FORWARDED_FOR", "")
    return [each.strip() for each in said.split(",")] if said.strip() else []


class ClientAddress:
    """WSGI middleware: put the visitor's address, as the `hops` trusted proxies tell it, into REMOTE_ADDR, and their
    scheme into wsgi.url_scheme. With no hops, nothing that a request says of itself is believed.

    Where the trusted entry cannot be read, the nearest address behind it that can be is taken, at last the socket's:
    all visitors of that proxy then share its address and limits, which the log and the doctor say.
    """

    def __init__(self, app: Wsgi, hops: int) -> None:
        self._app, self._hops = app, hops
        self._quiet_until = 0.0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Rewrite the environment and pass it on."""
        address = self._visitor(environ)
        environ.pop("REMOTE_ADDR", None)
        if address:
            environ["REMOTE_ADDR"] = address
        if self._hops and (scheme := _scheme(environ, self._hops)):
            environ["wsgi.url_scheme"] = scheme
        return self._app(environ, start_response)

    def _visitor(self, environ: dict[str, Any]) -> str | None:
        socket = read(environ.get("REMOTE_ADDR"))
        chain = forwarded_for(environ) if self._hops else []
        if len(chain) < self._hops:
            return socket
        for place in range(self._hops, 0, -1) if chain else ():
            if address := read(chain[-place]):
                return address
            environ.setdefault(UNREADABLE, chain[-place][:LONGEST])
            self._tell()
        return socket

    def _tell(self) -> None:
        """Warn once an hour: whether it is one visitor or all, the doctor can see."""
        if (now := time.monotonic()) >= self._quiet_until:
            self._quiet_until = now + TELL_EVERY_SECONDS
            log.warning(
                "X-Forwarded-For holds no address where a trusted proxy should have written one: those visitors share "
                "the proxy's address and its limits. See: flask --app wsgi doctor",
                extra={"event": "unreadable_address"},
            )


def _scheme(environ: dict[str, Any], hops: int) -> str | None:
    """Return http or https, if a trusted proxy says so."""
    said = [each.strip().lower() for each in environ.get("HTTP_X_FORWARDED_PROTO", "").split(",")]
    return said[-hops] if len(said) >= hops and said[-hops] in {"http", "https"} else None
