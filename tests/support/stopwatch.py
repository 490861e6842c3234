"""Comparing how long answers take: kinds of requests in turn, in an order that no drift of the machine can favour."""

import random
import time
from collections.abc import Callable, Mapping

Act = Callable[[], object]
ATTEMPTS = 4


def nothing() -> None:
    """No need to wait."""


def spread(kinds: Mapping[str, Act], rounds: int, at_most: float, calm: Act = nothing) -> float:
    """How much longer the slowest kind takes than the fastest. Measured again, a few times at most, while that is
    more than `at_most`: another program's work passes, a difference in the work itself stays. `calm` waits, before
    each request, for what the one before has set going: else each kind would pay for its neighbours."""
    found = float("inf")
    for _ in range(ATTEMPTS):
        taken = milliseconds(kinds, rounds, calm)
        found = min(found, max(taken.values()) / min(taken.values()))
        if found <= at_most:
            break
    return found


def milliseconds(kinds: Mapping[str, Act], rounds: int, calm: Act = nothing) -> dict[str, float]:
    """By kind, the lower quartile, as interference only ever adds. Each round asks once for each kind, shuffled."""
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(rounds):
        for kind in random.sample(sorted(kinds), len(kinds)):
            calm()
            begun = time.perf_counter()
            kinds[kind]()
            taken[kind].append((time.perf_counter() - begun) * 1000)
    return {kind: sorted(times)[len(times) // 4] for kind, times in taken.items()}
