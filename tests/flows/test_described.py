"""With LONG=1: a running server, held against its own OpenAPI document by schemathesis with every check it has, as a
stranger and as an admin, in numbers, and following what was made from one operation to the next. tests/api/test_fuzz.py
does the first of it each time."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.examples import LONG, SEED, say_seed
from tests.support.running import House, Running

pytestmark = pytest.mark.skipif(not LONG, reason="takes minutes: LONG=1")

CONFIGURATION = """
[checks]
positive_data_acceptance.enabled = false  # no made-up token is alive, and no made-up id is anybody's
{auth}
[[operations]]
include-name = "POST /api/v4/admin/teams/invitations/accept"
checks.unsupported_method.enabled = false  # DELETE is answered by /{{key}}, which accept is not: 404
checks.allow_header_conformance.enabled = false
"""
SIGNED_IN = "[auth.openapi.session]\napi_key = {session!r}\n"
ENDS_ITS_OWN_SESSION = ["POST /api/v4/auth/logout", "POST /api/v4/auth/login", "POST /api/v4/auth/change-password"]


@pytest.fixture
def house(running: Running) -> House:
    """Where very long addresses come, the product answers them and not the server in front of it."""
    return running.house("postgresql", workers=2, GUNICORN_CMD_ARGS="--limit-request-line 0")


@pytest.mark.parametrize("who", ["admin", "stranger"])
def test_no_answer_of_a_server_is_undocumented(who: str, house: House, tmp_path: Path) -> None:
    auth = SIGNED_IN.format(**house.server.sign_in(house.admin())) if who == "admin" else ""
    done = schemathesis(house.server.url, tmp_path, CONFIGURATION.format(auth=auth))

    say_seed()
    assert done.returncode == 0, done.stdout
    assert "0 selected" not in done.stdout
    assert "Selected: " in done.stdout


def schemathesis(url: str, folder: Path, configuration: str) -> subprocess.CompletedProcess[str]:
    (folder / "schemathesis.toml").write_text(configuration)
    program = Path(sys.executable).parent / "schemathesis"
    options = [
        "--phases",
        "coverage,fuzzing,stateful",
        "--seed",
        str(SEED),
        "--max-examples",
        "100",
        "--warnings",
        "off",
    ]
    without = [part for name in ENDS_ITS_OWN_SESSION for part in ("--exclude-name", name)]
    command = [program, "--no-color", "run", f"{url}/api/v4/openapi.json", *options, "--seed", str(SEED), *without]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)
