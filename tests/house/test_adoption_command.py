"""The upgrade as an operator runs it, on a database of the replaced backend: alone, twice at once, cut off, refused."""

import os
import subprocess
import sys

import pytest
from sqlalchemy import URL

from tests.conftest import Databases
from tests.support import replaced
from tests.support.dumps import dump
from tests.support.servers import ROOT, wait_for

LONGER_THAN_A_LOCK_IS_WAITED_FOR = 5.5
SLOW = """
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep({}); RETURN new; END $$;
    CREATE TRIGGER slow BEFORE INSERT ON role FOR EACH STATEMENT EXECUTE FUNCTION slow();
"""
"""Roles are added in the middle: accounts have their new columns, invitations are not there yet."""
AT_WORK = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"


@pytest.fixture(scope="module")
def tool(databases: Databases) -> URL:
    database = databases.new("postgresql")
    replaced.fill(database, "set up by the tool")
    return database


def start(database: URL) -> "subprocess.Popen[str]":
    environment = {
        "PATH": os.environ["PATH"],
        "FLASK_SECRET_KEY": "a secret of the tests' own",
        "DATABASE_URL": database.render_as_string(hide_password=False),
    }
    upgrade = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    pipe = subprocess.PIPE
    return subprocess.Popen(upgrade, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)


def end(upgrade: "subprocess.Popen[str]") -> tuple[int, str, str]:
    said, errors = upgrade.communicate(timeout=60)
    return upgrade.returncode, said, errors


class Ended:
    """How three upgrades ended that ran at the same time."""

    def __init__(self, databases: Databases, tool: URL) -> None:
        slow, ambiguous, used = (databases.copy(tool) for _ in range(3))
        replaced.change(slow, SLOW.format(LONGER_THAN_A_LOCK_IS_WAITED_FOR))
        replaced.change(ambiguous, """UPDATE "uAuthTable" SET "aLogin" = 'KIT@example.com' WHERE id = 1""")
        with replaced.reading(used, "uAuthTable"):
            running = [start(database) for database in (slow, slow, ambiguous, used)]
            *self.two, self.ambiguous, self.used = [end(upgrade) for upgrade in running]


@pytest.fixture(scope="module")
def ended(databases: Databases, tool: URL) -> Ended:
    return Ended(databases, tool)


def test_of_two_upgrades_at_once_one_takes_over_and_the_other_finds_it_done(ended: Ended) -> None:
    assert [(code, errors) for code, _, errors in ended.two] == [(0, ""), (0, "")]
    assert sorted(said.count("7 invitations were taken over") for _, said, _ in ended.two) == [0, 1]


def test_what_is_refused_at_the_terminal_is_a_list_without_a_traceback(ended: Ended) -> None:
    code, _, errors = ended.ambiguous
    assert code == 1
    [first, fault] = errors.splitlines()
    assert first == "Error: Nothing was changed. These rows need a decision of yours first:"
    assert fault.startswith("  - The login 'KIT@example.com' (id 1) is the address of 'Kit' (id 2). Change the login: ")


def test_a_database_in_use_is_not_waited_for_without_end(ended: Ended) -> None:
    code, _, errors = ended.used
    assert code == 1
    assert "Somebody is using this database: stop the replaced backend" in errors


def test_an_upgrade_that_is_cut_off_leaves_everything_as_it_was(databases: Databases, tool: URL) -> None:
    database = databases.copy(tool)
    replaced.change(database, SLOW.format(60))
    before = dump(database)

    upgrade = start(database)
    [[worker]] = wait_for(lambda: replaced.ask(database, AT_WORK))
    replaced.change(database, f"SELECT pg_terminate_backend({worker})")
    code, _, errors = end(upgrade)

    assert code == 1
    [error] = errors.splitlines()
    assert "The database went away, and nothing is half done. Run this again" in error
    assert dump(database) == before

    replaced.change(database, "DROP FUNCTION slow CASCADE")
    assert end(start(database))[0] == 0
