"""An artist answers labels: yes to one at most, in time."""

import uuid
from typing import Any

import pytest

from core.models import LabelArtist, LabelInvitation
from tests.api.test_label_invitations import ASKED, MINE, NOT_HERE, TAKEN, artist, ask, of, owner
from tests.support.answers import said
from tests.support.world import Person, World

OVER = (409, "This invitation is no longer open.", "not_pending")
BELONGS = (409, "You already belong to a label.", "has_label")


def say(art: Person, word: str, asked: Any) -> Any:
    return art.post(f"{MINE}/{asked['id']}/{word}")


def shown(person: Person, path: str = MINE) -> list[tuple[str, str]]:
    return [(each["labelName"], each["status"]) for each in person.get(path).json["items"]]


def test_accepting_joins_the_label_and_withdraws_the_others(world: World) -> None:
    art, artist_id = artist(world)
    people = [owner(world, name, f"{name} Records") for name in ("Lou", "Max", "Ned")]
    asked = [ask(lou, label_id, artist_id) for lou, label_id in people]
    say(art, "decline", asked[2])
    bib, bibs = artist(world, "Bib")
    ask(*people[1], bibs)
    world.clock.later(minutes=1)

    answer = say(art, "accept", asked[0])

    assert (answer.status_code, answer.json) == (200, {"message": "Invitation accepted"})
    assert set(shown(art)) == {("Lou Records", "accepted"), ("Max Records", "expired"), ("Ned Records", "declined")}
    assert shown(bib) == [("Max Records", "pending")]
    user_id = art.session().json["user_id"]
    members = [(row.artist_id, str(row.label_id), row.joined_at) for row in world.rows(LabelArtist)]
    assert members == [(user_id, people[0][1], world.clock.now)]
    [listed] = people[0][0].get(of(people[0][1])).json["items"]
    assert (listed["status"], listed["decidedAt"]) == ("accepted", "2026-11-20T18:01:00Z")


def test_declining_says_so_and_joins_nothing(world: World) -> None:
    (lou, label_id), (art, artist_id) = owner(world), artist(world)

    answer = say(art, "decline", ask(lou, label_id, artist_id))

    assert (answer.status_code, answer.json) == (200, {"message": "Invitation declined"})
    assert shown(lou, of(label_id)) == shown(art) == [("Cold Records", "declined")]
    assert world.rows(LabelArtist) == []


@pytest.mark.parametrize("word", ["accept", "decline"])
def test_what_was_declined_is_over(world: World, word: str) -> None:
    (lou, label_id), (art, artist_id) = owner(world), artist(world)
    asked = ask(lou, label_id, artist_id)
    say(art, "decline", asked)
    before = world.dump()

    assert said(say(art, word, asked)) == OVER
    assert world.dump() == before


def test_a_yes_is_said_once(world: World) -> None:
    (lou, label_id), (art, artist_id) = owner(world), artist(world)
    asked = ask(lou, label_id, artist_id)
    say(art, "accept", asked)
    before = world.dump()

    assert said(say(art, "accept", asked)) == BELONGS
    assert said(say(art, "decline", asked)) == OVER
    assert world.dump() == before


@pytest.mark.parametrize("word", ["accept", "decline"])
def test_an_invitation_is_open_for_seven_days_exactly(world: World, word: str) -> None:
    (lou, label_id), (art, artist_id) = owner(world), artist(world)
    asked = ask(lou, label_id, artist_id)

    world.clock.later(days=7)
    art.sign_in()
    lou.sign_in()
    before = world.dump()
    assert said(say(art, word, asked)) == OVER
    assert shown(art) == shown(lou, of(label_id)) == [("Cold Records", "expired")]
    assert world.dump() == before

    world.clock.later(seconds=-1)
    assert shown(art) == [("Cold Records", "pending")]
    assert say(art, word, asked).status_code == 200


@pytest.mark.parametrize("ended", ["expired", "declined"])
def test_what_ended_without_a_yes_may_be_sent_again(world: World, ended: str) -> None:
    (lou, label_id), (art, artist_id) = owner(world), artist(world)
    first = ask(lou, label_id, artist_id, message="Please")
    if ended == "declined":
        say(art, "decline", first)
    world.clock.later(days=8)
    lou.sign_in()
    art.sign_in()

    again = ask(lou, label_id, artist_id, message="Pretty please")

    assert (again["id"], again["status"], again["decidedAt"]) == (first["id"], "pending", None)
    assert (again["message"], again["expiresAt"]) == ("Pretty please", "2026-12-05T18:00:00Z")
    assert len(world.rows(LabelInvitation)) == 1
    assert said(lou.post(of(label_id), {"artistId": artist_id})) == ASKED
    assert say(art, "accept", again).status_code == 200


def test_what_was_accepted_may_not_be_sent_again(world: World) -> None:
    (lou, label_id), (art, artist_id) = owner(world), artist(world)
    say(art, "accept", ask(lou, label_id, artist_id))
    world.clock.later(days=8)
    lou.sign_in()

    assert said(lou.post(of(label_id), {"artistId": artist_id})) == TAKEN
    assert [row.status for row in world.rows(LabelInvitation)] == ["accepted"]


def test_a_second_label_cannot_be_joined(world: World) -> None:
    (lou, lous), (max_, maxs), (art, arts) = owner(world), owner(world, "Max", "Warm Records"), artist(world)
    first, second = ask(lou, lous, arts), ask(max_, maxs, arts)
    say(art, "accept", first)
    before = world.dump()

    assert said(say(art, "accept", second)) == BELONGS
    assert said(say(art, "decline", second)) == OVER
    assert world.dump() == before


@pytest.mark.parametrize("word", ["accept", "decline"])
def test_an_invitation_of_somebody_else_is_not_there(world: World, word: str) -> None:
    (lou, label_id), (art, artist_id) = owner(world), artist(world)
    asked = ask(lou, label_id, artist_id)
    bib, ann = artist(world, "Bib")[0], world.member("Ann", "owner")
    before = world.dump()

    for person in (bib, lou, ann):
        assert said(say(person, word, asked)) == NOT_HERE
    assert bib.get(MINE).json["items"] == []
    assert world.dump() == before
    assert say(art, word, asked).status_code == 200


def test_neither_is_what_was_never_sent(world: World) -> None:
    art, _ = artist(world)

    for key in (str(uuid.uuid4()), "1", "x", "%00", "0" * 400):
        assert said(say(art, "accept", {"id": key})) == NOT_HERE
        assert said(say(art, "decline", {"id": key})) == NOT_HERE
