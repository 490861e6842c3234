"""Statements that PostgreSQL plans once for each connection: seen in pg_prepared_statements."""

import importlib
import pkgutil
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import Select

import core
from app.database import reading_engine
from app.extensions import db
from tests.api.test_sessions import with_cookie
from tests.support.routes import AUTH
from tests.support.world import World

on_postgresql = pytest.mark.parametrize("engine", ["postgresql"])
PLANNED = "SELECT name, generic_plans + custom_plans AS uses FROM pg_prepared_statements"


def planned(world: World) -> dict[str, int]:
    """What the connection that was last given back keeps plans of, and how often each was used."""
    with world.app.app_context(), reading_engine().connect() as connection:
        return {row.name: row.uses for row in connection.exec_driver_sql(PLANNED)}


def marked() -> dict[int, tuple[str, Select[Any]]]:
    """Every statement of core that stands at the top of a file under a name to be prepared by."""
    found: dict[int, tuple[str, Select[Any]]] = {}
    for module in pkgutil.walk_packages(core.__path__, "core."):
        for each in vars(importlib.import_module(module.name)).values():
            if isinstance(each, Select) and "prepared" in each.get_execution_options():
                found[id(each)] = (each.get_execution_options()["prepared"], each)
    return found


@on_postgresql
def test_a_session_check_is_planned_once_and_not_at_each_request(world: World) -> None:
    cas = world.member("Cas")
    assert cas.session().status_code == 200
    before = planned(world)["behind_cookie"]

    for _ in range(10):
        assert cas.session().status_code == 200

    assert planned(world)["behind_cookie"] == before + 10


@on_postgresql
def test_a_new_connection_plans_for_itself(world: World) -> None:
    cas = world.member("Cas")
    assert cas.session().status_code == 200
    with world.app.app_context():
        db.engine.dispose()
    assert "behind_cookie" not in planned(world)

    assert cas.session().status_code == 200

    assert planned(world)["behind_cookie"] == 1


@on_postgresql
def test_what_was_planned_sees_what_changes(world: World) -> None:
    """Rows, and the tables themselves: as an upgrade beside running processes does."""
    cas = world.member("Cas")
    cookie = cas.cookie
    assert cookie
    for _ in range(8):
        assert cas.session().status_code == 200
    with world.app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE sessions ADD COLUMN later text")
        connection.exec_driver_sql("CREATE INDEX later ON sessions (later)")
    try:
        assert cas.session().status_code == 200
        assert cas.post(f"{AUTH}/logout").status_code == 200
        assert with_cookie(world, cookie).session().status_code == 401
    finally:
        with world.app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE sessions DROP COLUMN later")


def test_each_statement_has_a_name_of_its_own() -> None:
    names = Counter(name for name, _ in marked().values())

    assert names
    assert [name for name, uses in names.items() if uses > 1] == []
