"""A control: SQLite as it is usually used. Transactions read first and write then, and wait for nobody."""

from typing import Any

from app import database


def begin_reading(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")


database.SQLITE_WAIT_MS = 1
database._begin_writing = begin_reading

from tests.support.light_wsgi import app  # noqa: E402

__all__ = ["app"]
