"""Environment variables, read as what they should be. Knows no names: app/settings.py does."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

HOST = r"\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
REDIS = r"rediss?://([^/@]*@)?[^/:@]+(:[0-9]{1,5})?(/[0-9]*)?(\?.*)?"
BEARER = r"[A-Za-z0-9._~+/-]{32,}=*"
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
GIVEN_AWAY = re.compile(
    r"(change|replace|this|your?|my|me|default|dev|development|test|testing|example|super|secret|key|pass|password|admin|"
    r"root|postgres|flask|skatetrax|vestibule|salt|qwerty|[^a-z])*|(.)\2+",
    re.IGNORECASE,
)
"""Secrets that stand in everybody's examples, or say nothing."""


class Reader:
    """Reads typed values and remembers every fault instead of stopping at the first. An empty value is an unset one."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.faults: list[str] = []

    def fault(self, name: str, problem: str) -> None:
        self.faults.append(f"{name} {problem}")

    def text(self, name: str, default: str | None = None) -> str | None:
        return self._environment.get(name, "").strip() or default

    def secret(self, name: str) -> str | None:
        """As text(), but blanks belong to it."""
        return self._environment.get(name) or None

    def secrecy(self, name: str, secret: str | None, matters: bool) -> None:
        """That this is none of the secrets which everybody tries first, where it `matters`."""
        if matters and secret and GIVEN_AWAY.fullmatch(secret):
            self.fault(name, "must be a secret of your own: everybody tries this one first")

    def token(self, name: str) -> str | None:
        """A secret that others present in a header."""
        token = self.matching(name, BEARER, "must be a secret of 32 characters or more: letters, digits, - . _ ~ + /")
        self.secrecy(name, token, matters=True)
        return token

    @contextmanager
    def keeping(self, name: str) -> Iterator[None]:
        """What is done here keeps something in a folder, which is not needed where this is set."""
        try:
            yield
        except OSError as error:
            self.fault(name, f"must be set, as nothing can be kept in {error.filename}: {error.strerror}")

    def switch(self, name: str, *, default: bool) -> bool:
        words = {
            "true": True,
            "1": True,
            "yes": True,
            "on": True,
            "false": False,
            "0": False,
            "no": False,
            "off": False,
        }
        return self._parsed(name, default, lambda text: words[text.lower()], "must be true or false")

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        def parse(text: str) -> int:
            if not lowest <= int(text) <= highest:
                raise ValueError
            return int(text)

        return self._parsed(name, default, parse, f"must be a whole number from {lowest} to {highest}")

    def choice(self, name: str, default: str | None, *words: str) -> str | None:
        def parse(text: str) -> str:
            if text not in words:
                raise ValueError
            return text

        return self._parsed(name, default, parse, f"must be {' or '.join(words)}")

    def matching(self, name: str, pattern: str, problem: str) -> str | None:
        def parse(text: str) -> str:
            if not re.fullmatch(pattern, text):
                raise ValueError
            return text

        return self._parsed(name, None, parse, problem)

    def url(self, name: str) -> str | None:
        """A public http(s) address without query or fragment, without a slash at its end."""

        def parse(text: str) -> str:
            parts = urlsplit(text)
            if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
                raise ValueError
            if not re.fullmatch(r"[\w.-]+|\[[0-9a-f:]+\]", parts.netloc.removesuffix(f":{parts.port}"), re.IGNORECASE):
                raise ValueError
            return text.rstrip("/")

        return self._parsed(name, None, parse, "must be a web address such as https://club.example, without ? or #")

    def _parsed(self, name: str, default: T, parse: Callable[[str], T], problem: str) -> T:
        text = self.text(name)
        if text is None:
            return default
        try:
            return parse(text)
        except (ValueError, KeyError):
            self.fault(name, problem)
            return default


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def host_in(authority: str) -> str | None:
    """Return the host of a Host header or of an address, in small letters and without port and final dot; None where
    it is no host."""
    found = re.fullmatch(r"(\[[0-9a-f:.]+\]|[\w.-]+?)\.?(:[0-9]*)?", authority.lower())
    return found[1] if found else None


def origins_in(text: str) -> list[str]:
    """The origins of a comma-separated list, as they are compared."""
    return [origin.strip().rstrip("/") for origin in text.split(",") if origin.strip()]


def is_elsewhere(host: str | None) -> bool:
    """Whether what is sent to this host leaves the machine. A path names a socket."""
    return bool(host) and not host.startswith("/") and host not in {"localhost", "127.0.0.1", "::1"}
