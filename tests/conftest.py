"""What every test can ask for. Tests of promises run on both databases."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_mail import Message, email_dispatched
from sqlalchemy import URL
from xdist.scheduler import LoadGroupScheduling

from app.extensions import db
from tests.support.databases import new_postgresql, new_sqlite, postgresql_server
from tests.support.examples import LONG
from tests.support.running import House, Running
from tests.support.world import Clock, World, new_app

BOTH = ("postgresql", "sqlite")
STOPWATCH = {"test_same_road.py", "test_mail.py"}
SERVED = {"flows", "races", "browser"}
"""Folders whose tests run against servers."""
SHARING = {
    "test_adopted.py",
    "test_adoption.py",
    "test_adoption_command.py",
    "test_adoption_refused.py",
    "test_doctor_machine.py",
    "test_doctor_mail.py",
    "test_doctor_web.py",
    "test_rights.py",
}
"""Files whose tests share what is costly to make."""
ON_THE_STRICTER = {
    "test_bad_input.py",
    "test_counters.py",
    "test_cross_site.py",
    "test_coach_acceptance.py",
    "test_coach_invitations.py",
    "test_doors.py",
    "test_every_secret.py",
    "test_headers.py",
    "test_invitation_events.py",
    "test_invitation_trail.py",
    "test_invite_binding.py",
    "test_invite_list.py",
    "test_limits.py",
    "test_logs.py",
    "test_outstanding_secrets.py",
    "test_mails.py",
    "test_people.py",
    "test_profile.py",
    "test_recipients.py",
    "test_resend.py",
    "test_reset_links.py",
    "test_same_answers.py",
    "test_same_road.py",
    "test_scanners.py",
    "test_terminal.py",
    "test_ways_story.py",
}
"""Files of what databases have little to do with: on PostgreSQL alone, unless LONG=1 or they are named."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What holds a stopwatch comes last, when the others are done and the machine is quiet."""
    items.sort(key=lambda item: item.path.name in STOPWATCH)
    if not LONG and not any(".py" in arg for arg in config.args):
        left_out = {item for item in items if _says_little(item)}
        config.hook.pytest_deselected(items=[*left_out])
        items[:] = [item for item in items if item not in left_out]


def _says_little(item: pytest.Item) -> bool:
    """Whether this is the second of a test on both databases where one says enough."""
    marks = [mark for mark in item.iter_markers("parametrize") if mark.args[0] == "engine"]
    chosen = getattr(item, "callspec", None)
    return item.path.name in ON_THE_STRICTER and not marks and chosen is not None and "sqlite" in chosen.params.values()


class Sharing(LoadGroupScheduling):  # type: ignore[misc]
    """Tests that share servers, or what else is costly to make, are run by one process each. Markers would say so too,
    but pytest 9.2 forgets the names of groups that xdist 3.8 appends."""

    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.partition("::")[0])
        if path.name in STOPWATCH | SHARING:
            return str(path)
        return str(path.parent) if path.parent.name in SERVED else str(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    return Sharing(config, log)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """A PostgreSQL server; databases are made on it."""
    with postgresql_server() as url:
        yield url


class Databases:
    """Fresh databases by the name of their engine."""

    def __init__(self, postgresql: URL, stack: ExitStack) -> None:
        self._postgresql, self._stack = postgresql, stack

    def new(self, engine: str) -> URL:
        if engine == "sqlite":
            return self._stack.enter_context(new_sqlite())
        return self._stack.enter_context(new_postgresql(self._postgresql))

    def copy(self, of: URL) -> URL:
        """Another PostgreSQL database with the same in it; nobody may be using the first."""
        return self._stack.enter_context(new_postgresql(self._postgresql, like=of))


@pytest.fixture(scope="session")
def databases(postgresql: URL) -> Iterator[Databases]:
    with ExitStack() as stack:
        yield Databases(postgresql, stack)


@pytest.fixture(scope="session")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def apps(databases: Databases, clock: Clock) -> Iterator[dict[str, Flask]]:
    """One application for each database, made when it is first wanted."""

    class Apps(dict[str, Flask]):
        def __missing__(self, engine: str) -> Flask:
            self[engine] = new_app(databases.new(engine), clock)
            return self[engine]

    made = Apps()
    yield made
    for app in made.values():
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(params=BOTH)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(engine: str, apps: dict[str, Flask], clock: Clock) -> Iterator[World]:
    """An empty house, on each database in turn."""
    clock.now = Clock().now
    world = World(apps[engine], clock)

    def catch(_: Flask, message: Message) -> None:
        world.letters.append(message)

    with email_dispatched.connected_to(catch, world.app):
        yield world
    world.clear()
    world.app.extensions["limits"].reset()


@pytest.fixture(scope="session")
def running(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Real servers, shared by the tests of this run."""
    with ExitStack() as stack:
        running = Running(databases.new, tmp_path_factory.mktemp("servers"), stack)
        yield running
        running.stop()


@pytest.fixture
def house(engine: str, running: Running) -> House:
    """The product under four processes with mail, on each database in turn. Shared: others have left things here."""
    return running.house(engine)


@pytest.fixture
def naive(engine: str, running: Running) -> House:
    """The control of every race: it looks first and writes then."""
    return running.house(engine, "tests.races.naive_wsgi:app", workers=2)
