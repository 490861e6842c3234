"""What an operator does at the terminal: one JSON line for scripts, one plain sentence when something is refused."""

import json
from typing import Any

import pytest

from core.models import Invitation
from tests.support.databases import new_sqlite
from tests.support.routes import NOBODYS
from tests.support.running import House, Running, said
from tests.support.servers import run
from tests.support.world import PASSWORD


def told(house: House, *words: str) -> Any:
    """What a command says in its one JSON line."""
    done = run(house.server.environment, *words, "--json")
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    return json.loads(line)


def refused(environment: dict[str, str], *words: str) -> str:
    """The one plain line with which a command is refused."""
    done = run(environment, *words)
    assert done.returncode != 0
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if "RATELIMIT_ENABLED" not in line and "warn" not in line]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("Error: ")
    return lines[0]


def test_invites_are_made_listed_and_revoked(house: House) -> None:
    admin = house.server.sign_in(house.admin())
    over_http = house.server.post("/api/v4/admin/invites", {}, cookies=admin).json()
    made = told(
        house, "invites", "create", "--max-uses", "2", "--role", "coach", "--note", "rink", "--expires-in", "12h"
    )
    assert set(made) == set(over_http)
    [name] = house.names(1)
    assert house.server.register(name, made["token"]).status_code == 200

    listed = told(house, "invites", "list", "--status", "active")
    page = house.server.get("/api/v4/admin/invites?status=active", cookies=admin).json()
    assert set(listed) == set(page)
    [mine] = [invite for invite in listed["items"] if invite["id"] == made["id"]]
    assert [invite for invite in page["items"] if invite["id"] == made["id"]] == [mine]
    assert (mine["uses"], mine["max_uses"], mine["roles"], mine["note"]) == (1, 2, ["coach"], "rink")
    assert [guest["login"] for guest in mine["registered"]] == [name]

    assert told(house, "invites", "revoke", made["id"])["id"] == made["id"]
    assert house.invitation(made["token"]).revoked_at is not None
    assert said([house.server.register("Anybody", made["token"])]) == [(403, "invite_revoked")]


def test_people_are_listed_granted_closed_and_opened(running: Running) -> None:
    house = running.house("postgresql")
    name = house.member()
    invite = house.invite()
    [person] = [each for each in told(house, "users", "list")["items"] if each["login"] == name]
    assert (person["roles"], person["is_active"]) == (["adult"], True)

    assert told(house, "users", "grant", name.upper(), "super_admin") == {"login": name, "role": "super_admin"}
    cookies = house.server.sign_in(name)
    token = house.server.post("/api/v4/admin/invites", {}, cookies=cookies).json()["token"]
    closed = told(house, "users", "deactivate", name)
    assert closed == {"login": name, "active": False, "invites_revoked": 1}
    assert house.session(cookies) == 401
    assert not house.opens(name, PASSWORD)
    assert house.invitation(token).revoked_at is not None
    assert house.invitation(invite).revoked_at is None

    assert told(house, "users", "activate", name) == {"login": name, "active": True}
    assert house.opens(name, PASSWORD)


@pytest.mark.parametrize(
    "words",
    [
        ("users", "grant", "Nobody", "admin"),
        ("invites", "revoke", NOBODYS),
    ],
    ids=" ".join,
)
def test_what_nobody_has_is_refused_in_one_line(sqlite: House, words: tuple[str, ...]) -> None:
    before = sqlite.number(Invitation)
    assert "Traceback" not in refused(sqlite.server.environment, *words)
    assert sqlite.number(Invitation) == before


@pytest.fixture
def sqlite(running: Running) -> House:
    return running.house("sqlite")


def test_a_database_without_tables_is_named_as_such(sqlite: House) -> None:
    with new_sqlite() as empty:
        environment = sqlite.server.environment | {"DATABASE_URL": empty.render_as_string()}
        assert "flask --app wsgi db upgrade" in refused(environment, "users", "list")


def test_a_database_that_is_away_is_told_in_one_line(sqlite: House) -> None:
    away = sqlite.server.environment | {"DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:9/none"}
    assert "hunter2" not in refused(away, "users", "list")
