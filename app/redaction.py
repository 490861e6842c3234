"""Take secrets out of text that is kept: log lines, addresses of requests, answers of mail servers.

Secrets of this product are tokens of 43 characters, signed tokens (JWT) and the UUIDs of shared cards. Other programs
quote them encoded, wrapped or cut, so what goes is every run of MIN characters that a token could consist of.
"""

import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import unquote

MIN = 20
"""Shorter runs stay: words, and the names of hosts, routes and files."""
GONE = "…"

_CHARACTER = (
    r"[\w-]"
    r"|=\r?\n[ \t]*"  # the soft line break of quoted-printable
    r"|[=%][0-9A-Fa-f]{2}"
    r"|&#?\w{1,8};"
    "|[\u00ad\u200b-\u200f\u2060\ufeff]"
)
_RUN = re.compile(rf"(?:{_CHARACTER}){{{MIN},}}")
_QUERY = re.compile(r"(?<=[^\s(])\?[^\s\"'<>]{3,}")
_IDENTIFIER = re.compile(r"_*(?:[a-z]+_+)*[a-z]+_*|(?:[A-Z]+_)*[A-Z]+|(?:[A-Z]+[a-z]{2,})+")
"""What programmers call things. No token looks like this: each has capital letters in odd places, or digits."""
_STATUS = re.compile(r"\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?")
_SOFT_BREAK = re.compile(r"=\r?\n")
_PIECE = 8
"""So many characters in a row of a secret are no coincidence."""


def redact(text: str) -> str:
    """Return the text without anything as long as a token, and without the queries of URLs."""
    return _RUN.sub(GONE, _QUERY.sub(f"?{GONE}", text))


def redact_line(text: str) -> str:
    """Do the same for a log line or a traceback, which keeps the names of functions and classes."""
    return _RUN.sub(_unless_identifier, _QUERY.sub(f"?{GONE}", text))


def redact_reply(text: str, secrets: Iterable[str] = ()) -> str:
    """Return what a mail server said without secrets. Where pieces of the `secrets` of the letter still show, nothing
    stays but the status codes."""
    redacted = redact(text)
    if not any(_shows(redacted, secret) for secret in secrets):
        return redacted
    status = _STATUS.match(text)
    return f"{status[0] if status else ''} {GONE}".strip()


def _unless_identifier(found: re.Match[str]) -> str:
    return found[0] if _IDENTIFIER.fullmatch(found[0]) else GONE


def _shows(text: str, secret: str) -> bool:
    whole = _bare(secret)
    pieces = {whole[at : at + _PIECE] for at in range(len(whole) - _PIECE + 1)}
    decoded = unquote(_SOFT_BREAK.sub("", text).replace("=", "%"))
    spellings = [_bare(each) for each in (text, unescape(text), decoded)]
    return any(piece in each or piece in each[::-1] for piece in pieces for each in spellings)


def _bare(text: str) -> str:
    """Only letters and digits, whatever was put between them."""
    return re.sub(r"[\W_]", "", text).casefold()
