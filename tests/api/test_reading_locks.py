"""What only reads takes no write lock: on SQLite there is one, and who holds it keeps all others waiting."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from app.extensions import db
from tests.support.world import AUTH, World

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])


@contextmanager
def somebody_writing(world: World) -> Iterator[None]:
    """While the block runs, another process holds the write lock."""
    path = world.app.extensions["settings"].database.database
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def noted(world: World) -> Iterator[list[str]]:
    """The statements that begin a transaction while the block runs."""
    begun: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("BEGIN"):
            begun.append(statement)

    with world.app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield begun
        finally:
            event.remove(db.engine, "before_cursor_execute", note)


def test_a_load_balancer_is_answered_while_somebody_writes(world: World) -> None:
    with somebody_writing(world):
        assert world.somebody("Balancer").get("/readyz").status_code == 200


def test_what_only_reads_begins_nothing(world: World) -> None:
    ann, key = world.admin(), str(uuid4())
    ann.post(f"{AUTH}/onboard", {"first_name": "Ann", "last_name": "Frost"})
    rules = [rule for rule in world.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    took: dict[str, list[str]] = {}
    for rule in rules:
        path = rule.rule
        for name in rule.arguments:
            kind = next(each for each in (f"<path:{name}>", f"<{name}>", f"<uuid:{name}>", "") if each in path)
            path = path.replace(kind, key)
        for person in (ann, world.somebody("Eve")):
            with noted(world) as begun:
                assert person.get(path).status_code < 500, path
            if begun:
                took[path] = begun
    assert took == {}


def test_the_note_of_what_begins_is_seen(world: World) -> None:
    ann = world.admin()
    with noted(world) as begun:
        assert ann.post(f"{AUTH}/logout").status_code == 200
    assert begun == ["BEGIN IMMEDIATE"]
