"""A pytest plugin for whoever builds on the product. In a conftest.py:

    pytest_plugins = ["app.testing"]

and then, in a test:

    def test_a_coach_comes_in_by_a_link(vestibule):
        link = vestibule.invite(roles=["coach"])
        ben = vestibule.login_as("Ben", "coach")
        assert ben.get("/api/v4/auth/session").json["roles"] == ["adult", "coach"]
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_mail import Message, email_dispatched
from sqlalchemy import URL, delete, select, update

from app import create_app, links, schema
from app.extensions import db
from app.settings import Settings
from app.unit import Surroundings, look, open_unit
from core import granting, invitations, logins, registration, users
from core.mail import AddressToProve
from core.models import Letter, Role, User, UserRole
from core.passwords import Hasher
from core.policy import HashCost, Policy
from core.registration import Applicant
from core.roles import conflict
from core.unit import TERMINAL, Unit

PASSWORD = "a long walk on thin ice"  # noqa: S105 - of accounts that are made for a test
VISITOR = {"ip": "127.0.0.1", "user_agent": f"Werkzeug/{version('werkzeug')}"}
"""What a test client says of itself."""
MEMORY, ROOM = Path("/dev/shm"), 64 * 1024**2  # noqa: S108 - a folder of our own is made there
CHEAP = Policy(hash_cost=HashCost(time=1, memory_kib=8, lanes=1))
"""Everything as it is but the cost of a hash."""


@dataclass
class Clock:
    """Stands still until it is turned."""

    now: datetime = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **time: float) -> None:
        """Turn it by so many `days`, `hours`, `minutes`…"""
        self.now += timedelta(**time)


@dataclass
class Mailbox:
    """The letters that would have been sent to anybody."""

    app: Flask
    _caught: list[Message] = field(default_factory=list)

    def catch(self, _: Flask, message: Message) -> None:
        self._caught.append(message)

    def letters(self, to: str | None = None) -> list[Message]:
        """All letters, or those to one address, the newest last. What is owed is delivered first."""
        self.app.extensions["postman"].work_off()
        return [letter for letter in self._caught if to is None or to in letter.send_to]

    def link(self, to: str) -> str:
        """The link in the newest letter to this address."""
        letters = self.letters(to)
        assert letters, f"no letter has gone to {to}"
        return re.findall(r"https?://\S+", letters[-1].body)[0]


@dataclass
class Invite:
    """A fresh invite link: `token` for the API, `url` for people."""

    token: str
    url: str


@dataclass
class Vestibule:
    """The product in this process, on an empty database of its own."""

    app: Flask
    clock: Clock
    mailbox: Mailbox

    def browser(self) -> FlaskClient:
        """Somebody's browser, signed out."""
        return self.app.test_client()

    def invite(self, **wishes: Any) -> Invite:
        """An invite link for one person and a week, or with other `roles`, `max_uses`, `expires_at`, `note`…"""
        with self.app.app_context(), open_unit(name=TERMINAL) as unit:
            issued = invitations.issue(unit, **{"expires_at": invitations.ending(unit), **wishes})
            return Invite(issued.secret, str(links.invite(issued).invite_url))

    def login_as(self, name: str, *roles: str, password: str = PASSWORD) -> FlaskClient:
        """The browser of the person with this login, signed in. An account that is not there yet is made, with the
        address `name@club.test`; it is given the roles that it lacks."""
        with self.app.app_context():
            is_new = users.find_by_login_or_email(look, name) is None
        if is_new:
            sign_up(self.app, Applicant(name, address(name), password), self.invite().token)
        grant(self.app, name, *roles)
        browser = self.browser()
        sign_in(browser, name, password)
        return browser


def address(name: str) -> str:
    """The address of the person with this login."""
    return f"{name.lower()}@club.test"


def sign_up(app: Flask, applicant: Applicant, token: str) -> None:
    """Make an account with an invitation, as the form does, without a request. Its address is proven."""
    with app.app_context(), open_unit(**VISITOR) as unit:
        registration.register(unit, applicant, token)
        _prove(unit, applicant.login)


def prove_address(app: Flask, name: str) -> None:
    """Have the address of the account with this login proven; the letter that would ask for it is not sent."""
    with app.app_context(), open_unit(name=TERMINAL) as unit:
        _prove(unit, name)


def _prove(unit: Unit, name: str) -> None:
    user = users.get_by_login(unit.look, name)
    proven = update(User).where(User.id == user.id).values(email_proven_at=unit.now)
    asking = delete(Letter).where(Letter.kind == AddressToProve.kind, Letter.recipient == user.email)
    for statement in (proven, asking):
        unit.session.execute(statement)


def grant(app: Flask, name: str, *roles: str) -> None:
    """Give the account with this login these roles. A minor loses the role of an adult, which it has from joining."""
    if roles:
        with app.app_context(), open_unit(name=TERMINAL) as unit:
            user_id = users.get_by_login(unit.look, name).id
            if conflict([*roles, "adult"]):
                adult = select(Role.id).where(Role.name == "adult").scalar_subquery()
                unit.session.execute(delete(UserRole).where(UserRole.user_id == user_id, UserRole.role_id == adult))
            granting.grant_roles(unit, user_id, roles)


def sign_in(browser: FlaskClient, name: str, password: str) -> None:
    """Give this browser the cookie of a session that has just begun, without a request."""
    app = browser.application
    with app.app_context(), open_unit(**VISITOR) as unit:
        begun = logins.log_in(unit, users.find_by_login_or_email(unit.look, name), password)
    browser.set_cookie(app.extensions["settings"].cookie_name, begun.secret)


def new_app(database: URL, clock: Clock | None = None, **settings: Any) -> Flask:
    """An application whose hashes cost nothing, whose mail is caught in memory and whose clock, if given, is yours."""
    policy = settings.pop("policy", CHEAP)
    defaults = {"secret_keys": ("a secret of the tests' own",), "development_mailbox": True}
    chosen = Settings(database=database, policy=policy, **{**defaults, **settings})
    policy = replace(policy, sends_mail=chosen.sends_mail)
    app = create_app(chosen, Surroundings(policy, Hasher(policy), *([clock] if clock else [])))
    app.testing = True
    return app


@pytest.fixture(scope="session")
def vestibule_database() -> Iterator[Path]:
    """A database as the migrations leave it, in memory where there is room: each test gets a copy."""
    folder = MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None
    with tempfile.TemporaryDirectory(prefix="vestibule-", dir=folder) as directory:
        path = Path(directory) / "empty.sqlite3"
        app = new_app(URL.create("sqlite", database=str(path)))
        with app.app_context():
            schema.upgrade()
            db.engine.dispose()  # the last to leave puts everything into the one file
        yield path


@pytest.fixture
def vestibule_settings() -> dict[str, Any]:
    """What differs from the defaults of app.settings.Settings: yours to override."""
    return {}


@pytest.fixture
def vestibule(vestibule_database: Path, vestibule_settings: dict[str, Any], tmp_path: Path) -> Iterator[Vestibule]:
    """The product, with an app, a clock, a mailbox, invite() and login_as()."""
    path = vestibule_database.with_name(f"{tmp_path.name}.sqlite3")
    shutil.copyfile(vestibule_database, path)
    clock = Clock()
    app = new_app(URL.create("sqlite", database=str(path)), clock, **vestibule_settings)
    mailbox = Mailbox(app)
    with email_dispatched.connected_to(mailbox.catch, app):
        yield Vestibule(app, clock, mailbox)
    with app.app_context():
        db.engine.dispose()
    path.unlink()
