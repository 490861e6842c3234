"""Inviting coaches: recorded at once, a personal link, replaced when asked again."""

import uuid
from typing import Any

import pytest

from app.unit import open_unit
from core.models import Coach, Invitation, InvitationLink, Letter, Tenant, TenantCoach
from core.roles import MEMBERS
from tests.api.conftest import NewWorld
from tests.support.answers import INVALID, apart_from_counters, faults, said
from tests.support.routes import NOBODYS
from tests.support.world import AUTH, Person, World, token_in, token_of

COACHES = "/api/v4/admin/invite-coach"
GOOD = {"name": "Bea Blade", "email": "bea@club.test", "role": "head_coach", "tenant_id": NOBODYS}
REPLACED = (403, "Invalid or expired invite token.", "invite_replaced")


def ask(person: Person, tenant_id: str, **body: Any) -> Any:
    """Invite the coach Bea, whose address is that of somebody("Bea")."""
    answer = person.post(COACHES, {**GOOD, "tenant_id": tenant_id, **body})
    assert answer.status_code == 201, answer.text
    return answer.json


def place(world: World) -> Any:
    [row] = world.rows(TenantCoach)
    return row


def test_strangers_invite_no_coaches(world: World) -> None:
    answer = world.somebody("Eve").post(COACHES, {"name": 7})

    assert said(answer) == (401, "Please sign in first.", "not_signed_in")


@pytest.mark.parametrize("role", [*MEMBERS, "designer", "dev"])
def test_neither_do_those_who_are_no_admins(world: World, role: str) -> None:
    eve = world.member("Eve", role)
    before = world.dump()

    assert said(eve.post(COACHES, {"name": 7})) == (403, "You are not allowed to do this.", "forbidden")
    assert world.dump() == before


@pytest.mark.parametrize("role", ["admin", "super_admin", "owner"])
def test_admins_and_those_above_them_do(world: World, role: str) -> None:
    assert ask(world.member("Ann", role), world.tenant())


def test_an_unknown_tenant_is_not_found_and_nobody_is_recorded(world: World) -> None:
    ann = world.admin()
    before = apart_from_counters(world.dump())

    assert said(ann.post(COACHES, GOOD)) == (404, "There is nothing here.", "not_found")
    assert apart_from_counters(world.dump()) == before


FAULTS: list[tuple[str, Any]] = [
    ("name", ...),
    ("name", ""),
    ("name", 7),
    ("name", None),
    ("name", "x" * 201),
    ("name", "a\x00b"),
    ("name", "a\u202eb"),
    ("email", ...),
    ("email", "bea"),
    ("email", "bea@club.test, eve@club.test"),
    ("email", "bea@club.test\nBcc: eve@club.test"),
    ("email", "b" * 250 + "@club.test"),
    ("email", ["bea@club.test"]),
    ("email", None),
    ("role", ...),
    ("role", "admin"),
    ("role", "Coach"),
    ("role", None),
    ("role", ["coach"]),
    ("tenant_id", ...),
    ("tenant_id", "1"),
    ("tenant_id", 1),
    ("tenant_id", None),
    ("tenant_id", "' or ''='"),
    ("kind", "team"),
    ("roles", ["owner"]),
    ("expires_in", 60),
]


@pytest.mark.parametrize("field", dict(FAULTS))
def test_the_field_at_fault_is_named(world: World, field: str) -> None:
    ann = world.admin()
    good = {**GOOD, "tenant_id": world.tenant()}
    before = apart_from_counters(world.dump())

    for value in [value for name, value in FAULTS if name == field]:
        body = {**good, field: value}
        answer = ann.post(COACHES, {key: value for key, value in body.items() if value is not ...})
        assert said(answer) == (400, INVALID, "invalid_input"), value
        assert faults(answer) == {field}, value
    assert apart_from_counters(world.dump()) == before


def test_every_field_at_fault_is_named_at_once(world: World) -> None:
    assert faults(world.admin().post(COACHES, {"email": "x", "extra": 1})) == {*GOOD, "extra"}


def test_the_coach_is_recorded_at_once_as_invited(world: World) -> None:
    ann, tenant_id = world.admin(), world.tenant()

    asked = ask(ann, tenant_id, name=" Bea van der Blade ", email="Bea@Club.test")

    assert set(asked) == {"coach_id", "invite_url", "expires_at", "mailed"}
    assert (asked["expires_at"], asked["mailed"]) == ("2026-11-27T18:00:00Z", True)
    [coach] = world.chosen_from(Coach)
    assert str(coach.id) == asked["coach_id"]
    assert (coach.first_name, coach.last_name, coach.skater_id) == ("Bea", "van der Blade", None)
    assert coach.email.lower() == "bea@club.test"
    row = place(world)
    assert (str(row.tenant_id), str(row.coach_id), row.part) == (tenant_id, asked["coach_id"], "head_coach")
    assert (row.joined_at, row.user_id) == (None, None)


@pytest.mark.parametrize("part", ["coach", "head_coach", "assistant_coach"])
def test_whatever_their_part_the_account_role_is_coach(world: World, part: str) -> None:
    ask(world.admin(), world.tenant(), role=part)

    assert place(world).part == part
    assert [row.roles for row in world.rows(Invitation) if row.kind == "coach"] == [["coach"]]


@pytest.mark.parametrize("typed", ["bea@club.test", "BEA@CLUB.TEST", " Bea@club.test "])
def test_a_coach_of_this_address_is_taken_over_and_not_doubled(world: World, typed: str) -> None:
    ann = world.admin()
    first = ask(ann, world.tenant("Ice House"), email="Bea@Club.Test")

    second = ask(ann, world.tenant("Rink Two"), email=typed)

    assert second["coach_id"] == first["coach_id"]
    assert len(world.chosen_from(Coach)) == 1
    assert len(world.rows(TenantCoach)) == 2


@pytest.mark.parametrize("written", ["bea@club.test", "Bea@Club.Test", " BEA@club.test "])
def test_so_is_one_from_before_there_were_invitations(world: World, written: str) -> None:
    old = uuid.uuid4()
    with world.app.app_context(), open_unit(name="cli") as unit:
        unit.session.add(Coach(id=old, first_name="Beatrix", last_name="B", rate=40.0, email=written))
    ann, tenant_id = world.admin(), world.tenant()

    asked = [ask(ann, tenant_id)["coach_id"], ask(ann, world.tenant("Rink Two"))["coach_id"]]

    assert asked == [str(old)] * 2
    [coach] = world.chosen_from(Coach)
    assert (coach.first_name, coach.rate) == ("Beatrix", 40.0)


def test_two_coaches_without_an_address_stay_two(world: World) -> None:
    with world.app.app_context(), open_unit(name="cli") as unit:
        unit.session.add_all([Coach(id=uuid.uuid4(), first_name="No"), Coach(id=uuid.uuid4(), email="")])

    ask(world.admin(), world.tenant())

    assert len(world.chosen_from(Coach)) == 3


def test_the_mailed_link_and_the_one_on_screen_open_one_invitation(world: World) -> None:
    asked = ask(world.admin(), world.tenant())
    [letter] = world.deliver()
    on_screen, mailed = token_of(asked["invite_url"]), token_in(letter)

    assert on_screen != mailed
    assert asked["invite_url"] == f"http://localhost:5000/coach/onboard?token={on_screen}"
    assert f"http://localhost:5000/coach/onboard?token={mailed}" in letter.body
    assert letter.recipients == ["bea@club.test"]
    assert "Ice House" in letter.body
    assert "head coach" in letter.body
    assert len({row.invitation_id for row in world.rows(InvitationLink) if row.replaced_at is None}) == 2  # and Ann's
    answers = [world.somebody("Bea").get(f"{AUTH}/register/validate-token?token={t}") for t in (on_screen, mailed)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert world.somebody("Bea").register(mailed).status_code == 200
    assert said(world.somebody("Bea").register(on_screen))[2] == "invite_used"


def test_a_link_is_kept_only_as_a_digest(world: World) -> None:
    asked = ask(world.admin(), world.tenant())
    [letter] = world.deliver()

    dump = repr(world.dump())

    assert token_of(asked["invite_url"]) not in dump
    assert token_in(letter) not in dump


def test_the_link_begins_as_configured_whatever_the_request_says(new_world: NewWorld) -> None:
    world = new_world(base_url="https://rink.example/app", trusted_hosts=("evil.test",))
    ann, tenant_id = world.admin(), world.tenant()
    headers = {"Host": "evil.test", "X-Forwarded-Host": "evil.test"}
    ann.browser.set_cookie("session", ann.cookie or "", domain="evil.test")

    answer = ann.post(COACHES, {**GOOD, "tenant_id": tenant_id}, headers=headers)

    assert answer.json["invite_url"].startswith("https://rink.example/app/coach/onboard?token=")


def test_without_mail_the_link_is_all_there_is(new_world: NewWorld) -> None:
    world = new_world(development_mailbox=False)

    asked = ask(world.admin(), world.tenant())

    assert asked["mailed"] is False
    assert world.rows(Letter) == []
    assert world.somebody("Bea").register(token_of(asked["invite_url"])).status_code == 200


def test_asked_again_the_coach_keeps_the_record_and_gets_a_new_link(world: World) -> None:
    ann, tenant_id = world.admin(), world.tenant()
    first = ask(ann, tenant_id)
    [letter] = world.deliver()
    world.clock.later(days=1)
    ann.sign_in()

    second = ask(ann, tenant_id, email="BEA@club.test", role="assistant_coach")

    assert second["coach_id"] == first["coach_id"]
    assert second["expires_at"] == "2026-11-28T18:00:00Z"
    assert place(world).part == "assistant_coach"
    assert (len(world.chosen_from(Coach)), len(world.rows(Tenant))) == (1, 1)
    for old in (token_of(first["invite_url"]), token_in(letter)):
        bea = world.somebody("Bea")
        assert said(bea.register(old)) == REPLACED
        assert bea.get(f"{AUTH}/register/validate-token?token={old}").json["code"] == "invite_replaced"
    assert world.somebody("Bea").register(token_of(second["invite_url"])).status_code == 200


@pytest.mark.parametrize("ended", ["expired", "revoked"])
def test_asked_again_a_dead_invitation_lives_again(world: World, ended: str) -> None:
    ann, tenant_id = world.admin(), world.tenant()
    ask(ann, tenant_id)
    if ended == "expired":
        world.clock.later(days=8)
        ann.sign_in()
    else:
        ann.delete(f"/api/v4/admin/invites/{place(world).invitation_id}")

    again = ask(ann, tenant_id)

    assert world.somebody("Bea").register(token_of(again["invite_url"])).status_code == 200
