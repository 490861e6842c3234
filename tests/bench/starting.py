"""How long it takes from nothing to the first answer, and how much memory all processes hold after some use. The
packages that the product stands on are measured without it as well: what they take, no change of ours can give back."""

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psutil

from tests.bench.client import AT_ONCE, Request, ask
from tests.bench.measuring import ratio
from tests.bench.places import SIGNED_IN, WORKERS, Place, Places, wait_for_answer
from tests.bench.reporting import verdict
from tests.bench.subjects import SESSION
from tests.support.servers import command_of, free_port, running

USE_SECONDS = 1.0
FLOORS = ("bare floor", "row floor", "packages")
START, MEMORY = 3.0, 1.6
"""How many times as long the product may take to its first answer as the bare floor, and how much more memory it may
hold than the row floor."""


@dataclass
class Started:
    """Per round: seconds to the first answer, and MiB that all processes of the server hold, counted for each (RSS),
    and with what they share counted once (PSS)."""

    seconds: list[float] = field(default_factory=list)
    rss: list[float] = field(default_factory=list)
    pss: list[float] = field(default_factory=list)


def start(places: Places, under: str, rounds: int, tell: Callable[[str], None]) -> dict[str, Started]:
    """All in turn in each round. The first round finds nothing in the system's caches, and does not count."""
    few, floor = places.at("few", under), places.at("floor", under)
    chosen: list[tuple[str, Place, str, str, dict[str, str]]] = [
        ("bare floor", floor, "tests.bench.bare:app", "/healthz", {}),
        ("row floor", floor, "tests.bench.floors:app", "/row", {}),
        ("packages", floor, "tests.bench.packages:app", "/healthz", {}),
        ("product", few, "wsgi:app", SESSION, SIGNED_IN),
    ]
    found = {name: Started() for name, *_ in chosen}
    for number in range(rounds + 1):
        tell(f"starts of {under}, round {number} of {rounds}" if number else f"starts of {under}, warming up")
        for name, place, module, path, headers in chosen:
            port = free_port()
            used = Request(f"http://127.0.0.1:{port}{path}", headers=headers)
            seconds, rss, pss = _started([*command_of(under, port, WORKERS), module], place.environment, port, used)
            if number:
                found[name].seconds.append(seconds)
                found[name].rss.append(rss)
                found[name].pss.append(pss)
    return found


def _started(command: list[str], environment: dict[str, str], port: int, used: Request) -> tuple[float, float, float]:
    begun = time.perf_counter()
    with running(command, environment, subprocess.DEVNULL) as process:
        wait_for_answer(f"http://127.0.0.1:{port}/healthz")
        seconds = time.perf_counter() - begun
        ask(used, USE_SECONDS, AT_ONCE)
        return seconds, *_memory(psutil.Process(process.pid))


def _memory(process: psutil.Process) -> tuple[float, float]:
    each = [one.memory_full_info() for one in [process, *process.children(recursive=True)]]
    return sum(one.rss for one in each) / 2**20, sum(one.pss for one in each) / 2**20


def report(under: str, found: dict[str, Started]) -> None:
    print(
        f"\n{'start, ' + under:22}{'first answer':>14}{'RSS':>9}{'PSS':>9}   (medians, {WORKERS} workers and all else)"
    )
    for name, one in found.items():
        seconds, rss, pss = (statistics.median(each) for each in (one.seconds, one.rss, one.pss))
        print(f"{name:22}{seconds:12.2f} s{rss:6.0f} MiB{pss:5.0f} MiB")
    product = found["product"]
    for name in FLOORS:
        other = found[name]
        pairs = ((product.seconds, other.seconds), (product.rss, other.rss), (product.pss, other.pss))
        low_high = [ratio(*pair) for pair in pairs]
        print(
            f"{'product × ' + name:22}",
            *(f"{low:.2f} {median:.2f} {high:.2f}" for low, median, high in low_high),
            sep="   ",
        )
    print(*targets(found), sep="\n")


def targets(found: dict[str, Started]) -> list[str]:
    """In words, which of the targets the product reaches."""
    product, bare, row = found["product"], found["bare floor"], found["row floor"]
    return [
        _told("first answer", "bare floor", START, product.seconds, bare.seconds),
        _told("RSS", "row floor", MEMORY, product.rss, row.rss),
        _told("PSS", "row floor", MEMORY, product.pss, row.pss),
    ]


def _told(what: str, against: str, most: float, of: Sequence[float], to: Sequence[float]) -> str:
    median = ratio(of, to)[1]
    return f"{what}: {median:.2f} × {against}: {verdict(median <= most)} {most}"


def as_json(found: dict[str, Started]) -> dict[str, Any]:
    return {"targets": targets(found), **{name: vars(one) for name, one in found.items()}}
