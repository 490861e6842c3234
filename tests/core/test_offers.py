"""What a link says of whoever holds it out."""

from tests.support.world import AUTH, Person, World


def offered_by(world: World, issuer: Person) -> str | None:
    token = issuer.post("/api/v4/admin/invites").json["token"]
    answer = world.somebody("Eve").get(f"{AUTH}/register/validate-token?token={token}")
    return answer.json["invited_by"]


def test_a_link_says_who_issued_it_and_not_somebody_else(world: World) -> None:
    first, second = world.admin("Ann"), world.admin("Bea")

    assert [offered_by(world, issuer) for issuer in (second, first, second)] == ["Bea", "Ann", "Bea"]
    second.post(f"{AUTH}/onboard", {"first_name": "Beatrix", "last_name": "Novak"})
    assert [offered_by(world, issuer) for issuer in (first, second)] == ["Ann", "Beatrix Novak"]
