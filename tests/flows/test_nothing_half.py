"""Whatever statement fails, a story happened wholly or not at all, and can be tried again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event
from werkzeug.test import TestResponse

from app.extensions import db
from core.models import AttemptCounter
from tests.support.world import AUTH, World

Story = Callable[[World], Callable[[], TestResponse]]


def registering(world: World) -> Callable[[], TestResponse]:
    token = world.invite(roles=["coach"])
    return lambda: world.somebody("Ben").register(token)


def resetting(world: World) -> Callable[[], TestResponse]:
    token = world.reset_token(world.member("Cas"))
    body = {"token": token, "new_password": "another walk on ice"}
    return lambda: world.somebody("Cas").post(f"{AUTH}/reset-confirm", body)


def changing_password(world: World) -> Callable[[], TestResponse]:
    cas = world.member("Cas")
    body = {"current_password": cas.password, "new_password": "another walk on ice"}
    return lambda: cas.post(f"{AUTH}/change-password", body)


def signing_in(world: World) -> Callable[[], TestResponse]:
    world.member("Cas")
    return lambda: world.somebody("Cas").sign_in()


def onboarding(world: World) -> Callable[[], TestResponse]:
    cas = world.member("Cas")
    return lambda: cas.post(f"{AUTH}/onboard", {"first_name": "Cas", "last_name": "Lee"})


def inviting(world: World) -> Callable[[], TestResponse]:
    ann = world.admin()
    return lambda: ann.post("/api/v4/admin/invites", {"max_uses": 3})


@contextmanager
def failing_at(world: World, place: int) -> Iterator[list[str]]:
    """The connection is lost at the statement or commit number `place`; yields what had been asked until then."""
    asked: list[str] = []

    def count(connection: Connection, what: str) -> None:
        asked.append(what)
        if len(asked) == place:
            lost = connection.connection.dbapi_connection
            assert lost is not None
            lost.close()

    def before(connection: Connection, _: Any, statement: str, *__: Any) -> None:
        count(connection, statement)

    def commit(connection: Connection) -> None:
        count(connection, "COMMIT")

    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "commit", commit)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "commit", commit)


def forget_attempts(world: World) -> None:
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(delete(AttemptCounter))


def kept(world: World) -> dict[str, Any]:
    """Everything but the attempt counters, which outlive what they count."""
    return {table: rows for table, rows in world.dump().items() if table != AttemptCounter.__tablename__}


@pytest.mark.parametrize("story", [registering, resetting, changing_password, signing_in, onboarding, inviting])
def test_a_story_that_fails_at_any_statement_changes_nothing_and_can_be_repeated(world: World, story: Story) -> None:
    act = story(world)
    before, place = kept(world), 0

    while True:
        place += 1
        forget_attempts(world)
        with failing_at(world, place) as asked:
            answer = act()
        if len(asked) < place or answer.status_code in {200, 201}:
            break
        assert answer.status_code == 503, asked[-1]
        assert answer.headers["Retry-After"]
        assert kept(world) == before, asked[-1]

    assert answer.status_code in {200, 201}
    assert place > 3
    assert kept(world) != before
