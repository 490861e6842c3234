"""Passwords: which are good enough, and how they are kept."""

import hashlib
import hmac
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from argon2.low_level import Type

from core import names
from core.errors import Busy, InvalidInput
from core.policy import Policy


class Hasher:
    """Hashes and checks passwords with argon2id, at most `policy.hash_slots` at a time in this process.

    A slot is a core and `memory_kib`; bounding them lets everything else of the process answer meanwhile. Whoever
    waits longer than `policy.hash_wait` is refused with Busy.
    """

    def __init__(self, policy: Policy) -> None:
        cost = policy.hash_cost
        self._argon2 = PasswordHasher(cost.time, cost.memory_kib, cost.lanes, type=Type.ID)
        self._slots = BoundedSemaphore(policy.hash_slots)
        self._wait = policy.hash_wait.total_seconds()
        self._nobody = self._argon2.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """A salted argon2id hash of the password's NFC form."""
        with self._slot():
            return self._argon2.hash(_as_hashed(password))

    def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether `password` is the hashed one. None (nobody to compare with) or an empty hash costs the same work
        and is a no."""
        with self._slot():
            if password_hash and is_werkzeugs(password_hash):
                return _matches_werkzeugs(password, password_hash)
            try:
                self._argon2.verify(password_hash or self._nobody, _as_hashed(password))
            except (VerificationError, ValueError):  # ValueError: it is no hash of argon2's, or no ASCII
                return False
            return bool(password_hash)

    def is_stale(self, password_hash: str) -> bool:
        """Whether a hash was made with other costs or by another method than today's and should be renewed at the next
        chance."""
        return is_werkzeugs(password_hash) or self._argon2.check_needs_rehash(password_hash)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=self._wait):
            raise Busy
        try:
            yield
        finally:
            self._slots.release()


_NOT_WERKZEUGS = (ValueError, OverflowError, TypeError)
"""What hashlib raises at names and numbers that it cannot take."""


def is_werkzeugs(password_hash: str) -> bool:
    """Whether the replaced backend made this hash, with Werkzeug's `method$salt$hex`."""
    return password_hash.startswith(("scrypt:", "pbkdf2:"))


def check_rules(policy: Policy, password: str, *, login: str, email: str, field: str = "password") -> None:
    """Refuse with InvalidInput a password that is too short, too long, common, or the person's own name.

    Lengths count code points of the NFC form; nothing is composed, trimmed or truncated. Names and the list of
    common passwords are compared without letter case (NIST SP 800-63B-4, 3.1.1.2; ASVS 6.2.4, 6.2.11).
    """
    plain = _nfc(password)
    reason = None
    if len(plain) < policy.password_min:
        reason = "too_short"
    elif len(plain) > policy.password_max:
        reason = "too_long"
    elif names.canonical(plain) in _own_names(login, email):
        reason = "own_name"
    elif plain.casefold() in common_passwords():
        reason = "too_common"
    if reason:
        raise InvalidInput({field: [reason]}, code=f"password_{reason}")


@cache
def common_passwords() -> frozenset[str]:
    """Case-folded passwords that everybody tries first: those of eight characters and more of zxcvbn's list."""
    path = Path(__file__).with_name("common_passwords") / "passwords.txt"
    return frozenset(path.read_text(encoding="utf-8").split("\n"))


def _own_names(login: str, email: str) -> set[str]:
    address = names.canonical(email)
    return {names.canonical(login), address, address.partition("@")[0]}


def _nfc(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def _as_hashed(password: str) -> bytes:
    return _nfc(password).encode("utf-8")


def _matches_werkzeugs(password: str, password_hash: str) -> bool:
    """The replaced backend hashed what was typed, in whatever form the keyboard composed it."""
    try:
        method, salt, expected = password_hash.split("$")
        return any(
            hmac.compare_digest(_werkzeugs(method, form.encode(), salt.encode()).encode(), expected.encode())
            for form in dict.fromkeys((password, _nfc(password)))
        )
    except _NOT_WERKZEUGS:
        return False


def _werkzeugs(method: str, password: bytes, salt: bytes) -> str:
    """The hex digest by `scrypt:N:r:p` or `pbkdf2:digest:iterations`. _NOT_WERKZEUGS when it is neither."""
    kind, *numbers = method.split(":")
    if kind == "scrypt":
        n, r, p = map(int, numbers)
        return hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=132 * n * r * p).hex()
    digest, iterations = numbers
    return hashlib.pbkdf2_hmac(digest, password, salt, int(iterations)).hex()
