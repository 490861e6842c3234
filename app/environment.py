"""Environment variables, read as what they should be. Knows no names: app/settings.py does."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")


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
