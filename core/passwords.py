"""Passwords: which are good enough, and how they are kept."""

import hashlib
import hmac
import os
import re
import sys
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from secrets import token_bytes
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from argon2.low_level import Type, hash_secret_raw

from core import names
from core.errors import Busy, WeakPassword
from core.policy import HashCost, Policy

LETTERS = re.compile(r"[^\W\d_]+")
SHORTEST_WORD = 3
NICENESS = 10
"""By how much the threads that hash are nicer, as in nice(1): a tenth of a core that others need, all of a free one."""
Watch = Callable[[str], AbstractContextManager[object]]


class Hasher:
    """Hashes and checks passwords with argon2id, at most `policy.hash_slots` at a time in this process.

    A slot is a core and `memory_kib`; bounding them lets everything else of the process answer meanwhile. Whoever
    finds `policy.hash_queue` others waiting, or waits longer than `policy.hash_wait`, is refused with Busy. All hashing
    is done by as many threads as there are slots: malloc keeps for each thread the memory that it has hashed with.
    """

    def __init__(self, policy: Policy) -> None:
        cost = policy.hash_cost
        self._argon2 = PasswordHasher(cost.time, cost.memory_kib, cost.lanes, type=Type.ID)
        self._places = BoundedSemaphore(policy.hash_slots + policy.hash_queue)
        self._slots = BoundedSemaphore(policy.hash_slots)
        self._hands = ThreadPoolExecutor(policy.hash_slots, "hashing", _give_way)
        self._wait = policy.hash_wait.total_seconds()
        self._nobody = _nobodys(cost)
        self._watched: Watch = nullcontext

    def watch(self, watch: Watch) -> None:
        """From now on, be inside of `watch("pending")` while a password is hashed or waits for it, and inside of
        `watch("running")` while it has a slot."""
        self._watched = watch

    def hash(self, password: str) -> str:
        """A salted argon2id hash of the password's NFC form."""
        with self._slot():
            return self._hands.submit(self._argon2.hash, _as_hashed(password)).result()

    def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether `password` is the hashed one. None (nobody to compare with) or an empty hash costs the same work
        and is a no."""
        with self._slot():
            return self._hands.submit(self._matches, password, password_hash).result()

    def stretched(self, secret: str, salt: bytes) -> str:
        """What is kept of a short secret that the database compares: an argon2id hash with this salt, as costly as a
        password's, in 64 hex digits."""
        with self._slot():
            return self._hands.submit(self._stretched, secret, salt).result()

    def is_stale(self, password_hash: str) -> bool:
        """Whether a hash was made with other costs or by another method than today's and should be renewed at the next
        chance."""
        return is_werkzeugs(password_hash) or self._argon2.check_needs_rehash(password_hash)

    def _stretched(self, secret: str, salt: bytes) -> str:
        argon2 = self._argon2
        cost = (argon2.time_cost, argon2.memory_cost, argon2.parallelism)
        return hash_secret_raw(secret.encode("utf-8"), salt, *cost, hash_len=32, type=Type.ID).hex()

    def _matches(self, password: str, password_hash: str | None) -> bool:
        if password_hash and is_werkzeugs(password_hash):
            return _matches_werkzeugs(password, password_hash)
        try:
            return self._is_argon2s(password, password_hash or self._nobody) and bool(password_hash)
        except ValueError:  # no hash of argon2's, or no ASCII: the same work all the same
            self._is_argon2s(password, self._nobody)
            return False

    def _is_argon2s(self, password: str, password_hash: str) -> bool:
        try:
            return self._argon2.verify(password_hash, _as_hashed(password))
        except VerificationError:
            return False

    @contextmanager
    def _slot(self) -> Iterator[None]:
        pending, running = self._watched("pending"), self._watched("running")
        with _held(self._places, 0), pending, _held(self._slots, self._wait), running:
            yield


def _give_way() -> None:
    """Nobody else's request waits for the core that this thread computes on. Only Linux ranks threads one by one."""
    if sys.platform == "linux":
        os.nice(NICENESS)


def _nobodys(cost: HashCost) -> str:
    """A hash that no password has, made without the work that comparing with it costs."""
    salt, digest = (b64encode(token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={cost.memory_kib},t={cost.time},p={cost.lanes}${salt}${digest}"


@contextmanager
def _held(places: BoundedSemaphore, wait: float) -> Iterator[None]:
    if not places.acquire(timeout=wait):
        raise Busy
    try:
        yield
    finally:
        places.release()


_NOT_WERKZEUGS = (ValueError, OverflowError, TypeError)
"""What hashlib raises at names and numbers that it cannot take."""


def is_werkzeugs(password_hash: str) -> bool:
    """Whether the replaced backend made this hash, with Werkzeug's `method$salt$hex`."""
    return password_hash.startswith(("scrypt:", "pbkdf2:"))


def never_breached(_: str) -> bool:
    """Knows of no password that it was ever stolen."""
    return False


def check_rules(
    policy: Policy,
    password: str,
    *,
    login: str,
    email: str,
    is_breached: Callable[[str], bool] = never_breached,
    field: str = "password",
) -> None:
    """Refuse with WeakPassword a password that is too short, too long, common, made of the person's own names or of the
    policy's context words alone, or known to be stolen.

    Lengths count code points of the NFC form; nothing is composed, trimmed or truncated. Words and the list of
    common passwords are compared without letter case (NIST SP 800-63B-4, 3.1.1.2; ASVS 6.2.4, 6.2.11, 6.2.12).
    `is_breached` is asked last, and only of a password that passes all else.
    """
    plain = _nfc(password)
    reason = None
    if len(plain) < policy.password_min:
        reason = "too_short"
    elif len(plain) > policy.password_max:
        reason = "too_long"
    elif names.canonical(plain) in (own := _own_names(login, email)) or _made_of(plain, own):
        reason = "own_name"
    elif plain.casefold() in common_passwords() or _made_of(plain, own | policy.context_words):
        reason = "too_common"
    elif is_breached(plain):
        reason = "breached"
    if reason:
        raise WeakPassword(field, reason)


@cache
def common_passwords() -> frozenset[str]:
    """Case-folded passwords that everybody tries first: those of eight characters and more of zxcvbn's list."""
    path = Path(__file__).with_name("common_passwords") / "passwords.txt"
    return frozenset(path.read_text(encoding="utf-8").split("\n"))


def _own_names(login: str, email: str) -> set[str]:
    address = names.canonical(email)
    return {names.canonical(login), address, address.partition("@")[0]}


def _made_of(password: str, words: Collection[str]) -> bool:
    """Whether these words, put together in any way, are all the letters that there are."""
    letters = left = "".join(LETTERS.findall(names.canonical(password)))
    for part in sorted({part for word in words for part in LETTERS.findall(word)}, key=len, reverse=True):
        if len(part) >= SHORTEST_WORD:
            left = left.replace(part, " ")
    return bool(letters) and not left.strip()


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
