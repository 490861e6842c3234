"""My devices: seeing where I am signed in, and ending that."""

import uuid
from dataclasses import replace

from app.testing import CHEAP
from core.policy import Policy
from tests.api.conftest import NewWorld
from tests.api.test_sessions import is_in
from tests.support.answers import said
from tests.support.world import AUTH, World

POLICY = Policy()


def test_my_devices_are_listed_the_last_used_first(world: World) -> None:
    cas = world.member("Cas")
    world.member("Dee")
    world.clock.later(minutes=10)
    phone = world.somebody("Cas")
    phone.browser.environ_base["HTTP_USER_AGENT"] = "A phone " + "x" * 400
    phone.sign_in()

    answer = cas.get(f"{AUTH}/sessions")

    assert answer.status_code == 200
    assert set(answer.json) == {"items", "next_cursor"}
    keys = {"id", "created_at", "last_seen_at", "ip", "user_agent", "current"}
    assert [set(device) for device in answer.json["items"]] == [keys, keys]
    mine = {device["current"]: device for device in answer.json["items"]}
    assert mine[True]["created_at"] == "2026-11-20T18:00:00Z"
    assert mine[True]["last_seen_at"] == "2026-11-20T18:10:00Z"
    assert mine[False]["created_at"] == "2026-11-20T18:10:00Z"
    assert mine[False]["user_agent"] == ("A phone " + "x" * 400)[:300]
    assert mine[False]["ip"] == "127.0.0.1"
    assert cas.cookie not in answer.text


def test_one_device_can_be_ended(world: World) -> None:
    cas = world.member("Cas")
    phone = cas.device()
    [other] = [d["id"] for d in cas.get(f"{AUTH}/sessions").json["items"] if not d["current"]]

    answer = cas.delete(f"{AUTH}/sessions/{other}")

    assert (answer.status_code, answer.json) == (200, {"message": "Session ended"})
    assert not is_in(phone)
    assert is_in(cas)
    assert said(cas.delete(f"{AUTH}/sessions/{other}"))[0] == 404


def test_all_other_devices_can_be_ended(world: World) -> None:
    cas, dee = world.member("Cas"), world.member("Dee")
    phone, tablet = cas.device(), cas.device()

    answer = cas.delete(f"{AUTH}/sessions")

    assert (answer.status_code, answer.json) == (200, {"message": "Other sessions ended", "ended": 2})
    assert [is_in(person) for person in (phone, tablet, cas, dee)] == [False, False, True, True]


def test_nobody_ends_the_session_of_somebody_else(world: World) -> None:
    cas, eve = world.member("Cas"), world.admin("Eve")
    [device] = cas.get(f"{AUTH}/sessions").json["items"]

    for key in (device["id"], uuid.uuid4(), "1", "x", "%00", "0" * 400, "{" + device["id"] + "}"):
        assert said(eve.delete(f"{AUTH}/sessions/{key}")) == (404, "There is nothing here.", "not_found")
    assert is_in(cas)


def test_an_ended_session_is_not_listed_and_cannot_be_used(world: World) -> None:
    cas = world.member("Cas")
    world.clock.now += POLICY.session_idle
    phone = cas.device()

    assert [device["current"] for device in phone.get(f"{AUTH}/sessions").json["items"]] == [True]


def test_one_session_more_than_an_account_may_have_ends_the_one_unused_for_longest(new_world: NewWorld) -> None:
    world = new_world(policy=replace(CHEAP, sessions_per_user=3))
    devices = [world.member("Cas")]
    for _ in range(2):
        world.clock.later(minutes=10)
        devices.append(devices[0].device())
    world.clock.later(minutes=10)
    assert is_in(devices[0])

    devices.append(devices[0].device())

    assert [is_in(device) for device in devices] == [True, False, True, True]
