"""The link that makes the first admin, and no other."""

from app.unit import open_unit
from core import first_admin, invitations
from core.models import Invitation
from tests.support.world import World


def offered(world: World) -> bool:
    with world.app.app_context(), open_unit(name="cli") as unit:
        return first_admin.offer(unit) is not None


def standing(world: World) -> dict[str | None, list[bool]]:
    """By note, oldest first, whether each invitation stands."""
    found: dict[str | None, list[bool]] = {}
    for row in sorted(world.rows(Invitation), key=lambda row: row.created_at):
        found.setdefault(row.note, []).append(row.revoked_at is None)
    return found


def test_a_fresh_offer_ends_earlier_offers_and_nothing_else(world: World) -> None:
    world.invite(note="club evening")
    world.invite()
    for _ in range(3):
        assert offered(world)
        world.clock.later(seconds=1)

    assert standing(world) == {"club evening": [True], None: [True], invitations.FIRST_ADMIN: [False, False, True]}


def test_where_somebody_is_admin_nothing_is_offered(world: World) -> None:
    world.admin()
    before = world.dump()

    assert not offered(world)
    assert world.dump() == before
