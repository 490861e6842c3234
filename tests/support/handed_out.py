"""Everything that the product hands out which opens something, made at once, and every door where one is taken."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import quote

from werkzeug.test import TestResponse

from app import access_tokens
from app.unit import open_unit
from core import logins, users
from core.models import Invitation
from tests.support.pages import send
from tests.support.routes import COACH, INVITES, SHARE, SHARED, TEAM, USERS
from tests.support.world import AUTH, PASSWORD, Person, World, token_in, token_of

PERSONAL = {
    "coach": "cam@club.test",
    "own coach": "vic@club.test",
    "team": "tom@club.test",
    "own team": "vic@club.test",
}
"""Whom the personal links are for: two who have no account yet, and Vic."""

NEW_PASSWORD = "figure eights at midnight"


@dataclass
class HandedOut:
    """Olga owns the place. Vic is an admin and has a label; all secrets are Vic's, or made by Vic but for what says
    `own`, which Olga made for Vic. Art is an artist, asked by Vic's label."""

    world: World
    secrets: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        world = self.world
        self.olga, self.vic, self.art = (
            world.member("Olga", "owner"),
            world.member("Vic"),
            world.member("Art", "artist"),
        )
        world.prove(self.vic)
        self.secrets["own team"] = self._team_link(self.olga, self.vic.email)
        world.terminal("users", "grant", "Vic", "admin")
        self.place, self.label = world.tenant(), world.label(self.vic)
        for person, coach in ((self.vic, "coach"), (self.olga, "own coach")):
            body = {"name": "Cam Lee", "email": PERSONAL[coach], "role": "coach", "tenant_id": self.place}
            self.secrets[coach] = token_of(made(person.post(COACH, body))["invite_url"])
        self.secrets["team"] = self._team_link(self.vic, PERSONAL["team"])
        issued = made(self.vic.post(INVITES, {}))
        self.secrets["gate"], self.ids["gate"] = issued["token"], issued["id"]
        self.ids |= {row.email: str(row.id) for row in world.rows(Invitation) if row.kind == "team"}
        self.ids |= {f"coach {row.email}": str(row.id) for row in world.rows(Invitation) if row.kind == "coach"}
        self.ids["vic"], self.ids["art"] = (each.session().json["uSkaterUUID"] for each in (self.vic, self.art))
        self.secrets["asked"] = made(self._ask_artist())["id"]
        world.deliver()
        self.secrets["entry"] = entry(world, "Vic")
        self.secrets["reset"] = world.reset_token(self.vic)
        self.una = world.unproven()
        [letter] = world.deliver()
        self.secrets["proof"] = token_in(letter)
        made(self.vic.post(f"{AUTH}/onboard", {"first_name": "Vic", "last_name": "Lee"}))
        self.secrets["card"] = made(self.vic.post(SHARE))["share_token"]
        device = self.vic.device()
        self.secrets["session"] = str(device.cookie)
        self.secrets["device"] = next(c.value for c in device.browser._cookies.values() if c.value != device.cookie)

    def _team_link(self, person: Person, email: str) -> str:
        made(person.post(TEAM, {"emails": [email], "role": "dev"}))
        [letter] = [letter for letter in self.world.deliver() if letter.subject == "You are invited to the team"]
        return token_in(letter)

    def _ask_artist(self) -> TestResponse:
        return self.vic.post(f"/api/v4/labels/{self.label}/invitations", {"artistId": self.ids["art"]})

    def somebody(self) -> Person:
        """A newcomer whose name nobody has had."""
        return self.world.somebody(f"Guest{next(self.numbers)}")

    def signed_in(self, name: str) -> Person:
        """Somebody in a fresh browser, if they get in."""
        person = self.world.somebody(name)
        if person.sign_in().status_code != 200:
            person.sign_in(password=NEW_PASSWORD)
        return person


def made(answer: TestResponse) -> Any:
    assert answer.status_code in {200, 201}, answer.text
    return answer.json


def entry(world: World, login: str) -> str:
    """An access token for this person, as accepting a team invitation gives it."""
    with world.app.app_context(), open_unit(name="cli") as unit:
        secret = logins.issue_login_token(unit, users.get_by_login(unit.look, login).id)
        return access_tokens.seal(
            world.app.extensions["settings"],
            secret,
            unit.now,
            world.app.extensions["surroundings"].policy.login_token_life,
        )


# Doors: each gets the secret, and what kind it is, so that whoever tries it does so as the one who has the best chance.

Door = Callable[[HandedOut, str, str], TestResponse]


def _quoted(secret: str) -> str:
    return quote(secret, safe="")


def _form(handed: HandedOut, kind: str) -> dict[str, Any]:
    guest = handed.somebody()
    return {"login": guest.name, "email": PERSONAL.get(kind, guest.email), "password": PASSWORD}


def register(handed: HandedOut, secret: str, kind: str) -> TestResponse:
    form = _form(handed, kind)
    body = {"aLogin": form["login"], "aEmail": form["email"], "aPasswordHash": PASSWORD, "invite_token": secret}
    return handed.somebody().post(f"{AUTH}/register", body)


def show_cookie(handed: HandedOut, secret: str, kind: str) -> TestResponse:
    person = handed.somebody()
    person.browser.set_cookie("session", secret)
    return person.session()


def show_elsewhere(handed: HandedOut, secret: str, kind: str) -> TestResponse:
    """Where other products look for a session."""
    text = secret.replace("\n", "")
    named = {"Authorization": f"Bearer {text}", "Authentication-Token": text, "X-Session": text}
    return handed.somebody().get(
        f"{AUTH}/session?session={_quoted(secret)}&auth_token={_quoted(secret)}", headers=named
    )


def at(path: str, name: str) -> Door:
    """A route that takes a secret under this name in its body."""
    more = {"new_password": NEW_PASSWORD} if path.endswith("reset-confirm") else {}
    return lambda handed, secret, kind: handed.somebody().post(path, {name: secret, **more})


def reading(path: str) -> Door:
    return lambda handed, secret, kind: handed.somebody().get(
        path.format(_quoted(secret)), headers={"Accept": "text/html"}
    )


def page(path: str, **more: str) -> Door:
    return lambda handed, secret, kind: send(handed.somebody(), path, token=secret, **more)


DOORS: dict[str, Door] = {
    "GET validate-token": reading(f"{AUTH}/register/validate-token?token={{}}"),
    "register": register,
    "accept": lambda handed, secret, kind: handed.vic.post(f"{AUTH}/invitations/accept", {"token": secret}),
    "accept team": at(f"{TEAM}/accept", "token"),
    "reset-confirm": at(f"{AUTH}/reset-confirm", "token"),
    "login/token": at(f"{AUTH}/login/token", "accessToken"),
    "cookie": show_cookie,
    "elsewhere": show_elsewhere,
    "shared card": reading(f"{SHARED}/{{}}"),
    "accept label": lambda handed, secret, kind: handed.art.post(f"/api/v4/invitations/{_quoted(secret)}/accept"),
    "page: GET join": reading("/join?token={}"),
    "page: join": lambda handed, secret, kind: send(
        handed.somebody(), "/join", invite_token=secret, **_form(handed, kind)
    ),
    "page: accept": lambda handed, secret, kind: send(handed.vic, "/join/accept", token=secret),
    "page: GET team": reading("/team/join?token={}"),
    "page: team": page("/team/join"),
    "page: GET reset": reading("/reset?token={}"),
    "page: reset": page("/reset", password=NEW_PASSWORD),
    "prove": at(f"{AUTH}/email/prove", "token"),
    "prove code": lambda handed, secret, kind: handed.una.post(f"{AUTH}/email/prove/code", {"code": secret}),
    "page: GET prove": reading("/email/prove?token={}"),
    "page: prove": page("/email/prove"),
    "page: prove code": lambda handed, secret, kind: send(handed.una, "/email/code", code=secret),
    "page: card": reading("/card/{}"),
    "page: accept label": lambda handed, secret, kind: send(handed.art, f"/invitations/{_quoted(secret)}/accept"),
    "desk: reset of others": lambda handed, secret, kind: handed.olga.post(f"{USERS}/{_quoted(secret)}/reset-link"),
}

COACHES = {"coach", "own coach"}
OPENS: dict[str, set[str]] = {
    "GET validate-token": {"gate", "coach", "own coach", "team", "own team"},
    "register": {"gate", "coach"},
    "accept": {"gate", "own coach"},
    "login/token": {"entry"},
    "reset-confirm": {"reset"},
    "accept team": {"team", "own team"},
    "cookie": {"session"},
    "shared card": {"card"},
    "accept label": {"asked"},
    "page: GET join": {"gate", "coach", "own coach"},
    "page: join": {"gate", "coach"},
    "page: accept": {"gate", "own coach"},
    "page: GET team": {"team", "own team"},
    "page: GET reset": {"reset"},
    "prove": {"proof"},
    "page: GET prove": {"proof"},
    "page: prove": {"proof"},
    "page: reset": {"reset"},
    "page: team": {"team", "own team"},
    "page: card": {"card"},
    "page: accept label": {"asked"},
}
"""Which kinds each door is for; those that are not here are for none. A gained staff role ends reset links, so the
doors of the team come last."""


def is_in(answer: TestResponse) -> bool:
    """Whether the door opened. A page leads on when it has, and to the sign-in when one must be somebody first."""
    assert answer.status_code < 500, answer.text
    return answer.status_code < 400 and answer.location != "/signin"
