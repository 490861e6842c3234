"""`python -m tests.sabotage [NAME …]`: put each sabotage into a copy of the house and see that its tests notice.

Two copies side by side. Exits with 1 when one was not noticed, or could not be tried.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

from tests.sabotage.copies import NOTICED, UNNOTICED, Copy, Outcome
from tests.sabotage.sabotages import ROOT, Sabotage, read
from tests.support.databases import postgresql_server

SIDE_BY_SIDE = 2


def main() -> int:
    chosen, begun = _chosen(), time.monotonic()
    with ExitStack() as stack:
        copies = _copies(stack)
        unharmed = _try_unharmed(chosen, copies)
        missed = [f"the house as it is: {unharmed}"] if unharmed else _try_all(chosen, copies)
    tell(f"{len(chosen) - len(missed)} of {len(chosen)} noticed, {time.monotonic() - begun:.0f} s")
    for line in missed:
        tell(f"NOT NOTICED  {line}")
    return 1 if missed else 0


def _chosen() -> list[Sabotage]:
    known = {each.name: each for each in read()}
    parser = argparse.ArgumentParser(prog="python -m tests.sabotage", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="one or several of: " + ", ".join(known))
    names = parser.parse_args().names
    if unknown := set(names) - set(known):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return [known[name] for name in names or known]


def _copies(stack: ExitStack) -> "SimpleQueue[Copy]":
    database = stack.enter_context(postgresql_server()).render_as_string(hide_password=False)
    copies: SimpleQueue[Copy] = SimpleQueue()
    for _ in range(SIDE_BY_SIDE):
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="vestibule-sabotage-"))
        copies.put(Copy(Path(folder), TEST_DATABASE_URL=database))
    return copies


def _try_unharmed(chosen: Sequence[Sabotage], copies: "SimpleQueue[Copy]") -> str:
    """The control: what fails in the house as it is proves nothing. Says what does."""
    tests = sorted({test for each in chosen for test in each.noticed_by if not each.faults()})
    halves = [half for half in (tests[::2], tests[1::2]) if half]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        outcomes = list(pool.map(lambda half: _run(half, copies), halves))
    tell(f"the house as it is: {len(tests)} tests in {max((o.seconds for o in outcomes), default=0):.0f} s")
    return next((outcome.why for outcome in outcomes if outcome.status != UNNOTICED), "")


def _try_all(chosen: Sequence[Sabotage], copies: "SimpleQueue[Copy]") -> list[str]:
    missed = []
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        tried = {pool.submit(_try, each, copies): each for each in chosen}
        for number, done in enumerate(as_completed(tried), 1):
            name, outcome = tried[done].name, done.result()
            verdict = {NOTICED: "noticed", UNNOTICED: "NOT NOTICED"}.get(outcome.status, "NOT TRIED")
            tell(f"{number:3}/{len(chosen)}  {verdict} in {outcome.seconds:.0f} s  {name}: {outcome.why}")
            if outcome.status != NOTICED:
                missed.append(f"{name}: {outcome.why}")
    return missed


def _try(sabotage: Sabotage, copies: "SimpleQueue[Copy]") -> Outcome:
    if faults := sabotage.faults():
        return Outcome(-1, "; ".join(faults), 0)
    copy = copies.get()
    try:
        with copy.with_files(sabotage.made_in(ROOT)):
            return copy.run(sabotage.noticed_by)
    finally:
        copies.put(copy)


def _run(tests: Sequence[str], copies: "SimpleQueue[Copy]") -> Outcome:
    copy = copies.get()
    try:
        return copy.run(tests)
    finally:
        copies.put(copy)


def tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
