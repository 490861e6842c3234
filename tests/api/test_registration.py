"""Joining: what the wire promises about invitations being used."""

from typing import Any

import pytest

from core.models import Invitation, User
from tests.support.answers import INVALID, apart_from_counters, faults, said
from tests.support.world import AUTH, World

GATE_CLOSED = "Registration is currently invite-only."
DEAD_LINK = "This invite has expired or has already been used."
NO_INVITE = "Registration is invite-only. A valid invite token is required."
DEAD_INVITE = "Invalid or expired invite token."
NO_MINORS = "Minors cannot self-register. A guardian must create a minor profile."

ENDS = ["invite_expired", "invite_used", "invite_revoked", "invite_invalid"]


def ended(world: World, code: str) -> str:
    """The token of an invitation that has come to this end."""
    token = world.invite()
    if code == "invite_invalid":
        return "no-such-token"
    if code == "invite_expired":
        world.clock.later(days=7)
    if code == "invite_used":
        assert world.somebody("Dee").register(token).status_code == 200
    if code == "invite_revoked":
        ann = world.admin()
        for listed in ann.get("/api/v4/admin/invites?status=active").json["items"]:
            assert ann.delete(f"/api/v4/admin/invites/{listed['id']}").status_code == 204
    return token


def test_a_living_invite_says_what_it_brings_and_changes_nothing(world: World) -> None:
    token = world.invite(roles=["coach"])
    before = world.dump()

    answers = [world.somebody("Ben").get(f"{AUTH}/register/validate-token?token={token}") for _ in range(3)]

    for answer in answers:
        assert answer.status_code == 200
        assert answer.json["valid"] is True
        assert answer.json["kind"] == "gate"
        assert answer.json["roles"] == ["coach"]
    assert world.dump() == before


def test_looking_with_head_changes_nothing_either(world: World) -> None:
    token = world.invite()
    before = world.dump()

    assert world.somebody("Ben").browser.head(f"{AUTH}/register/validate-token?token={token}").status_code == 200
    assert world.dump() == before


@pytest.mark.parametrize("query", ["", "?", "?token=", "?other=1"])
def test_without_a_token_the_gate_is_closed(world: World, query: str) -> None:
    answer = world.somebody("Ben").get(f"{AUTH}/register/validate-token{query}")

    assert (answer.status_code, answer.json) == (
        403,
        {"valid": False, "message": GATE_CLOSED, "code": "invite_required"},
    )


@pytest.mark.parametrize("code", ENDS)
def test_a_dead_link_says_why_to_its_holder(world: World, code: str) -> None:
    token = ended(world, code)

    answer = world.somebody("Ben").get(f"{AUTH}/register/validate-token?token={token}")

    assert (answer.status_code, answer.json) == (403, {"valid": False, "message": DEAD_LINK, "code": code})


@pytest.mark.parametrize("code", ENDS)
def test_a_dead_invite_admits_nobody(world: World, code: str) -> None:
    token = ended(world, code)
    before = apart_from_counters(world.dump())

    answer = world.somebody("Ben").register(token)

    assert said(answer) == (403, DEAD_INVITE, code)
    assert apart_from_counters(world.dump()) == before


def test_an_invite_lives_until_its_last_second(world: World) -> None:
    token = world.invite()
    ben = world.somebody("Ben")

    world.clock.later(days=7, seconds=-1)
    assert ben.get(f"{AUTH}/register/validate-token?token={token}").status_code == 200
    world.clock.later(seconds=1)
    assert ben.register(token).json["code"] == "invite_expired"


def test_registering_answers_word_for_word_and_signs_nobody_in(world: World) -> None:
    ben = world.somebody("Ben")

    answer = ben.register(world.invite())

    assert (answer.status_code, answer.json) == (200, {"message": "User registered successfully"})
    assert "Set-Cookie" not in answer.headers
    assert ben.session().status_code == 401
    assert ben.sign_in().status_code == 200


@pytest.mark.parametrize("token", [..., None, ""])
@pytest.mark.parametrize("rest", [{}, {"aLogin": 7, "aEmail": None, "roles": ["minor"]}])
def test_without_a_token_nothing_else_is_looked_at(world: World, token: Any, rest: dict[str, Any]) -> None:
    assert said(world.somebody("Ben").register(token, **rest)) == (403, NO_INVITE, "invite_required")


def test_shape_comes_before_the_link(world: World) -> None:
    answer = world.somebody("Ben").register("no-such-token", aLogin="", aEmail="nowhere", roles="adult")

    assert said(answer) == (400, INVALID, "invalid_input")
    assert faults(answer) == {"aLogin", "aEmail", "roles"}


@pytest.mark.parametrize("code", ENDS)
def test_only_a_living_invite_can_learn_that_a_name_is_taken(world: World, code: str) -> None:
    cas = world.member("Cas")
    token = ended(world, code)

    answer = world.somebody("Ben").register(token, aLogin=cas.name, aEmail=cas.email, roles=["minor"])

    assert said(answer) == (403, DEAD_INVITE, code)
    assert said(cas.register(world.invite()))[0] == 409


def test_meaning_comes_before_taken_names(world: World) -> None:
    cas = world.member("Cas")

    assert said(cas.register(world.invite(), aPasswordHash="short"))[2] == "password_too_short"


@pytest.mark.parametrize("field", ["aLogin", "aEmail", "aPasswordHash"])
@pytest.mark.parametrize("value", [..., None, 7, True, [], {}])
def test_what_is_missing_or_no_text_is_named(world: World, field: str, value: Any) -> None:
    answer = world.somebody("Ben").register(world.invite(), **{field: value})

    assert said(answer) == (400, INVALID, "invalid_input")
    assert faults(answer) == {field}


ROLES = [
    (..., [], ["adult"]),
    (["coach", "guardian"], [], ["coach", "guardian"]),
    (["adult", "adult"], [], ["adult"]),
    ([], [], ["adult"]),
    ([], ["artist"], ["artist"]),
    (["guardian"], ["coach", "label"], ["coach", "guardian", "label"]),
    (..., ["admin"], ["admin", "adult"]),
]


@pytest.mark.parametrize(("asked", "brought", "held"), ROLES)
def test_roles_of_the_invite_are_added_to_those_asked_for(
    world: World, asked: Any, brought: list[str], held: list[str]
) -> None:
    ben = world.somebody("Ben")

    assert ben.register(world.invite(roles=brought), roles=asked).status_code == 200
    ben.sign_in()
    assert sorted(ben.session().json["roles"]) == held


@pytest.mark.parametrize(
    "asked", ["admin", "owner", "super_admin", "dev", "designer", "artist", "label", "skater", "Adult"]
)
def test_other_roles_cannot_be_asked_for(world: World, asked: str) -> None:
    answer = world.somebody("Ben").register(world.invite(), roles=["adult", asked])

    assert said(answer) == (400, INVALID, "invalid_input")
    assert faults(answer) == {"roles"}
    assert world.rows(User) == []


def test_minors_cannot_register_themselves(world: World) -> None:
    answer = world.somebody("Ben").register(world.invite(), roles=["minor"])

    assert said(answer) == (400, NO_MINORS, "minor_cannot_register")
    assert faults(answer) == {"roles"}


REFUSED: list[dict[str, Any]] = [
    {"aLogin": "Cas"},
    {"aEmail": "cas@club.test"},
    {"phone_number": "+1 555 0100"},
    {"aPasswordHash": "short"},
    {"roles": ["minor"]},
    {"roles": ["admin"]},
    {"aLogin": "ben@club.test"},
]


@pytest.mark.parametrize("fault", REFUSED, ids=lambda fault: "-".join(map(str, fault)))
def test_a_refused_registration_uses_nothing_and_leaves_nothing(world: World, fault: dict[str, Any]) -> None:
    world.member("Cas", phone_number="+1 555 0100")
    token = world.invite()
    before = apart_from_counters(world.dump())

    assert world.somebody("Ben").register(token, **fault).status_code in {400, 409}
    assert apart_from_counters(world.dump()) == before
    assert world.somebody("Ben").register(token).status_code == 200


@pytest.mark.parametrize(("permitted", "admitted"), [(1, 1), (2, 2), (0, 4)])
def test_an_invite_admits_as_many_as_it_permits(world: World, permitted: int, admitted: int) -> None:
    token = world.invite(max_uses=permitted)

    answers = [world.somebody(name).register(token).status_code for name in ("Ann", "Ben", "Cas", "Dee")]

    assert answers == [200] * admitted + [403] * (4 - admitted)
    assert [invitation.uses for invitation in world.rows(Invitation)] == [admitted]


def test_unknown_keys_are_ignored(world: World) -> None:
    ben = world.somebody("Ben")

    assert ben.register(world.invite(), is_active=False, id=1, uSkaterUUID="x", extra={"a": 1}).status_code == 200
    assert ben.sign_in().status_code == 200


def test_only_a_digest_of_the_invite_is_stored(world: World) -> None:
    token = world.invite()

    assert token not in repr(world.dump())
