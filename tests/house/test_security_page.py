"""What SECURITY.md says is what is so."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import URL

from app import breached, database, extensions, housekeeper, limits, postman, pulse
from core.models import Base
from core.policy import LIMITS, Policy
from tests.house.test_rules import ROOT, _tracked

PAGE = (ROOT / "SECURITY.md").read_text()
POLICY = Policy()
CODE = [path for path in _tracked("app/*.py", "core/*.py") if "demo" not in path.parts and path.name != "testing.py"]


def section(title: str) -> str:
    """What stands under a heading, up to the next of its kind."""
    found = re.search(rf"^(#+) {title}\n(.*?)(?=^##? |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[2]


def row(title: str, beginning: str) -> str:
    """The row of a section's table that begins so."""
    [found] = [line for line in section(title).splitlines() if line.startswith(f"| {beginning}")]
    return found


def ticked(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def test_limits_are_those_of_the_policy() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) (minute|hour|day)s? \|$", PAGE, re.MULTILINE)

    said = {name: (int(attempts), timedelta(**{f"{unit}s": int(count)})) for name, attempts, count, unit in rows}
    assert said == {name: (limit.attempts, limit.window) for name, limit in LIMITS.items()}


def test_lifetimes_are_those_of_the_policy() -> None:
    def hours(life: timedelta) -> int:
        return int(life.total_seconds() / 3600)

    assert f"| {POLICY.session_idle.days} days | {POLICY.session_life.days} days |" in row("Sessions", "members")
    staff = row("Sessions", "admins")
    assert f"| {hours(POLICY.staff_session_idle)} hour | {hours(POLICY.staff_session_life)} hours |" in staff
    assert f"at most {POLICY.sessions_per_user} sessions" in section("Sessions")
    assert f"| {POLICY.session_life.days} days |" in row("Sessions", "`session`")
    ways = section("Ways to sign in")
    assert f"{POLICY.password_min} to {POLICY.password_max} characters" in ways
    assert f"({hours(POLICY.reset_life)} hour, once," in ways
    assert f"token of {int(POLICY.login_token_life.total_seconds() / 60)} minutes, once" in ways
    assert f"lives {POLICY.invite_life.days} days unless said otherwise, at most {POLICY.invite_life_max.days}" in PAGE


def test_what_is_dead_is_kept_as_long_as_the_page_says() -> None:
    assert f"| {POLICY.letters_kept.days} days, if nothing is owed" in row("Data", "`letters`")
    assert f"/desk/mail`; {POLICY.letters_kept.days} days |" in row("Logs", "the mail queue")
    first = housekeeper.FIRST_AFTER_SECONDS / 60
    paragraph = " ".join(section("Data").split())
    assert f"looks {first:.0f} to {first * (1 + housekeeper.SPREAD):.0f} minutes after its start" in paragraph
    assert housekeeper.EVERY_SECONDS == 3600
    assert f"{POLICY.housekeeping_batch:,} rows in a transaction, and waits" in paragraph
    assert f"{POLICY.housekeeping_batch:,} rows in a transaction" in row("Costly and risky parts", "removing")


def test_sessions_begin_where_the_page_says_and_nowhere_else() -> None:
    begin = {path for path, call in _calls() if call in {"begin_visit", "logins.log_in", "logins.redeem_login_token"}}
    assert begin == {path for path in ticked(section("Ways to sign in")) if path.startswith("app/")}


def test_cryptography_is_where_the_page_says_and_nowhere_else() -> None:
    modules = {
        "hashlib",
        "hmac",
        "secrets",
        "ssl",
        "jwt",
        "argon2",
        "itsdangerous",
        "passlib",
        "cryptography",
        "random",
    }
    places = {path for path in ticked(section("Cryptography")) if path.startswith(("app/", "core/"))}
    assert {path for path, module in _imports() if module in modules} == places - {"core/policy.py"}
    cost = POLICY.hash_cost
    said = f"argon2id, {cost.memory_kib // 1024} MiB, {cost.time} passes, {cost.lanes} lane"
    assert said in row("Cryptography", "passwords |")


def test_connections_are_made_where_the_page_says_and_nowhere_else() -> None:
    modules = {"smtplib", "ssl", "socket", "psycopg2", "redis", "http", "urllib", "requests", "ftplib", "flask_mail"}
    harmless = {("app/errors.py", "http")}  # names of statuses
    places = {path for path in ticked(section("Connections")) if path.endswith(".py")}
    openers = {(path, module) for path, module in _imports() if module in modules} - harmless
    openers -= {(path, "urllib") for path, _ in openers if "urllib.request" not in (ROOT / path).read_text()}
    development = {"app/development.py"}
    assert {path for path, _ in openers} <= places | development
    assert not re.search(r"(?<![\w.])open\(|write_bytes", "".join(path.read_text() for path in CODE))


def test_patience_is_as_the_page_says() -> None:
    postgresql = row("Connections", "PostgreSQL")
    assert f"{int(database.SILENCE_SECONDS)} s of silence" in postgresql
    pool, options = database.engine_options(URL.create("postgresql+psycopg2")), database.POSTGRESQL_OPTIONS
    most, free = pool["pool_size"] + pool["max_overflow"], int(pool["pool_timeout"])
    assert f"| {pool['pool_size']} to {most} for each process | {free} s for a free one" in postgresql
    assert f"{int(database.CONNECT_SECONDS)} s to connect" in postgresql
    assert f"after {pulse.LISTEN_SECONDS} the server is asked" in postgresql
    statement, lock, idle = re.findall(r"(\d+)s\b", options)
    assert statement == lock
    assert f"{statement} s for a statement or a lock" in postgresql
    assert f"{idle} s idle in a transaction" in postgresql
    assert f"{database.SQLITE_WAIT_MS // 1000} s for its turn" in row("Connections", "SQLite")
    smtp = row("Connections", "SMTP")
    assert f"{int(extensions.SMTP_TIMEOUT)} s for each step" in smtp
    *pauses, last = [int(pause.total_seconds()) for pause in POLICY.letter_pauses]
    assert f"after {', '.join(map(str, pauses))}, then every {last} s, for a day" in smtp
    assert POLICY.letter_life == timedelta(days=1)
    assert f"leased for {int(POLICY.letter_lease.total_seconds())} s" in smtp
    assert pauses[1] >= postman.LOOK_AGAIN_SECONDS
    assert f"after {limits.REDIS_REST_SECONDS} s" in row("Connections", "Redis")
    assert f"{int(breached.SECONDS)} s; redirects are not followed" in row("Connections", "known breaches")
    hashing = row("Costly and risky parts", "hashing")
    assert f"{POLICY.hash_queue} may wait, at most {int(POLICY.hash_wait.total_seconds())} s" in hashing
    [threads] = re.findall(r"^threads = (\d+)", (ROOT / "gunicorn.conf.py").read_text(), re.MULTILINE)
    assert f"processes of {threads} threads" in section("Connections")


MATTERS = re.compile(
    r"digest|hash|token|email|phone|^ip$|user_agent|recipient|login|_Fname|_Lname|last_reply", re.IGNORECASE
)


def test_every_table_has_a_class_and_every_column_that_matters_is_named() -> None:
    classed: dict[str, set[str]] = {}
    for line in section("Data").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 6 and cells[1].startswith("`"):
            for table in ticked(cells[1]):
                assert table not in classed
                classed[table] = ticked(cells[3])

    assert set(classed) == set(Base.metadata.tables)
    there = {column.name for table in Base.metadata.tables.values() for column in table.columns}
    assert set().union(*classed.values()) <= there
    for name, columns in classed.items():
        matters = {column.name for column in Base.metadata.tables[name].columns if MATTERS.search(column.name)}
        assert matters <= columns, name


def test_every_event_of_the_trail_is_on_the_page() -> None:
    recorded = {
        text.value
        for path in CODE
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in {"audit.record", "record", "_record"}
        for text in call.args[1:2]
        if isinstance(text, ast.Constant)
    }
    paragraph = section("Logs").partition("Events of the trail:")[2]
    assert len(recorded) > 20
    assert recorded == ticked(paragraph)


def _imports() -> Iterator[tuple[str, str]]:
    """Each of our files with the modules that it imports."""
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            yield from ((str(path.relative_to(ROOT)), name.partition(".")[0]) for name in names)


def _calls() -> Iterator[tuple[str, str]]:
    """Each of our files with what it calls."""
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield str(path.relative_to(ROOT)), ast.unparse(node.func)
