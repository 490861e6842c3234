"""Rounds in which everything is measured in turn, and what they say together."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import psutil

from tests.bench.client import Request, ask


@dataclass(frozen=True)
class Subject:
    """What is measured: a request to a server, whose processes and database backends are known. `against` names the
    subject that it is compared with; `least` and `most_cpu` are the targets that the README promises."""

    name: str
    request: Request
    server: psutil.Process
    at_once: int = 1
    against: str = "row floor"
    least: float | None = None
    most_cpu: float | None = None


@dataclass
class Measured:
    """Per round: requests a second, and seconds of processor time that server and database spent on one."""

    rates: list[float] = field(default_factory=list)
    server_cpu: list[float] = field(default_factory=list)
    database_cpu: list[float] = field(default_factory=list)

    @property
    def cpu(self) -> list[float]:
        return [server + database for server, database in zip(self.server_cpu, self.database_cpu, strict=True)]


def measure(
    subjects: Sequence[Subject], database: psutil.Process, rounds: int, seconds: float, tell: Callable[[str], None]
) -> dict[str, Measured]:
    """Every subject once in each round, so that what disturbs the machine disturbs all alike. The first round warms up
    and does not count."""
    found = {subject.name: Measured() for subject in subjects}
    for number in range(rounds + 1):
        tell(f"round {number} of {rounds}" if number else "warming up")
        for subject in subjects:
            before = _spent(subject.server), _spent(database)
            took = ask(subject.request, seconds, subject.at_once)
            after = _spent(subject.server), _spent(database)
            if number:
                measured = found[subject.name]
                measured.rates.append(took.rate)
                measured.server_cpu.append((after[0] - before[0]) / len(took.each))
                measured.database_cpu.append((after[1] - before[1]) / len(took.each))
    return found


def ratio(of: Sequence[float], to: Sequence[float]) -> tuple[float, float, float]:
    """Lowest, median and highest of the ratios round by round."""
    ratios = [one / other for one, other in zip(of, to, strict=True) if other]
    return min(ratios), statistics.median(ratios), max(ratios)


def _spent(process: psutil.Process) -> float:
    """Seconds of processor time of this process and its children, also of those that have ended."""
    total = 0.0
    for each in [process, *process.children(recursive=True)]:
        try:
            times = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total
