"""A world whose letters leave by a real mail server, and every route that makes one leave."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from unittest.mock import patch
from uuid import UUID

import idna
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.extensions import db
from app.unit import open_unit
from core import labels, names, tenants
from core.models import Invitation, Letter, User
from core.models.base import named
from tests.support.mailserver import MailServer, Post, mail_server
from tests.support.routes import COACH, INVITES, MAILS, TEAM, USERS
from tests.support.world import AUTH, PASSWORD, Person, World

_numbers = count(1)
NEW = "figure eights at midnight"
HEADERS = [
    "Auto-Submitted",
    "Content-Language",
    "Content-Type",
    "Date",
    "From",
    "MIME-Version",
    "Message-ID",
    "Subject",
    "To",
]
"""What a letter has of them, whoever it is to and whatever it says."""


@dataclass
class Office:
    """An owner (Ann), a label's owner (Lou), an artist (Kim) and a member (Cas), with a mail server of their own."""

    world: World
    mail: MailServer
    ann: Person = field(init=False)
    lou: Person = field(init=False)
    kim: Person = field(init=False)
    cas: Person = field(init=False)
    place: str = field(init=False)

    def open(self, place: str = "Ice House") -> "Office":
        self.ann = self.world.member("Ann", "owner")
        self.lou, self.kim, self.cas = (self.world.member(name) for name in ("Lou", "Kim", "Cas"))
        self.world.terminal("users", "grant", "Kim", "artist")
        self.place = self.world.tenant(place)
        return self

    def label(self, name: str = "Cold Records") -> UUID:
        """The id of a new label of Lou's: one asks an artist once."""
        with self.world.app.app_context(), open_unit(name="cli") as unit:
            return labels.create(unit, name, self.lou.name)

    def newcomer(self) -> Person:
        """Somebody who has just joined, signed in."""
        return self.world.member(f"Newcomer{next(_numbers)}")

    def tenant(self, name: str) -> str:
        with self.world.app.app_context(), open_unit(name="cli") as unit:
            return str(tenants.create(unit, name))

    def goes_out(self) -> list[Post]:
        """What arrives when the postman does his round."""
        before = len(self.mail.received)
        self.world.app.extensions["postman"].work_off()
        return self.mail.received[before:]

    def key(self, person: Person) -> str:
        return str(self.user(person.email).skater_id)

    def user(self, address: str) -> Any:
        """The account with this address, in whatever form it is written."""
        return self._one(select(*named(User, "email", "skater_id")).where(User.email_key == names.address_key(address)))

    def letter(self, post: Post) -> Any:
        """The row behind a letter that arrived."""
        key = UUID(str(post.message["Message-ID"])[1:].partition("@")[0])
        return self._one(select(*Letter.__table__.columns).where(Letter.id == key))

    def subject(self, post: Post) -> str:
        """The stored address of whom a letter is about: of the account, or else of the invitation."""
        letter = self.letter(post)
        invited = letter.data.get("invitation") if letter.kind in {"coach_invited", "team_invited"} else None
        if invited is None:
            return str(self.user(letter.recipient).email)
        asked = self._one(select(*Invitation.__table__.columns).where(Invitation.id == UUID(invited)))
        account = self.user(asked.email)
        return str(account.email if account else asked.email)

    def asked(self, person: Person, path: str, body: Mapping[str, Any] | None, **headers: str) -> TestResponse:
        """Send it as a client of the API would, or as the form of a page, with their cookie, whatever the host."""
        kind = "json" if path.startswith("/api/") else "data"
        cookie = {"Cookie": f"session={person.cookie}"} if person.cookie else {}
        client = self.world.app.test_client(use_cookies=False)
        return client.post(path, **{kind: body}, headers={**headers, **cookie})

    def owed(self) -> int:
        """How many letters were ever owed."""
        return len(self.world.rows(Letter))

    def _one(self, query: Any) -> Any:
        with self.world.app.app_context(), db.engine.connect() as connection:
            return connection.execute(query).one_or_none()


@contextmanager
def office(world: World) -> Iterator[Office]:
    """This world without limits, its mail delivered over SMTP."""
    state = world.app.extensions["mail"]
    with (
        mail_server() as server,
        patch.object(world.app.extensions["limits"], "_rules", {}),
        patch.multiple(state, suppress=False, server="127.0.0.1", port=server.port),
    ):
        yield Office(world, server)


def on_the_wire(address: str) -> str:
    """An address as an envelope has it (RFC 5891), worked out apart from the product."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain if domain.isascii() else idna.encode(domain).decode()}"


def links_in(post: Post) -> list[str]:
    """Every address on the web that a letter names."""
    return [link for kind in ("plain", "html") for link in re.findall(r"https?://[^\s\"<>]+", post.text(kind))]


Sent = tuple[Person, str, dict[str, Any] | None]
Route = Callable[[Office, Any], Sent]


def _coach(office: Office, to: Any) -> dict[str, Any]:
    return {"name": "Mary Novak", "email": to, "role": "coach", "tenant_id": office.place}


ADDRESSED: dict[str, Route] = {
    "reset": lambda office, to: (office.world.somebody("Eve"), f"{AUTH}/reset-request", {"email": to}),
    "reset page": lambda office, to: (office.world.somebody("Eve"), "/forgot", {"email": to}),
    "coach": lambda office, to: (office.ann, COACH, _coach(office, to)),
    "coach page": lambda office, to: (office.ann, "/desk/coaches", _coach(office, to)),
    "team": lambda office, to: (office.ann, TEAM, {"emails": to if isinstance(to, list) else [to], "role": "dev"}),
    "team page": lambda office, to: (office.ann, "/desk/team", {"emails": to, "role": "dev"}),
}
"""Routes that take the address, typed by whoever asks."""


def _invited(office: Office) -> str:
    """The id of an invitation to the team whose letter has left."""
    answer = office.ann.post(TEAM, {"emails": ["bea@club.test"], "role": "dev"})
    office.goes_out()
    return str(answer.json["items"][0]["id"])


def _waiting(office: Office) -> str:
    """The id of a letter that the mail server did not take yet."""
    office.mail.reply = "451 Please come back later"
    office.world.somebody("Eve").post(f"{AUTH}/reset-request", {"email": office.cas.email})
    office.goes_out()
    office.mail.reply = "250 OK"
    return str(office.ann.get(f"{MAILS}?state=queued").json["items"][0]["id"])


def _token(office: Office) -> str:
    office.world.somebody("Eve").post(f"{AUTH}/reset-request", {"email": office.cas.email})
    return links_in(office.goes_out()[-1])[0].partition("token=")[2]


def _asking(office: Office, text: Any) -> Sent:
    message = text if isinstance(text, str) else "Sing with us"
    body = {"artistId": office.key(office.kim), "message": message}
    return office.lou, f"/api/v4/labels/{office.label()}/invitations", body


def _confirming(office: Office, path: str, word: str) -> Sent:
    return office.world.somebody("Cas"), path, {"token": _token(office), word: NEW}


def _unproven(office: Office) -> Person:
    """Somebody who has just joined by a reusable link, and had the letter that asks for a proof."""
    person = office.world.unproven(f"Newcomer{next(_numbers)}")
    office.goes_out()
    return person


def _joining(office: Office, path: str, *names: str) -> Sent:
    person = office.world.somebody(f"Newcomer{next(_numbers)}")
    form = dict(zip(names, (person.name, person.email, PASSWORD, office.world.invite()), strict=True))
    return person, path, form


def team_letter(office: Office, person: Person) -> str:
    """The token of a team invitation that was mailed to an account."""
    assert office.ann.post(TEAM, {"emails": [person.email], "role": "dev"}).status_code == 201
    return links_in(office.goes_out()[-1])[0].partition("token=")[2]


def _letting_in(office: Office, path: str) -> Sent:
    return office.world.somebody("Eve"), path, {"token": team_letter(office, office.newcomer())}


UNADDRESSED: dict[str, Route] = {
    "let in": lambda office, _: _letting_in(office, f"{TEAM}/accept"),
    "let in page": lambda office, _: _letting_in(office, "/team/join"),
    "joining": lambda office, _: _joining(
        office, f"{AUTH}/register", "aLogin", "aEmail", "aPasswordHash", "invite_token"
    ),
    "joining page": lambda office, _: _joining(office, "/join", "login", "email", "password", "invite_token"),
    "prove again": lambda office, _: (_unproven(office), f"{AUTH}/email/prove/send", None),
    "prove again page": lambda office, _: (_unproven(office), "/email/send", {}),
    "team resend": lambda office, _: (office.ann, f"{TEAM}/{_invited(office)}/resend", None),
    "resend": lambda office, _: (office.ann, f"{INVITES}/{_invited(office)}/resend", None),
    "resend page": lambda office, _: (office.ann, f"/desk/invites/{_invited(office)}/resend", None),
    "label": _asking,
    "hand over": lambda office, _: (office.ann, f"{USERS}/{office.key(office.cas)}/reset-link", None),
    "hand over page": lambda office, _: (office.ann, f"/desk/people/{office.key(office.cas)}/reset-link", None),
    "retry": lambda office, _: (office.ann, f"{MAILS}/{_waiting(office)}/retry", None),
    "retry page": lambda office, _: (office.ann, f"/desk/mail/{_waiting(office)}/retry", None),
    "confirm": lambda office, _: _confirming(office, f"{AUTH}/reset-confirm", "new_password"),
    "confirm page": lambda office, _: _confirming(office, "/reset", "password"),
    "change": lambda office, _: (
        office.newcomer(),
        f"{AUTH}/change-password",
        {"current_password": PASSWORD, "new_password": NEW},
    ),
    "change page": lambda office, _: (office.newcomer(), "/password", {"current": PASSWORD, "password": NEW}),
}
"""Routes that write to an address that is stored."""

ROUTES = ADDRESSED | UNADDRESSED
