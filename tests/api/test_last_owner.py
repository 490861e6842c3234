"""Somebody must remain who owns the place."""

import pytest

from app.unit import open_unit
from core import revocation, users
from core.errors import LastOwner
from tests.support.answers import apart_from_counters, said
from tests.support.world import AUTH, World

SENTENCE = "Somebody else must be owner first."


def part_with(world: World, name: str, how: str) -> None:
    with world.app.app_context(), open_unit(name="cli") as unit:
        user_id = users.get_by_login(unit.look, name).id
        revocation.revoke_role(unit, user_id, "owner") if how == "revoke" else revocation.deactivate(unit, user_id)


def command(name: str, how: str) -> list[str]:
    return ["users", "revoke", name, "owner"] if how == "revoke" else ["users", "deactivate", name]


BOTH_WAYS = pytest.mark.parametrize("how", ["revoke", "deactivate"])


@BOTH_WAYS
def test_the_only_owner_stays(world: World, how: str) -> None:
    olga = world.member("Olga", "owner", "admin")
    world.admin()
    before = world.dump()

    with pytest.raises(LastOwner):
        part_with(world, "Olga", how)

    assert world.dump() == before
    assert "owner" in olga.session().json["roles"]


@BOTH_WAYS
def test_an_owner_whose_account_is_closed_is_none(world: World, how: str) -> None:
    world.member("Olga", "owner")
    world.member("Gone", "owner")
    part_with(world, "Gone", "deactivate")

    with pytest.raises(LastOwner):
        part_with(world, "Olga", how)


@BOTH_WAYS
def test_one_of_two_owners_may_go(world: World, how: str) -> None:
    olga = world.member("Olga", "owner")
    world.member("Second", "owner")

    part_with(world, "Olga", how)

    assert olga.session().status_code == 401
    assert (olga.sign_in().status_code == 401) is (how == "deactivate")
    with pytest.raises(LastOwner):
        part_with(world, "Second", how)


@BOTH_WAYS
def test_the_terminal_says_why_the_only_owner_stays(world: World, how: str) -> None:
    olga = world.member("Olga", "owner")
    before = world.dump()

    refused = world.terminal(*command("olga", how))

    assert (refused.exit_code, refused.output) == (1, f"Error: {SENTENCE}\n")
    assert world.dump() == before
    assert olga.session().status_code == 200


@BOTH_WAYS
def test_the_terminal_lets_one_of_two_owners_go(world: World, how: str) -> None:
    world.member("Olga", "owner")
    world.member("Second", "owner")

    assert world.terminal(*command("Olga", how)).exit_code == 0
    assert world.terminal(*command("Second", how)).exit_code == 1


def test_who_is_no_owner_goes_whenever_it_is_asked_for(world: World) -> None:
    world.member("Olga", "owner")
    ann = world.admin()

    assert world.terminal("users", "revoke", "Ann", "admin").exit_code == 0
    assert ann.sign_in().status_code == 200
    assert said(ann.get("/api/v4/admin/invites"))[2] == "forbidden"
    assert world.terminal("users", "deactivate", "Ann").exit_code == 0
    assert ann.get(f"{AUTH}/session").status_code == 401


@BOTH_WAYS
def test_where_nobody_owns_the_place_the_last_admin_stays(world: World, how: str) -> None:
    ann, bea = world.admin(), world.admin("Bea")
    command = ["users", "revoke", "Bea", "admin"] if how == "revoke" else ["users", "deactivate", "Bea"]
    assert world.terminal(*command).exit_code == 0
    before = world.dump()

    refused = world.terminal(*[part.replace("Bea", "Ann") for part in command])

    assert (refused.exit_code, refused.output) == (1, "Error: Somebody else must be an admin first.\n")
    key = ann.session().json["uSkaterUUID"]
    method, path = ("DELETE", "roles/admin") if how == "revoke" else ("POST", "deactivate")
    answer = ann.browser.open(f"/api/v4/admin/users/{key}/{path}", method=method)
    assert said(answer) == (409, "Somebody else must be an admin first.", "last_admin")
    assert apart_from_counters(world.dump()) == apart_from_counters(before)
    assert ann.session().status_code == 200
    assert bea.session().status_code == 401


def test_a_closed_owner_may_lose_the_role(world: World) -> None:
    world.member("Olga", "owner")
    world.member("Gone", "owner")
    part_with(world, "Gone", "deactivate")

    part_with(world, "Gone", "revoke")


def test_a_role_that_was_not_held_is_not_found(world: World) -> None:
    world.member("Olga", "owner")
    world.admin()

    assert world.terminal("users", "revoke", "Ann", "owner").exit_code == 1
    assert world.terminal("users", "revoke", "Olga", "dev").exit_code == 1
