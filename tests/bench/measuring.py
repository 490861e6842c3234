"""Rounds in which everything is measured in turn, and what they say together."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import psutil

from tests.bench.client import Took
from tests.bench.places import Place, Places


@dataclass(frozen=True)
class Subject:
    """What is measured, and where: `do` asks a place for so many seconds. `against` names the subject that it is
    compared with; `least` and `most_cpu` are its targets. Whoever looks in beside it should not wait longer, in
    one case of a hundred, than WAITS times as long as the subject `quiet` usually takes."""

    name: str
    do: Callable[[Place, float], Took]
    place: str
    server: str = "gunicorn"
    against: str = "row floor"
    least: float | None = None
    most_cpu: float | None = None
    quiet: str | None = None
    after: Callable[[Place], None] = lambda _: None
    longer: float = 1.0


@dataclass
class Measured:
    """Per round: requests a second, seconds that half of them took at most, and seconds of processor time that server
    and database spent on one. `beside` are the seconds of all who looked in meanwhile."""

    rates: list[float] = field(default_factory=list)
    medians: list[float] = field(default_factory=list)
    server_cpu: list[float] = field(default_factory=list)
    database_cpu: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)

    @property
    def cpu(self) -> list[float]:
        return [server + database for server, database in zip(self.server_cpu, self.database_cpu, strict=True)]

    def add(self, took: Took, server_cpu: float, database_cpu: float) -> None:
        self.rates.append(took.rate)
        self.medians.append(took.median)
        self.server_cpu.append((server_cpu if took.cpu is None else took.cpu) / len(took.each))
        self.database_cpu.append((database_cpu if took.cpu is None else 0.0) / len(took.each))
        self.beside += took.beside


def measure(
    subjects: Sequence[Subject],
    places: Places,
    database: psutil.Process,
    rounds: int,
    seconds: float,
    tell: Callable[[str], None],
) -> dict[str, Measured]:
    """Every subject once in each round, so that what disturbs the machine disturbs all alike. The first round warms up
    and does not count."""
    found = {subject.name: Measured() for subject in subjects}
    for subject in subjects:
        places.at(subject.place, subject.server)
    for number in range(rounds + 1):
        tell(f"round {number} of {rounds}" if number else "warming up")
        for subject in subjects:
            place = places.at(subject.place, subject.server)
            before = _spent(place.process), _spent(database)
            took = subject.do(place, seconds * subject.longer)
            after = _spent(place.process), _spent(database)
            subject.after(place)
            if number:
                found[subject.name].add(took, after[0] - before[0], after[1] - before[1])
    return found


def ratio(of: Sequence[float], to: Sequence[float]) -> tuple[float, float, float]:
    """Lowest, median and highest of the ratios round by round."""
    ratios = [one / other for one, other in zip(of, to, strict=True) if other]
    return min(ratios), statistics.median(ratios), max(ratios)


def _spent(process: psutil.Process) -> float:
    """Seconds of processor time of this process and its children, those that have ended among them."""
    total = 0.0
    for each in [process, *process.children(recursive=True)]:
        try:
            times = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total
