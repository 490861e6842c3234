"""The types of the API for front ends (docs/client) are those of the API, and the example keeps to them."""

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.promised import described
from tests.support.servers import ROOT

FOLDER = ROOT / "docs/client"
TOOLS = FOLDER / "node_modules/.bin"
REQUIRED = os.environ.get("CLIENT_TESTS") == "required"
ASIDE = shutil.ignore_patterns("node_modules")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The folder, to be changed."""
    if not TOOLS.exists():
        if REQUIRED:
            pytest.fail("CLIENT_TESTS=required, and docs/client/node_modules is not there: npm ci --prefix docs/client")
        pytest.skip("needs Node.js and: npm ci --prefix docs/client")
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True, ignore=ASIDE)
    return tmp_path


def run(folder: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([TOOLS / command[0], *command[1:]], cwd=folder, capture_output=True, text=True, timeout=100)


def test_the_types_are_those_of_the_document(copy: Path) -> None:
    (copy / "openapi.json").write_text(json.dumps(described()))
    script = json.loads((copy / "package.json").read_text())["scripts"]["types"]
    made = run(copy, ["openapi.json" if "://" in word else word for word in shlex.split(script)])
    assert made.returncode == 0, made.stderr

    assert (FOLDER / "api.d.ts").read_text() == (copy / "api.d.ts").read_text(), "npm run types --prefix docs/client"


def test_the_example_keeps_to_the_types_and_what_does_not_is_found(copy: Path) -> None:
    def problems() -> str:
        return run(copy, ["tsc", "--project", "."]).stdout

    assert problems() == ""
    example = (copy / "app.js").read_text()
    misspelt = example.replace("me.onboarding_complete", "me.is_onboarded").replace("{ email }", "{ mail: email }")
    (copy / "app.js").write_text(misspelt)
    assert "'is_onboarded' does not exist" in (found := problems())
    assert "'mail' does not exist" in found


def test_no_place_stands_in_the_list_of_packages() -> None:
    assert '"resolved"' not in (FOLDER / "package-lock.json").read_text()
