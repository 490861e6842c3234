"""Worlds of other settings than the usual ones, and the stage on which everybody tries everything."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask_mail import Message, email_dispatched
from sqlalchemy import URL, event

from app.extensions import db
from tests.conftest import BOTH, Databases
from tests.support.examples import LONG
from tests.support.stage import Stage
from tests.support.walking import SITE
from tests.support.world import Clock, World, new_app

NewWorld = Callable[..., World]
STAGED_ON = BOTH if LONG else ("sqlite",)


@pytest.fixture(scope="module")
def new_world(databases: Databases) -> Iterator[NewWorld]:
    """Makes worlds with settings of their own, on SQLite and with a clock of their own."""
    made: list[World] = []

    def make(database: URL | None = None, **settings: Any) -> World:
        clock = Clock()
        made.append(World(new_app(database or databases.new("sqlite"), clock, **settings), clock))
        return made[-1]

    yield make
    for world in made:
        with world.app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module", params=STAGED_ON)
def stage(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Stage]:
    """As in production: over https, with the cookie's strict name; but for the mail, which is caught."""
    clock = Clock()
    settings: dict[str, Any] = {"rate_limits": False, "cookie_secure": True, "base_url": SITE}
    world = World(new_app(databases.new(request.param), clock, **settings), clock)
    with world.app.app_context():
        if request.param == "sqlite":  # nobody pulls the plug here
            event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
            db.engine.dispose()

    def catch(_: Flask, message: Message) -> None:
        world.letters.append(message)

    with email_dispatched.connected_to(catch, world.app):
        yield Stage(world)
    with world.app.app_context():
        db.engine.dispose()
