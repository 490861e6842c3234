"""Whoever comes in gets what the stored invitation says, whatever else they send along, and wherever they put it."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from core.models import Invitation, InvitationUse, TeamMember, TenantCoach, User
from core.roles import ALL
from tests.support.answers import apart_from_counters
from tests.support.handed_out import HandedOut, is_in
from tests.support.pages import send
from tests.support.routes import PROFILE, TEAM
from tests.support.world import AUTH, PASSWORD, World

NOBODY = "00000000-0000-0000-0000-000000000001"
WISHES: dict[str, Any] = {
    "role": "owner",
    "groups": ["owner"],
    "permissions": ["*"],
    "is_admin": True,
    "admin": "true",
    "superuser": 1,
    "active": True,
    "is_active": True,
    "confirmed": True,
    "confirmed_at": "2020-01-01T00:00:00Z",
    "must_change_password": False,
    "max_uses": 100,
    "uses": -5,
    "expires_at": "2099-01-01T00:00:00Z",
    "kind": "team",
    "inviter": "Olga",
    "inviter_id": 1,
    "created_by": 1,
    "invited_by": "Olga",
    "id": 1,
    "user_id": 1,
    "uSkaterUUID": NOBODY,
    "skater_id": NOBODY,
    "fs_uniquifier": "x",
    "password_hash": "x",
    "login_key": "olga",
    "email_key": "olga@club.test",
    "invited_email": "olga@club.test",
    "tenant": NOBODY,
    "tenant_id": NOBODY,
    "part": "head_coach",
    "label_id": NOBODY,
    "__class__": "Owner",
    "__proto__": {"roles": ["owner"]},
    "$set": {"roles": ["owner"]},
}
DEEP = {"user": WISHES, "account": {"user": [WISHES]}, "invitation": WISHES, "data": {"attributes": WISHES}}
FLAT = {key: json.dumps(value) if isinstance(value, dict | list) else str(value) for key, value in WISHES.items()}
NESTED = {f"user[{key}]": value for key, value in FLAT.items()} | {f"user.{key}": value for key, value in FLAT.items()}
QUERY = {**FLAT, "roles": "owner", "aLogin": "Olga2", "aEmail": "olga@club.test"}
HEADERS = {f"X-{key.strip('_$').replace('_', '-')}": value for key, value in QUERY.items()} | {
    "X-Forwarded-User": "Olga",
    "X-Original-URL": "/api/v4/admin/invites",
    "X-HTTP-Method-Override": "DELETE",
    "Remote-User": "Olga",
}
WHERE: dict[str, dict[str, Any]] = {
    "nowhere": {},
    "body": {"body": WISHES},
    "deep in the body": {"body": DEEP},
    "query": {"query": QUERY},
    "headers": {"headers": HEADERS},
}


def tell(world: World, login: str) -> tuple[Any, ...]:
    """All that there is about an account that one could wish to be otherwise."""
    [user] = [row for row in world.rows(User) if row.login == login]
    listed = json.loads(world.terminal("users", "list", "--json").output)
    [roles] = [each["roles"] for each in _items(listed) if each["login"] == login]
    uses = {row.invitation_id for row in world.rows(InvitationUse) if row.user_id == user.id}
    invitations = [
        (row.kind, row.email, row.roles, row.max_uses, row.uses, row.expires_at, row.revoked_at, row.created_by is None)
        for row in world.rows(Invitation)
        if row.id in uses
    ]
    member = [row.role for row in world.rows(TeamMember) if row.user_id == user.id]
    places = [row.part for row in world.rows(TenantCoach) if row.user_id == user.id]
    account = (user.email, user.phone, user.is_active, user.must_change_password, user.created_at)
    return (*account, sorted(roles), sorted(invitations, key=repr), member, places)


def _items(listed: Any) -> Iterator[Any]:
    yield from listed["items"] if isinstance(listed, dict) else listed


def post(person: Any, path: str, good: dict[str, Any], where: dict[str, Any]) -> TestResponse:
    query = urlencode(where.get("query", {}))
    return person.post(
        f"{path}?{query}" if query else path, {**where.get("body", {}), **good}, headers=where.get("headers", {})
    )


def test_an_account_is_what_its_invitation_says_whatever_is_sent_along(world: World) -> None:
    """Registering ignores what it does not know, as clients out there may send some."""
    world.member("Olga", "owner")
    told = {}
    for number, (place, where) in enumerate(WHERE.items()):
        person, token = world.somebody(f"Guest{number}"), world.invite(roles=["artist"])
        answer = post(person, f"{AUTH}/register", person.form(token), where)
        assert answer.status_code == 200, (place, answer.text)
        assert answer.json == {"message": "User registered successfully"}
        email, *rest = tell(world, person.name)
        assert email == person.email
        told[place] = rest
    assert told["nowhere"][4] == ["adult", "artist"]
    assert list(told.values()) == [told["nowhere"]] * len(WHERE)


def test_so_it_is_when_the_page_is_sent(world: World) -> None:
    world.member("Olga", "owner")
    told = []
    for number, more in enumerate(({}, FLAT, NESTED)):
        person, token = world.somebody(f"Guest{number}"), world.invite(roles=["artist"])
        form = {"login": person.name, "email": person.email, "password": PASSWORD, "invite_token": token}
        assert (
            send(person, "/join" if number < 2 else f"/join?{urlencode(QUERY)}", **{**more, **form}).status_code == 303
        )
        told.append(tell(world, person.name)[1:])
    assert told == [told[0]] * 3


@pytest.mark.parametrize("role", [role for role in ALL if role not in {"adult", "coach", "guardian"}])
def test_no_role_is_had_for_the_asking(world: World, role: str) -> None:
    token, eve = world.invite(), world.somebody("Eve")
    before = apart_from_counters(world.dump())
    for asked in ([role], ["adult", role], ["adult", "adult", role]):
        assert eve.register(token, roles=asked).status_code == 400
    form = {"login": "Eve", "email": eve.email, "password": PASSWORD, "invite_token": token, "roles": role}
    assert send(eve, "/join", **form).status_code == 400
    assert apart_from_counters(world.dump()) == before


STRICT: dict[str, Callable[[HandedOut], tuple[Any, str, dict[str, Any]]]] = {
    "accept": lambda handed: (handed.vic, f"{AUTH}/invitations/accept", {"token": handed.secrets["own coach"]}),
    "team": lambda handed: (handed.somebody(), f"{TEAM}/accept", {"token": handed.secrets["team"]}),
}


@pytest.mark.parametrize("how", STRICT)
def test_accepting_takes_the_token_and_nothing_else_wherever_it_is_put(world: World, how: str) -> None:
    handed = HandedOut(world)
    person, path, good = STRICT[how](handed)
    before = apart_from_counters(world.dump())
    for key, value in [*WISHES.items(), ("roles", ["owner"]), ("user", WISHES)]:
        assert person.post(path, {**good, key: value}).status_code == 400, key
    assert apart_from_counters(world.dump()) == before

    assert post(person, path, good, WHERE["query"] | WHERE["headers"]).status_code == 200

    told = tell(world, "Vic" if how == "accept" else "tom")
    invitation = ("coach", "vic@club.test", ["coach"]) if how == "accept" else ("team", "tom@club.test", ["dev"])
    assert [each[:5] for each in told[6] if each[0] != "gate"] == [(*invitation, 1, 1)]
    assert told[5] == (["admin", "adult", "coach", "label"] if how == "accept" else ["dev"])
    assert (told[7], told[8]) == (([], ["coach"]) if how == "accept" else (["dev"], []))
    assert told[3] == (how == "team")


def test_a_profile_is_no_way_to_rights(world: World) -> None:
    cas = world.member("Cas")
    before = tell(world, "Cas")
    names = {"first_name": "Cas", "last_name": "Lee"}
    assert (
        post(
            cas, f"{AUTH}/onboard", names, {"body": WISHES | {"roles": ["owner"]} | DEEP, **WHERE["query"]}
        ).status_code
        == 200
    )
    for key, value in [*WISHES.items(), ("roles", ["owner"]), ("user", WISHES)]:
        assert cas.browser.patch(PROFILE, json={"city": "Oslo", key: value}).status_code == 400, key
    assert send(cas, "/profile", **{**FLAT, **NESTED, **names, "timezone": "UTC", "roles": "owner"}).status_code == 303
    assert tell(world, "Cas") == before


OTHERS = [
    "eve@club.test",
    "cam@club.test.evil.test",
    "cam@evil.test",
    "cam+1@club.test",
    "c.am@club.test",
    "cam@sub.club.test",
    "xcam@club.test",
    "сam@club.test",
    "cam@club.test,eve@club.test",
    "eve@club.test,cam@club.test",
    "<cam@club.test> eve@club.test",
    '"cam@club.test"@evil.test',
    "cam@club.test\x00",
    "cam@club.test\u200b",
    ["cam@club.test", "eve@club.test"],
    {"email": "cam@club.test"},
]


def test_a_personal_link_is_nobodys_with_another_address(world: World) -> None:
    """However alike it looks, and whoever is signed in; the address itself may be typed in any letter case."""
    handed = HandedOut(world)
    eve = world.member("Eve")
    before = apart_from_counters(world.dump())
    for other in OTHERS:
        body = {"aLogin": "Eve2", "aEmail": other, "aPasswordHash": PASSWORD, "invite_token": handed.secrets["coach"]}
        assert eve.post(f"{AUTH}/register", body).status_code in {400, 403}, other
    for kind in ("coach", "own coach", "team", "own team"):
        for path in (f"{AUTH}/invitations/accept", f"{TEAM}/accept"):
            assert eve.post(path, {"token": handed.secrets[kind]}).status_code == 403, (kind, path)
    assert apart_from_counters(world.dump()) == before

    body["aEmail"] = "CAM@CLUB.test"
    assert is_in(world.somebody("Cam").post(f"{AUTH}/register", body))


def demoted(handed: HandedOut) -> None:
    """Vic, an owner for a while, is one no more, and an admin still."""
    key = handed.ids["vic"]
    assert is_in(handed.olga.delete(f"/api/v4/admin/users/{key}/roles/owner"))


def test_an_invitation_never_brings_more_than_its_issuer_may_give_now(world: World) -> None:
    """What an admin may still give stays good; tests/api/test_outstanding_secrets.py takes all away."""
    handed = HandedOut(world)
    assert is_in(handed.olga.post(f"/api/v4/admin/users/{handed.ids['vic']}/roles", {"role": "owner"}))
    links = {}
    for role in ("owner", "super_admin", "admin", "designer"):
        assert is_in(handed.vic.post(TEAM, {"emails": [f"{role}@club.test"], "role": role}))
        links[role] = next(each.body for each in world.deliver()).partition("?token=")[2].split()[0]
    demoted(handed)
    before = apart_from_counters(world.dump())
    for role in ("owner", "super_admin"):
        assert handed.somebody().post(f"{TEAM}/accept", {"token": links[role]}).status_code == 403
        assert send(handed.somebody(), "/team/join", token=links[role]).status_code == 403
    assert apart_from_counters(world.dump()) == before
    for role in ("admin", "designer"):
        assert handed.somebody().post(f"{TEAM}/accept", {"token": links[role]}).status_code == 200
        assert tell(world, role)[5] == [role]
