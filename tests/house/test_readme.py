"""What README says is what is so."""

import re
from datetime import timedelta
from pathlib import Path

from app import cli
from core.policy import LIMITS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def test_limits_in_readme_are_those_of_the_policy() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) (minute|hour)s? \|$", README, re.MULTILINE)

    said = {name: (int(attempts), timedelta(**{f"{unit}s": int(count)})) for name, attempts, count, unit in rows}
    assert said == {name: (limit.attempts, limit.window) for name, limit in LIMITS.items()}


def test_every_setting_that_is_read_is_in_readme() -> None:
    source = (ROOT / "app/settings.py").read_text() + (ROOT / "app/development.py").read_text()
    read = set(re.findall(r'(?:read\.\w+|environ\.get)\("([A-Z_]+)"', source))

    assert "FLASK_ENV" in read
    assert {name for name in read if f"`{name}`" not in README} == set()


def test_every_terminal_command_is_in_readme() -> None:
    for group in cli.GROUPS:
        for command in group.commands:
            assert f"`{group.name} {command}" in README
    for command in cli.ALONE:
        assert f"`{command.name}`" in README


def test_every_file_of_the_house_is_in_its_picture() -> None:
    picture = README.partition("## The house")[2]
    for folder in ("app", "core"):
        for path in (ROOT / folder).glob("*.py"):
            assert path.name in picture or path.name == "__init__.py", path
