"""`flask --app wsgi doctor` on installations with something wrong in them: each fault is named with what to do about
it, as text and as JSON. On one that is well it is content."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask_migrate import downgrade
from sqlalchemy import URL

from app import schema
from app.database_url import servers_in
from app.doctor import clock, database
from app.doctor.findings import Finding, ok
from app.doctor.patient import Patient
from app.doctor.rounds import CHECKS, Check, examine
from app.settings import from_environment
from app.unit import utc_now
from tests.conftest import Databases
from tests.faults.cluster import cluster
from tests.flows.conftest import DOCTORS
from tests.support.certificates import certificate
from tests.support.databases import new_sqlite
from tests.support.frontdoor import front_door
from tests.support.mailserver import mail_server
from tests.support.running import fresh_password
from tests.support.servers import free_port, run, serving
from tests.support.surgery import examined, installed, production, say
from tests.support.world import AUTH, PASSWORD, Clock, World


def test_a_healthy_installation_is_found_so_with_nothing_to_do(least: URL, tmp_path: Path) -> None:
    """The product behind a proxy that speaks TLS, a role with the least rights, an admin, and mail that is taken."""
    shown = certificate(tmp_path)
    with front_door(shown) as door, mail_server() as mail:
        around = production(
            least, BASE_URL=f"https://localhost:{door.port}", TRUSTED_PROXY_COUNT="1", **mail.settings()
        )
        with serving(least, tmp_path, workers=1, migrate=False, **around) as server:
            door.to = server.url
            server.register("Ann", server.invite("--role", "owner"))
            run(server.environment, "users", "prove-address", "Ann")
            done = run(server.environment | shown.trusted, "doctor", "--mail-to", "ann@rink.club", "--json")

    told = json.loads(done.stdout)
    assert [each for each in told["findings"] if each["severity"] != "ok"] == []
    assert (done.returncode, told["healthy"], told["faults"], told["warnings"]) == (0, True, 0, 0)
    assert {each["area"] for each in told["findings"]} == {check.area for check in CHECKS}
    [letter] = [each for each in mail.received if each.recipients == ["ann@rink.club"]]
    assert f"https://localhost:{door.port}" in letter.text()


def test_settings_that_make_no_sense_are_all_named_without_a_traceback(tmp_path: Path) -> None:
    bad = {"FLASK_ENV": "production", "FLASK_SECRET_KEY": "changeme", "BASE_URL": "club", "MAIL_PORT": "smtp"}
    spoken, written = run(bad, "doctor"), run(bad, "doctor", "--json")

    found = json.loads(written.stdout)["findings"]
    named = {"FLASK_SECRET_KEY", "BASE_URL", "MAIL_PORT", "PGDB_HOST,"}
    assert {each["says"].partition(" ")[0] for each in found} == named
    for each in found:
        assert (each["area"], each["severity"]) == ("settings", "fault")
        assert each["says"] in spoken.stdout
        assert each["do"] in spoken.stdout
    assert "secrets.token_hex(32)" in spoken.stdout
    assert (spoken.returncode, written.returncode) == (1, 1)
    assert "Traceback" not in spoken.stderr + written.stderr


@pytest.mark.parametrize("words", [("users", "list"), ("db", "upgrade"), ("run",)], ids=" ".join)
def test_all_other_commands_are_still_refused_with_bad_settings(words: tuple[str, ...]) -> None:
    done = run({"FLASK_ENV": "production", "FLASK_SECRET_KEY": "changeme"}, *words)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "The settings need attention:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_has_stopped_is_named_and_what_needs_it_is_left_out(tmp_path: Path) -> None:
    with cluster() as own:
        own.crash()
        report = examined(production(own.url), tmp_path)
        own.start()

    assert report.names("database", "fault", "cannot be used", "Start PostgreSQL")
    for area in ("migrations", "rights", "clock", "admin", "letters"):
        [left_out] = report.of(area)
        assert (left_out["severity"], left_out["says"]) == ("note", "Not looked at: database must be well first.")


def test_what_postgresql_refuses_is_told_in_its_own_words(owner: URL, tmp_path: Path) -> None:
    another = examined(production(owner.set(database="nowhere")), tmp_path)
    assert another.names("database", "fault", 'database "nowhere" does not exist', "createdb")
    nobody = examined(production(owner.set(username="nobody")), tmp_path)
    assert nobody.names("database", "fault", '"nobody"', " ROLE … ")
    elsewhere = examined(production(URL.create("postgresql", "club", "p", "db.invalid", 5432, "club")), tmp_path)
    assert elsewhere.names("database", "fault", "could not translate host name", "PGDB_HOST")


def test_a_role_that_may_do_anything_is_warned_of(owner: URL, tmp_path: Path) -> None:
    report = examined(production(owner), tmp_path)
    assert report.names("database", "warning", "may do anything on this server", "SECURITY.md")


def test_a_database_that_cannot_be_written_is_named(least: URL, owner: URL, tmp_path: Path) -> None:
    say(owner, f"ALTER ROLE {DOCTORS} SET default_transaction_read_only = on")
    assert examined(production(least), tmp_path).names("database", "fault", "read only", "ALTER ROLE")


SOUND = {"major": 18, "role": "club", "is_super": False, "is_standby": False, "is_encrypted": True, "reads_only": False}


@pytest.mark.parametrize(
    ("facts", "query", "severity", "says", "do"),
    [
        ({"is_standby": True}, "?sslmode=verify-full", "fault", "is a standby", "the primary"),
        ({"major": 12}, "?sslmode=verify-full", "warning", "no security fixes since November 2024", "a later version"),
        ({"is_encrypted": False}, "?sslmode=disable", "warning", "in clear to db.club", "PGDB_SSLMODE=verify-full"),
        ({}, "?sslmode=require", "warning", "is not checked", "PGDB_SSLMODE=verify-full"),
    ],
)
def test_a_server_that_one_should_not_build_on_is_named(
    tmp_path: Path, facts: dict[str, object], query: str, severity: str, says: str, do: str
) -> None:
    """Of what PostgreSQL says of itself: a standby and an old one are not at hand."""
    environment = production(URL.create("postgresql")) | {"DATABASE_URL": f"postgresql://club:p@db.club/club{query}"}
    patient = Patient(from_environment(environment, tmp_path), environment, tmp_path)
    [found] = database.judged(patient, SimpleNamespace(**SOUND | facts))
    assert (found.severity, says in found.says, do in str(found.do)) == (severity, True, True)


def test_a_database_without_tables_is_named(databases: Databases, tmp_path: Path) -> None:
    report = examined(production(databases.new("postgresql")), tmp_path)
    assert report.names("migrations", "fault", "no tables yet", "flask --app wsgi db upgrade")


def test_a_schema_that_is_behind_is_named(owner: URL, tmp_path: Path) -> None:
    with installed(production(owner), tmp_path) as app, app.app_context():
        schema.init_app(app)
        downgrade(revision="-1")
    report = examined(production(owner), tmp_path)
    assert report.names("migrations", "fault", "is behind", "flask --app wsgi db upgrade")


def test_a_second_server_that_is_away_is_named(owner: URL, tmp_path: Path) -> None:
    [(host, port)], away = servers_in(owner), free_port()
    both = {"host": f"{host},127.0.0.1", "port": f"{port},{away}"}
    report = examined(production(owner.set(host=None, port=None).update_query_dict(both)), tmp_path)
    assert report.names("database", "warning", f"127.0.0.1:{away} does not answer", "Start it again")


def test_a_schema_that_is_ahead_is_named(owner: URL, tmp_path: Path) -> None:
    say(owner, "UPDATE vestibule_version SET version_num = '9999'")
    report = examined(production(owner), tmp_path)
    assert report.names("migrations", "warning", "is ahead, at 9999", "run the one that made it, or later")


@pytest.mark.parametrize(
    ("taken", "lacks"),
    [
        ("REVOKE INSERT ON letters FROM", "INSERT on letters"),
        ("REVOKE USAGE ON ALL SEQUENCES IN SCHEMA public FROM", "USAGE on"),
    ],
)
def test_rights_that_the_role_lacks_are_named(least: URL, owner: URL, tmp_path: Path, taken: str, lacks: str) -> None:
    say(owner, f"{taken} {DOCTORS}")
    assert examined(production(least), tmp_path).names("rights", "fault", lacks, "GRANT ")


def test_a_clock_that_is_wrong_is_named(least: URL, tmp_path: Path) -> None:
    environment = production(least)
    with installed(environment, tmp_path) as app:
        late = Patient(app.extensions["settings"], environment, tmp_path, now=lambda: utc_now() - timedelta(hours=1))
        [(_, [found])] = [each for each in examine(app, late, _only("database", "clock")) if each[0] == "clock"]

    assert found.severity == "fault"
    assert "3600 s behind" in found.says
    assert "timedatectl" in str(found.do)
    assert clock.judged(timedelta(seconds=20)).severity == "warning"
    assert clock.judged(timedelta(seconds=-1)).severity == "ok"


def test_no_admin_is_named_and_the_command_that_is_told_helps(owner: URL, tmp_path: Path) -> None:
    report = examined(production(owner), tmp_path)
    assert report.names("admin", "fault", "There is no admin", "flask --app wsgi invites create --role owner")

    with serving(owner, tmp_path, workers=1, migrate=False) as server:
        assert server.register("Ann", server.invite("--role", "owner")).status_code == 200
        server.command("users", "prove-address", "Ann")
    assert {each["severity"] for each in examined(production(owner), tmp_path).of("admin")} == {"ok"}


def test_an_admin_without_an_owner_is_noted_and_the_command_that_is_told_helps(owner: URL, tmp_path: Path) -> None:
    with serving(owner, tmp_path, workers=1, migrate=False) as server:
        assert server.register("Ann", server.invite("--role", "admin")).status_code == 200
        report = examined(production(owner), tmp_path)
        assert report.names("admin", "note", "There is no owner", "flask --app wsgi users grant LOGIN owner")

        server.command("users", "grant", "Ann", "owner")
        server.command("users", "prove-address", "Ann")
    assert {each["severity"] for each in examined(production(owner), tmp_path).of("admin")} == {"ok"}


def test_a_lost_admin_gets_in_again_from_the_terminal(owner: URL, tmp_path: Path) -> None:
    """As README tells it: the account was closed, its password forgotten, its role taken."""
    with serving(owner, tmp_path, workers=1, migrate=False) as server:
        server.register("Ann", server.invite("--role", "admin"))
        server.register("Bea", server.invite("--role", "admin"))
        server.command("users", "deactivate", "Ann")
        server.command("users", "revoke", "Ann", "admin")

        assert "Ann" in server.command("users", "list")
        server.command("users", "activate", "Ann")
        server.command("users", "grant", "Ann", "admin")
        token = server.command("users", "reset-link", "Ann").partition("token=")[2].strip()
        password = fresh_password()
        answer = server.post(f"{AUTH}/reset-confirm", {"token": token, "new_password": password})
        assert answer.status_code == 200, answer.text
        again = server.sign_in("Ann", password)
        assert server.get("/api/v4/admin/users", cookies=again).status_code == 200
        assert server.post(f"{AUTH}/login", {"aLogin": "Ann", "aPasswordHash": PASSWORD}).status_code == 401


def test_a_sqlite_file_that_is_missing_or_shared_by_processes_is_named(tmp_path: Path) -> None:
    with new_sqlite() as url:
        missing = examined(production(url), tmp_path)
        assert missing.names("database", "fault", "There is no database at", "flask --app wsgi db upgrade")
        assert not Path(str(url.database)).exists()

        Path(str(url.database)).touch(mode=0o644)
        shared = examined(production(url, WEB_CONCURRENCY="4"), tmp_path)
        assert shared.names("database", "warning", "4 processes share one SQLite file", "WEB_CONCURRENCY=1")
        assert shared.names("database", "warning", "can read", "chmod 600")


def test_nothing_is_changed_by_looking(owner: URL, tmp_path: Path) -> None:
    with installed(production(owner), tmp_path) as app:
        world = World(app, Clock())
        before = world.dump()
        examined(production(owner), tmp_path)
        assert world.dump() == before


def test_a_check_that_crashes_or_hangs_is_a_finding_and_stops_no_other(tmp_path: Path) -> None:
    def crash(_: Patient) -> Iterator[Finding]:
        yield ok("So far so good.")
        raise RuntimeError("it broke")

    def hang(_: Patient) -> Iterator[Finding]:
        time.sleep(30)
        yield ok("never")

    environment = production(URL.create("sqlite", database=str(tmp_path / "none.sqlite3")))
    with installed(environment, tmp_path) as app:
        patient = Patient(from_environment(environment, tmp_path), environment, tmp_path)
        checks = [Check("one", crash), Check("two", hang), Check("three", lambda _: [ok("Well.")])]
        began = time.monotonic()
        found = dict(examine(app, patient, checks, seconds=0.2))

    assert time.monotonic() - began < 10
    assert [each.severity for each in found["one"]] == ["ok", "fault"]
    assert "it broke" in found["one"][1].says
    assert "did not end within 0.2 seconds" in found["two"][0].says
    assert found["three"] == [ok("Well.")]


def _only(*areas: str) -> list[Check]:
    return [check for check in CHECKS if check.area in areas]
