"""How long it takes to remove a million dead rows, and what signed-in visitors notice of it. By hand, on PostgreSQL:

python -m tests.bench.housekeeping [ROWS]
"""

import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event, text

from app.database import waiting_without_end
from app.extensions import db
from core.policy import Policy
from tests.bench.client import Request, Took, ask
from tests.support.databases import new_postgresql, postgresql_server
from tests.support.servers import Server, serving
from tests.support.world import AUTH, new_app

ROWS = 1_000_000
PEOPLE = 10_000
ALONE_SECONDS = 10.0
FILLED = """
INSERT INTO "uAuthTable" ("aLogin", "aEmail", "aPasswordHash", "uSkaterUUID", fs_uniquifier, created_at, updated_at,
    login_key, email_key, is_active, must_change_password)
  SELECT 'p' || n, 'p' || n || '@x.test', '!', gen_random_uuid(), 'u' || n, now(), now(), 'p' || n,
    'p' || n || '@x.test', true, false FROM generate_series(1, :people) n;
INSERT INTO sessions (id, digest, user_id, created_at, last_seen_at, expires_at)
  SELECT gen_random_uuid(), md5(n || 'a') || md5(n || 'b'), u.id, seen, seen, seen + interval '30 days'
  FROM (SELECT n, timezone('utc', now()) - interval '1 second' * n * :step AS seen FROM generate_series(1, :half) n) s
  JOIN "uAuthTable" u ON u."aLogin" = 'p' || (1 + n % :people);
INSERT INTO attempt_counters (key, attempts, resets_at)
  SELECT md5(n || 'c') || md5(n || 'd'), 1, timezone('utc', now()) - interval '1 second' * n
  FROM generate_series(1, :half) n;
ANALYZE
"""
"""Half of it sessions of the last 40 days, of which those of the last week live; half of it counters, all over."""


def main(rows: int) -> None:
    with postgresql_server() as postgresql, new_postgresql(postgresql) as url, tempfile.TemporaryDirectory() as folder:
        app = new_app(url, policy=Policy())
        with app.app_context(), serving(url, Path(folder), workers=2, RATELIMIT_ENABLED="false") as server:
            name = "Ann"
            assert server.register(name).status_code == 200
            check = session_check(server, name)
            fill(rows)
            print(f"{rows:,} rows, about {rows - rows // 2 * 7 // 40:,} of them dead, on PostgreSQL", flush=True)
            alone = ask(check, ALONE_SECONDS, at_once=4)
            durations, beside, gone, whole = swept(app, check)
        show("session checks alone", alone.each)
        show("session checks beside it", beside.each)
        show("batches", durations)
        print(f"{sum(gone.values()):,} rows in {whole:.1f} s: {sum(gone.values()) / whole:,.0f} a second; {dict(gone)}")


def fill(rows: int) -> None:
    with waiting_without_end(), db.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        values = {"people": PEOPLE, "half": rows // 2, "step": 40 * 86400 / (rows // 2)}
        for statement in FILLED.split(";"):
            needed = {key: value for key, value in values.items() if f":{key}" in statement}
            connection.execute(text(statement), needed)


def session_check(server: Server, name: str) -> Request:
    cookie = server.sign_in(name)["session"]
    return Request(f"{server.url}{AUTH}/session", headers={"Cookie": f"session={cookie}"})


def swept(app: Flask, check: Request) -> tuple[list[float], Took, Any, float]:
    """Seconds of each transaction, session checks meanwhile, what went, and how long it took in all."""
    durations, begun, done = [], [0.0], []
    event.listen(db.engine, "begin", lambda _: begun.__setitem__(0, time.perf_counter()))
    event.listen(db.engine, "commit", lambda _: durations.append(time.perf_counter() - begun[0]))

    def visit() -> Took:
        took = []
        start = time.perf_counter()
        while not done:
            took += ask(check, 1.0, at_once=4).each
        return Took(took, time.perf_counter() - start)

    with ThreadPoolExecutor(1) as visitors:
        beside = visitors.submit(visit)
        start = time.perf_counter()
        gone = app.extensions["housekeeper"].tidy()
        whole = time.perf_counter() - start
        done.append(True)
        return durations, beside.result(), gone, whole


def show(what: str, seconds: list[float]) -> None:
    cuts = statistics.quantiles(seconds, n=100)
    told = f"median {cuts[49] * 1e3:.1f} ms, p99 {cuts[98] * 1e3:.1f} ms, longest {max(seconds) * 1e3:.1f} ms"
    print(f"{what}: {len(seconds):,}; {told}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else ROWS)
