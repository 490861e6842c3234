"""The skater card: one in full, its link, and what strangers see of it."""

import json
import re
import uuid
from datetime import UTC, date, datetime
from typing import Any

from core.models import Event, EventEntry, IceSession, Playlist, PlaylistTrack, Profile, Track
from tests.support.answers import faults, said
from tests.support.routes import CARD, NOBODYS, OVERVIEW, PREFERENCE, PROFILE, SHARE, SHARED
from tests.support.skating import (
    COMPETITION,
    EXHIBITION,
    GROUP,
    NO_COACH,
    PUBLIC,
    SHOWCASE,
    begins,
    club,
    coach,
    put,
    rink,
    skater,
    skater_id,
    skates,
)
from tests.support.world import AUTH, Person, World

NOT_THERE = (404, "There is nothing here.", "not_found")
PHONE = "+1 303 555 0199"
NOT_YET = (404, "Please complete your profile first.", "not_onboarded")
EMPTY = {
    "identity": {
        "first_name": "Cas",
        "middle_name": None,
        "last_name": "Nobody",
        "city": None,
        "state": None,
        "club": None,
        "usfsa_number": None,
        "contact_preference": None,
    },
    "lifetime": {
        "skating_since": None,
        "coached_pct": 0,
        "group_pct": 0,
        "solo_pct": 0,
        "sessions_per_week": 0.0,
        "avg_session_min": 0,
        "events": 0,
        "entries": 0,
        "podiums": 0,
        "previous_coaches": 0,
    },
    "recent": {
        "coached_pct": 0,
        "group_pct": 0,
        "solo_pct": 0,
        "sessions_per_week": 0.0,
        "avg_session_min": 0,
        "last_event": None,
        "distinct_rinks": 0,
        "rinks": [],
    },
    "current": {"coach": None, "home_rink": None, "boots": None, "blades": None, "shared_playlists": []},
    "share_token": None,
}


def playlist(owner: uuid.UUID, name: str, token: uuid.UUID | None, tracks: int, created: int = 1) -> list[Any]:
    made = Playlist(
        id=uuid.uuid4(),
        skater_id=owner,
        name=name,
        kind="program",
        share_token=token,
        created_at=datetime(2026, 1, created, tzinfo=UTC),
    )
    rows: list[Any] = [made]
    for position in range(tracks):
        track = Track(
            id=uuid.uuid4(), skater_id=owner, title="Boléro", clearance_status="unknown", created_at=made.created_at
        )
        rows += [track, PlaylistTrack(id=uuid.uuid4(), playlist_id=made.id, track_id=track.id, position=position)]
    return rows


def event(owner: uuid.UUID, name: str, day: date, where: uuid.UUID | None, *entries: tuple[Any, Any]) -> list[Any]:
    made = Event(id=uuid.uuid4(), skater_id=owner, name=name, day=day, rink_id=where)
    return [
        made,
        *(
            EventEntry(
                id=uuid.uuid4(),
                skater_id=owner,
                event_id=made.id,
                event_type_id=kind,
                placement=place,
                status="Committed",
            )
            for kind, place in entries
        ),
    ]


def seasoned(world: World) -> tuple[Person, dict[str, uuid.UUID]]:
    """Cas of Denver, with all that a card can show, beside Dee who has as much; and the ids of it."""
    thin, two, far, denver = rink(), rink("Rink Two", "Boulder"), rink("Far Rink", "-", "-"), club()
    ben, mary = coach("Ben", "Bell"), coach("Mary", "Novak")
    put(world, thin, two, far, denver, ben, mary)
    zone = "America/Denver"
    about: dict[str, Any] = {
        "middle_name": "van",
        "city": "Denver",
        "state": "CO",
        "zip": "80202",
        "usfsa_number": 1234567,
    }
    about["phone_number"] = PHONE
    ids = {"coach_id": ben.id, "rink_id": thin.id, "club_id": denver.id}
    cas = skater(world, "Cas", zone, **about, **{name: str(key) for name, key in ids.items()})
    assert cas.browser.patch(PREFERENCE, json={"contact_preference": "text"}).status_code == 200
    me, short, dees = skater_id(cas), uuid.uuid4(), uuid.uuid4()
    worn = skates(me)
    assert cas.browser.patch(PROFILE, json={"skate_config": str(worn[2].id)}).status_code == 200
    log = [
        # day, minutes, coached minutes, kind, rink, coach
        (date(2025, 11, 21), 60, 10, PUBLIC, thin.id, NO_COACH),  # 52 weeks ago
        (date(2026, 8, 21), 90, 30, PUBLIC, two.id, mary.id),  # 91 days ago: no longer recent
        (date(2026, 8, 22), 45, 45, PUBLIC, thin.id, ben.id),  # 90 days ago: recent
        (date(2026, 10, 1), 60, 0, GROUP, two.id, None),
        (date(2026, 11, 20), 50, 80, None, thin.id, ben.id),  # today
        (date(2026, 11, 21), 30, None, PUBLIC, far.id, None),  # tomorrow: ever, but not recently
    ]
    sessions = [
        IceSession(
            skater_id=me,
            at=begins(day, zone),
            minutes=minutes,
            coached_minutes=coached,
            ice_type_id=kind,
            rink_id=where,
            coach_id=by,
            skates_id=worn[2].id,
        )
        for day, minutes, coached, kind, where, by in log
    ]
    put(world, *worn, *sessions)
    competed = ((COMPETITION, 1), (COMPETITION, 4), (SHOWCASE, 1))
    put(world, *event(me, "Autumn Classic", date(2026, 10, 10), thin.id, *competed))
    put(world, *event(me, "Spring Show", date(2026, 11, 1), two.id, (EXHIBITION, 1), (None, 2)))
    put(world, *event(me, "Winter Cup", date(2026, 12, 5), far.id, (COMPETITION, None)))
    put(world, *playlist(me, "Short Program", short, 2), *playlist(me, "Secret", None, 1))
    put(world, *playlist(me, "Empty", uuid.uuid4(), 0))
    dee = skater(world, "Dee", "Asia/Kolkata", **{name: str(key) for name, key in ids.items()})
    put(world, IceSession(skater_id=skater_id(dee), at=begins(date(2020, 1, 1), zone), minutes=500, coach_id=mary.id))
    put(world, *event(skater_id(dee), "Dee's Cup", date(2026, 11, 19), thin.id, (COMPETITION, 1)))
    put(world, *playlist(skater_id(dee), "Dee's", dees, 1))
    return cas, {"short": short, "skates": worn[2].id, "boots": worn[0].id, **ids}


def test_a_card_in_full(world: World) -> None:
    cas, ids = seasoned(world)

    assert cas.get(CARD).json == {
        "identity": {
            "first_name": "Cas",
            "middle_name": "van",
            "last_name": "Nobody",
            "city": "Denver",
            "state": "CO",
            "club": "Denver FSC",
            "usfsa_number": 1234567,
            "contact_preference": "text",
        },
        "lifetime": {
            "skating_since": "2025-11-21T00:00:00-07:00",
            # 335 minutes: 10 + 30 + 45 + 50 = 135 coached (40.30 %), 60 group (17.91 %), 140 solo (41.79 %)
            "coached_pct": 40,
            "group_pct": 18,
            "solo_pct": 42,
            "sessions_per_week": 0.1,  # 6 in 52 weeks
            "avg_session_min": 56,  # 335 / 6 = 55.83
            "events": 2,
            "entries": 3,
            "podiums": 1,
            "previous_coaches": 1,  # Mary; Ben is the present one
        },
        "recent": {
            # 155 minutes: 95 coached (61.29 %), 60 group (38.71 %)
            "coached_pct": 61,
            "group_pct": 39,
            "solo_pct": 0,
            "sessions_per_week": 0.2,  # 3 in 13 weeks
            "avg_session_min": 52,  # 155 / 3 = 51.67
            "last_event": {"name": "Autumn Classic", "date": "October 2026", "location": "Denver, CO"},
            "distinct_rinks": 2,
            "rinks": ["Rink Two", "Thin Ice"],
        },
        "current": {
            "coach": "Ben Bell",
            "home_rink": "Thin Ice",
            "boots": "Edea Ice Fly",
            "blades": "John Wilson Gold Seal",
            "shared_playlists": [{"name": "Short Program", "token": str(ids["short"])}],
        },
        "share_token": None,
    }


def test_a_card_with_nothing_recorded_is_zeros_nulls_and_empty_lists(world: World) -> None:
    answer = skater(world).get(CARD)

    assert answer.json == EMPTY
    assert '"sessions_per_week":0.0' in answer.text.replace(" ", "")


def test_what_stands_for_none_and_what_is_gone_is_null(world: World) -> None:
    worn = skates(owner := uuid.uuid4())
    cas = skater(world, coach_id=str(NO_COACH), skate_config=str(worn[2].id))
    put(world, Profile(skater_id=owner), *worn)  # somebody else's, made after Cas had named them

    assert cas.get(CARD).json == EMPTY


def test_before_onboarding_there_is_no_card_and_no_link(world: World) -> None:
    cas = world.member("Cas")
    before = world.dump()

    assert said(cas.get(CARD)) == NOT_YET
    assert said(cas.post(SHARE)) == NOT_YET
    assert said(cas.delete(SHARE)) == NOT_YET
    assert said(cas.browser.patch(PREFERENCE, json={"contact_preference": "email"})) == NOT_YET
    assert world.dump() == before


def share(person: Person) -> str:
    answer = person.post(SHARE)
    assert (answer.status_code, set(answer.json)) == (200, {"share_token"})
    return str(answer.json["share_token"])


def test_a_card_has_one_link_while_it_is_shared(world: World) -> None:
    cas, dee = skater(world), skater(world, "Dee")

    token = share(cas)

    assert str(uuid.UUID(token)) == token
    assert share(cas) == share(cas.device()) == token == cas.get(CARD).json["share_token"]
    assert share(dee) != token
    events = world.events()
    assert events.count("card_shared") == 2


def test_an_ended_link_is_dead_at_once_and_the_next_is_another(world: World) -> None:
    cas, eve = skater(world), world.somebody("Eve")
    token = share(cas)
    assert eve.get(f"{SHARED}/{token}").status_code == 200

    answer = cas.delete(SHARE)

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert said(eve.get(f"{SHARED}/{token}")) == NOT_THERE
    assert cas.get(CARD).json["share_token"] is None
    assert cas.delete(SHARE).json == {"status": "ok"}
    again = share(cas)
    assert again != token
    assert said(eve.get(f"{SHARED}/{token}")) == NOT_THERE
    assert eve.get(f"{SHARED}/{again}").status_code == 200


def test_strangers_see_the_card_but_for_its_token(world: World) -> None:
    cas, _ = seasoned(world)
    mine = {part: about for part, about in cas.get(CARD).json.items() if part != "share_token"}

    for person in (world.somebody("Eve"), world.member("Ben"), cas):
        assert person.get(f"{SHARED}/{share(cas)}").json == mine


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for each in value.values() for key in keys(each)}
    return {key for each in value for key in keys(each)} if isinstance(value, list) else set()


def test_a_shared_card_tells_nothing_else_about_its_skater(world: World) -> None:
    cas, ids = seasoned(world)
    token, account = share(cas), cas.session().json
    assert cas.get(OVERVIEW).json["user_contact"]["phone"] == PHONE
    [row] = [each for each in world.rows(Profile) if each.first_name == "Cas"]

    answer = world.somebody("Eve").get(f"{SHARED}/{token}")

    contract = keys(EMPTY) - {"share_token"} | {"name", "date", "location", "token"}
    assert keys(answer.json) == contract
    text = answer.text.lower()
    secrets = [token, account["uSkaterUUID"], "cas@club.test", "@", PHONE, "555 0199", "america/denver"]
    secrets += [str(key) for name, key in ids.items() if name != "short"]
    assert [secret for secret in secrets if secret.lower() in text] == []
    assert not re.search(r"\b80202\b", text)  # as a word: its digits may stand in an id
    uuids = re.findall(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", text)
    assert uuids == [str(ids["short"])]
    numbers = {value for value in json_numbers(answer.json) if isinstance(value, int) and value > 100}
    assert numbers == {1234567}
    assert row.id not in numbers


def json_numbers(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    return [n for each in value for n in json_numbers(each)] if isinstance(value, list) else [value]


def test_dead_made_up_and_malformed_tokens_are_one_answer(world: World) -> None:
    cas, eve = skater(world), world.somebody("Eve")
    revoked = share(cas)
    cas.delete(SHARE)
    live = share(cas)
    tokens = [revoked, NOBODYS, str(uuid.UUID(int=0)), "x", "null", "None", "0", live[:-1], live + "0", f"{live}%00"]
    tokens += [str(skater_id(cas)), "' OR 1=1 --", "%20", "x" * 3000]

    answers = [eve.get(f"{SHARED}/{token}") for token in tokens]

    assert {said(answer) for answer in answers} == {NOT_THERE}
    assert len({answer.data for answer in answers}) == 1
    assert eve.get(f"{SHARED}/{live}").status_code == 200


def test_a_shared_card_goes_with_its_skaters_changes(world: World) -> None:
    cas = skater(world)
    token = share(cas)

    cas.browser.patch(PROFILE, json={"first_name": "Casimir"})

    assert world.somebody("Eve").get(f"{SHARED}/{token}").json["identity"]["first_name"] == "Casimir"


def test_a_closed_account_shows_no_card_until_it_is_open_again(world: World) -> None:
    cas = skater(world)
    eve, link = world.somebody("Eve"), f"{SHARED}/{share(cas)}"

    assert world.terminal("users", "deactivate", cas.name).exit_code == 0
    assert said(eve.get(link)) == said(eve.get(f"{SHARED}/{NOBODYS}"))
    assert world.terminal("users", "activate", cas.name).exit_code == 0
    assert eve.get(link).status_code == 200


def test_a_preference_is_echoed_and_shown(world: World) -> None:
    cas = skater(world)

    for preference in ("email", "text", "phone", "social", None):
        answer = cas.browser.patch(PREFERENCE, json={"contact_preference": preference})
        assert (answer.status_code, answer.json) == (200, {"contact_preference": preference})
        assert cas.get(CARD).json["identity"]["contact_preference"] == preference


def test_another_preference_is_refused_by_name(world: World) -> None:
    cas = skater(world)
    before = world.dump()

    for body in ({}, *({"contact_preference": bad} for bad in ("", "Email", "fax", 1, [], True))):
        assert faults(cas.browser.patch(PREFERENCE, json=body)) == {"contact_preference"}, body
    assert faults(cas.browser.patch(PREFERENCE, json={"contact_preference": "email", "extra": 1})) == {"extra"}
    assert world.dump() == before


def test_the_members_own_is_for_members(world: World) -> None:
    eve = world.somebody("Eve")

    answers = [eve.get(CARD), eve.post(SHARE), eve.delete(SHARE), eve.browser.patch(PREFERENCE, json={})]

    assert {said(answer) for answer in answers} == {(401, "Please sign in first.", "not_signed_in")}
    assert json.loads(eve.get(f"{AUTH}/session").text)["logged_in"] is False
