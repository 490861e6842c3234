"""A world to test in: an application on a real database, a clock to turn, a mailbox to read, and people."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from flask_mail import Message
from sqlalchemy import URL, Dialect, delete, false, not_, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import limits, schema, testing
from app.extensions import db
from app.testing import PASSWORD, Clock, address, grant, prove_address, sign_in, sign_up
from app.unit import open_unit
from core import invitations, labels, tenants, users
from core.models import AuditEvent, Base, Club, Coach, EventType, GoverningBody, IceType, Rink, Role, Team, User
from core.names import address_key
from core.registration import Applicant
from core.unit import TERMINAL
from migrations import reference
from tests.support.promised import Promised

AUTH = "/api/v4/auth"
SEEDED = {model.__tablename__ for model in (Role, Team, GoverningBody)}
"""Tables that migrations fill, and nobody else."""
STANDING_FOR_NONE = {
    Coach.__tablename__: Coach.id == reference.NO_COACH["coach_id"],
    Rink.__tablename__: Rink.id == reference.NO_RINK["rink_id"],
    Club.__tablename__: Club.id == reference.NO_CLUB["club_id"],
}
"""Tables in which migrations put one row, which stands for no coach, no rink, no club."""
SEEDS = {
    **STANDING_FOR_NONE,
    IceType.__tablename__: IceType.id.in_([UUID(key) for key in reference.ICE_TYPES]),
    EventType.__tablename__: EventType.id.in_([UUID(f"b{number:031x}") for number in reference.EVENT_TYPES]),
}
"""Rows that migrations put where others add theirs."""


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, world: "World", name: str) -> None:
        self.world = world
        self.name = name
        self.email = address(name)
        self.password = PASSWORD
        self.browser: FlaskClient = world.app.test_client()

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.browser.get(path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> TestResponse:
        return self.browser.post(path, json={} if body is None else body, **more)

    def delete(self, path: str, **more: Any) -> TestResponse:
        return self.browser.delete(path, **more)

    def form(self, token: str | None, **other: Any) -> dict[str, Any]:
        """The body with which this person registers."""
        body = {"aLogin": self.name, "aEmail": self.email, "aPasswordHash": self.password, "invite_token": token}
        return {key: value for key, value in {**body, **other}.items() if value is not ...}

    def register(self, token: str | None, **other: Any) -> TestResponse:
        return self.post(f"{AUTH}/register", self.form(token, **other))

    def sign_in(self, name: str | None = None, password: str | None = None) -> TestResponse:
        return self.post(f"{AUTH}/login", {"aLogin": name or self.name, "aPasswordHash": password or self.password})

    def session(self) -> TestResponse:
        return self.get(f"{AUTH}/session")

    @property
    def cookie(self) -> str | None:
        found = self.browser.get_cookie("session")
        return found.value if found else None

    def device(self) -> "Person":
        """The same person with a second browser, signed in."""
        other = Person(self.world, self.name)
        other.password = self.password
        assert other.sign_in().status_code == 200
        return other


@dataclass
class World:
    app: Flask
    clock: Clock
    letters: list[Message] = field(default_factory=list)

    def somebody(self, name: str) -> Person:
        """A person without an account."""
        return Person(self, name)

    def member(self, name: str = "Cas", *granted: str, **other: Any) -> Person:
        """A person who has registered, proven their address and signed in, with further roles if given. Without `other`
        fields in the form it is done behind the counter, which leaves the same rows in a third of the time."""
        person = self.somebody(name)
        if other:
            assert person.register(self.invite(), **other).status_code == 200
            prove_address(self.app, other.get("aLogin", name))
        else:
            sign_up(self.app, Applicant(name, person.email, person.password), self.invite())
        grant(self.app, name, *granted)
        sign_in(person.browser, name, person.password)
        return person

    def unproven(self, name: str = "Una") -> Person:
        """A person who has registered and signed in, and whose address is not proven. The letter waits."""
        person = self.somebody(name)
        assert person.register(self.invite()).status_code == 200
        assert person.sign_in().status_code == 200
        return person

    def admin(self, name: str = "Ann") -> Person:
        return self.member(name, "admin")

    def prove(self, person: Person) -> None:
        """Let this person have shown that the mailbox of their address is theirs."""
        with self.app.app_context(), open_unit(name="cli") as unit:
            user = users.get_by_login(unit.look, person.name)
            users.prove_address(unit, user.id, address_key(user.email))

    def invite(self, **options: Any) -> str:
        """The token of a fresh invitation."""
        with self.app.app_context(), open_unit(name=TERMINAL) as unit:
            return invitations.issue(unit, **{"expires_at": invitations.ending(unit), **options}).secret

    def tenant(self, name: str = "Ice House") -> str:
        """The id of a new tenant."""
        with self.app.app_context(), open_unit(name=TERMINAL) as unit:
            return str(tenants.create(unit, name))

    def label(self, owner: Person, name: str = "Cold Records") -> str:
        """The id of a new label of this owner."""
        with self.app.app_context(), open_unit(name=TERMINAL) as unit:
            return str(labels.create(unit, name, owner.name))

    def terminal(self, *args: str) -> Result:
        """What a command answers."""
        return self.app.test_cli_runner().invoke(args=args)

    def events(self) -> list[str]:
        """What the audit trail names, in the order of names."""
        return sorted(row.event for row in self.rows(AuditEvent))

    def deliver(self) -> list[Message]:
        """Let the postman do his round; what arrived by it."""
        before = len(self.letters)
        self.app.extensions["postman"].work_off()
        return self.letters[before:]

    def reset_token(self, person: Person) -> str:
        """The token of a reset link that was asked for and has arrived."""
        answer = self.somebody("Anybody").post(f"{AUTH}/reset-request", {"email": person.email})
        assert answer.status_code == 200
        return token_in(self.deliver()[-1])

    def rows(self, model: type[Base]) -> list[Any]:
        with self.app.app_context(), Session(db.engine) as session:
            return list(session.scalars(select(model)))

    def chosen_from(self, model: type[Base]) -> list[Any]:
        """The coaches, rinks or clubs but for the one that stands for none."""
        with self.app.app_context(), Session(db.engine) as session:
            return list(session.scalars(select(model).where(not_(STANDING_FOR_NONE[model.__tablename__]))))

    def dump(self) -> dict[str, list[str]]:
        """Everything that is in the database, each row as text; but for the numbers of how often accounts wrote, which
        count refused requests too."""
        writes = {write_counter(self.app, row.id) for row in self.rows(User)}
        found: dict[str, list[str]] = {name: [] for name in Base.metadata.tables}
        with self.app.app_context(), db.engine.connect() as connection:
            for name, row in connection.exec_driver_sql(_dumping(connection.dialect)):
                if name != "attempt_counters" or not any(key in row for key in writes):
                    found[name].append(row)
        return {name: sorted(rows) for name, rows in found.items()}

    def clear(self) -> None:
        """Leave the database as its migrations did."""
        with self.app.app_context(), db.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(";".join(_clearing(connection.dialect)))
            else:
                for statement in _clearing(connection.dialect):
                    connection.exec_driver_sql(statement)


@cache
def _dumping(dialect: Dialect) -> str:
    """One statement for all tables: most of what many would take is the way to the database and back."""
    quoted, parts = dialect.identifier_preparer.quote, []
    for table in Base.metadata.sorted_tables:
        columns = (f"quote({quoted(column.name)})" for column in table.columns)
        # By another name than the table's: ice_time has a column that is called so too.
        row = "whole::text" if dialect.name == "postgresql" else " || ', ' || ".join(columns)
        parts.append(f"SELECT '{table.name}', {row} FROM {quoted(table.name)} AS whole")
    return " UNION ALL ".join(parts)


@cache
def _clearing(dialect: Dialect) -> list[str]:
    kept = {name: SEEDS.get(name, false()) for name in Base.metadata.tables if name not in SEEDED}
    tables = [table for table in reversed(Base.metadata.sorted_tables) if table.name in kept]
    return [
        str(
            delete(table).where(not_(kept[table.name])).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        )
        for table in tables
    ]


def write_counter(app: Flask, user_id: int) -> str:
    """The key of the counter of what this account changes."""
    rule = app.extensions["limits"]._rules.get("member_writes_account")
    return limits._private(rule.key_for(limits._private(str(user_id)))) if rule else "none"


def token_in(letter: Message) -> str:
    """The token of the link in a letter; the same in both its parts."""
    in_text, in_html = (set(re.findall(r"token=([\w-]+)", part)) for part in (letter.body, letter.html))
    assert in_text == in_html
    [token] = in_text
    return token


def token_of(url: str) -> str:
    """The token of a link."""
    return url.partition("?token=")[2]


def new_app(database: URL, clock: Clock | None = None, **settings: Any) -> Flask:
    """The plugin's application, on a database brought up to date."""
    app = testing.new_app(database, clock, **settings)
    app.test_client_class = Promised
    with app.app_context():
        schema.upgrade()
    return app


def bring_up(database: URL) -> None:
    """Bring a database up to date, and leave nobody connected to it."""
    app = new_app(database)
    with app.app_context():
        db.engine.dispose()
