"""Servers that the tests of one run share, each with its own database and mail, and a way in behind the counter."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar

import requests
from flask import Flask
from sqlalchemy import URL, func, select
from sqlalchemy.orm import Session

from app import access_tokens
from app.extensions import db
from app.unit import open_unit
from core import granting, invitations, logins, resets, revocation, users
from core.models import Base, Invitation, InvitationLink, Letter, User
from core.policy import Policy
from core.tokens import digest
from tests.support.mailserver import MailServer, mail_server
from tests.support.servers import Server, serving, wait_for
from tests.support.world import AUTH, PASSWORD, bring_up, new_app

T = TypeVar("T")
ACCESS_LOG = "--access-logfile - --access-logformat 'answered-by %(p)s %(s)s %(U)s'"
"""Which process gave which answer."""

LIGHT = "tests.support.light_wsgi:app"

_numbers = count(1)


@dataclass
class House:
    """A running product: `server` in front, `mail` behind, and the same database from inside (`app`), for what no
    visitor can do or see."""

    server: Server
    mail: MailServer
    app: Flask = field(repr=False)
    workers: int

    def names(self, how_many: int) -> list[str]:
        """Logins that nobody has had in any round before."""
        return [f"Guest{next(_numbers)}" for _ in range(how_many)]

    def member(self, password: str = PASSWORD) -> str:
        """The login of somebody who has just registered."""
        [name] = self.names(1)
        answer = self.server.register(name, self.invite(), password)
        assert answer.status_code == 200, answer.text
        return name

    def admin(self) -> str:
        name = self.member()
        with self.app.app_context(), open_unit(name="cli") as unit:
            granting.grant_roles(unit, users.get_by_login(unit.look, name).id, ["admin"])
        return name

    def close(self, name: str) -> None:
        """Deactivate this person's account."""
        with self.app.app_context(), open_unit(name="cli") as unit:
            revocation.deactivate(unit, users.get_by_login(unit.look, name).id)

    def invite(self, **options: Any) -> str:
        """The token of a fresh invitation."""
        with self.app.app_context(), open_unit(name="cli") as unit:
            return invitations.issue(unit, **{"expires_at": invitations.ending(unit), **options}).secret

    def invites(self, how_many: int) -> list[str]:
        """The tokens of so many fresh invitations, for one each."""
        with self.app.app_context(), open_unit(name="cli") as unit:
            end = invitations.ending(unit)
            return [invitations.issue(unit, expires_at=end).secret for _ in range(how_many)]

    def reset_token(self, name: str) -> str:
        """The token that a reset letter to this person would carry."""
        with self.app.app_context(), open_unit() as unit:
            link = resets.answer_request(unit, address(name))
        assert link is not None
        return link.secret

    def access_token(self, name: str) -> str:
        """A fresh access token for this person, sealed with the server's key."""
        with self.app.app_context(), open_unit() as unit:
            secret = logins.issue_login_token(unit, users.get_by_login(unit.look, name).id)
            life = unit.policy.login_token_life
            return access_tokens.seal(self.app.extensions["settings"], secret, unit.now, life)

    def invitation(self, token: str) -> Invitation:
        """The row behind a token."""
        [link] = self.rows(InvitationLink, InvitationLink.digest == digest(token))
        [row] = self.rows(Invitation, Invitation.id == link.invitation_id)
        return row

    def accounts(self, names: list[str]) -> int:
        """How many of these logins have an account."""
        return len(self.rows(User, User.login.in_(names)))

    def rows(self, model: type[Base], *matching: Any) -> list[Any]:
        with Session(self.server.engine) as session:
            return list(session.scalars(select(model).where(*matching)))

    def number(self, model: type[Base], *matching: Any) -> int:
        with Session(self.server.engine) as session:
            return session.scalars(select(func.count()).select_from(model).where(*matching)).one()

    def let_the_post_go_out(self) -> None:
        """Wait until no letter is owed any more."""
        wait_for(lambda: not self.number(Letter, Letter.due_at.is_not(None)), 60)

    def opens(self, name: str, password: str) -> bool:
        """Whether this password signs this person in."""
        body = {"aLogin": name, "aPasswordHash": password}
        answer = self.server.post(f"{AUTH}/login", body)
        assert answer.status_code in {200, 401}, answer.text
        return answer.status_code == 200

    def session(self, cookies: dict[str, str]) -> int:
        """What the product answers to who is asked with these cookies, over a fresh connection."""
        return self.server.get(f"{AUTH}/session", cookies=cookies).status_code


class Running:
    """Servers by database engine and by what they are started with, each started when it is first wanted."""

    def __init__(self, new_database: Callable[[str], URL], folder: Path, stack: ExitStack) -> None:
        self._new_database, self._folder, self._stack = new_database, folder, stack
        self._houses: dict[tuple[Any, ...], House] = {}

    def house(self, engine: str, module: str = LIGHT, *, workers: int = 4, **environment: str) -> House:
        """The product with a cheap hash, or a control of it, on an engine; limits are off unless the environment says
        otherwise."""
        key = (engine, module, workers, *sorted(environment.items()))
        if key not in self._houses:
            opened = house(self._new_database(engine), self._folder, module=module, workers=workers, **environment)
            self._houses[key] = self._stack.enter_context(opened)
        return self._houses[key]

    def stop(self) -> None:
        """Tell all of them at once; the stack then waits for each."""
        for each in self._houses.values():
            each.server.process.terminate()


@contextmanager
def house(database: URL, folder: Path, *, module: str, workers: int, **environment: str) -> Iterator[House]:
    """As an operator runs it."""
    bring_up(database)
    with mail_server() as mail:
        around = {**mail.settings(), "RATELIMIT_ENABLED": "false", "GUNICORN_CMD_ARGS": ACCESS_LOG, **environment}
        with serving(database, folder, workers=workers, module=module, migrate=False, **around) as server:
            app = new_app(database, policy=Policy(), base_url=server.url)
            yield House(server, mail, app, workers)
            with app.app_context():
                db.engine.dispose()


def at_once(acts: list[Callable[[], T]]) -> list[T]:
    """Do all of this at the same moment, each in a thread of its own; what came of each, in order."""
    gate = Barrier(len(acts))

    def act_behind_gate(act: Callable[[], T]) -> T:
        gate.wait(30)
        return act()

    with ThreadPoolExecutor(len(acts)) as crowd:
        return list(crowd.map(act_behind_gate, acts))


def address(name: str) -> str:
    """The address with which Server.register registers this login."""
    return f"{name.lower()}@club.test"


def said(answers: list[requests.Response]) -> list[tuple[int, str | None]]:
    """Status and code of each answer, sorted."""
    return sorted((answer.status_code, answer.json().get("code")) for answer in answers)


def fresh_password() -> str:
    return f"a walk on ice, number {uuid.uuid4().hex}"
