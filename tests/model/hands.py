"""The model and the product side by side: one request to both, and a look at all that is in the database."""

from collections import Counter
from typing import Any

from sqlalchemy import func, select

from app.extensions import db
from core.models import AuditEvent, BrowserSession, InvitationLink, User
from core.tokens import digest
from tests.model.projections import ALL, TABLES, Rows
from tests.model.reference import WEEK, Invite, No
from tests.model.stories import Product
from tests.support.world import Person, World, token_of

SUBJECTS = {
    "Set a new password": "reset_requested",
    "Confirm your e-mail address": "address_to_prove",
    "Your password was changed": "password_changed",
    "A reset link was made for you": "reset_handed_over",
    "You are invited to the team": "team_invited",
    "An invitation signed in to your account": "signed_in_by_link",
}


class Said(dict[str, Any]):
    """What the product answered, and the secrets in it."""

    def __init__(self, world: World, said: dict[str, Any], status: int = 200, cookie: str | None = None) -> None:
        super().__init__(said)
        self.world, self.status, self.cookie = world, status, cookie or ""

    def __missing__(self, key: str) -> Any:
        raise AssertionError(f"no {key} in the answer: {self.status} {dict(self)}")

    @property
    def token(self) -> str:
        return token_of(self["reset_url"] if "reset_url" in self else self["invite_url"])

    @property
    def invitation(self) -> str:
        [link] = [row for row in self.world.rows(InvitationLink) if row.digest == digest(self.token)]
        return str(link.invitation_id)

    def secrets(self) -> list[tuple[str, str]]:
        """What it gave to somebody: a way in by a link, an entry, a browser's cookie, a card."""
        places = {"/join?": "gate", "/coach/onboard?": "coach", "/team/join?": "team"}
        links = [(kind, token_of(self["invite_url"])) for place, kind in places.items() if place in self._url]
        plain = {"reset_url": "reset", "accessToken": "entry", "share_token": "card"}
        return links + [(kind, self[key].rpartition("=")[2]) for key, kind in plain.items() if key in self]

    @property
    def _url(self) -> str:
        return str(self.get("invite_url") or "")

    def login_of(self, email: str) -> str:
        """The login that was made of an address: its first part, with digits behind it where somebody has that."""
        [user] = [row for row in self.world.rows(User) if row.email_key == email]
        assert user.login.partition("-")[0] == email.partition("@")[0]
        return str(user.login)


class Both:
    """The product in `world` and the model of it. What is tried is noted: story and endpoint."""

    def __init__(self, world: World, tried: set[tuple[str, str]]) -> None:
        self.world, self.model = world, Product(world.clock.now)
        self.rows: Rows = {}
        self.events = self._events()
        self.tried = tried
        self.routes = world.app.url_map.bind("localhost")

    def ask(self, tab: Person, method: str, path: str, body: Any, story: str, *about: Any) -> Said:
        """Send one request, and tell the model; both must come to the same."""
        cookie, model = tab.cookie, self.model
        model.now = self.world.clock.now
        answer = tab.browser.open(path, method=method, json=body)
        said = Said(self.world, answer.get_json(silent=True) or {}, answer.status_code, tab.cookie)
        self.tried.add((story, self.routes.match(path.partition("?")[0], method=method)[0]))
        model.touch(cookie)
        try:
            expected = getattr(model, story)(cookie, *about, said)
        except No as no:
            expected = no.status
        assert said.status == expected, (method, path, body, story, about, said.status, dict(said))
        self.check(was_refused=said.status >= 400)
        return said

    def refused(self, tab: Person, method: str, path: str, body: Any) -> None:
        """Send what makes no sense."""
        self.model.now = self.world.clock.now
        self.model.touch(tab.cookie)
        answer = tab.browser.open(path, method=method, json=body)
        assert answer.status_code in {400, 401, 403, 404, 409}, (path, body, answer.status_code)
        self.check(was_refused=True)

    def adopt(self, token: str, roles: list[str]) -> None:
        """An invitation that the terminal has made."""
        self.model.now = self.world.clock.now
        key = Said(self.world, {"invite_url": f"?token={token}"}).invitation
        invite = Invite(key, "gate", None, set(roles), 1, self.model.now + WEEK, None)
        self.model.issue(invite, token)

    def deliver(self) -> list[tuple[str, str, str]]:
        """Let the postman do his round: kind, address and secret of what arrived."""
        self.model.now = self.world.clock.now
        expected = self.model.deliver()
        arrived = [(_kind(letter.subject), letter.recipients, letter.body) for letter in self.world.deliver()]
        found = [(kind, to.casefold(), token_of(text).split()[0]) for kind, [to], text in arrived if "?token=" in text]
        assert sorted((kind, to.casefold()) for kind, [to], _ in arrived) == sorted(expected)
        for kind, to, token in found:
            self.model.arrive(kind, to, token)
        self.check(was_refused=False)
        return found

    # What must be true after every step.

    def check(self, *, was_refused: bool) -> None:
        """I9: what was refused has changed nothing, but that a living session was used. I8: one event for each thing
        that happened, and no other. The rest: all that there is is what the model says."""
        before, self.rows = self.rows, self._read()
        if was_refused:
            assert [before[table] for table in TABLES if table is not BrowserSession] == [
                self.rows[table] for table in TABLES if table is not BrowserSession
            ]
        for projection in ALL:
            ours, theirs = projection(self.model, self.rows)
            assert theirs == ours, projection.__name__
        now = self._events()
        assert now == self.events + self.model.events, (now - self.events, self.model.events)
        self.events, self.model.events = now, Counter()

    def _read(self) -> Rows:
        with self.world.app.app_context(), db.engine.connect() as connection:
            return {
                model: sorted(connection.execute(select(*columns)).all(), key=repr) for model, columns in TABLES.items()
            }

    def _events(self) -> Counter[str]:
        counted = select(AuditEvent.event, func.count()).group_by(AuditEvent.event)
        with self.world.app.app_context(), db.engine.connect() as connection:
            return Counter({row[0]: row[1] for row in connection.execute(counted)})


def _kind(subject: str) -> str:
    """What kind of letter says so."""
    return SUBJECTS.get(subject) or ("coach_invited" if subject.endswith(" as a coach") else "label_invited")
