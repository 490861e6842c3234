"""`python -m tests.bench [NAME …]`: start everything, measure in rounds, print ratios, write JSON."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import URL, create_engine, text

from tests.bench import filling
from tests.bench.client import Request
from tests.bench.measuring import Measured, Subject, measure, ratio
from tests.support.databases import new_postgresql, postgresql_server
from tests.support.servers import ROOT, Server, free_port, serving, wait_for

FEW, MANY = 10, 10_000
SECRET = "s" * 43
WORKERS = 2


@dataclass(frozen=True)
class Filled:
    """The product on a database with so many skaters, one of them signed in."""

    server: Server
    skaters: int

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self.server.process.pid)

    def get(self, path: str, *, signed_in: bool = True, status: int = 200) -> Request:
        headers = {"Cookie": f"session={SECRET}"} if signed_in else {}
        return Request(self.server.url + path, headers=headers, status=status)


def main() -> int:
    options = _options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vestibule-bench-")))
        tell("starting PostgreSQL")
        server = stack.enter_context(postgresql_server())
        floor = stack.enter_context(_floor(stack.enter_context(new_postgresql(server)), folder))
        few = stack.enter_context(_product(server, folder, FEW, stack))
        many = stack.enter_context(_product(server, folder, options.skaters, stack))
        subjects = _chosen(_subjects(floor, few, many), options.names)
        found = measure(subjects, _postmaster(server), options.rounds, options.seconds, tell)
    report(subjects, found)
    if options.json:
        Path(options.json).write_text(json.dumps(_as_json(subjects, found), indent=2) + "\n")
    return 0


def _subjects(floor: tuple[str, psutil.Process], few: Filled, many: Filled) -> list[Subject]:
    url, process = floor
    session, card, log = "/api/v4/auth/session", "/api/v4/members/skater_card", "/api/v4/members/ice_time"
    dashboard = "/api/v4/members/dashboard"
    return [
        Subject("constant floor", Request(f"{url}/healthz"), process),
        Subject("row floor", Request(f"{url}/row"), process),
        Subject("session check", few.get(session), few.process),
        Subject("anonymous check", few.get(session, signed_in=False, status=401), few.process),
        Subject("card", few.get(card), few.process, least=0.25),
        Subject(f"card among {many.skaters}", many.get(card), many.process, against="card", least=0.9),
        Subject("dashboard", few.get(dashboard), few.process),
        Subject(f"dashboard among {many.skaters}", many.get(dashboard), many.process, against="dashboard", least=0.9),
        Subject("ice time", few.get(log), few.process),
        Subject(f"ice time among {many.skaters}", many.get(log), many.process, against="ice time", least=0.9),
    ]


def report(subjects: Sequence[Subject], found: dict[str, Measured]) -> None:
    """Each subject as multiples of what it is compared with: rates (lowest, median, highest of the rounds) and CPU."""
    print(f"{'':28}{'requests a second':^24}{'CPU':^26}  against")
    print(f"{'':28}{'low':>7}{'median':>8}{'high':>8} {'server':>9}{'database':>10}{'both':>7}")
    for subject in subjects:
        mine, other = found[subject.name], found[subject.against]
        low, median, high = ratio(mine.rates, other.rates)
        server, database = (sum(part) / len(part) * 1e6 for part in (mine.server_cpu, mine.database_cpu))
        cpu = ratio(mine.cpu, other.cpu)[1]
        verdict = _verdict(subject, median)
        numbers = f"{low:7.2f}{median:8.2f}{high:8.2f} {server:6.0f} µs{database:7.0f} µs{cpu:7.2f}"
        print(f"{subject.name:28}{numbers}  {subject.against}{verdict}")


def _verdict(subject: Subject, median: float) -> str:
    if subject.least is None:
        return ""
    return f"   {'reaches' if median >= subject.least else 'MISSES'} {subject.least}"


def _as_json(subjects: Sequence[Subject], found: dict[str, Measured]) -> dict[str, Any]:
    return {
        subject.name: {
            "against": subject.against,
            "rate": ratio(found[subject.name].rates, found[subject.against].rates),
            "cpu": ratio(found[subject.name].cpu, found[subject.against].cpu),
            **vars(found[subject.name]),
        }
        for subject in subjects
    }


def _chosen(subjects: list[Subject], names: Sequence[str]) -> list[Subject]:
    """Those that were named, by a part of their name, and what they are compared with."""
    if not names:
        return subjects
    wanted = {each.name for each in subjects for name in names if name in each.name}
    if not wanted:
        sys.exit(f"There is none of this name. There are: {', '.join(each.name for each in subjects)}.")
    while more := {each.against for each in subjects if each.name in wanted} - wanted:
        wanted |= more
    return [each for each in subjects if each.name in wanted]


@contextmanager
def _floor(database: URL, folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The floors, under the same server with the same settings as the product."""
    tell("starting the floors")
    port = free_port()
    variables = {**os.environ, "DATABASE_URL": database.render_as_string(hide_password=False)}
    filled = [sys.executable, "-c", "from tests.bench import floors; floors.fill()"]
    subprocess.run(filled, cwd=ROOT, env=variables, check=True)
    gunicorn = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS)]
    with (folder / "floors.log").open("wb") as log:
        process = subprocess.Popen(
            [*gunicorn, "tests.bench.floors:app"], cwd=ROOT, env=variables, stdout=log, stderr=log
        )
    try:
        running = psutil.Process(process.pid)
        wait_for(lambda: len(running.children()) == WORKERS and _answers(port), 30)
        yield f"http://127.0.0.1:{port}", running
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def _product(server: URL, folder: Path, skaters: int, stack: ExitStack) -> Iterator[Filled]:
    database = stack.enter_context(new_postgresql(server))
    with serving(database, folder, workers=WORKERS, RATELIMIT_ENABLED="false") as running:
        tell(f"filling a database with {skaters} skaters, {filling.SESSIONS} sessions each")
        filling.fill(database, skaters)
        filling.sign_in(database, skaters // 2, SECRET)
        yield Filled(running, skaters)


def _postmaster(server: URL) -> psutil.Process:
    """The process that all database backends of this run are children of."""
    engine = create_engine(server)
    with engine.connect() as connection:
        backend = psutil.Process(connection.scalar(text("SELECT pg_backend_pid()")))
        found = backend.parent()
    engine.dispose()
    if found is None:
        sys.exit("The processor time of the database can only be measured on this machine.")
    return found


def _answers(port: int) -> bool:
    import requests

    try:
        return requests.get(f"http://127.0.0.1:{port}/row", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="measure only what has this in its name")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each subject in each round")
    parser.add_argument("--skaters", type=int, default=MANY, help="in the large database")
    parser.add_argument("--json", help="a file to write all numbers to")
    return parser.parse_args()


def tell(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
