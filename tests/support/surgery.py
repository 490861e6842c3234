"""Installations to examine, as an operator has them: from the environment, and what the doctor says of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import URL, create_engine, text
from sqlalchemy.pool import NullPool

from app import create_app
from app.extensions import db
from app.settings import from_environment

KEY = "5f0c9a6e1b7d4c2f8e3a9b6d1c7f4e2a"
Found = dict[str, str]


def production(database: URL, **more: str) -> dict[str, str]:
    """The environment of an installation with nothing wrong in it, but that nobody serves it."""
    return {
        "FLASK_ENV": "production",
        "DATABASE_URL": database.render_as_string(hide_password=False),
        "FLASK_SECRET_KEY": KEY,
        "BASE_URL": "https://localhost:9",
        "SESSION_COOKIE_SECURE": "true",
        "MAIL_DEFAULT_SENDER": "door@rink.club",
        "HASH_SLOTS": "1",
        **more,
    }


@dataclass(frozen=True)
class Report:
    """What doctor said, as text and as JSON."""

    code: int
    text: str
    told: dict[str, Any]

    @property
    def findings(self) -> list[Found]:
        return list(self.told["findings"])

    def of(self, area: str) -> list[Found]:
        return [each for each in self.findings if each["area"] == area]

    def names(self, area: str, severity: str, says: str, do: str) -> bool:
        """Whether it found this there, with what to do about it, in both forms."""
        [found] = [each for each in self.of(area) if each["severity"] == severity and says in each["says"]]
        assert do in found["do"], found
        assert found["says"] in self.text
        assert found["do"] in self.text
        assert (self.code, self.told["healthy"]) == ((1, False) if self.told["faults"] else (0, True))
        return severity != "fault" or self.code == 1


@contextmanager
def installed(environment: dict[str, str], folder: Path) -> Iterator[Flask]:
    """The product as this environment sets it up, with its instance folder in `folder`."""
    app = create_app(from_environment(environment, folder / "instance"))
    app.instance_path = str(folder / "instance")
    yield app
    with app.app_context():
        db.engine.dispose()


def examined(environment: dict[str, str], folder: Path, *words: str) -> Report:
    """What doctor says to an operator who calls it so, in this environment."""
    with installed(environment, folder) as app:
        runner = app.test_cli_runner()
        spoken, written = (runner.invoke(args=["doctor", *words, *more], env=environment) for more in ([], ["--json"]))
    assert "Traceback" not in spoken.output
    assert spoken.exit_code == written.exit_code
    [line] = written.stdout.splitlines()
    return Report(written.exit_code, spoken.stdout, json.loads(line))


def say(database: URL, *statements: str) -> None:
    """Have the database do this, as its owner."""
    engine = create_engine(database, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
