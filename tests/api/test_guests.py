"""Who came in with an invitation: the latest few in lists, all of them on pages of their own."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from app.extensions import db
from core.models import Invitation, InvitationUse, User
from core.trail import LATEST
from tests.api.test_invites import issue
from tests.support.answers import faults, said
from tests.support.routes import INVITES, NOBODYS
from tests.support.world import Person, World


def guests(world: World, invitation_id: str, how_many: int, *, begin: int = 0) -> list[str]:
    """Let so many people come in, a second apart; their logins in this order. The account with the highest number came
    first."""
    key, now = uuid.UUID(invitation_id), world.clock.now
    names = [f"guest{begin + number:05}" for number in range(how_many)]
    with world.app.app_context(), Session(db.engine) as session, session.begin():
        people = [
            {
                "id": 2_000_000 - begin - number,
                "login": name,
                "login_key": name,
                "email": f"{name}@club.test",
                "email_key": f"{name}@club.test",
                "password_hash": "none",
                "skater_id": uuid.uuid4(),
                "fs_uniquifier": name,
                "created_at": now,
                "updated_at": now,
                "is_active": True,
                "must_change_password": False,
            }
            for number, name in enumerate(names)
        ]
        session.execute(insert(User), people)
        uses = [
            {"invitation_id": key, "user_id": person["id"], "used_at": now + timedelta(seconds=begin + number)}
            for number, person in enumerate(people)
        ]
        session.execute(insert(InvitationUse), uses)
        held = session.scalars(select(Invitation).where(Invitation.id == key)).one()
        held.uses += how_many
    return names


def listed(person: Person, invitation_id: str) -> Any:
    answer = person.get(INVITES)
    assert answer.status_code == 200, answer.text
    [found] = [each for each in answer.json["items"] if each["id"] == invitation_id]
    return found


def logins(items: list[Any]) -> list[str]:
    return [each["login"] for each in items]


def test_a_list_tells_the_latest_few_and_how_many_there_were(world: World) -> None:
    ann = world.admin()
    busy, quiet = issue(ann, max_uses=0)["id"], issue(ann, max_uses=0)["id"]
    names, few = guests(world, busy, 40), guests(world, quiet, 3, begin=100)

    found = listed(ann, busy)

    assert (found["uses"], logins(found["registered"])) == (40, names[-LATEST:])
    assert logins(listed(ann, quiet)["registered"]) == few


def test_all_of_them_are_found_page_by_page(world: World) -> None:
    ann = world.admin()
    key = issue(ann, max_uses=0)["id"]
    names, seen, query = guests(world, key, 120), list[str](), "?limit=50"
    while query:
        answer = ann.get(f"{INVITES}/{key}/registered{query}").json
        seen += logins(answer["items"])
        query = answer["next_cursor"] and f"?limit=50&cursor={answer['next_cursor']}"

    assert seen == names[::-1]
    assert answer["items"][-1] == {"login": "guest00000", "at": "2026-11-20T18:00:00Z"}


def test_those_who_came_at_the_same_moment_are_told_once_each(world: World) -> None:
    ann = world.admin()
    key = issue(ann, max_uses=0)["id"]
    names = guests(world, key, 7)
    with world.app.app_context(), Session(db.engine) as session, session.begin():
        for use in session.scalars(select(InvitationUse).where(InvitationUse.invitation_id == uuid.UUID(key))):
            use.used_at = world.clock.now
    seen, query = list[str](), "?limit=2"
    while query:
        answer = ann.get(f"{INVITES}/{key}/registered{query}").json
        seen += logins(answer["items"])
        query = answer["next_cursor"] and f"?limit=2&cursor={answer['next_cursor']}"

    assert sorted(seen) == names


def test_who_may_not_see_invitations_sees_no_guests(world: World) -> None:
    ann, cas = world.admin(), world.member("Cas")
    path = f"{INVITES}/{issue(ann)['id']}/registered"

    assert world.somebody("Eve").get(path).status_code == 401
    assert cas.get(path).status_code == 403
    assert ann.get(path).json == {"items": [], "next_cursor": None}
    for nothing in (NOBODYS, "x"):
        assert said(ann.get(f"{INVITES}/{nothing}/registered"))[::2] == (404, "not_found")
    assert faults(ann.get(f"{path}?limit=201")) == {"limit"}


PAGES = (
    "/desk/",
    "/desk/coaches",
    "/desk/invitations",
    INVITES,
    f"{INVITES}?limit=200",
    "/api/v4/admin/teams/invitations",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_crowd_costs_no_list_anything(world: World, path: str) -> None:
    ann = world.admin()
    keys = [issue(ann, max_uses=0, note="evening")["id"] for _ in range(3)]
    few = cost(world, ann, path)
    for number, key in enumerate(keys):
        guests(world, key, 2000, begin=2000 * number)

    many = cost(world, ann, path)

    assert many["statements"] <= few["statements"] + 1
    assert many["rows"] <= few["rows"] + LATEST * len(keys)
    assert many["bytes"] <= few["bytes"] + 400 * LATEST * len(keys) + 2000


def test_control_a_list_of_everybody_would_be_noticed(world: World) -> None:
    ann = world.admin()
    key = issue(ann, max_uses=0)["id"]
    few = cost(world, ann, f"{INVITES}/{key}/registered?limit=200")
    guests(world, key, 2000)

    many = cost(world, ann, f"{INVITES}/{key}/registered?limit=200")

    assert (many["rows"] - few["rows"], many["statements"]) == (201, few["statements"])


def cost(world: World, person: Person, path: str) -> dict[str, int]:
    """How many statements an answer takes, how many rows they return, and how many bytes it has."""
    counted = {"statements": 0, "rows": 0}

    fetched = CursorResult.all

    def all_of(result: Any) -> Any:
        rows = fetched(result)
        counted["rows"] += len(rows)
        return rows

    def execute(*_: Any) -> None:
        counted["statements"] += 1

    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", execute)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CursorResult, "all", all_of)
        answer = person.get(path)
    event.remove(engine, "before_cursor_execute", execute)
    assert answer.status_code == 200, answer.text
    return {**counted, "bytes": len(answer.data)}


def test_the_page_leads_to_all_who_came_in(world: World) -> None:
    ann = world.admin()
    key = issue(ann, max_uses=0, note="evening")["id"]
    names = guests(world, key, 60)

    page = ann.get("/desk/invitations").text
    assert "60 came in" in page
    assert names[-1] in page
    assert names[0] not in page
    path = f"/desk/invitations/{key}"
    assert path in page
    first = ann.get(path).text
    assert names[-1] in first
    assert names[0] not in first
    [older] = [part.split('"')[0] for part in first.split('rel="next" href="')[1:]]
    assert names[0] in ann.get(older.replace("&amp;", "&")).text
    assert ann.get(f"/desk/invitations/{NOBODYS}").status_code == 404
