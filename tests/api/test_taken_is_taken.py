"""Taken is taken: for each act that takes something away, everything that could give it back or outlive it.

ACTS says what is taken, SURVIVORS what was there before and is tried afterwards, the table which of them the act
ends. What it does not end still works, which shows that the tries can succeed at all.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from core.models import RoleTaken, TeamMember, TenantCoach, User
from tests.api.test_links_prove import mailed
from tests.api.test_people import path_of
from tests.support.answers import said
from tests.support.routes import COACH, INVITES, TEAM, USERS
from tests.support.world import AUTH, Person, World, token_in, token_of

ABOVE = "above_own_role"
NEW = "figure eights at midnight"


class Before:
    """Olga owns the place; Ann and Bob are admins; Bob also is a coach and a designer. All that could help Bob was made
    by Olga or at the terminal before something is taken from him."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.olga, self.ann, self.bob = world.member("Olga", "owner"), world.admin(), world.member("Bob")
        world.prove(self.bob)
        self.place = world.tenant()
        self.links = {
            "team letter": mailed(world, self.olga, self.bob.email, "admin"),
            "coach link": self.coach_link(self.olga),
            "link for anybody": world.invite(roles=["coach", "artist"], max_uses=9),
            "personal gate link": world.invite(roles=["admin"], email=self.bob.email),
        }
        world.terminal("users", "grant", "Bob", "admin")
        world.terminal("users", "grant", "Bob", "coach")
        world.clock.later(seconds=1)
        self.bob.sign_in()
        self.phone = self.bob.device()
        self.made = self.bob.post(INVITES, {"max_uses": 9}).json
        cas = self.world.member("Cas")
        self.handed = token_of(self.bob.post(f"{path_of(cas)}/reset-link").json["reset_url"])
        self.own_reset = world.reset_token(self.bob)
        self.key = path_of(self.bob)
        world.clock.later(seconds=1)

    def coach_link(self, by: Person) -> str:
        body = {"name": "Bob Lee", "email": self.bob.email, "role": "coach", "tenant_id": self.place}
        return token_of(by.post(COACH, body).json["invite_url"])

    def roles(self) -> set[str]:
        return set(self.olga.get(self.key).json["roles"])

    def accept(self, link: str) -> TestResponse:
        path = f"{TEAM}/accept" if link == "team letter" else f"{AUTH}/invitations/accept"
        person = self.world.somebody("Bob")
        person.sign_in()
        return person.post(path, {"token": self.links[link]})


Act = Callable[[Before], Any]
ACTS: dict[str, tuple[Act, Act | None]] = {
    "nothing": (lambda b: None, None),
    "admin taken": (
        lambda b: b.olga.delete(f"{b.key}/roles/admin"),
        lambda b: b.ann.post(f"{b.key}/roles", {"role": "admin"}),
    ),
    "coach taken": (
        lambda b: b.olga.delete(f"{b.key}/roles/coach"),
        lambda b: b.ann.post(f"{b.key}/roles", {"role": "coach"}),
    ),
    "closed": (lambda b: b.olga.post(f"{b.key}/deactivate"), lambda b: b.ann.post(f"{b.key}/activate")),
    "closed and opened": (
        lambda b: (b.olga.post(f"{b.key}/deactivate"), b.olga.post(f"{b.key}/activate")),
        None,
    ),
}
"""What is taken, and how a lower rank would undo it."""


def works(answer: TestResponse) -> bool:
    assert answer.status_code < 500, answer.text
    return answer.status_code < 400


SURVIVORS: dict[str, Callable[[Before], bool]] = {
    "session": lambda b: works(b.phone.session()),
    "link that he made": lambda b: works(b.world.somebody("Guest").register(b.made["token"])),
    "reset link that he handed over": lambda b: works(
        b.world.somebody("Cas").post(f"{AUTH}/reset-confirm", {"token": b.handed, "new_password": NEW})
    ),
    "admin by team letter": lambda b: works(b.accept("team letter")) and "admin" in b.roles(),
    "admin by personal gate link": lambda b: works(b.accept("personal gate link")) and "admin" in b.roles(),
    "coach by coach link": lambda b: works(b.accept("coach link")) and "coach" in b.roles(),
    "coach by link for anybody": lambda b: works(b.accept("link for anybody")) and "coach" in b.roles(),
    "artist by link for anybody": lambda b: works(b.accept("link for anybody")) and "artist" in b.roles(),
    "own reset link": lambda b: works(
        b.world.somebody("Bob").post(f"{AUTH}/reset-confirm", {"token": b.own_reset, "new_password": NEW})
    ),
}
POWER = {"session", "link that he made", "reset link that he handed over", "own reset link"}
ENDED: dict[str, set[str]] = {
    "nothing": set(),
    "admin taken": POWER | {"admin by team letter", "admin by personal gate link"},
    "coach taken": {"coach by coach link", "coach by link for anybody"},
    "closed": set(SURVIVORS),
    "closed and opened": POWER | {"admin by team letter", "admin by personal gate link", "coach by coach link"},
}


@pytest.mark.parametrize("survivor", SURVIVORS)
@pytest.mark.parametrize("act", ACTS)
def test_what_was_taken_comes_back_by_nothing_that_was_there_before(world: World, act: str, survivor: str) -> None:
    before = Before(world)
    ACTS[act][0](before)
    world.clock.later(seconds=1)

    assert SURVIVORS[survivor](before) is (survivor not in ENDED[act])


@pytest.mark.parametrize("act", [name for name, (_, undo) in ACTS.items() if undo])
def test_a_lower_rank_does_not_undo_it_and_an_equal_one_does(world: World, act: str) -> None:
    before = Before(world)
    take, undo = ACTS[act]
    assert undo
    take(before)
    held = before.roles()

    assert said(undo(before))[::2] == (403, ABOVE)

    assert before.roles() == held
    before.ann = before.olga
    assert works(undo(before))
    assert before.bob.sign_in().status_code == 200


def test_what_an_equal_takes_an_equal_gives_back(world: World) -> None:
    before = Before(world)
    assert works(before.ann.delete(f"{before.key}/roles/coach"))

    assert works(before.ann.post(f"{before.key}/roles", {"role": "coach"}))

    assert "coach" in before.roles()
    assert world.rows(RoleTaken) == []


def test_of_two_who_revoke_the_higher_rank_counts(world: World) -> None:
    olga, ann = world.member("Olga", "owner"), world.admin()
    key = ann.post(INVITES, {"max_uses": 0}).json["id"]
    for person in (ann, olga, ann):
        assert person.delete(f"{INVITES}/{key}").status_code == 204

    assert said(ann.post(f"{INVITES}/{key}/resend"))[::2] == (403, ABOVE)


@pytest.mark.parametrize("kind", ["gate", "team", "coach"])
def test_a_lower_rank_does_not_revive_what_a_higher_one_revoked(world: World, kind: str) -> None:
    olga, ann = world.member("Olga", "owner"), world.admin()
    place = {"name": "Eve Lee", "email": "eve@club.test", "role": "coach", "tenant_id": world.tenant()}
    asked = {"emails": ["eve@club.test"], "role": "dev"}
    if kind == "gate":
        key = ann.post(INVITES, {"max_uses": 0}).json["id"]
    elif kind == "team":
        key = ann.post(TEAM, asked).json["items"][0]["id"]
    else:
        ann.post(COACH, place)
        [key] = [row["id"] for row in ann.get(f"{INVITES}?kind=coach").json["items"]]
    assert olga.delete(f"{INVITES}/{key}").status_code == 204

    assert said(ann.post(f"{INVITES}/{key}/resend"))[::2] == (403, ABOVE)
    if kind == "team":
        assert said(ann.post(f"{TEAM}/{key}/resend"))[::2] == (403, ABOVE)
        [item] = ann.post(TEAM, asked).json["items"]
        assert (item["outcome"], item["reason"]) == ("invalid", "Somebody above you has invited this address.")
    if kind == "coach":
        assert said(ann.post(COACH, place))[::2] == (403, ABOVE)
    assert world.deliver() == []
    assert works(olga.post(f"{INVITES}/{key}/resend"))


def test_an_invitation_to_a_role_that_a_higher_rank_took_is_not_sent_again(world: World) -> None:
    olga, ann, bob = world.member("Olga", "owner"), world.admin(), world.member("Bob")
    key = olga.post(TEAM, {"emails": [bob.email], "role": "designer"}).json["items"][0]["id"]
    world.clock.later(days=8)
    for person in (olga, ann):
        person.sign_in()
    works(olga.post(f"{path_of(bob)}/roles", {"role": "designer"}))
    works(olga.delete(f"{path_of(bob)}/roles/designer"))

    assert said(ann.post(f"{INVITES}/{key}/resend"))[::2] == (403, ABOVE)


def test_a_role_that_was_taken_comes_by_a_younger_link_for_anybody_of_no_lower_rank(world: World) -> None:
    before = Before(world)
    before.olga.delete(f"{before.key}/roles/coach")
    world.clock.later(seconds=1)
    before.links["by ann"] = before.ann.post(INVITES, {"roles": ["coach"], "max_uses": 9}).json["token"]
    before.links["by olga"] = before.olga.post(INVITES, {"roles": ["coach"], "max_uses": 9}).json["token"]

    answer = before.accept("by ann")
    assert (answer.status_code, answer.json["roles"]) == (200, [])
    assert "coach" not in before.roles()
    assert before.accept("by olga").json["roles"] == ["coach"]
    assert "coach" in before.roles()


def test_a_session_that_is_past_its_end_does_not_live_again(world: World) -> None:
    """S22: an admin's session ends after an hour without use, a member's after a week."""
    olga, bob = world.member("Olga", "owner"), world.admin("Bob")
    key = path_of(bob)
    world.clock.now += timedelta(hours=2)
    assert bob.session().status_code == 401
    olga.sign_in()

    assert works(olga.delete(f"{key}/roles/admin"))

    assert bob.session().status_code == 401


def test_in_the_team_is_who_holds_a_staff_role(world: World) -> None:
    """S31."""
    olga = world.member("Olga", "owner")
    dan = world.member("Dan")
    assert dan.post(f"{TEAM}/accept", {"token": mailed(world, olga, dan.email)}).status_code == 200
    user_id = dan.session().json["user_id"]
    assert [row.user_id for row in world.rows(TeamMember)] == [user_id]

    assert works(olga.delete(f"{path_of(dan)}/roles/designer"))

    assert world.rows(TeamMember) == []
    assert olga.post(TEAM, {"emails": [dan.email], "role": "dev"}).json["items"][0]["outcome"] == "invited"
    dan.sign_in()
    assert dan.post(f"{TEAM}/accept", {"token": token_in(world.deliver()[-1])}).status_code == 200
    assert [row.role for row in world.rows(TeamMember)] == ["dev"]


def test_a_coach_whose_role_was_taken_may_be_asked_again(world: World) -> None:
    """S31."""
    before = Before(world)
    assert works(before.accept("coach link"))
    assert [row.joined_at is not None for row in world.rows(TenantCoach)] == [True]

    assert works(before.olga.delete(f"{before.key}/roles/coach"))

    assert world.rows(TenantCoach) == []
    before.links["coach link"] = before.coach_link(before.olga)
    assert works(before.accept("coach link"))
    assert "coach" in before.roles()


def test_a_closed_account_is_not_asked(world: World) -> None:
    before = Before(world)
    before.olga.post(f"{before.key}/deactivate")
    world.deliver()

    [item] = before.olga.post(TEAM, {"emails": [before.bob.email], "role": "dev"}).json["items"]
    body = {"name": "Bob Lee", "email": before.bob.email, "role": "coach", "tenant_id": before.place}

    assert (item["outcome"], item["reason"]) == ("invalid", "The account with this address is closed.")
    assert said(before.olga.post(COACH, body))[::2] == (409, "account_closed")
    assert world.deliver() == []


def test_the_last_admin_stays_whatever_is_tried(world: World) -> None:
    """S23, where nobody owns the place."""
    ann, bea = world.admin(), world.admin("Bea")
    assert works(ann.post(f"{path_of(bea)}/deactivate"))

    for answer in (ann.delete(f"{path_of(ann)}/roles/admin"), ann.post(f"{path_of(ann)}/deactivate")):
        assert said(answer)[::2] == (409, "last_admin")
    for command in (["deactivate", "Ann"], ["revoke", "Ann", "admin"]):
        assert world.terminal("users", *command).exit_code == 1
    assert works(ann.get(USERS))


def test_the_first_link_makes_an_admin_who_owns_the_place_and_works_while_there_is_none(world: World) -> None:
    """S23, S35."""
    from app.unit import open_unit
    from core import first_admin

    with world.app.app_context(), open_unit(name="cli") as unit:
        offered = first_admin.offer(unit)
    assert offered
    with world.app.app_context(), open_unit(name="cli") as unit:
        other = first_admin.offer(unit)
    assert other
    eve = world.somebody("Eve")
    assert eve.register(other.secret).status_code == 200
    eve.sign_in()
    assert eve.session().json["roles"] == ["adult", "admin", "owner"]
    assert world.somebody("Ben").register(offered.secret).status_code == 403


def test_the_first_link_is_dead_once_there_is_an_admin(world: World) -> None:
    from app.unit import open_unit
    from core import first_admin

    with world.app.app_context(), open_unit(name="cli") as unit:
        offered = first_admin.offer(unit)
    assert offered
    world.member("Olga", "owner")

    assert said(world.somebody("Eve").register(offered.secret))[0] == 403
    assert {row.login for row in world.rows(User)} == {"Olga"}


MINOR = (409, "A minor cannot also be an adult, a coach or a guardian.", "roles_conflict")


def test_a_minor_is_nothing_that_people_choose_for_themselves(world: World) -> None:
    """S28, at every door."""
    ann, cas = world.admin(), world.member("Cas")
    link = ann.post(INVITES, {"roles": ["minor"], "max_uses": 9}).json["token"]
    kim = world.somebody("Kim")
    refused = kim.register(link, roles=["guardian", "coach"])
    assert said(refused)[::2] == (400, "invalid_input")
    assert kim.register(link).status_code == 200
    kim.sign_in()
    assert kim.session().json["roles"] == ["minor"]

    assert said(cas.post(f"{AUTH}/invitations/accept", {"token": link})) == MINOR
    assert said(ann.post(f"{path_of(cas)}/roles", {"role": "minor"})) == MINOR
    for role in ("adult", "coach", "guardian"):
        assert said(ann.post(f"{path_of(kim)}/roles", {"role": role})) == MINOR
        assert world.terminal("users", "grant", "Kim", role).exit_code == 1
        more = world.invite(roles=[role])
        assert said(kim.post(f"{AUTH}/invitations/accept", {"token": more})) == MINOR
    assert kim.session().json["roles"] == ["minor"]
    assert cas.session().json["roles"] == ["adult"]
