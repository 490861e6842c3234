"""Whether a password is known to be stolen, asked of a service by the first five digits of its SHA-1 alone (the range
protocol of Have I Been Pwned), so that the service learns nothing. While it is away, passwords pass."""

import hashlib
import logging
from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from core.passwords import never_breached

log = logging.getLogger(__name__)
SECONDS = 2.0
ANSWER_MAX = 1024 * 1024


def checker(url: str | None) -> Callable[[str], bool]:
    """Asks the service at this address; without one, no password is known to be stolen."""
    if url is None:
        return never_breached

    def is_breached(password: str) -> bool:
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()  # the protocol's choice
        return digest[5:] in _suffixes(f"{url}/{digest[:5]}")

    return is_breached


def _suffixes(address: str) -> set[str]:
    """The digests that the service knows behind the digits asked for; those with a count of 0 are padding."""
    try:
        with _opener.open(Request(address, headers={"Add-Padding": "true"}), timeout=SECONDS) as answer:  # noqa: S310
            lines = answer.read(ANSWER_MAX).decode("ascii").split()
    except (URLError, HTTPException, OSError, ValueError) as error:
        log.warning("stolen passwords cannot be looked up: %s", type(error).__name__, extra={"event": "breached_away"})
        return set()
    return {suffix for suffix, _, count in (line.partition(":") for line in lines) if count != "0"}


class _NoRedirects(HTTPRedirectHandler):
    """The service is where its setting says, and nowhere else (ASVS 15.3.2)."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_opener = build_opener(_NoRedirects)
