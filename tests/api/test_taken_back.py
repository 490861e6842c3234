"""What was taken, closed or replaced stays so: nothing that was decided before gives it back."""

from typing import Any

import pytest
from sqlalchemy import update

from app.extensions import db
from app.unit import open_unit
from core import claims, first_admin
from core.errors import InviteDead
from core.models import AuditEvent, User
from core.passwords import Hasher
from tests.support.answers import said
from tests.support.routes import COACH, INVITES, TEAM, USERS
from tests.support.world import AUTH, PASSWORD, Person, World, token_in, token_of

NEW = "figure eights at midnight"


def key(world: World, person: Person) -> str:
    return str(next(row.skater_id for row in world.rows(User) if row.login == person.name))


def asked(me: Person, email: str, role: str) -> Any:
    [item] = me.post(TEAM, {"emails": [email], "role": role}).json["items"]
    return item


def test_a_change_of_password_that_waits_while_the_account_is_closed_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S18"""
    cas, hashing = world.member("Cas"), Hasher.hash

    def close_first(self: Hasher, password: str) -> str:
        if password == NEW:
            assert world.terminal("users", "deactivate", "Cas").exit_code == 0
        return hashing(self, password)

    monkeypatch.setattr(Hasher, "hash", close_first)
    assert cas.post(f"{AUTH}/change-password", {"current_password": PASSWORD, "new_password": NEW}).status_code == 401

    world.terminal("users", "activate", "Cas")
    assert cas.session().status_code == 401
    assert world.somebody("Cas").sign_in(password=NEW).status_code == 401
    assert world.somebody("Cas").sign_in().status_code == 200


def test_a_session_that_idled_out_does_not_live_again_when_the_role_is_taken(world: World) -> None:
    """S22"""
    ann = world.admin()
    world.admin("Second")
    world.clock.later(hours=2)
    assert ann.session().status_code == 401
    world.terminal("users", "revoke", "Ann", "admin")
    assert ann.session().status_code == 401
    assert world.somebody("Ann").sign_in().status_code == 200


def test_the_last_admin_cannot_close_their_own_account_nor_drop_the_role(world: World) -> None:
    """S23"""
    ann = world.admin()
    for answer in (
        ann.post(f"{USERS}/{key(world, ann)}/deactivate"),
        ann.delete(f"{USERS}/{key(world, ann)}/roles/admin"),
    ):
        assert said(answer) == (409, "Somebody else must be an admin first.", "last_admin")
    assert ann.session().status_code == 200


def test_who_sends_an_invitation_again_does_not_become_its_issuer(world: World) -> None:
    """S24"""
    mallory, ann = world.admin("Mallory"), world.admin()
    made = mallory.post(INVITES, {"max_uses": 50}).json
    fresh = token_of(ann.post(f"{INVITES}/{made['id']}/resend").json["invite_url"])

    [listed] = [each for each in ann.get(INVITES).json["items"] if each["id"] == made["id"]]
    assert listed["created_by"] == "Mallory"
    world.terminal("users", "deactivate", "Mallory")
    assert world.somebody("Cas").register(fresh).status_code == 200


def test_asking_for_a_reset_letter_leaves_the_link_that_was_handed_over(world: World) -> None:
    """S27"""
    ann, bob = world.admin(), world.member("Bob")
    link = ann.post(f"{USERS}/{key(world, bob)}/reset-link").json["reset_url"]
    world.somebody("Eve").post(f"{AUTH}/reset-request", {"email": bob.email})
    assert any("/reset" in letter.body for letter in world.deliver())

    body = {"token": token_of(link), "new_password": NEW}
    assert world.somebody("Bob").post(f"{AUTH}/reset-confirm", body).status_code == 200


def test_a_minor_is_nothing_that_people_choose_for_themselves(world: World) -> None:
    """S28"""
    link = world.invite(roles=["minor"], max_uses=3)
    refused = world.somebody("Cas").register(link, roles=["guardian", "coach"])
    assert refused.status_code == 400
    assert world.somebody("Cas").register(link).status_code == 200
    cas = world.somebody("Cas")
    cas.sign_in()
    assert cas.session().json["roles"] == ["minor"]

    ann, bob = world.admin(), world.member("Bob")
    given = ann.post(f"{USERS}/{key(world, cas)}/roles", {"role": "coach"})
    assert (given.status_code, given.json["code"]) == (409, "roles_conflict")
    taken = bob.post(f"{AUTH}/invitations/accept", {"token": link})
    assert (taken.status_code, taken.json["code"]) == (409, "roles_conflict")


def test_the_trail_names_who_gave_a_role_by_an_invitation(world: World) -> None:
    """S30a"""
    olga, bob = world.member("Olga", "owner"), world.member("Bob")
    asked(olga, bob.email, "dev")
    [letter] = [each for each in world.deliver() if "/team/join" in each.body]
    assert bob.post(f"{TEAM}/accept", {"token": token_in(letter)}).status_code == 200

    given = [row.details for row in world.rows(AuditEvent) if row.event == "roles_granted"]
    [details] = [each for each in given if each.get("roles") == ["dev"]]
    assert details["by"] == "Olga"
    assert details["invitation"]


def test_who_lost_the_last_staff_role_or_the_coach_can_be_asked_again(world: World) -> None:
    """S31"""
    olga, dan = world.member("Olga", "owner"), world.member("Dan")
    for outcome in ("invited", "invited"):
        assert asked(olga, dan.email, "designer")["outcome"] == outcome
        token = next(token_in(each) for each in world.deliver() if "/team/join" in each.body)
        assert dan.post(f"{TEAM}/accept", {"token": token}).status_code == 200
        assert asked(olga, dan.email, "designer")["outcome"] == "already_member"
        assert olga.delete(f"{USERS}/{key(world, dan)}/roles/designer").status_code == 200
        dan.sign_in()

    eve, place = world.member("Eve"), world.tenant()
    body = {"name": "Eve Lee", "email": eve.email, "role": "coach", "tenant_id": place}
    for _ in range(2):
        made = olga.post(COACH, body)
        assert made.status_code == 201
        link = {"token": token_of(made.json["invite_url"])}
        assert eve.post(f"{AUTH}/invitations/accept", link).status_code == 200
        assert olga.post(COACH, body).status_code == 409
        assert olga.delete(f"{USERS}/{key(world, eve)}/roles/coach").status_code == 200


def test_the_first_admins_link_makes_one_only_while_nobody_is(world: World) -> None:
    """S35"""
    with world.app.app_context(), open_unit(name="cli") as unit:
        offered = first_admin.offer(unit)
    assert offered
    world.member("Olga", "owner")

    assert world.somebody("Eve").register(offered.secret).status_code == 403
    assert [row.login for row in world.rows(User)] == ["Olga"]


def test_a_lower_rank_does_not_undo_what_a_higher_one_decided(world: World) -> None:
    """S36"""
    olga, ada, friend = world.member("Olga", "owner"), world.admin("Ada"), world.admin("Friend")
    made = ada.post(INVITES, {"max_uses": 0}).json["id"]
    assert olga.delete(f"{INVITES}/{made}").status_code == 204
    assert said(friend.post(f"{INVITES}/{made}/resend"))[::2] == (403, "above_own_role")
    assert olga.post(f"{USERS}/{key(world, ada)}/deactivate").status_code == 200
    assert said(friend.post(f"{USERS}/{key(world, ada)}/activate"))[::2] == (403, "above_own_role")

    assert olga.post(f"{INVITES}/{made}/resend").status_code == 200
    assert olga.post(f"{USERS}/{key(world, ada)}/activate").status_code == 200


def test_an_admin_does_not_replace_an_owners_invitation_by_a_lesser_one(world: World) -> None:
    olga, ann = world.member("Olga", "owner"), world.admin()
    assert asked(olga, "bea@club.test", "owner")["outcome"] == "invited"
    [letter] = world.deliver()

    item = asked(ann, "bea@club.test", "designer")
    assert (item["outcome"], item["reason"]) == ("invalid", "Somebody above you has invited this address.")
    accepted = world.somebody("Bea").post(f"{TEAM}/accept", {"token": token_in(letter)})
    assert accepted.status_code == 200


@pytest.mark.parametrize("lost", ["closed", "rank"])
def test_a_claim_asks_whether_its_maker_could_still_make_the_link(world: World, lost: str) -> None:
    """What a claim that had looked before would find; nothing was revoked."""
    ann = world.admin()
    made = ann.post(INVITES, {"max_uses": 3}).json["token"]
    with world.app.app_context(), open_unit(name="cli") as unit:
        link = claims.peek(unit.look, made, unit.now)
    with world.app.app_context(), db.engine.begin() as connection:
        if lost == "closed":
            connection.execute(update(User).values(is_active=False))
        else:
            connection.exec_driver_sql("DELETE FROM user_roles")

    with world.app.app_context(), open_unit(name="cli") as unit, pytest.raises(InviteDead):
        claims.claim(unit, link)
