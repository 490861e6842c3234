"""Version 0009 computes the keys of names anew in a database that people have lived in, and names the terminal."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from hypothesis import given
from sqlalchemy import URL, MetaData, Table, insert, select, update

from app import create_app, schema
from app.extensions import db
from app.settings import Settings
from core import names
from core.unit import TERMINAL
from migrations import keys, rekeying
from tests.conftest import Databases
from tests.core.test_names import GARBAGE
from tests.support.adopting import downgraded, refused
from tests.support.examples import examples, say_seed

BEFORE = "0008"
NOW = datetime(2026, 11, 20, 18, tzinfo=UTC).replace(tzinfo=None)
PEOPLE = [
    ("Kim", "Kim@Club.test"),
    ("Lee", "lee@straße.test"),
    ("Zoë", "zoe@bücher.test"),
    ("oli\u034fvia", "olivia@σας.test"),
    ("old@xn--bcher-kva.test", "old@club.test"),
]
AFTERWARDS = [
    ("kim", "kim@club.test"),
    ("lee", "lee@straße.test"),
    ("zoë", "zoe@bücher.test"),
    ("olivia", "olivia@σας.test"),
    ("old@bücher.test", "old@club.test"),
]


@pytest.fixture
def house(databases: Databases, engine: str) -> Iterator[tuple[Flask, URL]]:
    """A database of the version before, with people, invitations and coaches whose keys were folded."""
    database = databases.new(engine)
    app = create_app(Settings(database=database, secret_keys=("a secret of the tests' own",)))
    schema.init_app(app)
    with app.app_context():
        upgrade(revision=BEFORE)
        for number, (login, email) in enumerate(PEOPLE, start=1):
            add_person(number, login, email)
        for email in ("a@straße.test", "b@strasse.test", None):
            add("invitations", invitation(email))
        add("coaches", {"id": 7, "coach_id": key(), "coach_email": "c@straße.test", "email_key": "c@strasse.test"})
        yield app, database
        db.engine.dispose()


def table(name: str) -> Table:
    return Table(name, MetaData(), autoload_with=db.engine, resolve_fks=False)


def add(name: str, row: dict[str, Any]) -> None:
    rows = table(name)
    with db.engine.begin() as connection:
        connection.execute(insert(rows).values(row))


def key() -> Any:
    return uuid.uuid4().hex if db.engine.dialect.name == "sqlite" else uuid.uuid4()


def add_person(number: int, login: str, email: str, *, created_at: datetime = NOW) -> None:
    times = {"created_at": created_at, "updated_at": created_at}
    of_old = {"login_key": keys.folded(login), "email_key": keys.folded(email)}
    account = {
        "aLogin": login,
        "aEmail": email,
        "aPasswordHash": "x",
        "uSkaterUUID": key(),
        "fs_uniquifier": str(number),
    }
    add("uAuthTable", {"id": number, **account, **times, **of_old, "is_active": True, "must_change_password": False})


def invitation(email: str | None) -> dict[str, Any]:
    of_old = email and keys.folded(email)
    about = {"kind": "gate", "roles": [], "max_uses": 1, "uses": 0, "created_at": NOW}
    return {"id": key(), "email": email, "email_key": of_old, **about}


def happened(actor: str | None, at: datetime) -> None:
    add("audit_events", {"id": key(), "at": at, "event": "signed_in", "actor": actor, "details": {}})


def found(name: str, *columns: str) -> list[tuple[Any, ...]]:
    rows = table(name)
    with db.engine.connect() as connection:
        return [
            tuple(row) for row in connection.execute(select(*(rows.c[each] for each in columns)).order_by(rows.c.id))
        ]


def people() -> list[tuple[Any, ...]]:
    return found("uAuthTable", "login_key", "email_key")


def test_every_key_is_what_the_product_would_look_for(
    house: tuple[Flask, URL], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rekeying, "BATCH", 2)
    upgrade()
    assert people() == AFTERWARDS
    assert [(names.login_key(login), names.address_key(email)) for login, email in PEOPLE] == AFTERWARDS
    assert found("coaches", "coach_email", "email_key")[-1] == ("c@straße.test", "c@straße.test")
    invited = set(found("invitations", "email", "email_key"))
    assert invited == {("a@straße.test", "a@straße.test"), ("b@strasse.test", "b@strasse.test"), (None, None)}


def test_the_way_back_gives_the_old_keys(house: tuple[Flask, URL]) -> None:
    before = people()[:4]
    upgrade()
    downgrade(revision=BEFORE)
    assert people()[:4] == before
    assert schema.is_current() is False
    upgrade()
    assert people() == AFTERWARDS


def test_the_way_back_is_refused_where_two_domains_would_be_one_again(house: tuple[Flask, URL]) -> None:
    app, database = house
    upgrade()
    add_person(11, "Ben", "lee@strasse.test")
    before = people()
    error = downgraded(database, BEFORE)
    assert "'lee@straße.test' (id 2), 'lee@strasse.test' (id 11)" in error
    with app.app_context():
        assert people() == before


def test_rows_whose_keys_would_be_one_are_named_and_nothing_is_changed(house: tuple[Flask, URL]) -> None:
    app, database = house
    add_person(11, "Olivia", "another@club.test")
    add_person(12, "lee 2", "old@bücher.test")
    before = people()

    error = refused(database)

    assert error.startswith("Error: Nothing was changed. These rows need a decision of yours first:\n")
    assert "The same login in uAuthTable: 'oli\\u034fvia' (id 4), 'Olivia' (id 11)." in error
    assert """UPDATE "uAuthTable" SET "aLogin" = '…' WHERE id = 11;""" in error
    assert "'old@xn--bcher-kva.test' (id 5) is the address of the account with id 12" in error
    assert len(error.splitlines()) == 1 + 2
    with app.app_context():
        assert people() == before
        # Done as told, it goes through.
        rows = table("uAuthTable")
        with db.engine.begin() as connection:
            for number, login in ((11, "Olivia B"), (5, "old")):
                connection.execute(update(rows).where(rows.c.id == number).values(aLogin=login))
        upgrade()
        assert [row[0] for row in people()] == ["kim", "lee", "zoë", "olivia", "old", "olivia b", "lee 2"]


@pytest.mark.usefixtures("house")
def test_what_the_terminal_did_is_told_apart_from_what_an_account_of_its_old_name_did() -> None:
    happened("cli", NOW)
    add_person(11, "cli", "cli@club.test", created_at=NOW + timedelta(hours=1))
    happened("cli", NOW + timedelta(hours=2))
    happened("Kim", NOW)
    happened(None, NOW)

    upgrade()

    told = {(at, actor) for at, actor in found("audit_events", "at", "actor")}
    assert told == {(NOW, TERMINAL), (NOW + timedelta(hours=2), "cli"), (NOW, "Kim"), (NOW, None)}
    downgrade(revision=BEFORE)
    assert {actor for (actor,) in found("audit_events", "actor")} == {"cli", "Kim", None}


@examples(few=300, many=20_000)
@given(name=GARBAGE)
def test_the_frozen_keys_are_those_of_the_product(name: str) -> None:
    """Until the product's change again, with a migration of their own: then this test goes."""
    say_seed()
    assert keys.login_key(name) == names.login_key(name)
    assert keys.address_key(name) == names.address_key(name)
