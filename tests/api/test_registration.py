"""Joining: what the wire promises about invitations being used."""

from tests.support.world import AUTH, World

GATE_CLOSED = "Registration is currently invite-only."
DEAD_LINK = "This invite has expired or has already been used."


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


def test_without_a_token_the_gate_is_closed(world: World) -> None:
    answer = world.somebody("Ben").get(f"{AUTH}/register/validate-token")

    assert (answer.status_code, answer.json) == (
        403,
        {"valid": False, "message": GATE_CLOSED, "code": "invite_required"},
    )
