"""Under gunicorn each process tidies up by itself, and goes on after the database was away."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import URL, create_engine, insert, text, update

from core.models import AttemptCounter, BrowserSession
from tests.support.running import House, Running
from tests.support.servers import wait_for


@pytest.fixture
def tidy(engine: str, running: Running) -> House:
    return running.house(engine, "tests.flows.tidy_wsgi:app", workers=2)


def put_dead(house: House, number: int = 2500) -> None:
    now = datetime.now(UTC)
    rows = [{"key": uuid.uuid4().hex, "attempts": 1, "resets_at": now} for _ in range(number)]
    with house.server.engine.begin() as connection:
        connection.execute(insert(AttemptCounter), rows)


def is_tidy(house: House) -> bool:
    return house.number(AttemptCounter) == 0


def test_what_is_dead_goes_by_itself_and_what_lives_stays(tidy: House) -> None:
    name = tidy.member()
    cookies, others = tidy.server.sign_in(name), tidy.server.sign_in(name)
    put_dead(tidy)
    [first, *_] = tidy.rows(BrowserSession)
    ended = update(BrowserSession).where(BrowserSession.id == first.id).values(expires_at=datetime.now(UTC))
    with tidy.server.engine.begin() as connection:
        connection.execute(ended)

    wait_for(lambda: is_tidy(tidy) and not tidy.rows(BrowserSession, BrowserSession.id == first.id))
    assert sorted([tidy.session(cookies), tidy.session(others)]) == [200, 401]
    wait_for(lambda: "removed what was dead" in tidy.server.written())  # said after the commit that removed it


@contextmanager
def away(database: URL) -> Iterator[None]:
    """Every connection is cut, and none is let in."""
    server = create_engine(database.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{database.database}" ALLOW_CONNECTIONS false'))
        cut = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
        connection.execute(cut, {"name": database.database})
        try:
            yield
        finally:
            connection.execute(text(f'ALTER DATABASE "{database.database}" ALLOW_CONNECTIONS true'))
    server.dispose()


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_database_that_was_away_is_tidied_up_when_it_is_back(tidy: House) -> None:
    tidy.server.engine.dispose()
    with away(tidy.server.engine.url):
        wait_for(lambda: tidy.server.written().count("nothing could be tidied up") >= 2 * tidy.workers)
    put_dead(tidy)
    wait_for(lambda: is_tidy(tidy))
