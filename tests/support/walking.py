"""Everybody tries everything: each route of the application, asked for by each person of the stage."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from tests.support.routes import AN_HOUR
from tests.support.stage import Stage
from tests.support.world import PASSWORD

API = "/api/v4"
NEW = "figure eights at midnight"
OWN_METHODS = {"HEAD", "OPTIONS"}
"""What Flask adds to each route by itself: tests/api/test_methods.py."""
TURNED_AWAY = {"303 /signin", "303 /account"}
"""How pages refuse: the way to the sign-in, or to the password that must be set first."""
TEAM = "/admin/teams/invitations"
NOT_INVITED = {"201 invalid", "201 already_member"}
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SITE = "https://club.test"


def is_let_in(cell: str) -> bool:
    """Whether a cell of a table says that something is done."""
    return cell[0] in "23" and cell not in TURNED_AWAY | NOT_INVITED


@dataclass(frozen=True)
class Row:
    """`thing` is what the path or the body is about; `cells` what each person is answered."""

    method: str
    route: str
    thing: str
    cells: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.route} ({self.thing})"


@dataclass(frozen=True)
class Cell:
    """What came of one person's asking. `changed` are the tables that are not what they were."""

    row: Row
    who: str
    answer: Any
    changed: set[str]

    @property
    def said(self) -> str:
        """The status; of what leads elsewhere also where to, ids aside; of an address that is invited its outcome."""
        if self.row.route == f"{API}{TEAM}" and self.answer.status_code == 201:
            return f"201 {self.answer.json['items'][0]['outcome']}"
        location = ID.sub("<key>", self.answer.headers.get("Location", ""))
        return f"{self.answer.status_code} {location}" if location else str(self.answer.status_code)

    @property
    def is_refused(self) -> bool:
        return self.answer.status_code >= 400 or self.said in TURNED_AWAY | NOT_INVITED

    def __str__(self) -> str:
        return f"{self.row} by {self.who}: {self.said}, {sorted(self.changed)}"


def read_table(path: Path) -> list[Row]:
    with path.open(newline="") as file:
        return [Row(line.pop("method"), line.pop("route"), line.pop("thing"), line) for line in csv.DictReader(file)]


def routes(app: Flask) -> set[tuple[str, str]]:
    """Method and template of all that the application answers."""
    return {(method, rule.rule) for rule in app.url_map.iter_rules() for method in _methods(rule) - OWN_METHODS}


def walk(stage: Stage, rows: Sequence[Row], who: Sequence[str] = ()) -> Iterator[Cell]:
    """Each of these rows by everybody in it, or by those named. Each finds the stage as it was built."""
    for row in rows:
        for name in who or row.cells:
            with stage.watched() as changed:
                answer = ask(stage, row, name)
            yield Cell(row, name, answer, changed)


def parts(row: Row) -> tuple[str, str]:
    """What is named by id or token, and the role that it is about."""
    key, _, role = row.thing.partition(" as ")
    return key, role


def ask(stage: Stage, row: Row, who: str, **more: Any) -> Any:
    """The answer to one person's request, made with the cookie that this person's browser would send."""
    key, role = parts(row)
    path = row.route.replace("<path:filename>", "style.css").replace("<role>", role or "coach")
    for placeholder in ("<key>", "<uuid:key>", "<path:key>"):
        path = path.replace(placeholder, stage.id_of(key, who))
    cookie = {"Cookie": f"{stage.cookie_name}={stage.cookies[who]}"} if who in stage.cookies else {}
    browser = stage.world.app.test_client(use_cookies=False)
    headers = {**cookie, **more.pop("headers", {})}
    asked = {"base_url": SITE, "method": row.method, "headers": headers, "buffered": True}
    return browser.open(path, **{**asked, **sent(stage, row, who, key, role), **more})


def sent(stage: Stage, row: Row, who: str, key: str, role: str) -> dict[str, Any]:
    """What goes along with this request: a good body, or a good query."""
    token = "x" * 43 if key == "nothing" else stage.tokens.get(key, "")
    if row.method == "GET":
        return {"query_string": {"token": token}} if key in stage.tokens or key == "nothing" else {}
    if not row.route.startswith(API):
        return {"data": _form(stage, row.route, who, token, role)}
    body = _body(stage, row.route.removeprefix(API), who, key, token, role)
    return {} if body is None else {"json": body}


def _form(stage: Stage, route: str, who: str, token: str, role: str) -> dict[str, Any]:
    current = {} if who == "forced" else {"current": PASSWORD}
    newcomer = {"login": "Ben", "email": "ben@club.test", "password": PASSWORD, "roles": role or "adult"}
    return {
        "/join": {**newcomer, "invite_token": token},
        "/join/accept": {"token": token},
        "/join/signin": {"invite_token": token},
        "/join/switch": {"invite_token": token},
        "/team/join": {"token": token},
        "/language": {"language": "de"},
        "/signin": {"login": "member", "password": PASSWORD},
        "/password": {**current, "password": NEW},
        "/profile": {"first_name": "Cas", "last_name": "Lee", "timezone": "UTC"},
        "/profile/contact": {"contact_preference": "email"},
        "/forgot": {"email": "member@club.test"},
        "/reset": {"token": token, "password": NEW},
        "/email/prove": {"token": token},
        "/email/code": {"code": token},
        "/desk/invites": {"max_uses": "1", "days": "7", "roles": role},
        "/desk/coaches": _coach(stage),
        "/desk/coaches/places": {"place": "A new rink"},
        "/desk/team": {"emails": "somebody@club.test", "role": role},
        "/desk/people/<uuid:key>/roles": {"role": role},
    }.get(route, {})


def _body(stage: Stage, route: str, who: str, key: str, token: str, role: str) -> dict[str, Any] | None:
    current = {} if who == "forced" else {"current_password": PASSWORD}
    password = NEW if key == "wrong password" else PASSWORD
    ben = {"aLogin": "Ben", "aEmail": "ben@club.test", "aPasswordHash": PASSWORD, "roles": [role or "adult"]}
    return {
        "/auth/register": {**ben, "invite_token": token},
        "/auth/login": {"aLogin": "member", "aPasswordHash": password},
        "/auth/login/token": {"accessToken": token},
        "/auth/change-password": {**current, "new_password": NEW},
        "/auth/email/prove": {"token": token},
        "/auth/email/prove/code": {"code": token},
        "/auth/reset-request": {"email": "member@club.test"},
        "/auth/reset-confirm": {"token": token, "new_password": NEW},
        "/auth/onboard": {"first_name": "Cas", "last_name": "Lee"},
        "/auth/invitations/accept": {"token": token},
        "/admin/teams/invitations/accept": {"token": token},
        "/admin/invites": {"roles": [role] if role else []},
        "/admin/invite-coach": _coach(stage, key),
        TEAM: {"emails": [stage.address_of(key) or "somebody@club.test"], "role": role},
        "/admin/users/<key>/roles": {"role": role},
        "/labels/<key>/invitations": {"artistId": stage.ids["second artist"]},
        "/members/profile": {"city": "Den Haag"},
        "/members/contact_preference": {"contact_preference": "email"},
        "/submit/add_icetime": AN_HOUR,
    }.get(route)


def _coach(stage: Stage, key: str = "") -> dict[str, str]:
    email = stage.address_of(key) or "ken@club.test"
    return {"name": "Ken Ray", "email": email, "role": "coach", "tenant_id": stage.ids["place"]}


def _methods(rule: Rule) -> set[str]:
    return rule.methods or set()
