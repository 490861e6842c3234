"""What was found, as a table for people and as JSON."""

import statistics
from collections.abc import Sequence
from typing import Any

from tests.bench.measuring import Measured, Subject, ratio

WAITS = 20.0
"""How much longer than usual somebody may wait who looks in while others hash passwords, in one case of a hundred."""


def report(subjects: Sequence[Subject], found: dict[str, Measured]) -> None:
    """Each subject as multiples of what it is compared with: rates (lowest, median, highest of the rounds) and CPU."""
    print(
        f"{'':27}{'a second':>9}{'lowest':>9}{'median':>7}{'highest':>8}{'CPU: server':>14}{'database':>11}{'both':>6}"
    )
    for subject in subjects:
        mine, other = found[subject.name], found[subject.against]
        low, median, high = ratio(mine.rates, other.rates)
        server, database = (sum(part) / len(part) * 1e6 for part in (mine.server_cpu, mine.database_cpu))
        numbers = f"{statistics.median(mine.rates):9.0f}{low:9.2f}{median:7.2f}{high:8.2f}"
        cpu = f"{server:11.0f} µs{database:8.0f} µs{ratio(mine.cpu, other.cpu)[1]:6.2f}"
        print(f"{subject.name:27}{numbers}{cpu}  × {subject.against}", *targets(subject, found), sep="   ")


def targets(subject: Subject, found: dict[str, Measured]) -> list[str]:
    """In words, which of its targets a subject reaches."""
    mine, other = found[subject.name], found[subject.against]
    told = []
    if subject.least is not None:
        told.append(f"{verdict(ratio(mine.rates, other.rates)[1] >= subject.least)} {subject.least}")
    if subject.most_cpu is not None:
        told.append(f"{verdict(ratio(mine.cpu, other.cpu)[1] <= subject.most_cpu)} {subject.most_cpu} CPU")
    if subject.quiet:
        waits = statistics.quantiles(mine.beside, n=100)[98] / statistics.median(found[subject.quiet].medians)
        told.append(f"beside it p99 {waits:.1f} × usual: {verdict(waits < WAITS)} {WAITS:.0f}")
    return told


def verdict(is_good: bool) -> str:
    return "reaches" if is_good else "MISSES"


def as_json(subjects: Sequence[Subject], found: dict[str, Measured]) -> dict[str, Any]:
    return {
        subject.name: {
            "against": subject.against,
            "rate": ratio(found[subject.name].rates, found[subject.against].rates),
            "cpu": ratio(found[subject.name].cpu, found[subject.against].cpu),
            "targets": targets(subject, found),
            **vars(found[subject.name]),
        }
        for subject in subjects
    }
