"""Every setting that is explained, with nonsense in it or with what is unsafe: the start is refused with a line that
names it and says what to do. What only does not work (a mail server that is not there) keeps nobody out."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL

from app.settings import BadSettings, MailServer, from_environment
from app.variables import VARIABLES
from core.models import Letter
from tests.conftest import Databases
from tests.house.test_settings import SAFE
from tests.support.servers import ROOT, free_port
from tests.support.world import AUTH, Clock, World, new_app

SWITCH = ["maybe", "2", "truefalse"]
NUMBER = ["x", "-1", "1.5", "1e3", "9" * 30]
ADDRESS = [
    "club.example",
    "ftp://club.example",
    "javascript:alert(1)",
    "https://",
    "https://club.example?a=b",
    "https://club.example#a",
    "https://club.example:port",
    "https://club.example:99999",
    "https://ann:pw@club.example",
    "https://club example",
    "https://club.example\\evil.example",
]
PARTS = {"DATABASE_URL": "", "PGDB_HOST": "db", "PGDB_NAME": "club", "PGDB_USER": "ann", "PGDB_PASSWORD": "p@ss"}
NONSENSE: dict[str, list[str]] = {
    "METRICS_TOKEN": [
        "short",
        "x" * 40,
        "change-me-this-my-secret-password-key",
        "a9 token with blanks 0123456789 01234",
    ],
    "FLASK_ENV": ["prod", "Production", "live", "0"],
    "DATABASE_URL": [
        "nonsense",
        "mysql://db/club",
        "postgresql+asyncpg://db/club",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://postgres:postgres@db/club",
        "postgresql://club:changeme@db/club",
    ],
    "PGDB_HOST": ["", "db:port", "db:5432:1"],
    "PGDB_NAME": [""],
    "PGDB_USER": [""],
    "PGDB_PASSWORD": ["postgres", "password", "Change-Me!", "secret", "1234"],
    "PGDB_SSLMODE": ["on", "true", "verify_full", "full"],
    "FLASK_SECRET_KEY": [
        "",
        ",",
        "short",
        "0123456789abcdef0123456789abcdef,short",
        "change-me-change-me-change-me",
        "your-secret-key-secret",
        "a" * 40,
        "12345678901234567890",
        "my_flask_secret_key!",
        "skatetrax-salt-skatetrax-salt",
        "0123456789abcdef0123456789abcdef,default-secret-key",
    ],
    "BASE_URL": [*ADDRESS, "http://club.example"],
    "RESET_URL_BASE": [*ADDRESS, "http://club.example/reset"],
    "CORS_ORIGIN": ["*", "null", "club.example", "https://club.example/path", "https://club.example,*"],
    "SESSION_COOKIE_SECURE": SWITCH,
    "SESSION_COOKIE_DOMAIN": ["https://club.example", "club.example/", "club.example:443", "localhost", "a b.c"],
    "MAIL_PORT": [*NUMBER, "0", "65536", "smtp"],
    "MAIL_USE_TLS": SWITCH,
    "MAIL_USE_SSL": SWITCH,
    "PASSWORD_MIN_LENGTH": [*NUMBER, "7", "65"],
    "HASH_SLOTS": [*NUMBER, "0", "65"],
    "REDIS_URL": ["localhost:6379", "http://redis", "redis://", "redis://h:port/0", "redis://h/x", "unix:///tmp/redis"],
    "RATELIMIT_ENABLED": SWITCH,
    "BREACHED_PASSWORDS_URL": ADDRESS,
    "TRUSTED_PROXY_COUNT": [*NUMBER, "11"],
    "TRUSTED_HOSTS": ["https://club.example", "club.example:8000", "a b", "*", "club.example/x", "one.test;two.test"],
    "DEFAULT_LANGUAGE": ["xx", "DE", "de-DE", "../de"],
    "FLASK_DEBUG": ["1", "true", "yes", "on"],
}
SECRETS = {"FLASK_SECRET_KEY", "PGDB_PASSWORD"}
ANY_TEXT = {"MAIL_SERVER", "MAIL_USERNAME", "MAIL_PASSWORD", "MAIL_DEFAULT_SENDER"}
"""Of these nobody can say whether they make sense until a letter leaves: see below."""
ELSEWHERE = {"SECURITY_PASSWORD_SALT", "PORT", "HOST", "BIND", "WEB_CONCURRENCY"}
"""Ignored, or read by the servers alone."""


def test_every_setting_is_tried_here() -> None:
    named = {name for variable in VARIABLES for name in variable.names}
    assert named == (set(NONSENSE) - {"FLASK_DEBUG"}) | ANY_TEXT | ELSEWHERE


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in NONSENSE.items() for value in values])
def test_nonsense_stops_the_start_with_a_line_that_says_what_to_do(tmp_path: Path, name: str, value: str) -> None:
    parts = PARTS if name.startswith("PGDB_") else {}
    with pytest.raises(BadSettings) as stopped:
        from_environment({**SAFE, **parts, name: value}, tmp_path / "instance")

    _, *faults = stopped.value.message.splitlines()
    assert faults
    for fault in faults:
        assert re.match(rf"  - ([A-Z_]+, )*{name}(, [A-Z_]+)* (must|exclude|\(or)", fault), faults
        assert name not in SECRETS or value == "secret" or not value or value not in fault
    assert not (tmp_path / "instance").exists()


def test_a_secret_of_ones_own_is_good_whatever_it_is_made_of(tmp_path: Path) -> None:
    for good in ("correct horse battery staple", "hunter2hunter2hunter2", "k7" * 16, "0123456789abcdef" * 2):
        assert from_environment({**SAFE, "FLASK_SECRET_KEY": good}, tmp_path).secret_keys == (good,)


def test_plain_http_is_good_on_this_machine(tmp_path: Path) -> None:
    for host in ("localhost:5000", "127.0.0.1:5000"):
        assert from_environment({**SAFE, "BASE_URL": f"http://{host}"}, tmp_path).base_url == f"http://{host}"


def test_a_server_does_not_start_and_says_so_without_a_traceback(tmp_path: Path) -> None:
    environment = {**SAFE, "FLASK_SECRET_KEY": "changeme", "FLASK_DEBUG": "1", "BASE_URL": "", "PATH": "/usr/bin:/bin"}
    gunicorn = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{free_port()}", "wsgi:app"]

    done = subprocess.run(gunicorn, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)

    assert done.returncode != 0
    told = done.stderr + done.stdout
    for name in ("FLASK_SECRET_KEY", "FLASK_DEBUG", "BASE_URL"):
        assert f"- {name} must" in told
    assert "changeme" not in told
    assert "Traceback" not in told


BROKEN = {
    "a name that nobody has": {"mail_server": MailServer("nowhere.invalid")},
    "nobody listens": {"mail_server": MailServer("127.0.0.1", 9)},
    "a host that is none": {"mail_server": MailServer("smtp://[club example]", 1, use_ssl=True)},
    "half of the credentials": {"mail_server": MailServer("127.0.0.1", 9, username="ann")},
    "a sender that is none": {"mail_sender": "nobody at all"},
    "a sender of two lines": {"mail_sender": "a@club.test\nBcc: eve@club.test"},
}


@pytest.fixture(scope="module")
def database(databases: Databases) -> URL:
    return databases.new("sqlite")


@pytest.mark.parametrize("broken", BROKEN)
def test_mail_that_does_not_work_keeps_nobody_out(database: URL, broken: str) -> None:
    world = World(new_app(database, Clock(), **BROKEN[broken]), Clock())  # type: ignore[arg-type]
    cas = world.member("Cas")

    assert cas.sign_in().status_code == 200
    assert cas.get("/readyz").status_code == 200
    asked = cas.post(f"{AUTH}/reset-request", {"email": cas.email})
    assert (asked.status_code, asked.json["message"]) == (
        200,
        "If that email is registered, a reset link has been sent.",
    )
    world.deliver()
    [state] = {row.state for row in world.rows(Letter) if row.kind == "reset_requested"}
    assert state == "queued" or broken == "a sender that is none"
    assert world.terminal("users", "list").exit_code == 0
    world.clear()


OLD, NEW = "the old key of the house", "the new key of the house"


def test_only_sealed_tokens_depend_on_the_keys(databases: Databases) -> None:
    """Sessions, invitations and reset links are rows: they outlive any change of keys. What is sealed is tried in
    tests/api/test_login_tokens.py (rotated, dropped)."""
    database = databases.new("sqlite")
    before, after = (World(new_app(database, Clock(), secret_keys=(key,)), Clock()) for key in (OLD, NEW))
    cas, token = before.member("Cas"), before.invite()

    later = after.somebody("Cas")
    later.browser.set_cookie("session", cas.cookie or "")
    assert later.session().status_code == 200
    assert later.get(f"{AUTH}/register/validate-token?token={token}").json["valid"] is True
    assert after.somebody("Ben").register(token).status_code == 200
