"""What the product needs around it, and no more: the rights of its database role, the addresses it speaks to, the
connections it takes."""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from socket import socket
from typing import Any

import pytest
from sqlalchemy import URL, create_engine
from sqlalchemy.exc import ProgrammingError

from app import create_app, database
from app.extensions import db
from app.settings import MailServer, Settings
from app.testing import CHEAP
from app.unit import Surroundings
from core.passwords import Hasher
from tests.api.conftest import NewWorld
from tests.conftest import Databases
from tests.support.mailserver import mail_server
from tests.support.routes import ADD, AN_HOUR, INVITES, SHARE, TEAM, USERS
from tests.support.world import AUTH, Clock, World, new_app, token_in

ROLE = "vestibule_least"
RIGHTS = f"""
    GRANT USAGE ON SCHEMA public TO {ROLE};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE};
"""
"""All that the running product's role needs. `db upgrade` is run as the owner."""


FORBIDDEN = ("CREATE TABLE more (id int)", "DROP TABLE letters", "TRUNCATE letters", "CREATE ROLE more")


@contextmanager
def least_role(owner: URL) -> Iterator[URL]:
    """A role of its own in this database, with RIGHTS."""
    engine = create_engine(owner, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {ROLE} LOGIN")
        connection.exec_driver_sql("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        connection.exec_driver_sql(RIGHTS)
    try:
        yield owner.set(username=ROLE)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")
        engine.dispose()


def tell_a_story(world: World) -> None:
    """A bit of everything that writes, through the HTTP API; the first admin comes from the terminal."""
    made = world.terminal("invites", "create", "--role", "admin")
    assert made.exit_code == 0, made.output
    ann, ben = world.somebody("Ann"), world.somebody("ben")
    assert ann.register(made.output.partition("token=")[2].split()[0]).status_code == 200
    assert [ann.sign_in(password="wrong").status_code, ann.sign_in().status_code] == [401, 200]
    invite = ann.post(INVITES).json
    assert ann.post(f"{INVITES}/{invite['id']}/resend").status_code == 200
    assert ann.delete(f"{INVITES}/{invite['id']}").status_code == 204
    assert ann.post(TEAM, {"emails": [ben.email], "role": "dev"}).status_code == 201
    link = token_in(world.deliver()[-1])
    access = ben.post(f"{TEAM}/accept", {"token": link}).json["accessToken"]
    assert ben.post(f"{AUTH}/login/token", {"accessToken": access}).status_code == 200
    assert ben.post(f"{AUTH}/change-password", {"new_password": "figure eights at midnight"}).status_code == 200
    assert ben.post(f"{AUTH}/onboard", {"first_name": "Ben", "last_name": "Lee"}).status_code == 200
    assert [ben.post(SHARE).status_code, ben.post(ADD, AN_HOUR).status_code] == [200, 201]
    key = ben.session().json["uSkaterUUID"]
    assert ann.post(f"{USERS}/{key}/roles", {"role": "coach"}).status_code == 200
    assert ann.delete(f"{USERS}/{key}/roles/coach").status_code == 200
    body = {"token": world.reset_token(ben), "new_password": "another walk on ice"}
    assert ann.post(f"{AUTH}/reset-confirm", body).status_code == 200
    assert ann.post(f"{USERS}/{key}/deactivate").status_code == 200
    assert ann.get("/readyz").status_code == 200
    assert ann.post(f"{AUTH}/logout").status_code == 200


def caught(world: World) -> World:
    """The world with its letters kept."""
    from flask_mail import email_dispatched

    world.app.extensions["caught"] = lambda _, message: world.letters.append(message)
    email_dispatched.connect(world.app.extensions["caught"], world.app)
    return world


def test_reading_and_writing_rows_is_all_that_the_database_role_needs(databases: Databases) -> None:
    owner = databases.new("postgresql")
    with new_app(owner).app_context():
        db.engine.dispose()
    clock = Clock()
    with least_role(owner) as url:
        settings = Settings(database=url, secret_keys=("a secret of the tests' own",), development_mailbox=True)
        world = caught(World(create_app(settings, Surroundings(CHEAP, Hasher(CHEAP), clock)), clock))
        world.app.testing = True
        tell_a_story(world)
        with world.app.app_context():
            for forbidden in FORBIDDEN:
                denied = pytest.raises(ProgrammingError, match=r"denied|must be owner")
                with db.engine.connect() as connection, denied:
                    connection.exec_driver_sql(forbidden)
            db.engine.dispose()


_heard: list[str] | None = None


def _hear(name: str, args: tuple[Any, ...]) -> None:
    if _heard is None:
        return
    if name in {"socket.connect", "socket.sendto"}:
        _heard.append(str(args[1]))
    elif name in {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "urllib.Request"}:
        _heard.append(name)


@contextmanager
def dialled() -> Iterator[list[str]]:
    """Whom this process speaks to, and what programs it starts, meanwhile. libpq is not heard: it speaks to the host in
    DATABASE_URL, and this story is told on a file."""
    global _heard
    if not getattr(sys, "_vestibule_hears", False):
        sys.addaudithook(_hear)
        sys._vestibule_hears = True  # type: ignore[attr-defined]
    _heard = found = []
    try:
        yield found
    finally:
        _heard = None


def test_only_the_mail_server_is_spoken_to(databases: Databases) -> None:
    clock = Clock()
    with mail_server() as mail:
        server = MailServer("127.0.0.1", mail.port)
        world = caught(World(new_app(databases.new("sqlite"), clock, mail_server=server), clock))
        with dialled() as spoken_to:
            tell_a_story(world)

        assert set(spoken_to) == {str(("127.0.0.1", mail.port))}
        assert len(mail.received) >= 3
    with world.app.app_context():
        db.engine.dispose()


def test_without_mail_nobody_is_spoken_to_and_the_hook_would_hear_it(new_world: NewWorld) -> None:
    world = caught(new_world())
    with dialled() as spoken_to:
        tell_a_story(world)
        assert spoken_to == []
        with pytest.raises(OSError, match="refused"), socket() as line:
            line.connect(("127.0.0.1", 9))
    assert spoken_to == ["('127.0.0.1', 9)"]


@pytest.fixture
def busy(databases: Databases) -> Iterator[World]:
    """A world of its own on PostgreSQL, whose connections are to be taken."""
    world = World(new_app(databases.new("postgresql"), Clock()), Clock())
    yield world
    with world.app.app_context():
        db.engine.dispose()


POOL = 20
WAIT = 2.0
"""Connections that one process has at most, and seconds that a request waits for one."""


def test_the_pool_is_as_large_and_as_patient_as_is_said() -> None:
    options = database.engine_options(URL.create("postgresql+psycopg2"))
    assert (options["pool_size"] + options["max_overflow"], options["pool_timeout"]) == (POOL, WAIT)


def test_with_all_connections_taken_a_request_is_told_to_come_back(busy: World, monkeypatch: Any) -> None:
    ann, told = busy.admin(), []
    with busy.app.app_context():
        engine = db.engine
    monkeypatch.setattr(engine.pool, "_timeout", 0.3)  # the whole of it is waited for in production only
    with ExitStack() as taken:
        for _ in range(POOL):
            taken.enter_context(engine.connect())
        for act in (ann.session, ann.sign_in, lambda: ann.post(INVITES), lambda: ann.get("/readyz")):
            begun = time.monotonic()
            answer = act()
            told.append((answer.status_code, answer.json["code"], answer.headers["Retry-After"]))
            assert time.monotonic() - begun < 2
        assert busy.somebody("Eve").get("/healthz").status_code == 200

    assert set(told) == {(503, "service_unavailable", "5")}
    assert [ann.session().status_code, ann.post(INVITES).status_code] == [200, 201]


def test_a_server_that_takes_no_more_connections_is_waited_for_nowhere(busy: World) -> None:
    ann = busy.admin()
    with busy.app.app_context():
        url, name = db.engine.url, db.engine.url.database
        db.engine.dispose()
    owner = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        answer = ann.session()
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    owner.dispose()

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert not re.search(r"psycopg|FATAL|vestibule_", answer.text)
    assert ann.session().status_code == 200
