"""`python -m tests.bench [NAME …]`: start everything, measure in rounds, print ratios, write JSON."""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil

from tests.bench import plans, reporting, starting, subjects
from tests.bench.measuring import measure
from tests.bench.places import Places, postmaster
from tests.support.databases import postgresql_server
from tests.support.servers import COMMANDS

PLANS, START = "plans", "start"
ALL = [PLANS, START, *(each.name for each in subjects.SUBJECTS)]
FEW, MANY, SKATERS = 1_000, 100_000, 1_000


def main() -> int:
    options = _options()
    names = options.names or ALL
    if unknown := [name for name in names if not any(each.startswith(name) for each in ALL)]:
        sys.exit(f"There is none called {', '.join(unknown)}. There are: {', '.join(ALL)}.")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vestibule-bench-")))
        tell(f"starting PostgreSQL; all else runs under {' and '.join(options.server)}")
        postgresql = stack.enter_context(postgresql_server())
        is_good, numbers = _run(
            names, Places(stack, postgresql, folder, options, tell), postmaster(postgresql), options
        )
    if options.json:
        Path(options.json).write_text(json.dumps(numbers, indent=2) + "\n")
    return 0 if is_good else 1


def _run(names: Sequence[str], places: Places, database: psutil.Process, options: Any) -> tuple[bool, dict[str, Any]]:
    """Everything that has one of these names. What is counted is good or not; what is timed is for people to judge."""
    numbers, is_good = {}, True
    if any(PLANS.startswith(name) for name in names):
        tell("asking PostgreSQL for its plans")
        found = plans.explain(places.at("many", options.server[0]))
        is_good, numbers[PLANS] = plans.report(found), plans.as_json(found)
    if any(START.startswith(name) for name in names):
        for server in options.server:
            started = starting.start(places, server, options.rounds, tell)
            starting.report(server, started)
            numbers[f"{START}, {server}"] = starting.as_json(started)
    if chosen := subjects.chosen(names, options.server):
        measured = measure(chosen, places, database, options.rounds, options.seconds, tell)
        reporting.report(chosen, measured)
        numbers |= reporting.as_json(chosen, measured)
    return is_good, numbers


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="measure only what begins so, and what it is compared with")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each subject in each round")
    servers = "for product and floors alike; twice to compare both (default: gunicorn)"
    parser.add_argument("--server", choices=COMMANDS, action="append", help=servers)
    parser.add_argument("--few", type=int, default=FEW, help="people in the small database")
    parser.add_argument("--people", type=int, default=MANY, help="people in the large database")
    parser.add_argument("--skaters", type=int, default=SKATERS, help="how many of them have a long log")
    parser.add_argument("--json", help="a file to write all numbers to")
    options = parser.parse_args()
    options.server = list(dict.fromkeys(options.server or ["gunicorn"]))
    return options


def tell(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
