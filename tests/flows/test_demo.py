"""The demo: a club to look around in, made on an empty database and nowhere else."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from app import create_app
from app.demo import Filled, cast, doors
from app.extensions import db
from app.settings import Settings
from app.unit import open_unit
from core import claims
from core.errors import InviteDead
from core.models import AuditEvent, IceSession, LabelInvitation, Letter, Playlist, Profile, Rink, Sharpening, User
from tests.conftest import BOTH, Databases
from tests.support.world import Clock, Person, World, new_app, token_of

MEMBERS = "/api/v4/members"
WHY_DEAD = {"used": "invite_used", "expired": "invite_expired", "revoked": "invite_revoked", "accepted": "invite_used"}
WHY_DEAD |= {"replaced": "invite_replaced"}


@dataclass
class Demo:
    """A database that the demo has filled, and what the command told of it."""

    world: World
    told: dict[str, Any]

    def person(self, login: str) -> Person:
        """Somebody of it, signed in."""
        person = self.world.somebody(login)
        assert person.sign_in(password=self.told["password"]).status_code == 200
        return person

    def skaters(self) -> list[Person]:
        onboarded = {row.skater_id for row in self.world.rows(Profile)}
        return [self.person(row.login) for row in self.world.rows(User) if row.skater_id in onboarded]


@pytest.fixture(scope="module")
def demos(databases: Databases) -> Iterator[dict[str, Demo]]:
    """One for each database, made when it is first wanted."""

    class Demos(dict[str, Demo]):
        def __missing__(self, engine: str) -> Demo:
            clock = Clock()
            world = World(new_app(databases.new(engine), clock, rate_limits=False), clock)
            said = world.terminal("demo", "--json")
            assert said.exit_code == 0, said.output
            self[engine] = Demo(world, json.loads(said.stdout))
            return self[engine]

    made = Demos()
    yield made
    for demo in made.values():
        with demo.world.app.app_context():
            db.engine.dispose()


@pytest.fixture
def demo(engine: str, demos: dict[str, Demo]) -> Demo:
    return demos[engine]


def test_everybody_can_sign_in_with_the_one_password(demo: Demo) -> None:
    told = [person["login"] for person in demo.told["people"]]
    assert sorted(told) == sorted(row.login for row in demo.world.rows(User))
    for login in told:
        demo.person(login)


def test_every_link_is_in_the_state_that_is_told(demo: Demo) -> None:
    states = set()
    for link in demo.told["links"]:
        states.add((link["kind"], link["state"]))
        if link["kind"] != "label":
            assert _why_dead(demo.world, token_of(link["url"])) == WHY_DEAD.get(link["state"]), link
    assert states == {
        *(("gate", state) for state in ("active", "used", "expired", "revoked")),
        *(("coach", state) for state in ("pending", "accepted", "expired", "replaced")),
        *(("team", state) for state in ("pending", "accepted", "revoked")),
        ("label", "pending"),
    }


def _why_dead(world: World, token: str) -> str | None:
    with world.app.app_context(), open_unit() as unit:
        try:
            claims.peek(unit.look, token, unit.now)
        except InviteDead as dead:
            return dead.code
    return None


def test_links_are_unused_partly_used_and_without_limit(demo: Demo) -> None:
    owner = demo.person("olivia")
    items = owner.get("/api/v4/admin/invites?kind=gate&status=active").get_json()["items"]
    assert {(item["uses"], item["max_uses"]) for item in items} == {(0, 1), (2, 5), (2, 0)}
    assert all(len(item["registered"]) == item["uses"] for item in items)


def test_a_label_was_answered_in_every_way(demo: Demo) -> None:
    assert {row.status for row in demo.world.rows(LabelInvitation)} == {"pending", "accepted", "declined"}
    waiting = demo.person("ansel").get("/api/v4/invitations").get_json()
    assert [each["status"] for each in waiting["items"]] == ["pending"]


def test_the_cards_add_up(demo: Demo) -> None:
    skaters = demo.skaters()
    assert len(skaters) == 8
    total = 0
    for skater in skaters:
        card = skater.get(f"{MEMBERS}/skater_card").get_json()
        for span in ("lifetime", "recent"):
            assert sum(card[span][f"{part}_pct"] for part in ("coached", "group", "solo")) == 100
            assert 0.5 <= card[span]["sessions_per_week"] <= 5
            assert 30 <= card[span]["avg_session_min"] <= 90
        assert card["lifetime"]["podiums"] <= card["lifetime"]["entries"]
        assert None not in (card["current"][what] for what in ("boots", "blades", "coach", "home_rink"))
        hours = skater.get(f"{MEMBERS}/skater_overview").get_json()["total_ice_time"]
        total += 60 * hours["hours"] + hours["minutes"]
        spend = skater.get(f"{MEMBERS}/dashboard").get_json()["charts"]["spend"]
        parts = sum(float(amount) for part, amount in spend.items() if part != "total")
        assert parts == pytest.approx(float(spend["total"]))
        assert min(float(spend[part]) for part in ("ice_time", "coaching", "class", "equipment", "membership")) > 0
    assert total == sum(row.minutes for row in demo.world.rows(IceSession))


def test_somebody_competed_lately_and_will_again(demo: Demo) -> None:
    lifetime = demo.person("cora").get(f"{MEMBERS}/skater_card").get_json()["lifetime"]
    recent = demo.person("cora").get(f"{MEMBERS}/skater_card").get_json()["recent"]
    assert (lifetime["events"], lifetime["entries"]) == (3, 6)
    assert recent["last_event"]["name"] == "Front Range Adult Open"


def test_the_season_ends_today_and_lasts_nine_months(demo: Demo) -> None:
    now = demo.world.clock.now
    moments = [row.at for row in demo.world.rows(IceSession)]
    assert max(moments) <= now
    assert timedelta(days=265) < now - min(moments) < timedelta(days=273)
    assert all(now - row.at < timedelta(days=300) for row in demo.world.rows(AuditEvent))
    assert demo.world.rows(Sharpening)
    assert len({row.timezone for row in demo.world.rows(Profile)}) >= 3
    assert len({row.timezone for row in demo.world.rows(Rink) if row.timezone}) >= 2


def test_a_card_and_a_playlist_are_shared(demo: Demo) -> None:
    path = demo.told["shared_card"].removeprefix("http://localhost:5000")
    card = demo.world.somebody("Anybody").get(path)
    assert card.status_code == 200
    assert "Program music" in card.text
    assert len(demo.world.rows(Playlist)) == 2


def test_nobody_is_written_to(demo: Demo) -> None:
    assert demo.world.rows(Letter) == []


def test_a_second_run_is_refused_and_changes_nothing(demo: Demo) -> None:
    before = demo.world.dump()
    said = demo.world.terminal("demo")
    assert said.exit_code == 1
    assert "DATABASE_URL" in said.stderr
    assert demo.world.dump() == before


def test_every_demo_is_the_same(demos: dict[str, Demo]) -> None:
    logs = [
        sorted((row.at, row.minutes, row.cost, row.coached_minutes) for row in demo.world.rows(IceSession))
        for demo in (demos[engine] for engine in BOTH)
    ]
    assert logs[0] == logs[1]


def test_production_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = world.dump()
    settings = world.app.extensions["settings"]
    monkeypatch.setitem(world.app.extensions, "settings", replace(settings, production=True))
    said = world.terminal("demo")
    assert said.exit_code == 1
    assert "production" in said.stderr
    assert world.dump() == before


def test_a_database_without_tables_is_named_as_such(databases: Databases) -> None:
    app = create_app(Settings(database=databases.new("sqlite"), secret_keys=("a secret of the tests' own",)))
    said = World(app, Clock()).terminal("demo")
    assert said.exit_code == 1
    assert "flask --app wsgi db upgrade" in said.stderr


def test_it_is_told_as_a_table_for_people(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [cast.Person(each["login"], (), each["told"]) for each in demo.told["people"]]
    opened = [doors.Link(**link) for link in demo.told["links"]]
    filled = Filled(demo.told["password"], people, opened, demo.told["shared_card"])
    monkeypatch.setattr("app.demo.has_room", lambda _: True)
    monkeypatch.setattr("app.demo.fill", lambda _: filled)
    shown = demo.world.terminal("demo").stdout
    for what in ("olivia", demo.told["password"], demo.told["shared_card"], *(link.url for link in opened)):
        assert what in shown
