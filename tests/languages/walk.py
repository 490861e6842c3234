"""`python -m tests.languages.walk CODE`: every page and letter in a language whose every sentence stands in ⟦…⟧. Prints
what stands outside of them, by where it is, as JSON."""

import json
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask_mail import Message, email_dispatched
from werkzeug.test import TestResponse

from app.unit import open_unit
from core import labels
from core.models import LabelInvitation, User
from tests.pages.test_desk import PAGES as DESK
from tests.pages.test_desk_people import page_of
from tests.pages.test_story import every_page
from tests.support.databases import new_sqlite
from tests.support.world import AUTH, PASSWORD, Clock, Person, World, new_app, token_in

FOR_DEVELOPERS = {"/api/v4/docs", "/dev/mailbox"}
SHOWN = ("alt", "aria-label", "placeholder", "title", "data-show", "data-hide", "data-copied")
UNSPOKEN = {"script", "style", "time", "code", "textarea", "optgroup"}
PEOPLE = r"Ann|Cas|Eve|Lou|Art|dev|[Nn]obody|Ken Ray"
NAMES = rf"{PEOPLE}|Vestibule|English|Deutsch|Nederlands|Ice House|Ice Records|UTC|Tuesday"
CODE = r"[2-9A-Z]{4}-[2-9A-Z]{4}"
DATA = re.compile(rf"({NAMES}|{CODE}|Werkzeug|\S+@\S+|https?://\S+|[\d.:]+|\W+)*")
"""What is nobody's to translate: names, addresses and numbers."""


class Reader(HTMLParser):
    """Collects what a person reads, or is read to, that stands in no brackets."""

    def __init__(self) -> None:
        super().__init__()
        self.depth, self.inside = 0, [""]
        self.left: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "link", "input", "img", "br", "circle"}:
            self.inside.append(tag)
        for text in (value for name, value in attrs if name in SHOWN and value):
            self.left += outside(text)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not UNSPOKEN & set(self.inside):
            before, self.depth = self.depth, self.depth + data.count("⟦") - data.count("⟧")
            self.left += outside(data, before)


def outside(text: str, depth: int = 0) -> list[str]:
    """The pieces of a text that stand in no brackets and are no data."""
    pieces = [""]
    for char in text:
        depth += (char == "⟦") - (char == "⟧")
        if depth == 0 and char != "⟧":
            pieces[-1] += char
        elif pieces[-1]:
            pieces.append("")
    return [piece.strip() for piece in pieces if not DATA.fullmatch(piece.strip())]


def pages(world: World, speak: dict[str, str]) -> Iterator[tuple[str, TestResponse]]:
    for person, path in every_page(world):
        if path not in FOR_DEVELOPERS:
            yield path, person.get(path, headers=speak)
    ann, cas = Person(world, "Ann"), Person(world, "Cas")
    for each in (ann, cas):
        each.sign_in()
    for path in [*DESK, page_of(cas), page_of(ann)]:
        yield path, ann.get(path, headers=speak)
    for path in (
        "/join?token=x",
        "/reset?token=x",
        "/email/prove?token=x",
        "/card/x",
        "/nowhere",
        "/desk/",
        "/desk/people?cursor=x",
    ):
        yield f"{path} refused", (ann if "people" in path else cas).get(path, headers=speak | {"Accept": "text/html"})
    yield from forms(world, ann, cas, speak)
    yield from confirming(world, speak)


def forms(world: World, ann: Person, cas: Person, speak: dict[str, str]) -> Iterator[tuple[str, TestResponse]]:
    place, me = world.tenant(), page_of(cas)
    asked = {"name": "Ken Ray", "email": "ken@club.test", "role": "head_coach", "tenant_id": place}
    sent: list[tuple[Person, str, dict[str, Any]]] = [
        (Person(world, "Eve"), "/signin", {"login": "Eve", "password": "wrong"}),
        (Person(world, "Eve"), "/join", {"invite_token": world.invite(), "login": "a@b.test", "password": "x"}),
        (Person(world, "Eve"), "/forgot", {"email": "eve@club.test"}),
        (Person(world, "Eve"), "/forgot", {}),
        (Person(world, "Eve"), "/signout", {}),
        (cas, "/profile", {"first_name": "", "timezone": "Nowhere"}),
        (cas, "/password", {"current": "wrong", "password": "short"}),
        (ann, "/desk/invites", {"max_uses": "x", "days": "9999", "note": "Tuesday"}),
        (ann, "/desk/invites", {"max_uses": "30", "days": "7", "roles": ["coach", "artist"], "note": "Tuesday"}),
        (ann, "/desk/coaches", {}),
        (ann, "/desk/coaches", asked),
        (ann, "/desk/team", {"emails": "nobody, ann@club.test, dev@club.test, dee@club.test", "role": "dev"}),
        (ann, f"{me}/roles", {"role": "owner"}),
        (ann, f"{me}/roles", {"role": "coach"}),
        (ann, f"{me}/reset-link", {}),
        (ann, "/language", {"language": "xx"}),
    ]
    for person, path, form in sent:
        headers = {**speak, "Accept": "text/html", "Origin": "http://localhost"}
        yield f"POST {path} {form}", person.browser.post(path, data=form, headers=headers, follow_redirects=True)
    for path in ("/desk/", "/desk/invitations", "/desk/coaches", "/desk/trail", "/desk/mail", me):
        yield f"{path} later", ann.get(path, headers=speak)


def confirming(world: World, speak: dict[str, str]) -> Iterator[tuple[str, TestResponse]]:
    lou = world.unproven("Lou")
    token = next(token_in(letter) for letter in world.deliver() if letter.recipients == [lou.email])
    for path in ("/", "/account", f"/email/prove?token={token}", "/email/confirmed", "/?done=letter", "/?done=address"):
        yield f"{path.partition('=')[0]} of Lou", lou.get(path, headers=speak)
    yield "page of Lou", Person(world, "Eve").get("/email/confirmed", headers=speak)
    headers = {**speak, "Accept": "text/html", "Origin": "http://localhost"}
    yield "a wrong code", lou.browser.post("/email/code", data={"code": "x"}, headers=headers)


def letters(world: World, code: str) -> list[Message]:
    """One of each kind."""
    ann, art, lou = Person(world, "Ann"), world.member("Art", "artist"), Person(world, "Lou")
    for each in (ann, lou):
        each.sign_in()
    for each in (ann, art, lou):
        each.browser.post("/language", data={"language": code}, headers={"Origin": "http://localhost"})
    ann.post("/api/v4/admin/teams/invitations", {"emails": ["teo@club.test"], "role": "dev", "language": code})
    asked = {"name": "Ken Ray", "email": "kim@club.test", "role": "coach", "tenant_id": world.tenant("Ice Palace")}
    ann.post("/api/v4/admin/invite-coach", {**asked, "language": code})
    with world.app.app_context(), open_unit(name="cli") as unit:
        label = labels.create(unit, "Ice Records", "Lou")
    [skater] = [str(user.skater_id) for user in world.rows(User) if user.login == "Art"]
    lou.post(f"/api/v4/labels/{label}/invitations", {"artistId": skater, "message": "Tuesday"})
    ann.post(f"/api/v4/admin/users/{skater}/reset-link")
    art.post(f"{AUTH}/change-password", {"current_password": PASSWORD, "new_password": "figure eights at midnight"})
    world.somebody("Eve").post(f"{AUTH}/reset-request", {"email": art.email})
    lou.post(f"{AUTH}/email/prove/send")
    assert len(world.rows(LabelInvitation)) == 1
    return [*let_in(world, ann, art), *let_in(world, ann, lou), *world.deliver()]


def let_in(world: World, ann: Person, person: Person) -> list[Message]:
    """A mailed team link signs in to an account: it asks for a new password where the address is not proven."""
    if person.name == "Art":
        world.prove(person)
    ann.post("/api/v4/admin/teams/invitations", {"emails": [person.email], "role": "dev"})
    written = world.deliver()
    [token] = {token_in(each) for each in written if "/team/join" in each.body and each.recipients == [person.email]}
    assert world.somebody("Eve").post("/api/v4/admin/teams/invitations/accept", {"token": token}).status_code == 200
    return written


def main(code: str) -> None:
    with new_sqlite() as url:
        world = World(new_app(url, rate_limits=False), Clock())

        def catch(_: Flask, message: Message) -> None:
            world.letters.append(message)

        with email_dispatched.connected_to(catch, world.app):
            read = {path: page.text for path, page in pages(world, {"Accept-Language": code})}
            world.deliver()
            written = letters(world, code)
    left = {path: found for path, text in read.items() if (found := unspoken(text))}
    left |= {letter.subject: found for letter in written if (found := unspoken_in(letter))}
    offered = {each for text in read.values() for each in re.findall(r'<(?:html|button)[^>]* lang="([^"]+)"', text)}
    spoken = [letter.extra_headers["Content-Language"] for letter in written]
    print(json.dumps({"left": left, "offered": sorted(offered), "letters": spoken}))


def unspoken(text: str) -> list[str]:
    reader = Reader()
    reader.feed(text)
    return sorted(set(reader.left))


def unspoken_in(letter: Message) -> list[str]:
    plain = re.sub(r"https?://\S+", "", letter.body)
    return [*unspoken(letter.html), *outside(letter.subject), *outside(plain)]


if __name__ == "__main__":
    main(sys.argv[1])
