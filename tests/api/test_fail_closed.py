"""Whatever breaks, the answer is one sentence with the request's id, the log has the rest under this id, and no door
opens: what cannot be checked is refused. Where a statement breaks is tried in test_nothing_half.py."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, text
from werkzeug.test import TestResponse

from app.database import reading_engine
from app.extensions import db
from core.models import AttemptCounter
from tests.api.conftest import NewWorld
from tests.conftest import Databases
from tests.support.routes import INVITES, USERS
from tests.support.world import AUTH, Clock, Person, World, new_app

Log = pytest.LogCaptureFixture
INTERNALS = re.compile(
    r"Traceback|Error\b|Exception|\bSELECT\b|\bINSERT\b|\.py\b|/work|sqlalchemy|psycopg|sqlite|jinja|secret"
)
APOLOGY = ("Something went wrong on our side. It has been noted.", "internal_error")
AWAY = ("This service is not available right now. Please try again in a few seconds.", "service_unavailable")
TRIED = ["/api/v4/auth/session", "/healthz", "/", "/join?token=x"]
HEADERS = ("X-Content-Type-Options", "Content-Security-Policy", "Cache-Control", "Referrer-Policy", "X-Request-ID")


class SomethingSecret(Exception):
    """A bug."""


def burst(*_: Any, **__: Any) -> Any:
    raise SomethingSecret("secret in /work/somewhere.py")


def assert_apologises(answer: TestResponse, log: Log, page: bool = False) -> None:
    assert answer.status_code == 500
    assert not INTERNALS.search(answer.text), answer.text
    assert all(answer.headers.get(name) for name in HEADERS)
    key = answer.headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{16}", key)
    assert key in answer.text
    if not page:
        assert (answer.json["message"], answer.json["code"]) == APOLOGY
        assert answer.json["request_id"] == key
    assert key in log.text
    assert "SomethingSecret" in log.text


@pytest.fixture(scope="module")
def fragile(new_world: NewWorld) -> World:
    """A world to break; what is broken in it is mended after each test."""
    return new_world(rate_limits=False)


@contextmanager
def instead(container: Any, key: Any, broken: Any) -> Iterator[None]:
    before = container[key]
    container[key] = broken
    try:
        yield
    finally:
        container[key] = before


def in_view(app: Flask) -> Any:
    return instead(app.view_functions, "health.healthz", burst)


def before(app: Flask) -> Any:
    return instead(app.before_request_funcs, None, [*app.before_request_funcs[None], burst])


def after(app: Flask) -> Any:
    return instead(app.after_request_funcs, None, [burst, *app.after_request_funcs[None]])


def after_everything(app: Flask) -> Any:
    return instead(app.after_request_funcs, None, [*app.after_request_funcs[None], burst])


def teardown(app: Flask) -> Any:
    app.teardown_request_funcs.setdefault(None, [])
    return instead(app.teardown_request_funcs, None, [burst])


def app_teardown(app: Flask) -> Any:
    return instead(app.__dict__, "teardown_appcontext_funcs", [burst])


def in_error_handler(app: Flask) -> Any:
    return instead(app.error_handler_spec[None][None], Exception, burst)


@contextmanager
def in_view_and_its_apology(app: Flask) -> Iterator[None]:
    with in_view(app), in_error_handler(app):
        yield


PLACES = [in_view, before, after, after_everything, teardown, app_teardown, in_view_and_its_apology]


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_a_bug_anywhere_is_one_sentence_with_an_id(
    fragile: World, caplog: Log, place: Callable[[Flask], Any], accept: str
) -> None:
    eve = fragile.somebody("Eve")
    with place(fragile.app):
        answer = eve.get("/healthz", headers={"Accept": accept})

    assert_apologises(answer, caplog, page=answer.mimetype == "text/html")
    assert "Set-Cookie" not in answer.headers
    assert eve.get("/healthz").status_code == 200


@pytest.mark.parametrize("template", ["pages/signin.html", "pages/error.html", "mail/reset_link.txt"])
def test_a_template_that_fails_stops_nothing_else(fragile: World, caplog: Log, template: str) -> None:
    cas, loader = fragile.member("Cas"), fragile.app.jinja_env
    found = loader.get_or_select_template(template)
    render, found.root_render_func = found.root_render_func, burst
    try:
        if template.startswith("mail"):
            assert cas.post(f"{AUTH}/reset-request", {"email": cas.email}).status_code == 200
            fragile.deliver()
            assert "SomethingSecret" in caplog.text
        else:
            path = "/signin" if "signin" in template else "/nowhere"
            answer = fragile.somebody("Eve").get(path, headers={"Accept": "text/html"})
            assert_apologises(answer, caplog, page=answer.mimetype == "text/html")
        assert cas.sign_in().status_code == 200
    finally:
        found.root_render_func = render
        fragile.clear()


ACTS: dict[str, Callable[[Person], TestResponse]] = {
    "session": lambda ann: ann.session(),
    "admin": lambda ann: ann.get(INVITES),
    "invite": lambda ann: ann.post(INVITES),
    "sign in": lambda ann: ann.sign_in(),
    "wrong password": lambda ann: ann.sign_in(password="wrong"),
    "reset": lambda ann: ann.post(f"{AUTH}/reset-request", {"email": ann.email}),
    "register": lambda ann: ann.register("x" * 43),
    "shared card": lambda ann: ann.get("/api/v4/members/shared_card/7b7a3c52-8d0e-4c1b-9f5e-2a61d0c4e9aa"),
    "readyz": lambda ann: ann.get("/readyz"),
}


@pytest.fixture
def alone(databases: Databases, engine: str) -> Iterator[World]:
    """A world whose database is its own, to be taken from it."""
    world = World(new_app(databases.new(engine), Clock()), Clock())
    yield world
    with world.app.app_context():
        db.engine.dispose()


def test_without_its_tables_nobody_is_let_in(alone: World, caplog: Log) -> None:
    ann = alone.admin()
    with alone.app.app_context(), db.engine.begin() as connection:
        for table in ("sessions", "attempt_counters"):
            connection.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away"))

    for act in (ACTS["session"], ACTS["admin"], ACTS["sign in"], ACTS["wrong password"], ACTS["register"]):
        answer = act(ann)
        assert answer.status_code in {500, 503}
        assert not INTERNALS.search(answer.text)
    assert alone.somebody("Eve").get("/healthz").status_code == 200

    with alone.app.app_context(), db.engine.begin() as connection:
        for table in ("sessions", "attempt_counters"):
            connection.execute(text(f"ALTER TABLE {table}_away RENAME TO {table}"))
    assert ann.get(INVITES).status_code == 200


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_database_that_only_reads_changes_nothing_and_says_try_again(alone: World, caplog: Log) -> None:
    ann = alone.admin()
    only = "ALTER DATABASE {} SET default_transaction_read_only = {}"
    with alone.app.app_context():
        url = db.engine.url
        db.engine.dispose()
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(only.format(url.database, "on"))
    before = alone.dump()

    assert ann.session().status_code == 200
    answers = {name: ACTS[name](ann) for name in ("invite", "sign in", "wrong password", "reset", "register")}
    for answer in answers.values():
        assert answer.status_code in {500, 503}
        assert not INTERNALS.search(answer.text)
    assert alone.dump() == before
    with admin.connect() as connection:
        connection.exec_driver_sql("SET default_transaction_read_only = off")
        connection.exec_driver_sql(only.format(url.database, "off"))
    admin.dispose()
    with alone.app.app_context():
        db.engine.dispose()
    assert ann.post(INVITES).status_code == 201


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_connection_that_is_cut_before_it_is_given_back_is_no_bug_and_takes_no_place(alone: World) -> None:
    ann = alone.admin()
    with alone.app.app_context():
        with reading_engine().connect() as cut, db.engine.begin() as other:
            key = cut.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            assert other.execute(text("SELECT pg_terminate_backend(:key, 5000)"), {"key": key}).scalar_one()
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]

    assert {ann.session().status_code for _ in range(4)} <= {200, 503}
    assert ann.session().status_code == 200


def test_without_counters_no_password_is_tried(alone: World) -> None:
    """The limits' store is the database: while they cannot count, they refuse."""
    cas = alone.member("Cas")

    def away(_: Any, __: Any, statement: str, *___: Any) -> None:
        if AttemptCounter.__tablename__ in statement:
            raise TimeoutError("the counters are away")

    with alone.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", away)
    reset = {"token": "x", "new_password": "a good one, never set"}
    try:
        for act in (cas.sign_in, lambda: cas.register("x"), lambda: cas.post(f"{AUTH}/reset-confirm", reset)):
            answer = act()
            assert answer.status_code in {500, 503}
            assert "Set-Cookie" not in answer.headers
        assert cas.session().status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", away)
    assert cas.sign_in().status_code == 200


def test_with_redis_away_from_the_start_attempts_are_counted_here(new_world: NewWorld, caplog: Log) -> None:
    """What README promises: while Redis is away each process counts for itself."""
    cas = new_world(redis_url="redis://127.0.0.1:9/0").member("Cas")

    statuses = [cas.sign_in(password="wrong").status_code for _ in range(12)]

    assert statuses == [401] * 10 + [429] * 2
    assert "Redis is away" in caplog.text


@pytest.mark.parametrize("back", [timedelta(minutes=5), timedelta(days=400)], ids=str)
def test_a_clock_that_jumps_back_opens_nothing(world: World, back: timedelta) -> None:
    cas, ann = world.member("Cas"), world.admin()
    used, revoked = world.invite(), ann.post(INVITES).json
    assert world.somebody("Ben").register(used).status_code == 200
    assert ann.delete(f"{INVITES}/{revoked['id']}").status_code == 204
    reset = world.reset_token(cas)
    body = {"token": reset, "new_password": "another walk on ice"}
    assert cas.post(f"{AUTH}/reset-confirm", body).status_code == 200
    for _ in range(10):
        world.somebody("Eve").sign_in("Ben", "wrong")
    world.clock.now -= back

    assert world.somebody("Bob").register(used).status_code == 403
    assert world.somebody("Bob").register(revoked["token"]).status_code == 403
    assert cas.post(f"{AUTH}/reset-confirm", body).status_code == 400
    assert cas.session().status_code == 401
    answer = world.somebody("Eve").sign_in("Ben", "wrong")
    assert answer.status_code == 429
    assert world.somebody("Cas").sign_in(password="another walk on ice").status_code == 200
    assert ann.get(f"{USERS}").status_code == 200
