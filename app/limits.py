"""Attempt limits. Counters outlive the refusal they lead to, so they are never part of a unit.

With REDIS_URL they are in Redis, and in each process while Redis is away. Without it they are in the database, exact
over all processes; only those of read-only requests, which must change nothing there, are counted in each process.
"""

import hashlib
import logging
import math
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from flask import Flask, current_app, g, has_request_context, request
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import bindparam, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from app.client_address import network_of
from app.database import reading_engine
from app.extensions import db
from app.settings import Settings
from app.unit import look, surroundings
from core.errors import TooManyAttempts
from core.models import AttemptCounter, InvitationLink
from core.models.accounts import OneTimeSecret
from core.policy import Policy
from core.tokens import digest

log = logging.getLogger(__name__)
REDIS_REST_SECONDS = 5
REDIS_PATIENCE = {"socket_connect_timeout": 1, "socket_timeout": 1}


class Limits:
    """Counts attempts against the policy's limits."""

    def __init__(self, app: Flask, settings: Settings, policy: Policy) -> None:
        self._rules = {name: _rule(name, policy) for name in policy.limits} if settings.rate_limits else {}
        self._redis_rests_until = 0.0
        self._redis: FixedWindowRateLimiter | None = None
        if settings.redis_url:
            storage = storage_from_string(settings.redis_url, wrap_exceptions=True, **REDIS_PATIENCE)
            self._redis = FixedWindowRateLimiter(storage)
        self._database = FixedWindowRateLimiter(DatabaseStorage())

    @cached_property
    def _local(self) -> FixedWindowRateLimiter:
        """Made by the process that counts: it has a thread, which a fork would lose."""
        return FixedWindowRateLimiter(MemoryStorage())

    def count(self, name: str, who: str) -> None:
        """One more attempt of `who`; TooManyAttempts when that is more than the limit `name` allows."""
        if rule := self._rules.get(name):
            key = _private(who)
            allowed, resets_at = self._run(lambda counters: _hit(counters, rule, key))
            if not allowed:
                raise TooManyAttempts(max(1, math.ceil(resets_at - self._now())))

    def give_back(self, name: str, who: str) -> None:
        """Take back an attempt of `who` that came to nothing."""
        if rule := self._rules.get(name):
            self._run(lambda counters: counters.hit(rule, _private(who), cost=-1))

    def forgive(self, name: str, who: str) -> None:
        """Forget the attempts of `who`: they have shown that they may."""
        if rule := self._rules.get(name):
            self._run(lambda counters: counters.clear(rule, _private(who)))

    def reset(self) -> None:
        """Forget what this process has counted by itself."""
        self._local.storage.reset()

    def _run(self, act: Callable[[FixedWindowRateLimiter], Any]) -> Any:
        if self._redis is None:
            return act(self._local if _only_reads() else self._database)
        if time.monotonic() >= self._redis_rests_until:
            try:
                return act(self._redis)
            except StorageError:
                log.warning("Redis is away: attempts are counted in each process for now")
                self._redis_rests_until = time.monotonic() + REDIS_REST_SECONDS
        return act(self._local)

    def _now(self) -> float:
        on_database = self._redis is None and not _only_reads()
        return surroundings().now().timestamp() if on_database else time.time()


class DatabaseStorage(Storage):
    """Counters as rows: one statement counts, exactly, whatever the number of processes."""

    def __init__(self) -> None:
        super().__init__(None)

    @property
    def base_exceptions(self) -> type[Exception]:
        return OSError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = surroundings().now()
        row = {"key": _private(key), "attempts": amount, "resets_at": now + timedelta(seconds=expiry)}
        with db.engine.begin() as connection:
            counted = _COUNTED[connection.dialect.name]
            return connection.execute(counted, {**row, "now": now}).scalar_one()

    def get(self, key: str) -> int:
        counter = self._counter(key)
        return counter.attempts if counter and counter.resets_at > surroundings().now() else 0

    def get_expiry(self, key: str) -> float:
        counter = self._counter(key)
        moment: datetime = counter.resets_at if counter else surroundings().now()
        return moment.timestamp()

    def clear(self, key: str) -> None:
        with db.engine.begin() as connection:
            connection.execute(delete(AttemptCounter).where(AttemptCounter.key == _private(key)))

    def reset(self) -> int:
        with db.engine.begin() as connection:
            return connection.execute(delete(AttemptCounter)).rowcount

    def check(self) -> bool:
        return True

    def _counter(self, key: str) -> Any:
        columns = select(AttemptCounter.attempts, AttemptCounter.resets_at)
        with reading_engine().connect() as connection:
            return connection.execute(columns.where(AttemptCounter.key == _private(key))).one_or_none()


def count_attempt(name: str, who: str | int) -> None:
    """One more attempt of the account `who`, against the limit `name`."""
    current_app.extensions["limits"].count(name, str(who))


def count_write() -> None:
    """Count this request against `member_writes_account`, once, if it may change something and somebody is signed in.
    For requests that no other limit by account counts."""
    person = g.get("signed_in")
    if person and not _only_reads() and not g.get("write_is_counted"):
        g.write_is_counted = True
        count_attempt("member_writes_account", person.user_id)


def count_address(*names: str, apart: str = "") -> None:
    """Count one more attempt from this network address against each of the limits. What has shown something that not
    everybody there can have is counted `apart`: others of the same network do not use up its attempts."""
    who = " ".join(filter(None, [network_of(request.remote_addr), apart]))
    for name in names:
        current_app.extensions["limits"].count(name, who)


def count_secret(name: str, model: type[OneTimeSecret | InvitationLink], secret: str) -> None:
    """Count an attempt with a secret from a link or token, before anything is done with it. One that was handed out,
    living or dead, is no guess, and so is counted apart from the guesses of the same network."""
    handed_out = look(select(model.digest).where(model.digest == digest(secret)))
    count_address(name, apart=digest(secret) if handed_out else "")


def give_back_attempt(who: str, *names: str) -> None:
    """The attempt of `who` was refused before anything was tried."""
    for name in names:
        current_app.extensions["limits"].give_back(name, who)


def forgive_attempts(who: str, *names: str) -> None:
    """The account `who` has shown that it may. Comes after the commit of what it did, so it fails in silence: an answer
    must not say that nothing has happened."""
    try:
        for name in names:
            current_app.extensions["limits"].forgive(name, who)
    except SQLAlchemyError as error:
        log.warning("attempts could not be forgiven: %s", type(error).__name__)


def _counted(insert: Any) -> Any:
    """One attempt more; the first after the window was over begins another."""
    fresh = insert(AttemptCounter)
    over = AttemptCounter.resets_at <= bindparam("now")
    counted = {
        "attempts": case((over, fresh.excluded.attempts), else_=AttemptCounter.attempts + fresh.excluded.attempts),
        "resets_at": case((over, fresh.excluded.resets_at), else_=AttemptCounter.resets_at),
    }
    return fresh.on_conflict_do_update(index_elements=[AttemptCounter.key], set_=counted).returning(
        AttemptCounter.attempts
    )


_COUNTED = {"postgresql": _counted(postgresql.insert), "sqlite": _counted(sqlite.insert)}


def _only_reads() -> bool:
    """Whether this is a request that changes nothing; letters are written outside of requests."""
    return has_request_context() and request.method in {"GET", "HEAD", "OPTIONS"}


def _hit(counters: FixedWindowRateLimiter, rule: RateLimitItem, key: str) -> tuple[bool, float]:
    if counters.hit(rule, key):
        return True, 0.0
    return False, counters.get_window_stats(rule, key).reset_time


def _rule(name: str, policy: Policy) -> RateLimitItem:
    limit = policy.limits[name]
    return RateLimitItemPerSecond(limit.attempts, int(limit.window.total_seconds()), namespace=name)


def _private(who: str) -> str:
    """Counters name nobody in clear."""
    return hashlib.sha256(who.encode("utf-8", "surrogatepass")).hexdigest()
