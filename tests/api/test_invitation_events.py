"""What invitations leave in the audit trail: one row of its own for each act, none for a refusal, none for a look."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from core.models import AuditEvent
from tests.api.test_coach_acceptance import ACCEPT
from tests.api.test_coach_invitations import COACHES, GOOD, place
from tests.api.test_coach_invitations import ask as ask_coach
from tests.api.test_invites import INVITES, issue
from tests.api.test_label_answers import say
from tests.api.test_label_invitations import artist, of, owner
from tests.api.test_label_invitations import ask as ask_artist
from tests.api.test_team_invitations import NOBODYS, TEAM, accept, ask
from tests.api.test_team_links import sent
from tests.support.world import AUTH, World, token_in, token_of


@contextmanager
def events(world: World, *expected: str) -> Iterator[None]:
    """Exactly these events are recorded meanwhile."""
    before = Counter(world.events())
    yield
    assert sorted((Counter(world.events()) - before).elements()) == sorted(expected)


def last(world: World, event: str) -> tuple[str | None, int | None, Any]:
    """Actor, account and details of the one event of this name."""
    [row] = [row for row in world.rows(AuditEvent) if row.event == event]
    assert (row.ip, row.at) == ("127.0.0.1", world.clock.now)
    return row.actor, row.user_id, row.details


def test_a_coachs_way_in_leaves_one_event_a_step(world: World) -> None:
    ann, tenant_id = world.admin(), world.tenant()
    ann_id = ann.session().json["user_id"]

    with events(world, "invitation_issued"):
        ask_coach(ann, tenant_id)
    with events(world, "invitation_renewed"):
        link = ask_coach(ann, tenant_id)["invite_url"]
    about = {"invitation": str(place(world).invitation_id), "kind": "coach"}
    assert last(world, "invitation_renewed") == ("Ann", ann_id, about)
    with events(world, "user_registered", "roles_granted"):
        world.somebody("Bea").register(token_of(link))
    with events(world):
        ann.post(COACHES, {**GOOD, "tenant_id": tenant_id})
        world.somebody("Bea").register(token_of(link))


def test_so_does_an_acceptance(world: World) -> None:
    bea, link = world.member("Bea"), ask_coach(world.admin(), world.tenant())["invite_url"]
    eve = world.member("Eve")

    with events(world):
        eve.post(ACCEPT, {"token": token_of(link)})
    with events(world, "invitation_accepted", "roles_granted"):
        bea.post(ACCEPT, {"token": token_of(link)})
    with events(world):
        bea.post(ACCEPT, {"token": token_of(link)})
    about = {"invitation": str(place(world).invitation_id)}
    assert last(world, "invitation_accepted") == ("Bea", bea.session().json["user_id"], about)


def test_a_way_into_the_team_leaves_one_event_a_step(world: World) -> None:
    ann = world.admin()

    with events(world, "invitation_issued", "invitation_issued"):
        [cas, _, _] = ask(ann, "cas@club.test", "bad", "bea@club.test")
        token = token_in(world.deliver()[-1])
    with events(world, "invitation_revoked"):
        ann.delete(f"{TEAM}/{cas['id']}")
        ann.delete(f"{TEAM}/{cas['id']}")
    ann_id = ann.session().json["user_id"]
    assert last(world, "invitation_revoked") == ("Ann", ann_id, {"invitation": cas["id"], "kind": "team"})
    with events(world, "invitation_renewed"):
        ann.post(f"{TEAM}/{cas['id']}/resend")
    with events(world, "address_proven", "invitation_accepted", "roles_granted"):
        accept(world.somebody("Bea"), token)
    with events(world):
        accept(world.somebody("Bea"), token)
        ask(ann, "bea@club.test", "bad")
        ann.delete(f"{TEAM}/{NOBODYS}")


def test_a_label_and_an_artist_leave_one_event_a_word(world: World) -> None:
    (lou, label_id), (art, artist_id) = owner(world), artist(world)
    (max_, maxs), user_id = owner(world, "Max", "Warm"), art.session().json["user_id"]

    with events(world, "label_invited"):
        asked = ask_artist(lou, label_id, artist_id)
    assert last(world, "label_invited") == ("Lou", user_id, {"invitation": asked["id"]})
    with events(world):
        lou.post(of(label_id), {"artistId": artist_id})
        max_.post(of(label_id), {"artistId": artist_id})
        max_.post(f"/api/v4/invitations/{asked['id']}/accept")
    with events(world, "label_declined"):
        say(art, "decline", asked)
        say(art, "decline", asked)
    assert last(world, "label_declined") == ("Art", user_id, {"invitation": asked["id"]})
    asked = ask_artist(max_, maxs, artist_id)
    with events(world, "label_accepted"):
        say(art, "accept", asked)
        say(art, "accept", asked)
    assert last(world, "label_accepted") == ("Art", user_id, {"invitation": asked["id"]})


def test_no_event_holds_a_secret(world: World) -> None:
    ann = world.admin()
    tokens = [token_of(ask_coach(ann, world.tenant())["invite_url"]), sent(world, ann, "tim@club.test")[1]]
    tokens.append(accept(world.somebody("Tim"), tokens[1]).json["accessToken"])

    written = repr([(row.actor, row.details) for row in world.rows(AuditEvent)])

    assert not any(token in written for token in tokens)


@pytest.mark.parametrize("who", ["stranger", "admin", "artist"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing_wherever_one_looks(world: World, method: str, who: str) -> None:
    ann = world.admin()
    (lou, label_id), (art, artist_id) = owner(world), artist(world)
    asked = ask_artist(lou, label_id, artist_id)
    key, team = sent(world, ann, "tim@club.test")
    tokens = [token_of(ask_coach(ann, world.tenant())["invite_url"]), team, issue(ann)["token"]]
    keys = [key, asked["id"], label_id]
    rules = [rule for rule in world.app.url_map.iter_rules() if rule.endpoint != "static"]
    paths = {rule.rule for rule in rules}
    paths = {path.replace("<key>", each) for path in paths for each in [*keys, *tokens]}
    assert {INVITES, TEAM, of(label_id), f"{TEAM}/accept", f"{AUTH}/register/validate-token"} <= paths
    person = {"stranger": world.somebody("Eve"), "admin": ann, "artist": art}[who]
    before = world.dump()

    for path in sorted(paths):
        for token in tokens if "token" in path or "join" in path or "accept" in path else tokens[:1]:
            answer = person.browser.open(f"{path}?token={token}", method=method)
            assert answer.status_code < 500, path

    assert world.dump() == before
    assert accept(world.somebody("Tim"), team).status_code == 200
    assert say(art, "accept", asked).status_code == 200
