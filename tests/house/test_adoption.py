"""A database of the replaced backend is taken over whole: every row, our shape, and no secret in clear."""

import json
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, create_engine
from sqlalchemy.pool import NullPool

from app.schema import VERSION_TABLE
from core.models import Base
from core.roles import ALL
from core.tokens import digest
from tests.conftest import Databases
from tests.support import replaced
from tests.support.adopting import downgraded, upgraded
from tests.support.dumps import dump, rows, shape

WIDENED = {("uSkaterConfig", "uSkaterZip")}
TOKENS = {("invite_tokens", "token"), ("password_reset_tokens", "token")}
FILLED = {("uAuthTable", "fs_uniquifier"), ("uAuthTable", "created_at"), ("uAuthTable", "updated_at")}
"""Given a value where they had none."""


class Taken:
    """One database before and after."""

    def __init__(self, database: URL) -> None:
        self.url, self.before = database, rows(database)
        assert [table for table, found in self.before.items() if not found and table != "changes"] == []
        self.said = upgraded(database)
        self.after = rows(database)


@pytest.fixture(scope="module", params=replaced.VARIANTS)
def taken(request: pytest.FixtureRequest, databases: Databases) -> Taken:
    database = databases.new("postgresql")
    replaced.fill(database, request.param)
    return Taken(database)


@pytest.fixture(scope="module")
def fresh(databases: Databases) -> URL:
    database = databases.new("postgresql")
    upgraded(database)
    return database


def test_every_row_of_every_table_is_kept_column_by_column(taken: Taken) -> None:
    for table, before in taken.before.items():
        for row in before:
            kept = {column: value for column, value in row.items() if is_kept(table, column, value)}
            assert [each for each in taken.after[table] if kept.items() <= each.items()], (table, row)
    for table in ("uAuthTable", "uSkaterConfig", "user_roles", "ice_time", "coaches", "invite_tokens"):
        assert len(taken.after[table]) == len(taken.before[table])


def is_kept(table: str, column: str, value: Any) -> bool:
    return (table, column) not in WIDENED | TOKENS and ((table, column) not in FILLED or value is not None)


def test_columns_that_were_empty_and_may_not_be_are_filled(taken: Taken) -> None:
    for row in taken.after["uAuthTable"]:
        assert all(row[column] for _, column in FILLED)
        assert (row["is_active"], row["must_change_password"]) == (True, False)
    assert taken.after["uSkaterConfig"][0]["uSkaterZip"] == "2134"


def test_no_token_stands_in_clear_any_more(taken: Taken) -> None:
    everything = json.dumps(dump(taken.url), default=str)
    assert [secret for secret in replaced.SECRETS if secret in everything] == []
    assert [secret for secret in replaced.SECRETS if digest(secret) not in everything] == []
    assert "no token stands in clear" in taken.said


def test_the_schema_is_that_of_a_fresh_database_but_for_further_tables(taken: Taken, fresh: URL) -> None:
    ours = {row[0] for row in dump(fresh)["columns"]}
    adopted, made = shape(taken.url, ours), shape(fresh, ours)
    adopted["columns"] = [row for row in adopted["columns"] if row[1] != "nickname"]
    assert adopted == made


def test_the_schema_is_that_of_the_models(taken: Taken) -> None:
    theirs = {*taken.before}
    engine = create_engine(taken.url, poolclass=NullPool)
    with engine.connect() as connection:
        options = {
            "version_table": VERSION_TABLE,
            "compare_type": True,
            "include_name": lambda name, kind, _: kind != "table" or name in Base.metadata.tables or name not in theirs,
            "include_object": lambda _, name, kind, __, ___: (kind, name) != ("column", "nickname"),
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_their_further_tables_keep_their_shape_and_triggers(databases: Databases, taken: Taken) -> None:
    further = set(taken.before) - set(Base.metadata.tables)
    assert len(further) >= 12
    before = databases.new("postgresql")
    replaced.fill(before, replaced.VARIANTS["alembic_version" in further])
    assert shape(taken.url, further) == shape(before, further)
    assert dump(taken.url)["triggers"] == dump(before)["triggers"]


def test_role_names_of_their_own_are_kept_and_missing_ones_added(taken: Taken) -> None:
    assert {row["name"] for row in taken.after["role"]} == {*ALL, "judge"}
    assert {row["id"]: row["description"] for row in taken.after["role"]}[2] == "Our coaches"


def test_who_holds_a_role_that_is_staff_here_is_named(databases: Databases) -> None:
    database = databases.new("postgresql")
    replaced.fill(database, "set up by the tool")
    replaced.change(
        database,
        "INSERT INTO role (id, name) VALUES (9, 'admin'), (10, 'Owner')",
        "INSERT INTO user_roles (user_id, role_id) VALUES (2, 9), (4, 10)",
    )
    assert "have roles that are staff here; check them: 'Kit' (admin).\n" in upgraded(database)


def test_running_it_again_changes_nothing(taken: Taken) -> None:
    before = dump(taken.url)
    assert "replaced backend" not in upgraded(taken.url)
    assert dump(taken.url) == before


def test_it_does_not_go_back_over_their_tables(taken: Taken) -> None:
    before = dump(taken.url)
    assert "restore the dump made before the cut-over" in downgraded(taken.url, "base")
    assert dump(taken.url) == before


def test_numbers_go_on_behind_those_that_are_there(taken: Taken) -> None:
    numbered = [table for table in Base.metadata.tables.values() if table.autoincrement_column is not None]
    assert len(numbered) == 11
    for table in numbered:
        column = table.autoincrement_column.name
        [[default]] = [row[2:] for row in dump(taken.url)["defaults"] if row[:2] == (table.name, column)]
        [[number]] = replaced.ask(taken.url, f"SELECT {default}")
        assert number == 1 + max(row[column] for row in taken.after[table.name])
