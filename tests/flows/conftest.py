"""Databases for installations that are examined."""

from collections.abc import Iterator

import pytest
from sqlalchemy import URL

from tests.conftest import Databases
from tests.house.test_least_rights import ROLE, written_down
from tests.support.adopting import upgraded
from tests.support.surgery import say
from tests.support.world import PASSWORD

DOCTORS = "doctor_app"


@pytest.fixture(scope="session")
def migrated(databases: Databases) -> URL:
    """A database brought up to date by the role that owns its tables. Others copy it."""
    database = databases.new("postgresql")
    upgraded(database)
    return database


@pytest.fixture
def owner(databases: Databases, migrated: URL) -> URL:
    """A fresh database brought up to date, as its owner sees it."""
    return databases.copy(migrated)


@pytest.fixture
def least(owner: URL) -> Iterator[URL]:
    """The same with the role that SECURITY.md describes."""
    say(owner, *(statement.replace(ROLE, DOCTORS).replace("…", PASSWORD) for statement in written_down()))
    yield owner.set(username=DOCTORS, password=PASSWORD)
    say(owner, f"DROP OWNED BY {DOCTORS}", f"DROP ROLE {DOCTORS}")
