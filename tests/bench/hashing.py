"""How many passwords this machine hashes or checks with nothing else to do: as many processes as the product has, each
at one password after the other."""

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from typing import Any

from argon2 import PasswordHasher
from argon2.low_level import Type

from core.policy import HashCost
from tests.bench.client import Took
from tests.bench.places import WORKERS
from tests.support.world import PASSWORD


def verify(_: Any, seconds: float) -> Took:
    return _all(_verifying, seconds)


def make(_: Any, seconds: float) -> Took:
    return _all(_making, seconds)


def _all(doing: Callable[[float], Took], seconds: float) -> Took:
    found = list(_processes().map(doing, [seconds] * WORKERS))
    each = [took for one in found for took in one.each]
    return Took(each, max(one.whole for one in found), sum(one.cpu or 0.0 for one in found))


@cache
def _processes() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(WORKERS, get_context("spawn"))


def _verifying(seconds: float) -> Took:
    return _timed(lambda: check(PASSWORD), seconds)


def _making(seconds: float) -> Took:
    return _timed(lambda: _hasher().hash(PASSWORD), seconds)


def check(password: str) -> None:
    """As a sign-in does it, with the library itself."""
    _hasher().verify(_kept(), password)


@cache
def _kept() -> str:
    return _hasher().hash(PASSWORD)


@cache
def _hasher() -> PasswordHasher:
    cost = HashCost()
    return PasswordHasher(cost.time, cost.memory_kib, cost.lanes, type=Type.ID)


def _timed(what: Callable[[], Any], seconds: float) -> Took:
    each, started, spent = [], time.perf_counter(), time.process_time()
    while (start := time.perf_counter()) < started + seconds:
        what()
        each.append(time.perf_counter() - start)
    return Took(each, time.perf_counter() - started, time.process_time() - spent)
