"""What Flask-Security sees of our accounts: an adapter, so that its decorators guard our routes."""

from typing import Any

from flask_security import RoleMixin, UserDatastore, UserMixin

from app.extensions import db
from app.visits import signed_in
from core.models import Role
from core.sessions import SignedIn


class FsRole(RoleMixin):
    permissions = None

    def __init__(self, name: str) -> None:
        self.name = name


class FsUser(UserMixin):
    """The person of this request, in Flask-Security's terms."""

    active = True
    fs_uniquifier = ""

    def __init__(self, person: SignedIn) -> None:
        self.id = person.user_id
        self.fs_uniquifier = person.fs_uniquifier
        self.email = person.email
        self.username = person.login
        self.roles = [FsRole(name) for name in person.roles]


class Datastore(UserDatastore):
    """Finds the person whom open_visit has already found, so that Flask-Security costs no query of its own. Accounts
    are made and changed by core alone, in units of their own: there is nothing here to put, delete or commit."""

    def __init__(self) -> None:
        super().__init__(FsUser, FsRole)

    def find_user(self, case_insensitive: bool = False, **query: Any) -> FsUser | None:
        person = signed_in()
        if person is None or query != {"fs_uniquifier": person.fs_uniquifier}:
            return None
        return FsUser(person)

    def find_role(self, role: str) -> FsRole | None:
        known = db.session.query(Role.name).filter(Role.name == role).first()
        return FsRole(role) if known else None

    def put(self, model: Any) -> Any:
        raise TypeError("accounts are changed through core, not through Flask-Security")

    delete = put

    def commit(self) -> None:
        """Units commit themselves."""
