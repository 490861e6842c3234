"""A full stage: somebody of every standing, each with a browser, and things of theirs for others to reach for."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, event, select, update
from sqlalchemy.orm import Session

from app import access_tokens
from app.extensions import db
from app.testing import VISITOR, sign_in
from app.unit import open_unit
from core import addresses, granting, logins, resets, revocation, sessions, teams, users
from core.models import Base, BrowserSession, LabelInvitation, Letter, User
from core.tokens import digest
from tests.support.routes import ADD, AN_HOUR, COACH, LABEL, NOBODYS, SHARE, TEAM
from tests.support.world import AUTH, Person, World, token_of

STAFF = ("designer", "dev", "admin", "super_admin", "owner")
SKATERS = ("plain", "artist", "label", *STAFF, "closed", "stale", "demoted")
"""Who stands on the stage with a profile; `newcomer` has none yet, `forced` must first set a password."""
TARGETS = ("member", "an admin", "a super admin", "an owner")
KINDS = ("anonymous", "newcomer", "plain", "forced", "artist", "label", *STAFF, "demoted", "closed", "stale")
"""Who asks."""
WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)
TABLES = Base.metadata.sorted_tables
Rows = dict[tuple[Any, ...], tuple[Any, ...]]
"""A table's rows by their keys."""


class Stage:
    """`ids`, `tokens` and `cookies` by who or what they are of. After `watched`, the database is as it was."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ids: dict[str, str] = {"nobody": NOBODYS}
        self.devices: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.cookies: dict[str, str] = {}
        self._people: dict[str, Person] = {}
        self._fill()
        self._engine = _engine(world)
        self._rows = {table.name: _rows(self._engine, table) for table in TABLES}

    @property
    def cookie_name(self) -> str:
        return str(self.world.app.extensions["settings"].cookie_name)

    @contextmanager
    def watched(self) -> Iterator[set[str]]:
        """The names of the tables that this has changed, once it is over and they are as they were again."""
        written: set[str] = set()

        def note(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
            if found := WRITES.match(statement):
                written.add(found[1])

        changed: set[str] = set()
        event.listen(self._engine, "before_cursor_execute", note)
        try:
            yield changed
        finally:
            event.remove(self._engine, "before_cursor_execute", note)
            changed |= self._put_back(written)

    def is_untouched(self) -> bool:
        """Whether every row of every table is as it was at first."""
        return all(_rows(self._engine, table) == self._rows[table.name] for table in TABLES)

    def _put_back(self, written: set[str]) -> set[str]:
        tables = [table for table in TABLES if table.name in written]
        now = {table: _rows(self._engine, table) for table in tables}
        changed = [table for table in tables if now[table] != self._rows[table.name]]
        if changed:
            with self._engine.begin() as connection:
                for table in changed:
                    _renew(connection, table, now[table], self._rows[table.name])
                for table in reversed(changed):
                    _take_away(connection, table, now[table].keys() - self._rows[table.name].keys())
        return {table.name for table in changed}

    def id_of(self, thing: str, who: str) -> str:
        """The id of what a table calls `thing`, when `who` reaches for it."""
        own = {"oneself": self.ids.get(who), "own device": self.devices.get(who)}
        others = {"another's device": self.devices["another"], "another's card": self.tokens["card"]}
        return own.get(thing) or self.ids.get(thing) or others.get(thing) or NOBODYS

    def address_of(self, thing: str) -> str | None:
        """The address of an account, of what a table calls `address of` somebody."""
        of, _, who = thing.partition("address of ")
        return None if of or not who else self._people[who].email

    def _fill(self) -> None:
        self._invite_people()
        self._give_everybody_something()
        self._invite_others()
        self._ask_artist()
        self._hand_out_secrets()
        self._close_doors()

    def _invite_people(self) -> None:
        """The `newcomer` comes last, so that all others hold older rows."""
        world = self.world
        granted = {name: [name] for name in (*STAFF, "artist")} | {"closed": ["admin"], "stale": ["admin"]}
        for name in (*SKATERS, "another", "newcomer"):
            self._people[name] = world.member(name, *granted.get(name, []))
        for name, role in zip(TARGETS, ("coach", "admin", "super_admin", "owner"), strict=True):
            self._people[name] = world.member(name.replace(" ", "-"), role)
        self._people["forced"] = self._let_into_team("forced")
        with world.app.app_context(), open_unit() as unit:
            self.ids |= {name: str(_account(unit, person).skater_id) for name, person in self._people.items()}
        for name, person in self._people.items():
            cookie = person.browser.get_cookie(self.cookie_name)
            assert cookie
            self.cookies[name] = cookie.value

    def _let_into_team(self, name: str) -> Person:
        """Somebody whose account was made by a link: nobody knows its password."""
        person = self.world.somebody(name)
        token = self.world.invite(kind=teams.KIND, email=person.email, roles=["designer"])
        with self.world.app.app_context():
            with open_unit(**VISITOR) as unit:
                accepted = teams.accept(unit, token, None)
            with open_unit(**VISITOR) as unit:
                begun = logins.redeem_login_token(unit, accepted.login_secret)
        person.browser.set_cookie(self.cookie_name, begun.secret)
        return person

    def _give_everybody_something(self) -> None:
        for name, person in self._people.items():
            if name in {*SKATERS, "another"}:
                person.post(f"{AUTH}/onboard", {"first_name": name, "last_name": "Nobody"})
                assert person.post(ADD, AN_HOUR).status_code == 201
        self.tokens["card"] = self._people["another"].post(SHARE).json["share_token"]
        with self.world.app.app_context(), open_unit(**VISITOR) as unit:
            for name, person in self._people.items():
                self.devices[name] = _another_device(unit, person)

    def _invite_others(self) -> None:
        owner = self._people["owner"]
        self.ids["place"] = self.world.tenant()
        gate = owner.post("/api/v4/admin/invites", {"roles": ["coach"], "max_uses": 3, "note": "evening"}).json
        self.ids["gate"], self.tokens["gate"] = gate["id"], gate["token"]
        assert self.world.somebody("Guest").register(gate["token"]).status_code == 200
        coach = {"name": "Mary Novak", "email": "mary@club.test", "role": "coach", "tenant_id": self.ids["place"]}
        self.tokens["coach"] = token_of(owner.post(COACH, coach).json["invite_url"])
        for role in ("designer", "admin", "owner"):
            email = f"new-{role}@club.test"
            [asked] = owner.post(TEAM, {"emails": [email], "role": role}).json["items"]
            self.ids[f"team {role}"] = asked["id"]
        self.tokens["team"] = self.world.invite(kind=teams.KIND, email="stranger@club.test", roles=["dev"])

    def _ask_artist(self) -> None:
        mine = self.ids["label of label"] = self.world.label(self._people["label"], "Cold Records")
        self.ids["label of another"] = self.world.label(self._people["another"], "Other Records")
        path = LABEL.replace(NOBODYS, mine)
        asked = self._people["label"].post(path, {"artistId": self.ids["artist"]})
        assert asked.status_code == 201, asked.text
        self._people["second artist"] = self.world.member("second-artist", "artist")
        with self.world.app.app_context(), open_unit() as unit:
            self.ids["second artist"] = str(_account(unit, self._people["second artist"]).skater_id)
        [row] = self.world.rows(LabelInvitation)
        self.ids["asked"] = str(row.id)

    def _hand_out_secrets(self) -> None:
        settings = self.world.app.extensions["settings"]
        with self.world.app.app_context():
            self.world.deliver()
            with open_unit(name="cli") as unit:
                tom = _account(unit, self._people["member"])
                secret = logins.issue_login_token(unit, tom.id)
                self.tokens["login"] = access_tokens.seal(settings, secret, unit.now, unit.policy.login_token_life)
                link = resets.answer_request(unit, tom.email)
                assert link
                self.tokens["reset"] = link.secret
        self._ask_for_proof()
        self.ids["letter in the mailbox"] = self.world.letters[-1].msgId.strip("<>")
        [letter] = [each for each in self.world.rows(Letter) if each.recipient == "new-designer@club.test"]
        with self.world.app.app_context(), Session(db.engine) as session, session.begin():
            session.execute(update(Letter).where(Letter.id == letter.id).values(state="failed"))
        self.ids["letter"] = str(letter.id)

    def _ask_for_proof(self) -> None:
        """Of `plain` alone the address is not proven; the letter that asks for it has left."""
        with self.world.app.app_context(), open_unit(name="cli") as unit:
            plain = _account(unit, self._people["plain"])
            unit.session.execute(update(User).where(User.id == plain.id).values(email_proven_at=None))
            proof = addresses.issue_proof(unit, plain.skater_id, plain.email)
            assert proof
            self.tokens |= {"proof": proof.secret, "plain's code": proof.code}

    def _close_doors(self) -> None:
        """What a closed account, an idle session and a lost role leave behind in a browser. The sessions of the closed
        one stay, as if closing it had forgotten them."""
        with self.world.app.app_context(), open_unit(name="cli") as unit:
            closed, stale, demoted = (_account(unit, self._people[name]) for name in ("closed", "stale", "demoted"))
            unit.session.execute(update(User).where(User.id == closed.id).values(is_active=False))
            idle = unit.now - unit.policy.staff_session_idle - timedelta(seconds=1)
            theirs = update(BrowserSession).where(BrowserSession.user_id == stale.id)
            unit.session.execute(theirs.values(last_seen_at=idle))
            granting.grant_roles(unit, demoted.id, ["admin"])
        with self.world.app.app_context(), open_unit(name="cli") as unit:
            revocation.revoke_role(unit, demoted.id, "admin")
        person = self._people["demoted"]
        sign_in(person.browser, person.name, person.password)
        cookie = person.browser.get_cookie(self.cookie_name)
        assert cookie
        self.cookies["demoted"] = cookie.value
        with self.world.app.app_context(), open_unit(**VISITOR) as unit:
            self.devices["demoted"] = _another_device(unit, person)


def _another_device(unit: Any, person: Person) -> str:
    """The id of one more session of this person."""
    other = digest(sessions.start(unit, _account(unit, person).id))
    return str(unit.session.scalars(select(BrowserSession.id).where(BrowserSession.digest == other)).one())


def _account(unit: Any, person: Person) -> Any:
    return users.get_by_login(unit.look, person.name)


def _engine(world: World) -> Engine:
    with world.app.app_context():
        return db.engine


def _rows(engine: Engine, table: Table) -> Rows:
    places = [table.c.keys().index(column.key) for column in table.primary_key]
    with engine.connect() as connection:
        found = connection.execute(select(table)).all()
    return {tuple(row[place] for place in places): tuple(row) for row in found}


def _renew(connection: Connection, table: Table, now: Rows, before: Rows) -> None:
    columns = table.c.keys()
    missing = [dict(zip(columns, row, strict=True)) for key, row in before.items() if key not in now]
    if missing:
        connection.execute(table.insert(), missing)
    for key, row in before.items():
        if key in now and now[key] != row:
            values = dict(zip(columns, row, strict=True))
            connection.execute(table.update().where(_is(table, key)).values(values))


def _take_away(connection: Connection, table: Table, keys: set[tuple[Any, ...]]) -> None:
    for key in keys:
        connection.execute(table.delete().where(_is(table, key)))


def _is(table: Table, key: tuple[Any, ...]) -> Any:
    return and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))
