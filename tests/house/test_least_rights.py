"""The database role that SECURITY.md describes is enough to run on, and may do nothing else."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask_mail import Message, email_dispatched
from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from app import create_app, schema
from app.extensions import db
from app.settings import Settings
from app.testing import CHEAP
from app.unit import Surroundings
from core.passwords import Hasher
from tests.conftest import Databases
from tests.house.test_rules import ROOT
from tests.support.adopting import upgraded
from tests.support.routes import ADD, AN_HOUR, CARD, PREFERENCE, PROFILE, SHARE, TEAM, USERS
from tests.support.world import AUTH, Clock, World, token_of

ROLE = "club_app"


def written_down() -> list[str]:
    """The statements of SECURITY.md that make the role."""
    [block] = re.findall(r"```sql\n(.*?)```", (ROOT / "SECURITY.md").read_text(), re.DOTALL)
    return [statement.strip() for statement in block.split(";") if statement.strip()]


def say(database: URL, *statements: str) -> None:
    engine = create_engine(database, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.fixture
def owner(databases: Databases) -> URL:
    """A database brought up to date by the role that owns its tables."""
    database = databases.new("postgresql")
    upgraded(database)
    return database


@pytest.fixture
def least(owner: URL) -> Iterator[World]:
    """A world that runs on the role with the least rights."""
    say(owner, *written_down())
    clock = Clock()
    settings = Settings(
        database=owner.set(username=ROLE, password="…"),
        secret_keys=("a secret of the tests' own",),
        development_mailbox=True,
        policy=CHEAP,
    )
    app = create_app(settings, Surroundings(CHEAP, Hasher(CHEAP), clock))
    app.testing = True
    world = World(app, clock)

    def catch(_: Flask, message: Message) -> None:
        world.letters.append(message)

    with email_dispatched.connected_to(catch, app):
        yield world
    with app.app_context():
        db.engine.dispose()
    say(owner, f"DROP OWNED BY {ROLE}", f"DROP ROLE {ROLE}")


def test_the_role_is_enough_for_everything_that_people_do(least: World) -> None:
    with least.app.app_context():
        assert schema.is_current()
        assert db.session.scalar(text("SELECT current_user")) == ROLE
    ann, cas = least.member("Ann", "owner"), least.somebody("Cas")
    invite = ann.post("/api/v4/admin/invites", {"roles": ["artist"]})
    assert cas.register(invite.json["token"]).status_code == 200
    assert cas.sign_in(password="wrong").status_code == 401
    assert cas.sign_in().status_code == 200
    new = {"new_password": "figure eights at midnight"}
    assert cas.post(f"{AUTH}/change-password", {"current_password": cas.password, **new}).status_code == 200
    assert cas.post(f"{AUTH}/onboard", {"first_name": "Cas", "last_name": "Lee"}).status_code == 200
    assert cas.browser.patch(PROFILE, json={"timezone": "Europe/Berlin"}).status_code == 200
    assert cas.browser.patch(PREFERENCE, json={"contact_preference": "email"}).status_code == 200
    assert cas.post(ADD, AN_HOUR).status_code == 201
    assert cas.post(SHARE).status_code == 200
    assert cas.get(CARD).status_code == 200
    assert cas.delete(SHARE).status_code == 200

    confirm = {"token": least.reset_token(cas), "new_password": "another walk on ice"}
    assert cas.post(f"{AUTH}/reset-confirm", confirm).status_code == 200
    assert cas.sign_in(password="another walk on ice").status_code == 200

    coach = {"name": "Mary Novak", "email": "mary@club.test", "role": "coach", "tenant_id": least.tenant()}
    mary = least.somebody("Mary")
    asked = ann.post("/api/v4/admin/invite-coach", coach)
    assert mary.register(token_of(asked.json["invite_url"])).status_code == 200
    least.deliver()
    ann.post(TEAM, {"emails": ["tim@club.test"], "role": "dev"})
    [letter] = least.deliver()
    accepted = mary.browser.post(f"{TEAM}/accept", json={"token": re.findall(r"token=([\w-]+)", letter.body)[0]})
    assert mary.post(f"{AUTH}/login/token", {"accessToken": accepted.json["accessToken"]}).status_code == 200

    [skater] = [each["id"] for each in ann.get(f"{USERS}?q=Cas").json["items"]]
    lou = least.member("Lou", "label")
    offered = lou.post(f"/api/v4/labels/{least.label(lou)}/invitations", {"artistId": skater})
    assert cas.post(f"/api/v4/invitations/{offered.json['id']}/accept").status_code == 200
    assert ann.post(f"{USERS}/{skater}/roles", {"role": "coach"}).status_code == 200
    assert ann.delete(f"{USERS}/{skater}/roles/coach").status_code == 200
    assert ann.post(f"{USERS}/{skater}/deactivate").status_code == 200
    assert ann.post(f"{USERS}/{skater}/activate").status_code == 200
    assert ann.delete(f"/api/v4/admin/invites/{invite.json['id']}").status_code == 204
    assert cas.post(f"{AUTH}/logout").status_code == 200
    assert len(least.events()) > 15
    least.clock.later(days=100)
    assert "sessions" in least.terminal("housekeeping").stdout


REFUSED = [
    "CREATE TABLE mine (id int)",
    "CREATE SCHEMA mine",
    'DROP TABLE "uAuthTable"',
    'ALTER TABLE "uAuthTable" ADD mine int',
    "TRUNCATE sessions",
    "DELETE FROM audit_events",
    "UPDATE audit_events SET actor = 'nobody'",
    "UPDATE role SET name = 'owner'",
    "UPDATE vestibule_version SET version_num = '0'",
    "SELECT * FROM others.secrets",
    "SELECT rolpassword FROM pg_authid",
    "COPY sessions TO PROGRAM 'cat'",
    "CREATE ROLE mine",
]


def test_the_role_may_do_nothing_else(least: World, owner: URL) -> None:
    say(owner, "CREATE SCHEMA others", "CREATE TABLE others.secrets (id int)")

    for statement in REFUSED:
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner|InsufficientPrivilege"):
            say(least.app.extensions["settings"].database, statement)
    assert least.terminal("users", "list").exit_code == 0
