"""Team invitations after they were sent: listed, revoked, sent again."""

import uuid
from typing import Any

import pytest

from tests.api.test_coach_invitations import ask as ask_coach
from tests.api.test_invites import issue
from tests.api.test_team_invitations import ABOVE, NOBODYS, TEAM, accept, ask, asked_rows, outcomes
from tests.support.answers import INVALID, apart_from_counters, faults, said
from tests.support.world import Person, World, token_in

NOT_HERE = (404, "There is nothing here.", "not_found")


def sent(world: World, ann: Person, email: str = "bea@club.test", role: str = "designer") -> tuple[str, str]:
    """The id of a fresh invitation and the token that was mailed."""
    [item] = ask(ann, email, role=role)
    [letter] = [letter for letter in world.deliver() if letter.recipients[0].lower() == email.lower()]
    return item["id"], token_in(letter)


def addresses(person: Person, query: str = "") -> list[str]:
    answer = person.get(TEAM + query)
    assert answer.status_code == 200, answer.text
    return [item["email"].partition("@")[0] for item in answer.json["items"]]


def test_the_list_says_who_was_asked_by_whom_and_how_it_ended(world: World) -> None:
    ann = world.admin()
    key, token = sent(world, ann, role="dev")
    world.clock.later(minutes=1)
    accept(world.somebody("Bea"), token)

    [item] = ann.get(TEAM).json["items"]

    assert (item["id"], item["kind"], item["status"]) == (key, "team", "used")
    assert (item["email"], item["roles"], item["created_by"]) == ("bea@club.test", ["dev"], "Ann")
    assert item["registered"] == [{"login": "bea", "at": "2026-11-20T18:01:00Z"}]
    assert token not in ann.get(TEAM).text


def test_the_list_holds_team_invitations_only(world: World) -> None:
    ann = world.admin()
    issue(ann)
    ask_coach(ann, world.tenant())

    assert addresses(ann) == []


def one_of_each(world: World) -> Person:
    ann = world.member("Ann", "owner")
    accept(world.somebody("Used"), sent(world, ann, "used@club.test")[1])
    ann.delete(f"{TEAM}/{sent(world, ann, 'revoked@club.test')[0]}")
    ask(ann, "expired@club.test")
    world.clock.later(days=7)
    ann.sign_in()
    ask(ann, "active@club.test")
    return ann


@pytest.mark.parametrize("status", ["active", "used", "expired", "revoked"])
def test_the_list_by_status_holds_those_and_no_others(world: World, status: str) -> None:
    assert addresses(one_of_each(world), f"?status={status}") == [status]


def test_the_list_is_searched_by_address_and_issuer(world: World) -> None:
    ann = world.admin()
    ask(ann, "bea@club.test", "cas@ice.test")
    ask(world.member("Olga", "owner"), "dee@club.test")

    assert addresses(ann, "?q=ICE") == ["cas"]
    assert addresses(ann, "?q=olga") == ["dee"]
    assert set(addresses(ann, "?q=club.test")) == {"bea", "dee"}
    assert addresses(ann, "?q=_") == addresses(ann, "?q=%25") == []


@pytest.mark.parametrize("limit", [2, 5])
def test_pages_hold_everything_once(world: World, limit: int) -> None:
    ann = world.admin()
    names = [f"p{number}" for number in range(5)]
    ask(ann, *(f"{name}@club.test" for name in names))

    found: list[str] = []
    page: Any = ann.get(f"{TEAM}?limit={limit}").json
    while True:
        found += [item["email"].partition("@")[0] for item in page["items"]]
        if not (cursor := page["next_cursor"]):
            break
        page = ann.get(f"{TEAM}?limit={limit}&cursor={cursor}").json

    assert sorted(found) == names


def test_a_query_that_makes_no_sense_is_refused_by_name(world: World) -> None:
    ann = world.admin()

    for query in ("status=open", "limit=0", "limit=201", "cursor=x", "role=dev"):
        answer = ann.get(f"{TEAM}?{query}")
        assert said(answer) == (400, INVALID, "invalid_input"), query
        assert faults(answer) == {query.partition("=")[0]}


def test_revoking_ends_a_link_at_once(world: World) -> None:
    ann = world.admin()
    key, token = sent(world, ann)

    for _ in range(2):
        answer = ann.delete(f"{TEAM}/{key}")
        assert (answer.status_code, answer.data) == (204, b"")

    assert said(accept(world.somebody("Bea"), token))[::2] == (403, "invite_revoked")


def test_a_letter_whose_invitation_was_revoked_meanwhile_is_not_sent(world: World) -> None:
    ann = world.admin()
    [item] = ask(ann, "bea@club.test")

    ann.delete(f"{TEAM}/{item['id']}")

    assert world.deliver() == []


def test_sending_again_replaces_the_link(world: World) -> None:
    ann = world.admin()
    key, old = sent(world, ann, role="dev")
    world.clock.later(minutes=30)

    answer = ann.post(f"{TEAM}/{key}/resend")

    assert answer.status_code == 200
    told = {field: answer.json[field] for field in ("id", "email", "outcome", "expires_at", "invite_url")}
    assert told == {
        "id": key,
        "email": "bea@club.test",
        "outcome": "reinvited",
        "expires_at": "2026-11-27T18:30:00Z",
        "invite_url": None,
    }
    [new] = map(token_in, world.deliver())
    assert said(accept(world.somebody("Bea"), old))[::2] == (403, "invite_replaced")
    assert accept(world.somebody("Bea"), new).status_code == 200
    assert len(asked_rows(world)) == 1


@pytest.mark.parametrize("ended", ["expired", "revoked"])
@pytest.mark.parametrize("how", ["resend", "invite"])
def test_a_dead_invitation_can_be_sent_again(world: World, ended: str, how: str) -> None:
    ann = world.admin()
    key, old = sent(world, ann)
    if ended == "expired":
        world.clock.later(days=7)
        ann.sign_in()
    else:
        ann.delete(f"{TEAM}/{key}")
    assert said(accept(world.somebody("Bea"), old))[::2] == (403, f"invite_{ended}")

    if how == "resend":
        assert ann.post(f"{TEAM}/{key}/resend").status_code == 200
    else:
        assert outcomes(ask(ann, "bea@club.test")) == ["reinvited"]

    [new] = map(token_in, world.deliver())
    assert said(accept(world.somebody("Bea"), old))[::2] == (403, "invite_replaced")
    assert accept(world.somebody("Bea"), new).status_code == 200


def test_what_was_accepted_is_not_sent_again(world: World) -> None:
    ann = world.admin()
    key, token = sent(world, ann)
    accept(world.somebody("Bea"), token)
    before = apart_from_counters(world.dump())

    answer = ann.post(f"{TEAM}/{key}/resend")

    assert said(answer) == (409, "This invitation has already been accepted.", "already_member")
    assert apart_from_counters(world.dump()) == before


def test_nobody_sends_again_what_they_could_not_have_sent(world: World) -> None:
    key, token = sent(world, world.member("Olga", "owner"), role="super_admin")
    ann = world.admin()
    before = apart_from_counters(world.dump())

    assert said(ann.post(f"{TEAM}/{key}/resend")) == ABOVE
    assert apart_from_counters(world.dump()) == before
    assert accept(world.somebody("Bea"), token).status_code == 200


def test_what_is_not_there_is_neither_revoked_nor_sent(world: World) -> None:
    ann = world.admin()

    for key in (NOBODYS, "1", "x", "%00", "0" * 400):
        assert said(ann.delete(f"{TEAM}/{key}")) == NOT_HERE
        assert said(ann.post(f"{TEAM}/{key}/resend")) == NOT_HERE


def test_neither_is_an_invitation_of_another_kind(world: World) -> None:
    ann = world.admin()
    ask_coach(ann, world.tenant())
    issue(ann)
    others = [item["id"] for item in ann.get("/api/v4/admin/invites").json["items"]]
    before = apart_from_counters(world.dump())

    for key in others:
        assert str(uuid.UUID(key)) == key
        assert said(ann.delete(f"{TEAM}/{key}")) == NOT_HERE
        assert said(ann.post(f"{TEAM}/{key}/resend")) == NOT_HERE
    assert apart_from_counters(world.dump()) == before
