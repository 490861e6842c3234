"""Running migrations as `flask db` does, in this process; what they say."""

import io
import logging
from collections.abc import Callable
from contextlib import redirect_stdout

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import URL

from app import create_app, schema
from app.extensions import db
from app.settings import Settings


def upgraded(database: URL) -> str:
    """What is said while the upgrade goes through."""
    told = io.StringIO()
    app = _app(database)
    with app.app_context(), redirect_stdout(told):
        upgrade()
        db.engine.dispose()
    return told.getvalue()


def refused(database: URL) -> str:
    """The error with which the upgrade ends, with exit code 1."""
    return _ended(database, upgrade)


def downgraded(database: URL, revision: str) -> str:
    """The error with which the way back ends."""
    return _ended(database, lambda: downgrade(revision=revision))


def _ended(database: URL, act: Callable[[], None]) -> str:
    errors: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            errors.append(record.getMessage())

    kept, log = Kept(logging.ERROR), logging.getLogger("flask_migrate")
    app = _app(database)
    log.addHandler(kept)
    try:
        with app.app_context(), redirect_stdout(io.StringIO()), pytest.raises(SystemExit) as end:
            act()
    finally:
        log.removeHandler(kept)
        with app.app_context():
            db.engine.dispose()
    assert end.value.code == 1
    [error] = errors
    assert error.startswith("Error: ")
    return error


def _app(database: URL) -> Flask:
    app = create_app(Settings(database=database, secret_keys=("a secret of the tests' own",)))
    schema.init_app(app)
    return app
