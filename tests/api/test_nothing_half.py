"""Whatever statement or commit fails, and however, a story happened wholly or not at all, and can be tried again.

Failures are a lost connection, a statement that the database gives up, and a bug of ours. LONG=1 tries each of them at
every place on both databases; else each place fails in one of these ways, on one of them.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from werkzeug.test import TestResponse

import core.claims
from app.unit import open_unit
from core.claims import claim
from core.unit import AnyRow, Unit
from tests.api.test_label_answers import say
from tests.api.test_label_invitations import artist, owner
from tests.api.test_label_invitations import ask as ask_artist
from tests.conftest import BOTH
from tests.support.examples import LONG
from tests.support.failing import dropped, failing_at, forget_attempts, given_up, kept, mistaken, outline, unanswered
from tests.support.routes import ADD, AN_HOUR, INVITES, SHARE, TEAM, USERS
from tests.support.skating import skater
from tests.support.world import AUTH, Person, World, token_in, token_of

Act = Callable[[], TestResponse]
Story = Callable[[World], Act]
NEW = "another walk on ice"


def registering(world: World) -> Act:
    token = world.invite(roles=["coach"])
    return lambda: world.somebody("Ben").register(token)


def registering_as_coach(world: World) -> Act:
    token = coach_token(world)
    return lambda: world.somebody("Ben").register(token)


def accepting_as_coach(world: World) -> Act:
    ben, token = world.member("Ben"), coach_token(world)
    return lambda: ben.post(f"{AUTH}/invitations/accept", {"token": token})


def joining_the_team(world: World) -> Act:
    token = team_token(world)
    return lambda: world.somebody("Ben").post(f"{TEAM}/accept", {"token": token})


def joining_the_team_as_member(world: World) -> Act:
    ben, token = world.member("Ben"), team_token(world)
    return lambda: ben.post(f"{TEAM}/accept", {"token": token})


def joining_a_label(world: World) -> Act:
    (lou, first), (max_, second), (art, artist_id) = owner(world), owner(world, "Max", "Max Records"), artist(world)
    asked = [ask_artist(lou, first, artist_id), ask_artist(max_, second, artist_id)]
    return lambda: say(art, "accept", asked[0])


def resetting(world: World) -> Act:
    token = world.reset_token(world.member("Cas"))
    body = {"token": token, "new_password": NEW}
    return lambda: world.somebody("Cas").post(f"{AUTH}/reset-confirm", body)


def changing_password(world: World) -> Act:
    cas = world.member("Cas")
    body = {"current_password": cas.password, "new_password": NEW}
    return lambda: cas.post(f"{AUTH}/change-password", body)


def signing_in(world: World) -> Act:
    world.member("Cas")
    return lambda: world.somebody("Cas").sign_in()


def signing_in_by_token(world: World) -> Act:
    token = world.somebody("Ben").post(f"{TEAM}/accept", {"token": team_token(world)}).json["accessToken"]
    return lambda: world.somebody("Ben").post(f"{AUTH}/login/token", {"accessToken": token})


def onboarding(world: World) -> Act:
    cas = world.member("Cas")
    return lambda: cas.post(f"{AUTH}/onboard", {"first_name": "Cas", "last_name": "Lee"})


def inviting(world: World) -> Act:
    ann = world.admin()
    return lambda: ann.post(INVITES, {"max_uses": 3})


def inviting_many(world: World) -> Act:
    ann = world.admin()
    team_token(world)
    body = {"emails": ["ben@club.test", "bea@club.test", "none", "bob@club.test"], "role": "dev"}
    return lambda: ann.post(TEAM, body)


def resending(world: World) -> Act:
    ann = world.admin()
    issued = ann.post(INVITES).json["id"]
    return lambda: ann.post(f"{INVITES}/{issued}/resend")


def granting(world: World) -> Act:
    ann, key = world.admin(), skater_id(world.member("Cas"))
    return lambda: ann.post(f"{USERS}/{key}/roles", {"role": "designer"})


def taking_a_role(world: World) -> Act:
    ann, bea = world.admin(), world.member("Bea", "admin")
    assert bea.post(INVITES).status_code == 201
    key = skater_id(bea)
    return lambda: ann.delete(f"{USERS}/{key}/roles/admin")


def deactivating(world: World) -> Act:
    ann, bea = world.admin(), world.member("Bea", "admin")
    world.reset_token(bea)
    assert bea.post(INVITES).status_code == 201
    key = skater_id(bea)
    return lambda: ann.post(f"{USERS}/{key}/deactivate")


def handing_over_a_reset(world: World) -> Act:
    ann, key = world.admin(), skater_id(world.member("Cas"))
    return lambda: ann.post(f"{USERS}/{key}/reset-link")


def sharing(world: World) -> Act:
    cas = skater(world)
    return lambda: cas.post(SHARE)


def adding_an_hour(world: World) -> Act:
    cas = skater(world)
    return lambda: cas.post(ADD, AN_HOUR)


STORIES: list[Story] = [
    registering,
    registering_as_coach,
    accepting_as_coach,
    joining_the_team,
    joining_the_team_as_member,
    joining_a_label,
    resetting,
    changing_password,
    signing_in,
    signing_in_by_token,
    onboarding,
    inviting,
    inviting_many,
    resending,
    granting,
    taking_a_role,
    deactivating,
    handing_over_a_reset,
    sharing,
    adding_an_hour,
]
READ_BACK = {granting, taking_a_role, deactivating}
"""These read once more what they have just committed, to show it."""


def skater_id(person: Person) -> str:
    return str(person.session().json["uSkaterUUID"])


def coach_token(world: World) -> str:
    body = {"name": "Ben Blade", "email": "ben@club.test", "role": "coach", "tenant_id": world.tenant()}
    return token_of(world.admin().post("/api/v4/admin/invite-coach", body).json["invite_url"])


def team_token(world: World) -> str:
    ann = world.member("Olga", "owner")
    assert ann.post(TEAM, {"emails": ["ben@club.test"], "role": "dev"}).status_code == 201
    return token_in(world.deliver()[-1])


Trouble = Callable[[World, int], AbstractContextManager[list[str]]]


def at_each_place(world: World, story: Story, trouble: Trouble) -> Iterator[tuple[str, TestResponse, bool]]:
    """What failed, the answer, and whether anything was kept, for each place in turn; in the end the answer without a
    failure. What was kept all the same is as complete as it is then."""
    act = story(world)
    before, place, complete = kept(world), 0, []
    while True:
        place += 1
        forget_attempts(world)
        with trouble(world, place) as asked:
            answer = act()
        failed = asked[place - 1] if len(asked) >= place else ""
        changed = kept(world) != before
        yield failed, answer, changed
        if not failed:
            break
        if changed:
            complete.append(outline(world))
            world.clear()
            act = story(world)
            before = kept(world)
    assert all(each == outline(world) for each in complete)


def in_turn(start: int) -> Trouble:
    """Another kind of failure at each place."""
    kinds = [dropped, given_up, mistaken]
    return lambda world, place: failing_at(world, place, kinds[(start + place) % 3])


def assert_wholly_or_not_at_all(world: World, story: Story, trouble: Trouble) -> None:
    places = 0
    for failed, answer, changed in at_each_place(world, story, trouble):
        places += 1
        if answer.status_code in {200, 201}:
            assert changed, failed  # what failed was not needed
            continue
        assert answer.status_code in {500, 503}, failed
        assert answer.status_code == 500 or answer.headers["Retry-After"]
        assert "secret" not in answer.text.lower()
        assert not changed or story in READ_BACK, failed
    assert answer.status_code in {200, 201}, answer.text
    assert places > 3


EITHER = [(story, BOTH[number % 2]) for number, story in enumerate(STORIES)]
"""Each story on one of the databases."""
EACH = list(itertools.product(STORIES, BOTH))
TRIED = [(*each, start) for each in EACH for start in range(3)] if LONG else [(*each, 0) for each in EITHER]


@pytest.mark.parametrize(("story", "engine", "start"), TRIED)
def test_a_story_that_fails_anywhere_changes_nothing_and_can_be_repeated(
    world: World, story: Story, start: int
) -> None:
    assert_wholly_or_not_at_all(world, story, in_turn(start))


@pytest.mark.parametrize(("story", "engine"), EACH if LONG else EITHER)
def test_a_story_whose_end_nobody_hears_of_is_complete(world: World, story: Story) -> None:
    kept_unheard = 0
    for failed, answer, changed in at_each_place(world, story, unanswered):
        kept_unheard += bool(failed and changed)
        assert answer.status_code in ({200, 201, 503} if failed else {200, 201}), answer.text
    assert kept_unheard >= 1


def claim_apart(unit: Unit, link: AnyRow, holder_id: int | None = None) -> Any:
    """A control: the use is spent in a transaction of its own."""
    with open_unit() as apart:
        return claim(apart, link, holder_id)


def test_spending_in_a_transaction_of_its_own_loses_the_invitation(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.claims, "claim", claim_apart)
    with pytest.raises(AssertionError):
        assert_wholly_or_not_at_all(world, registering, in_turn(0))
