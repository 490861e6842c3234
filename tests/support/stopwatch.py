"""Comparing how long answers take: kinds of requests in turn, in an order that no drift of the machine can favour."""

import random
import statistics
import time
from collections.abc import Callable, Mapping

Act = Callable[[], object]


def medians(kinds: Mapping[str, Act], rounds: int) -> dict[str, float]:
    """Milliseconds, by kind; each round asks once for each kind, shuffled."""
    for act in kinds.values():
        act()
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(rounds):
        for kind in random.sample(sorted(kinds), len(kinds)):
            begun = time.perf_counter()
            kinds[kind]()
            taken[kind].append((time.perf_counter() - begun) * 1000)
    return {kind: statistics.median(times) for kind, times in taken.items()}


def spread(measured: Mapping[str, float]) -> float:
    """The slowest kind's median over the fastest's."""
    return max(measured.values()) / min(measured.values())
