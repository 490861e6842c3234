"""Every kind of invitation is sent again in one way: a fresh link, a fresh life, by those who could have issued it."""

from typing import Any

import pytest

from core.models import Invitation, Letter
from core.policy import LIMITS
from core.roles import MEMBERS
from tests.api.conftest import NewWorld
from tests.api.test_coach_invitations import ask as ask_coach
from tests.api.test_invites import INVITES, issue
from tests.api.test_team_invitations import ask
from tests.support.answers import apart_from_counters, said
from tests.support.routes import NOBODYS
from tests.support.world import AUTH, Person, World, token_in, token_of

ABOVE = (403, "This invitation holds out a role above your own.", "above_own_role")
ACCEPTED = (409, "This invitation has already been accepted.", "already_member")
NOT_HERE = (404, "There is nothing here.", "not_found")
KINDS = ["gate", "coach", "team"]
KEYS = {"id", "kind", "email", "roles", "note", "language", "left", "invite_url", "expires_at", "mailed", "qr_svg"}


def sent(world: World, ann: Person, kind: str) -> tuple[str, str]:
    """The id of a fresh invitation of this kind, to Bea if it is personal, and its token."""
    if kind == "gate":
        issued = issue(ann, roles=["coach"], note="Tuesday")
        return issued["id"], issued["token"]
    if kind == "coach":
        token = token_of(ask_coach(ann, world.tenant())["invite_url"])
        [key] = [str(row.id) for row in world.rows(Invitation) if row.kind == "coach"]
        world.deliver()
        return key, token
    [item] = ask(ann, "bea@club.test", role="dev")
    return item["id"], token_in(world.deliver()[-1])


def resend(person: Person, key: str) -> Any:
    return person.post(f"{INVITES}/{key}/resend")


def state(world: World, token: str) -> str:
    answer = world.somebody("Anybody").get(f"{AUTH}/register/validate-token?token={token}")
    return "living" if answer.status_code == 200 else answer.json["code"]


def use(world: World, kind: str, token: str) -> None:
    bea = world.somebody("Bea")
    if kind == "team":
        assert bea.post("/api/v4/admin/teams/invitations/accept", {"token": token}).status_code == 200
    else:
        assert bea.register(token).status_code == 200


def test_strangers_have_no_business_here(world: World) -> None:
    assert said(resend(world.somebody("Eve"), NOBODYS)) == (401, "Please sign in first.", "not_signed_in")


@pytest.mark.parametrize("role", [*MEMBERS, "designer", "dev"])
def test_neither_have_those_who_are_no_admins(world: World, role: str) -> None:
    eve = world.member("Eve", role)

    assert said(resend(eve, NOBODYS)) == (403, "You are not allowed to do this.", "forbidden")


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_link_takes_the_place_of_the_old_one_which_says_so(world: World, kind: str) -> None:
    ann = world.admin()
    key, old = sent(world, ann, kind)
    world.clock.later(minutes=30)

    answer = resend(ann, key)

    assert (answer.status_code, set(answer.json)) == (200, KEYS)
    assert (answer.json["id"], answer.json["kind"]) == (key, kind)
    assert answer.json["expires_at"] == "2026-11-27T18:30:00Z"
    assert answer.json["qr_svg"].startswith("<svg")
    token = token_of(answer.json["invite_url"])
    assert (state(world, old), state(world, token)) == ("invite_replaced", "living")
    assert token not in repr(world.dump())
    use(world, kind, token)


@pytest.mark.parametrize("kind", ["coach", "team"])
def test_a_personal_one_is_mailed_as_well_with_a_link_of_its_own(world: World, kind: str) -> None:
    ann = world.admin()
    key, _ = sent(world, ann, kind)

    answer = resend(ann, key).json

    assert (answer["mailed"], answer["email"]) == (True, "bea@club.test")
    [letter] = world.deliver()
    assert letter.recipients == ["bea@club.test"]
    assert token_in(letter) != token_of(answer["invite_url"])
    assert {state(world, token) for token in (token_in(letter), token_of(answer["invite_url"]))} == {"living"}


def test_a_link_for_anybody_is_mailed_to_nobody(world: World) -> None:
    ann = world.admin()
    key = issue(ann, max_uses=3, roles=["coach"], note="Tuesday")["id"]

    answer = resend(ann, key).json

    assert (answer["mailed"], answer["email"], world.rows(Letter)) == (False, None, [])
    assert (answer["roles"], answer["note"], answer["left"]) == (["coach"], "Tuesday", 3)


def test_what_is_left_stays_left(world: World) -> None:
    ann = world.admin()
    issued = issue(ann, max_uses=3)
    world.somebody("Bea").register(issued["token"])

    answer = resend(ann, issued["id"]).json

    assert answer["left"] == 2
    for name, status in (("Cas", 200), ("Dee", 200), ("Eve", 403)):
        assert world.somebody(name).register(token_of(answer["invite_url"])).status_code == status


def test_one_without_limit_or_end_stays_so(world: World) -> None:
    ann = world.admin()
    world.invite(max_uses=0, expires_at=None)
    [key] = [str(row.id) for row in world.rows(Invitation) if row.max_uses == 0]

    assert [resend(ann, key).json[field] for field in ("left", "expires_at")] == [0, None]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ended", ["expired", "revoked"])
def test_a_dead_one_comes_back_to_life(world: World, kind: str, ended: str) -> None:
    ann = world.admin()
    key, old = sent(world, ann, kind)
    if ended == "expired":
        world.clock.later(days=7)
        ann.sign_in()
    else:
        assert ann.delete(f"{INVITES}/{key}").status_code == 204
    assert state(world, old) == f"invite_{ended}"

    token = token_of(resend(ann, key).json["invite_url"])

    assert (state(world, old), state(world, token)) == ("invite_replaced", "living")
    use(world, kind, token)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_used_up_is_not_sent_again(world: World, kind: str) -> None:
    ann = world.admin()
    key, token = sent(world, ann, kind)
    use(world, kind, token)
    before = apart_from_counters(world.dump())

    assert said(resend(ann, key)) == ACCEPTED
    assert apart_from_counters(world.dump()) == before


def test_nobody_sends_again_or_revokes_what_holds_out_more_than_they_have(world: World) -> None:
    olga, ann = world.member("Olga", "owner"), world.admin()
    [item] = ask(olga, "bea@club.test", role="super_admin")
    token = token_in(world.deliver()[-1])
    before = apart_from_counters(world.dump())

    assert said(resend(ann, item["id"])) == ABOVE
    assert said(ann.delete(f"{INVITES}/{item['id']}")) == ABOVE
    assert apart_from_counters(world.dump()) == before
    assert state(world, token) == "living"
    assert resend(olga, item["id"]).status_code == 200
    assert olga.delete(f"{INVITES}/{item['id']}").status_code == 204


@pytest.mark.parametrize("key", [NOBODYS, "1", "x", "%00", "9" * 400])
def test_what_is_not_there_is_not_sent(world: World, key: str) -> None:
    ann = world.admin()
    before = apart_from_counters(world.dump())

    assert said(resend(ann, key)) == NOT_HERE
    assert apart_from_counters(world.dump()) == before


@pytest.mark.parametrize("kind", KINDS)
def test_sending_again_leaves_one_event(world: World, kind: str) -> None:
    ann = world.admin()
    key, _ = sent(world, ann, kind)
    before = world.events()

    resend(ann, key)

    assert sorted(world.events()) == sorted([*before, "invitation_renewed"])


def test_without_mail_the_answer_says_so(new_world: NewWorld) -> None:
    world = new_world(development_mailbox=False)
    ann = world.admin()
    [item] = ask(ann, "bea@club.test")

    answer = resend(ann, item["id"]).json

    assert (answer["mailed"], answer["email"], world.rows(Letter)) == (False, "bea@club.test", [])
    use(world, "team", token_of(answer["invite_url"]))


def test_sending_again_is_limited_with_invitations(world: World) -> None:
    ann = world.admin()
    key = issue(ann)["id"]
    for _ in range(LIMITS["invite_account"].attempts - 1):
        assert resend(ann, NOBODYS).status_code == 404

    assert said(resend(ann, key))[::2] == (429, "too_many_attempts")
