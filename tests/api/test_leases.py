"""A letter that is owed: when it leaves, and who sends it."""

from datetime import timedelta

from app.unit import open_unit
from core import mail
from core.models import Letter
from core.policy import Policy
from core.unit import AnyRow
from tests.support.world import AUTH, World

LEASE = Policy().letter_lease


def take(world: World) -> AnyRow | None:
    """What a postman is given who asks for a letter now."""
    with world.app.app_context(), open_unit() as unit:
        return mail.claim_due(unit)


def owe(world: World) -> None:
    world.member("Cas")
    assert world.somebody("Eve").post(f"{AUTH}/reset-request", {"email": "cas@club.test"}).status_code == 200


def test_nobody_waits_for_the_mail(world: World) -> None:
    owe(world)

    assert world.letters == []
    assert [letter.recipients for letter in world.deliver()] == [["cas@club.test"]]


def test_a_letter_that_is_being_sent_is_nobody_elses(world: World) -> None:
    owe(world)

    assert take(world) is not None
    assert take(world) is None
    world.clock.now += LEASE - timedelta(seconds=1)
    assert take(world) is None


def test_a_letter_whose_postman_dies_is_sent_by_another(world: World) -> None:
    owe(world)
    first = take(world)
    assert first is not None

    world.clock.now += LEASE
    assert len(world.deliver()) == 1

    [letter] = world.rows(Letter)
    assert (letter.id, letter.state, letter.attempts) == (first.id, "sent", 2)


def test_the_letter_that_is_due_longest_leaves_first(world: World) -> None:
    for name in ("Cas", "Art", "Eve"):
        world.member(name)
        world.somebody("Anybody").post(f"{AUTH}/reset-request", {"email": f"{name}@club.test"})
        world.clock.later(seconds=1)

    assert [letter.recipients[0] for letter in world.deliver()] == [f"{n}@club.test" for n in ("cas", "art", "eve")]


def test_taking_a_letter_says_so_and_no_more(world: World) -> None:
    owe(world)
    [before] = world.rows(Letter)
    take(world)

    [after] = world.rows(Letter)
    names = Letter.__table__.columns.keys()
    changed = {name for name in names if getattr(before, name) != getattr(after, name)}
    assert changed == {"state", "due_at", "attempts"}
