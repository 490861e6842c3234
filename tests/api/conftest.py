"""Worlds of other settings than the usual ones."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import URL

from app.extensions import db
from tests.conftest import Databases
from tests.support.world import Clock, World, new_app

NewWorld = Callable[..., World]


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
