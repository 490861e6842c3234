"""What nobody but the operator can decide stops the upgrade before anything is changed, and is told in plain words."""

import sqlite3

import pytest
from sqlalchemy import URL

from core import names
from core.models import Base
from migrations.legacy import ONLY_OURS, ONLY_THEIRS, SHARED
from tests.conftest import Databases
from tests.support import replaced
from tests.support.adopting import refused, upgraded
from tests.support.dumps import dump

ALIKE = """
    INSERT INTO "uAuthTable" ("aLogin", "aEmail", "aPasswordHash", "uSkaterUUID", fs_uniquifier)
    SELECT login, email, 'x', gen_random_uuid(), login FROM (VALUES
        ('MIA', 'one@example.com'), (' mia', 'two@example.com'), ('Straße', 'three@example.com'),
        ('STRASSE', 'MIA.BERG@example.com'), ('ÉVA', 'no address'), ('éva', 'eva@bücher.example'),
        ('kit@EXAMPLE.com', 'EVA@xn--bcher-kva.example'), ('O''Neil "x"', E'line\\n@example.com'), ('last', ''),
        ('ki\u034ft', 'six@example.com'), ('＠Terminal', 'seven@example.com')
    ) AS people (login, email);
    INSERT INTO "uSkaterConfig" ("uSkaterFname") VALUES ('of nobody');
"""
NAMED = """
    'mia' (id 1), 'MIA' (id 6), ' mia' (id 7) | SET "aLogin" = '…' WHERE id = 6; | SET "aLogin" = '…' WHERE id = 7;
    'Straße' (id 8), 'STRASSE' (id 9) | 'ÉVA' (id 10), 'éva' (id 11) | SET "aLogin" = '…' WHERE id = 11;
    'Mia.Berg@Example.com' (id 1), 'MIA.BERG@example.com' (id 9) | SET "aEmail" = '…' WHERE id = 9;
    'eva@bücher.example' (id 11), 'EVA@xn--bcher-kva.example' (id 12) | SET "aEmail" = '…' WHERE id = 12;
    'no address' of 'ÉVA' (id 10) is not an e-mail address | 'line\\n@example.com' of 'O\\'Neil "x"' (id 13)
    '' of 'last' (id 14) | SET "aEmail" = '…' WHERE id = 14;
    'Kit' (id 2), 'ki\\u034ft' (id 15) | SET "aLogin" = '…' WHERE id = 15;
    The login '＠Terminal' (id 16) is what the trail of events calls the terminal | SET "aLogin" = '…' WHERE id = 16;
    The login 'kit@EXAMPLE.com' (id 12) is the address of 'Kit' (id 2) | SET "aLogin" = '…' WHERE id = 12;
    The profile with id 3 belongs to nobody | UPDATE "uSkaterConfig" SET "uSkaterUUID" = '…' WHERE id = 3;
"""
SHAPES = {
    "a column is missing": (
        'ALTER TABLE "uSkaterConfig" DROP share_token; ALTER TABLE "uSkaterConfig" DROP contact_preference',
        '"uSkaterConfig" has no contact_preference, share_token: this database is older',
    ),
    "a column is missing late": ("ALTER TABLE e_event_types DROP single_mark", "has no single_mark"),
    "accounts have no login": ('ALTER TABLE "uAuthTable" DROP "aLogin"', '"uAuthTable" has no aLogin'),
    "a column demands what nobody gives": (
        "ALTER TABLE ice_time ADD mood text DEFAULT '' NOT NULL; ALTER TABLE ice_time ALTER mood DROP DEFAULT",
        "demands mood",
    ),
    "a column is of another kind": (
        "ALTER TABLE ice_time ALTER date TYPE timestamptz",
        "WITH TIME ZONE, not TIMESTAMP",
    ),
    "a column of ours is there": ('ALTER TABLE "uAuthTable" ADD is_active integer', 'column "is_active"'),
    "rows are empty that may not be": (
        "ALTER TABLE m_tracks ALTER title DROP NOT NULL; UPDATE m_tracks SET title = NULL",
        'Rows of "m_tracks" leave title empty. Change or delete them first: id 70000000-0000-4000-8000-000000000003',
    ),
    "rows are twice that may not be": (
        """ALTER TABLE "uAuthTable" DROP CONSTRAINT "uAuthTable_phone_number_key";
        UPDATE "uAuthTable" SET phone_number = '1' WHERE id IN (2, 5)""",
        "share their phone_number, which must be one row's alone. Change or delete them first: id 2; 4; 5",
    ),
    "rows point nowhere": (
        "ALTER TABLE ice_time DROP CONSTRAINT ice_time_coach_id_fkey; UPDATE ice_time SET coach_id = rink_id",
        "(coach_id)=(10000000-0000-4000-8000-000000000001) is not present",
    ),
    "a view looks at an address": ('CREATE VIEW who AS SELECT "aEmail" FROM "uAuthTable"', "view who depends on"),
    "somebody has tables of our names": (
        "CREATE TABLE sessions (id int); CREATE VIEW letters AS SELECT 1 AS a",
        "Somebody else's tables have names that are needed here: letters, sessions",
    ),
    "our tables would be made elsewhere": (
        """CREATE SCHEMA skate; ALTER TABLE "uAuthTable" SET SCHEMA skate;
        DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, skate', current_database()); END $$""",
        '"uAuthTable" is in another one',
    ),
}


@pytest.fixture(scope="module")
def tool(databases: Databases) -> URL:
    database = databases.new("postgresql")
    replaced.fill(database, "set up by the tool")
    replaced.change(database, "SELECT setval('role_id_seq', 1, false)")
    return database


def test_every_row_that_could_mean_two_things_is_named_with_what_to_do(databases: Databases, tool: URL) -> None:
    database = databases.copy(tool)
    replaced.change(database, ALIKE)
    before = dump(database)

    error = refused(database)

    assert error.startswith("Error: Nothing was changed. These rows need a decision of yours first:\n")
    assert [words for words in NAMED.replace("\n", "|").split("|") if words.strip() not in error] == []
    assert len(error.splitlines()) == 1 + 12
    assert "Pat@old.example" not in error
    assert "lee@example.com" not in error
    assert dump(database) == before

    # Done as told, it goes through.
    replaced.change(
        database,
        """UPDATE "uAuthTable" SET "aLogin" = 'Ne\u034fw ' || id, "aEmail" = 'A' || id || '@straße.example'
        WHERE id > 5""",
        """UPDATE "uAuthTable" SET "aEmail" = 'B@xn--bcher-kva.example' WHERE id = 16""",
        """UPDATE "uSkaterConfig" SET "uSkaterUUID" = gen_random_uuid() WHERE id = 3""",
    )
    assert "Taking over 16 accounts" in upgraded(database)
    people = replaced.ask(database, 'SELECT "aLogin", "aEmail", login_key, email_key FROM "uAuthTable" ORDER BY id')
    for login, email, login_key, email_key in people:
        assert (login_key, email_key) == (names.login_key(str(login)), names.address_key(str(email)))
    assert people[-2:] == [
        ("Ne\u034fw 15", "A15@straße.example", "new 15", "a15@straße.example"),
        ("Ne\u034fw 16", "B@xn--bcher-kva.example", "new 16", "b@bücher.example"),
    ]


@pytest.mark.parametrize(("mutation", "words"), SHAPES.values(), ids=SHAPES)
def test_what_cannot_be_fitted_is_refused_and_everything_is_as_before(
    databases: Databases, tool: URL, mutation: str, words: str
) -> None:
    database = databases.copy(tool)
    replaced.change(database, mutation)
    before = dump(database)

    error = refused(database)

    assert error.startswith("Error: Nothing was changed. ")
    assert words in error
    assert len(error.splitlines()) == 1
    assert dump(database) == before


def test_whole_tables_that_are_missing_are_made(databases: Databases, tool: URL) -> None:
    database = databases.copy(tool)
    gone = {"m_playlist_tracks", "e_event_costs", "password_reset_tokens", "punch_cards", "punched_sessions"}
    replaced.change(database, f"DROP TABLE {', '.join(gone)}")

    said = upgraded(database)

    assert "7 invitations" in said
    made = {column[0] for column in dump(database)["columns"]}
    assert gone & made == {"m_playlist_tracks", "e_event_costs"}


@pytest.mark.parametrize("engine", ["postgresql", "sqlite"])
def test_a_table_of_somebody_else_in_an_otherwise_empty_database_is_left_alone(
    databases: Databases, engine: str
) -> None:
    database = databases.new(engine)
    if engine == "sqlite":
        with sqlite3.connect(str(database.database)) as connection:
            connection.execute("CREATE TABLE role (id integer)")
        connection.close()
    else:
        replaced.change(database, "CREATE TABLE role (id integer)")
    assert "names that are needed here: role. Rename them" in refused(database)


def test_every_table_is_shared_or_ours_or_theirs() -> None:
    """What migrations after the taking over make is in none of these lists: the database itself refuses a second."""
    assert {*SHARED, *ONLY_OURS} <= set(Base.metadata.tables)
    assert len({*SHARED, *ONLY_OURS, *ONLY_THEIRS}) == len(SHARED) + len(ONLY_OURS) + len(ONLY_THEIRS) == 26 + 16 + 12
