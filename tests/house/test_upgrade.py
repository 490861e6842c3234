"""A house that has been lived in is brought up to date, and back, without losing an invitation or who came in by it."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import MetaData, Table, insert, select
from sqlalchemy.exc import IntegrityError

from app import create_app, schema
from app.extensions import db
from app.settings import Settings
from app.unit import look, open_unit
from core import claims, coaches, invitations, teams, tenants, users
from core.errors import InviteDead
from core.models import InvitationUse
from core.tokens import digest
from tests.conftest import Databases

BEFORE = "0001"
NOW = datetime.now(UTC).replace(tzinfo=None)
MONTH = timedelta(days=30)
GUESTS = (1, 2, 3)
ISSUER = 1

LIVING = {
    "a secret for many": {"max_uses": 50, "uses": 2, "roles": ["adult", "coach"], "note": "Winter courses"},
    "a secret without end": {"max_uses": 0, "uses": 1, "expires_at": None},
    "a fresh secret": {"max_uses": 1, "uses": 0, "created_by": ISSUER},
    "a secret of a member of the replaced backend": {"max_uses": 1, "uses": 0, "created_by": 2},
}
DEAD = {
    "a spent secret": ({"max_uses": 1, "uses": 1}, "invite_used"),
    "a revoked secret": ({"max_uses": 5, "uses": 0, "revoked_at": NOW}, "invite_revoked"),
    "a members secret with roles": ({"max_uses": 1, "uses": 0, "roles": ["coach"], "created_by": 2}, "invite_revoked"),
    "an old secret": ({"max_uses": 5, "uses": 0, "expires_at": NOW - MONTH}, "invite_expired"),
}
ISSUED = LIVING | {secret: about for secret, (about, _) in DEAD.items()}
USES = {("a secret for many", 1), ("a secret for many", 2), ("a secret without end", 3), ("a spent secret", 2)}


@pytest.fixture
def lived_in(databases: Databases, engine: str) -> Iterator[Flask]:
    """A database of the first version with people, invitations and their uses."""
    app = create_app(Settings(database=databases.new(engine), secret_keys=("a secret of the tests' own",)))
    schema.init_app(app)
    with app.app_context():
        upgrade(revision=BEFORE)
        tables = reflected()
        with db.engine.begin() as connection:
            for number in GUESTS:
                connection.execute(insert(tables["uAuthTable"]).values(guest(number)))
            admin = select(tables["role"].c.id).where(tables["role"].c.name == "admin").scalar_subquery()
            connection.execute(insert(tables["user_roles"]).values(user_id=ISSUER, role_id=admin))
            for secret, about in ISSUED.items():
                connection.execute(insert(tables["invitations"]).values(invitation(secret, **about)))
            for secret, number in USES:
                use = {"invitation_id": stored(id_of(secret)), "user_id": number, "used_at": NOW}
                connection.execute(insert(tables["invitation_uses"]).values(use))
        yield app
        db.engine.dispose()


def guest(number: int) -> dict[str, Any]:
    name = f"guest{number}"
    return {
        "aLogin": name,
        "aEmail": f"{name}@club.test",
        "aPasswordHash": "nobody's hash",
        "uSkaterUUID": stored(uuid.uuid4()),
        "fs_uniquifier": name,
        "created_at": NOW,
        "updated_at": NOW,
        "login_key": name,
        "email_key": f"{name}@club.test",
        "is_active": True,
        "must_change_password": False,
    }


def invitation(secret: str, **about: Any) -> dict[str, Any]:
    fresh = {"kind": "gate", "roles": [], "created_at": NOW, "expires_at": NOW + MONTH}
    return {"id": stored(id_of(secret)), "digest": digest(secret), **fresh, **about}


def id_of(secret: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, secret)


def stored(key: uuid.UUID) -> Any:
    """As the column holds it, which on SQLite is read back as text."""
    return key.hex if db.engine.dialect.name == "sqlite" else key


def reflected() -> dict[str, Table]:
    """The tables as they are in the database, whatever the models say."""
    metadata = MetaData()
    metadata.reflect(db.engine)
    return metadata.tables


def rows(name: str) -> list[dict[str, Any]]:
    table = Table(name, MetaData(), autoload_with=db.engine, resolve_fks=False)
    with db.engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(select(table))]


def check_references() -> None:
    """Every row that points somewhere points at a row."""
    keys = [key for table in reflected().values() for key in table.foreign_keys]
    with db.engine.connect() as connection:
        for key in keys:
            pointing = select(key.parent).where(key.parent.is_not(None), key.parent.not_in(select(key.column)))
            assert connection.execute(pointing).all() == [], key
    assert keys


def check_invitations() -> None:
    """All that were issued are as they were, and so is who came in by them."""
    kept = {row["id"]: row for row in rows("invitations")}
    for secret, about in ISSUED.items():
        before = invitation(secret, **about)
        row = kept[before.pop("id")]
        del before["digest"]
        assert {column: row[column] for column in before} == before
    uses = {(row["invitation_id"], row["user_id"], row["used_at"]) for row in rows("invitation_uses")}
    assert {(stored(id_of(secret)), number, NOW) for secret, number in USES} <= uses


def check_links() -> None:
    """The living open with the secrets that were handed out; holders of the dead are told why."""
    now = datetime.now(UTC)
    for secret in LIVING:
        assert claims.peek(look, secret, now).id == id_of(secret)
    for secret, (_, code) in DEAD.items():
        with pytest.raises(InviteDead) as refused:
            claims.peek(look, secret, now)
        assert refused.value.code == code


def use_the_new_ways_in() -> None:
    """A coach and a team member are asked and come in, another of each is asked only."""
    with open_unit(name="cli") as unit:
        club = tenants.create(unit, "Club")
        asked = [
            coaches.invite(unit, None, name="A B", email=f"{n}@x.test", part="coach", tenant_id=club) for n in range(2)
        ]
        team = [invitations.issue(unit, kind=teams.KIND, email=f"{n}@y.test", roles=["admin"]) for n in range(2)]
    with open_unit(name="cli") as unit:
        link = claims.peek(look, asked[0].link.secret, unit.now)
        came = users.create(unit, login="came", email="0@x.test", phone=None, password_hash="nobody's hash")
        coaches.join(unit, claims.claim(unit, link).link, came.id)
        claims.note_use(unit, link, came.id)
    with open_unit(name="cli") as unit:
        teams.accept(unit, team[0].secret, None)


def test_invitations_survive_the_upgrade(lived_in: Flask) -> None:
    upgrade()
    assert schema.is_current()
    check_invitations()
    assert len(rows("invitation_uses")) == len(USES)
    assert len(rows("invitation_links")) == len(ISSUED)
    assert [row["aLogin"] for row in rows("uAuthTable")] == [f"guest{number}" for number in GUESTS]
    check_references()
    check_links()


@pytest.mark.parametrize("engine", ["sqlite"])
def test_an_upgrade_that_finds_rows_which_point_nowhere_changes_nothing(lived_in: Flask) -> None:
    with db.engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("INSERT INTO invitation_uses VALUES ('nothing', 1, '2026-11-20')")
        driver.execute("PRAGMA foreign_keys=ON")
    tables = set(reflected())
    with pytest.raises(SystemExit):
        upgrade()
    assert set(reflected()) == tables
    assert {row["digest"] for row in rows("invitations")} == {digest(secret) for secret in ISSUED}
    check_invitations()


def test_what_points_at_nothing_is_refused_after_the_upgrade(lived_in: Flask) -> None:
    upgrade()
    with pytest.raises(IntegrityError), open_unit(name="cli") as unit:
        unit.session.add(InvitationUse(invitation_id=uuid.uuid4(), user_id=1, used_at=unit.now))


def test_the_gates_invitations_survive_the_way_back(lived_in: Flask) -> None:
    upgrade()
    use_the_new_ways_in()
    downgrade(revision=BEFORE)
    check_invitations()
    assert {row["digest"] for row in rows("invitations")} == {digest(secret) for secret in ISSUED}
    assert len(rows("invitations")) == len(ISSUED)
    assert len(rows("invitation_uses")) == len(USES)
    check_references()
    upgrade()
    check_links()


CHANGED, HANDED_OVER = "password_changed", "reset_link_handed_over"
HISTORIES: list[tuple[list[tuple[str, dict[str, Any]]], bool]] = [
    ([(CHANGED, {"by_reset": True})], True),
    ([(CHANGED, {"by_reset": True}), (CHANGED, {"by_reset": False})], True),
    ([(CHANGED, {"by_reset": False})], False),
    ([(CHANGED, {"by_reset": True}), (HANDED_OVER, {})], False),
    ([(HANDED_OVER, {}), (CHANGED, {"by_reset": False})], False),
    ([("signed_in", {"by_reset": True})], False),
    ([(CHANGED, {})], False),
    ([], False),
]
"""What the trail has of an account, and whether its address is proven by it."""


def test_an_address_counts_as_proven_only_where_a_mailed_reset_was_used(databases: Databases, engine: str) -> None:
    app = create_app(Settings(database=databases.new(engine), secret_keys=("a secret of the tests' own",)))
    schema.init_app(app)
    with app.app_context():
        upgrade(revision="0007")
        tables = reflected()
        with db.engine.begin() as connection:
            for number, (history, _) in enumerate(HISTORIES):
                key = connection.execute(insert(tables["uAuthTable"]).values(guest(number))).inserted_primary_key[0]
                for event, details in history:
                    row = {"id": stored(uuid.uuid4()), "at": NOW, "event": event, "user_id": key, "details": details}
                    connection.execute(insert(tables["audit_events"]).values(row))
        upgrade()
        proven = {row["aLogin"]: row["email_proven_at"] for row in rows("uAuthTable")}
        wanted = {f"guest{number}": NOW if is_proven else None for number, (_, is_proven) in enumerate(HISTORIES)}
        assert proven == wanted
        db.engine.dispose()
