"""Comparing how long answers take: kinds of requests in turn, in an order that no drift of the machine can favour."""

import random
import statistics
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from math import sqrt

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
    """By kind, the lower quartile, as interference only ever adds."""
    taken = samples(kinds, rounds, calm)
    return {kind: sorted(times)[len(times) // 4] for kind, times in taken.items()}


def samples(kinds: Mapping[str, Act], rounds: int, calm: Act = nothing) -> dict[str, list[float]]:
    """By kind, the milliseconds of so many requests. Each round asks once for each kind, shuffled."""
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(rounds):
        for kind in random.sample(sorted(kinds), len(kinds)):
            calm()
            begun = time.perf_counter()
            kinds[kind]()
            taken[kind].append((time.perf_counter() - begun) * 1000)
    return taken


MEDIAN_MS, MEDIAN_SHARE, AUC, KS = 2.0, 0.02, 0.55, 0.10
"""What two kinds may differ by: their medians by the larger of two, what one answer tells of its kind (0.5 is nothing),
and how far apart their distributions are."""

Z, KS_Z = 2.58, 1.63
"""For 99 % confidence: a difference counts as far as so many samples show it. With few, only a large one can."""


def told_apart(kinds: Mapping[str, Act], rounds: int, calm: Act = nothing, attempts: int = ATTEMPTS) -> dict[str, str]:
    """The kinds whose time differs from the first's, with what was seen. Measured again, so often at most, while
    there are any: they count if they differ each time."""
    first, *others = kinds
    found: dict[str, str] = dict.fromkeys(others, "")
    for _ in range(attempts):
        taken = samples(kinds, rounds, calm)
        found = {kind: why for kind in found if (why := difference(taken[first], taken[kind]))}
        if not found:
            break
    return found


def difference(ones: Sequence[float], others: Sequence[float]) -> str:
    """What tells these times from those beyond doubt and by more than is allowed; empty if nothing does."""
    allowed = max(MEDIAN_MS, MEDIAN_SHARE * statistics.median(ones))
    near, auc, ks = _medians_apart(ones, others), _auc(ones, others), _ks(ones, others)
    doubt = sqrt((len(ones) + len(others)) / (len(ones) * len(others)))
    is_told = near > allowed or auc - Z * doubt / sqrt(12) > AUC or ks - KS_Z * doubt > KS
    return f"medians at least {near:.2f} ms apart, AUC {auc:.3f}, KS {ks:.3f}" if is_told else ""


def _medians_apart(ones: Sequence[float], others: Sequence[float], times: int = 400) -> float:
    """How far at least the medians are apart: the near end of a 99 % bootstrap interval."""

    def median(of: Sequence[float]) -> float:
        return statistics.median(random.choices(of, k=len(of)))

    apart = sorted(median(others) - median(ones) for _ in range(times))
    low, high = apart[times // 200], apart[-1 - times // 200]
    return max(low, -high, 0.0)


def _auc(ones: Sequence[float], others: Sequence[float]) -> float:
    """How often a guess from one answer's time would be right that prefers the likelier kind."""
    ordered = sorted(ones)
    below = sum(bisect_left(ordered, each) + bisect_right(ordered, each) for each in others) / 2
    share = below / (len(ones) * len(others))
    return max(share, 1 - share)


def _ks(ones: Sequence[float], others: Sequence[float]) -> float:
    """The largest distance between the two distributions (Kolmogorov-Smirnov)."""
    left, right = sorted(ones), sorted(others)
    shares = ((bisect_right(left, x) / len(left), bisect_right(right, x) / len(right)) for x in [*left, *right])
    return max(abs(one - other) for one, other in shares)
