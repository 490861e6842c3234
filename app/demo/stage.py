"""The demo's unit: at any moment of the season, in anybody's name, reading what it has itself just written."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from app.demo.cast import Person
from core import directories, names, registration, sessions, users
from core.models import BrowserSession, Profile, Role, User, UserRole
from core.passwords import Hasher
from core.registration import Applicant
from core.sessions import SignedIn
from core.tokens import digest
from core.unit import TERMINAL, Unit, Visitor

PASSWORD = "skating into the demo"  # noqa: S105 - everybody's, and printed


class _OneHash(Hasher):
    """Hashes the one password that all have once, whatever is asked of it: an account that a team invitation makes
    gets it too."""

    def __init__(self, hasher: Hasher) -> None:
        self._hash = hasher.hash(PASSWORD)

    def hash(self, password: str) -> str:
        return self._hash


class Stage:
    def __init__(self, unit: Unit) -> None:
        # No letter is owed: its reader does not exist, and a mail server of the developer's might be a real one.
        policy = replace(unit.policy, sends_mail=False, password_min=8)
        self._unit = replace(unit, look=self._look, policy=policy, hasher=_OneHash(unit.hasher))
        self._ids: dict[str, dict[str, uuid.UUID]] = {}
        self.session = unit.session
        self.now = unit.now

    def unit(self, *, days_ago: float = 0, by: SignedIn | None = None) -> Unit:
        """The unit as of then; nobody in particular is at the terminal."""
        visitor = Visitor(by.login, by.user_id, "192.0.2.7") if by else Visitor(TERMINAL)
        return replace(self._unit, now=self.now - timedelta(days=days_ago), visitor=visitor)

    def register(self, person: Person, secret: str, *, days_ago: float) -> SignedIn:
        """This person comes in with the secret of an invitation."""
        applicant = Applicant(person.login, person.email, PASSWORD, roles=person.roles)
        unit = self.unit(days_ago=days_ago)
        user_id = registration.register(unit, applicant, secret)
        users.prove_address(unit, user_id, names.address_key(person.email), how="hand")
        return self.me(person.login)

    def me(self, login: str) -> SignedIn:
        """Return this person, signed in with a session of their own until sign_everybody_out."""
        user = self.session.scalars(select(User).where(User.login == login)).one()
        held = select(Role.name).join(UserRole).where(UserRole.user_id == user.id)
        profile = select(Profile.id).where(Profile.skater_id == user.skater_id)
        secret = sessions.start(self._unit, user.id)
        begun = select(BrowserSession.id).where(BrowserSession.digest == digest(secret))
        return SignedIn(
            session_id=self.session.scalars(begun).one(),
            user_id=user.id,
            login=user.login,
            email=user.email,
            skater_id=user.skater_id,
            fs_uniquifier=user.fs_uniquifier,
            roles=tuple(self.session.scalars(held)),
            onboarded=self.session.scalars(profile).first() is not None,
            must_change_password=user.must_change_password,
            last_seen_at=self.now,
            email_proven=user.email_proven_at is not None,
        )

    def sign_everybody_out(self) -> None:
        """End the sessions that me() began."""
        self.session.execute(delete(BrowserSession))

    def rink(self, name: str) -> uuid.UUID:
        return self._id("rinks", name)

    def club(self, name: str) -> uuid.UUID:
        return self._id("clubs", name)

    def ice_type(self, name: str) -> uuid.UUID:
        return self._id("ice_types", name)

    def coach(self, first_name: str) -> uuid.UUID:
        return self._id("coaches", first_name)

    def _id(self, directory: str, name: str) -> uuid.UUID:
        if directory not in self._ids:
            rows = getattr(directories, directory)(self._look)
            self._ids[directory] = {getattr(row, "first_name", None) or row.name: row.id for row in rows}
        return self._ids[directory][name]

    def _look(self, statement: Any, parameters: Any = None) -> Any:
        """Within the transaction: nothing of it is committed yet."""
        return self.session.execute(statement, parameters).all()
