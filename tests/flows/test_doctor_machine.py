"""What doctor says of secrets, limits and the machine."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import URL

from app.doctor import machine
from app.doctor.configuration import faults_in
from app.doctor.patient import Patient
from app.settings import BadSettings, from_environment
from tests.support.servers import free_port, wait_for
from tests.support.surgery import examined, installed, production

NOWHERE = URL.create("sqlite", database="/nowhere/none.sqlite3")


def test_a_key_file_that_others_can_read_is_named(tmp_path: Path) -> None:
    around = {"BASE_URL": "http://localhost:9", "FLASK_SECRET_KEY": ""}
    from_environment(around, tmp_path / "instance")
    key = tmp_path / "instance/secret_key"
    assert [each["severity"] for each in examined(around, tmp_path).of("secrets")] == ["ok"]
    key.chmod(0o644)
    report = examined(around, tmp_path)
    assert report.names("secrets", "fault", "can read the secret key", f"chmod 600 {key}")
    assert key.read_text() not in report.text
    key.chmod(0o600)
    key.write_text("")
    assert examined(around, tmp_path).names("secrets", "fault", "The secret key is empty", "FLASK_SECRET_KEY")


def test_a_folder_in_which_nothing_can_be_kept_is_named_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "instance").touch()
    with pytest.raises(BadSettings) as stopped:
        from_environment({}, tmp_path / "instance")

    found = faults_in(stopped.value)
    assert [each.says.partition(" ")[0] for each in found] == ["DATABASE_URL", "FLASK_SECRET_KEY"]
    assert all("nothing can be kept in" in each.says for each in found)
    assert "secrets.token_hex(32)" in str(found[1].do)


@pytest.mark.parametrize(
    ("changed", "severity", "says"),
    [
        ({"FLASK_SECRET_KEY": "a walk on thin ice"}, "warning", "is short, 18 characters"),
        ({"FLASK_ENV": "development", "FLASK_SECRET_KEY": "dev-secret"}, "warning", "that everybody tries first"),
    ],
)
def test_a_weak_key_is_warned_of(tmp_path: Path, changed: dict[str, str], severity: str, says: str) -> None:
    report = examined(production(NOWHERE) | changed, tmp_path)
    assert report.names("secrets", severity, says, "secrets.token_hex(32)")
    assert changed["FLASK_SECRET_KEY"] not in report.text


def test_a_public_installation_that_runs_as_development_is_warned_of(tmp_path: Path) -> None:
    around = production(NOWHERE) | {"FLASK_ENV": "development", "BASE_URL": "https://club.invalid"}
    assert examined(around, tmp_path).names("settings", "warning", "runs as development", "FLASK_ENV=production")


def test_limits_that_are_off_are_named(tmp_path: Path) -> None:
    report = examined(production(NOWHERE, RATELIMIT_ENABLED="false"), tmp_path)
    assert report.names("limits", "fault", "RATELIMIT_ENABLED is off", "Unset RATELIMIT_ENABLED")


def test_a_redis_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    report = examined(production(NOWHERE, REDIS_URL=f"redis://:geheim@localhost:{free_port()}/0"), tmp_path)
    assert report.names("limits", "fault", "Redis at localhost is away", "correct REDIS_URL")
    assert "geheim" not in report.text


def test_a_redis_that_is_there_is_found_so(tmp_path: Path) -> None:
    server, port = shutil.which("redis-server"), str(free_port())
    if server is None:
        pytest.skip("there is no redis-server")
    words = [server, "--port", port, "--save", "", "--dir", tmp_path]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as redis:
        around = production(NOWHERE, REDIS_URL=f"redis://localhost:{port}/0")
        try:
            wait_for(lambda: [each["severity"] for each in examined(around, tmp_path).of("limits")] == ["ok"])
        finally:
            redis.terminate()


def test_a_disk_that_is_nearly_full_is_named(tmp_path: Path) -> None:
    """Full enough for whoever wants ten times or a hundred times as much room as there is."""
    around = production(NOWHERE)
    with installed(around, tmp_path) as app:
        settings, free = app.extensions["settings"], shutil.disk_usage(tmp_path).free
        found = [next(iter(machine.look(Patient(settings, around, tmp_path, room=free * times)))) for times in (2, 100)]
    assert [each.severity for each in found] == ["warning", "fault"]
    assert f"The disk of {tmp_path} is nearly full" in found[0].says
    assert "Free" in str(found[0].do)


def test_more_hashing_than_there_is_memory_for_is_warned_of(tmp_path: Path) -> None:
    workers = machine.memory() // (64 * 19 * 1024**2)
    report = examined(production(NOWHERE, HASH_SLOTS="64", WEB_CONCURRENCY=str(workers + 1)), tmp_path)
    assert report.names("machine", "warning", "MiB of memory", "Lower WEB_CONCURRENCY or HASH_SLOTS")
    assert report.names("machine", "note", f"than {os.cpu_count()} cores can", "Lower HASH_SLOTS")
    wrong = examined(production(NOWHERE, WEB_CONCURRENCY="many"), tmp_path)
    assert wrong.names("machine", "fault", "WEB_CONCURRENCY is many", "WEB_CONCURRENCY to a number")
