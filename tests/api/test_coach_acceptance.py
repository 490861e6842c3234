"""Answering a coach's invitation: with a new account, or with the one of that address."""

from typing import Any

import pytest

from core.models import Coach, InvitationUse, TenantCoach, User, UserRole
from tests.api.test_coach_invitations import COACHES, GOOD, ask, place
from tests.support.answers import INVALID, apart_from_counters, faults, said
from tests.support.world import AUTH, Person, World, token_of

ACCEPT = f"{AUTH}/invitations/accept"
DEAD = "Invalid or expired invite token."
BEYOND = "This invite has expired or has already been used."


def invited(world: World, **body: Any) -> str:
    """The token with which Bea is invited."""
    return token_of(ask(world.admin(), world.tenant(), **body)["invite_url"])


def preview(person: Person, token: str) -> Any:
    return person.get(f"{AUTH}/register/validate-token?token={token}")


def assert_in_place(world: World, bea: Person) -> None:
    """Bea holds the role and the place, and the record is bound to the account."""
    session = bea.session().json
    assert "coach" in session["roles"]
    row = place(world)
    assert (row.joined_at, row.user_id) == (world.clock.now, session["user_id"])
    [coach] = world.chosen_from(Coach)
    assert str(coach.skater_id) == session["uSkaterUUID"]


def test_the_form_is_filled_in_from_the_invitation(world: World) -> None:
    token = invited(world)

    answer = preview(world.somebody("Bea"), token)

    assert answer.status_code == 200
    assert answer.json["valid"] is True
    known = {key: answer.json[key] for key in ("kind", "email", "name", "roles")}
    assert known == {"kind": "coach", "email": "bea@club.test", "name": "Bea Blade", "roles": ["coach"]}


def test_registering_grants_the_role_joins_the_tenant_and_binds_the_record(world: World) -> None:
    token = invited(world)
    bea = world.somebody("Bea")

    assert bea.register(token).status_code == 200

    bea.sign_in()
    assert_in_place(world, bea)
    assert set(bea.session().json["roles"]) == {"adult", "coach"}


def test_the_address_may_be_typed_in_any_letter_case(world: World) -> None:
    token = invited(world, email="bea@club.test")

    assert world.somebody("Bea").register(token, aEmail="BEA@Club.Test").status_code == 200


@pytest.mark.parametrize("other", ["eve@club.test", "bea@club.tests", "bea+1@club.test", "b.ea@club.test"])
def test_nobody_registers_with_anothers_invitation(world: World, other: str) -> None:
    token = invited(world)
    before = apart_from_counters(world.dump())

    answer = world.somebody("Eve").register(token, aEmail=other)

    assert said(answer) == (403, DEAD, "invite_other_address")
    assert (answer.json["invited"], answer.json["present"]) == ("b•••@club.test", other)
    assert "bea@" not in answer.text.replace(other, "")
    assert apart_from_counters(world.dump()) == before
    assert world.somebody("Bea").register(token).status_code == 200


def test_a_refused_registration_uses_nothing_up(world: World) -> None:
    world.member("Cas")
    token = invited(world)
    bea = world.somebody("Bea")
    before = apart_from_counters(world.dump())

    assert said(bea.register(token, aLogin="cas"))[2] == "login_taken"
    assert said(bea.register(token, aPasswordHash="short"))[2] == "password_too_short"
    assert apart_from_counters(world.dump()) == before
    assert bea.register(token).status_code == 200


def test_who_has_an_account_of_that_address_accepts_with_it(world: World) -> None:
    bea = world.member("Bea")
    token = invited(world, email="BEA@club.test")
    before = {row.id: row for row in world.rows(User)}[bea.session().json["user_id"]]

    answer = bea.post(ACCEPT, {"token": token})

    assert (answer.status_code, answer.json["kind"], answer.json["roles"]) == (200, "coach", ["coach"])
    assert_in_place(world, bea)
    after = {row.id: row for row in world.rows(User)}[before.id]
    assert (after.password_hash, after.login, after.email) == (before.password_hash, before.login, before.email)


def test_who_is_a_coach_already_joins_one_more_tenant(world: World) -> None:
    ann = world.admin()
    links = [ask(ann, world.tenant(name))["invite_url"] for name in ("Ice House", "Rink Two")]
    bea = world.somebody("Bea")
    bea.register(token_of(links[0]))
    bea.sign_in()

    assert bea.post(ACCEPT, {"token": token_of(links[1])}).status_code == 200

    assert [row.user_id for row in world.rows(TenantCoach)] == [bea.session().json["user_id"]] * 2
    assert len(world.chosen_from(Coach)) == 1
    assert bea.session().json["roles"].count("coach") == 1


def test_nobody_accepts_what_is_anothers(world: World) -> None:
    token, eve = invited(world), world.member("Eve")
    before = apart_from_counters(world.dump())

    for answer in (eve.post(ACCEPT, {"token": token}), preview(eve, token)):
        assert said(answer)[::2] == (403, "invite_other_address")
        assert (answer.json["invited"], answer.json["present"]) == ("b•••@club.test", "eve@club.test")
    assert apart_from_counters(world.dump()) == before
    assert world.member("Bea").post(ACCEPT, {"token": token}).status_code == 200


def test_accepting_needs_an_account(world: World) -> None:
    token = invited(world)

    answer = world.somebody("Bea").post(ACCEPT, {"token": token})

    assert said(answer) == (401, "Please sign in first.", "not_signed_in")


BODIES: list[tuple[Any, set[str]]] = [
    ({}, {"token"}),
    ({"token": ""}, {"token"}),
    ({"token": 7}, {"token"}),
    ({"token": "x" * 201}, {"token"}),
    ({"token": "a\x00b"}, {"token"}),
    ({"token": "x", "role": "owner"}, {"role"}),
]


def test_accepting_takes_the_token_and_nothing_else(world: World) -> None:
    bea = world.member("Bea")

    for body, named in BODIES:
        answer = bea.post(ACCEPT, body)
        assert said(answer) == (400, INVALID, "invalid_input"), body
        assert faults(answer) == named


@pytest.mark.parametrize("first", ["registered", "accepted"])
def test_a_place_is_taken_once(world: World, first: str) -> None:
    ann, tenant_id = world.admin(), world.tenant()
    token = token_of(ask(ann, tenant_id)["invite_url"])
    bea = world.somebody("Bea") if first == "registered" else world.member("Bea")
    taken = bea.register(token) if first == "registered" else bea.post(ACCEPT, {"token": token})
    assert taken.status_code == 200
    bea.sign_in()
    before = apart_from_counters(world.dump())

    assert said(bea.post(ACCEPT, {"token": token})) == (403, DEAD, "invite_used")
    assert said(world.somebody("Eve").register(token)) == (403, DEAD, "invite_used")
    assert said(preview(world.somebody("Bea"), token)) == (403, BEYOND, "invite_used")
    asked_again = ann.post(COACHES, {**GOOD, "tenant_id": tenant_id})
    assert said(asked_again) == (409, "This invitation has already been accepted.", "already_member")
    assert apart_from_counters(world.dump()) == before
    assert len([row for row in world.rows(InvitationUse) if row.invitation_id == place(world).invitation_id]) == 1


def test_a_link_lives_for_seven_days_exactly(world: World) -> None:
    token, bea = invited(world), world.somebody("Bea")

    world.clock.later(days=7)
    assert said(bea.register(token)) == (403, DEAD, "invite_expired")
    assert said(preview(bea, token)) == (403, BEYOND, "invite_expired")

    world.clock.later(seconds=-1)
    assert preview(bea, token).status_code == 200
    assert bea.register(token).status_code == 200


def test_a_revoked_link_says_so(world: World) -> None:
    token, bea = invited(world), world.member("Bea")
    ann = world.somebody("Ann")
    ann.sign_in()
    assert ann.delete(f"/api/v4/admin/invites/{place(world).invitation_id}").status_code == 204

    assert said(bea.post(ACCEPT, {"token": token})) == (403, DEAD, "invite_revoked")
    assert said(preview(bea, token)) == (403, BEYOND, "invite_revoked")
    assert place(world).joined_at is None


def test_what_nobody_issued_is_invalid(world: World) -> None:
    bea = world.member("Bea")

    assert said(bea.post(ACCEPT, {"token": "x" * 43})) == (403, DEAD, "invite_invalid")


def test_closing_the_inviters_account_ends_what_is_open(world: World) -> None:
    token = invited(world)
    world.member("Olga", "owner")
    world.terminal("users", "deactivate", "Ann")

    assert said(world.somebody("Bea").register(token)) == (403, DEAD, "invite_revoked")


def test_a_gate_link_brings_its_roles_to_an_account_that_exists_once(world: World) -> None:
    cas = world.member("Cas")
    token = world.invite(roles=["artist"], max_uses=0)

    assert cas.post(ACCEPT, {"token": token}).json["roles"] == ["artist"]
    assert "artist" in cas.session().json["roles"]
    held = len(world.rows(UserRole))

    again = cas.post(ACCEPT, {"token": token})
    assert said(again) == (409, "This invitation has already been accepted.", "already_member")
    assert len(world.rows(UserRole)) == held
