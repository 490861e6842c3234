"""Every lifetime to the second, on both databases: good one second before its end, over at its end. Sessions' own are
in test_sessions.py, limits' windows in test_limits.py. Only the application's clock counts, never the database's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import DateTime, event
from werkzeug.test import TestResponse

from app.extensions import db
from app.unit import open_unit
from core import mail
from core.models import Base, Letter
from core.models.base import UtcDateTime
from core.policy import Policy
from tests.api.test_label_answers import say
from tests.api.test_label_invitations import artist, owner
from tests.api.test_label_invitations import ask as ask_artist
from tests.support.routes import INVITES, SHARE, SHARED, TEAM, USERS
from tests.support.skating import skater
from tests.support.world import AUTH, World, token_in, token_of

POLICY = Policy()
SECOND = timedelta(seconds=1)
Try = Callable[[], TestResponse]
Living = Callable[[World], tuple[timedelta, Try]]


def session_idle(world: World) -> tuple[timedelta, Try]:
    return POLICY.session_idle, world.member("Cas").session


def staff_session_idle(world: World) -> tuple[timedelta, Try]:
    return POLICY.staff_session_idle, world.admin().session


def invitation(world: World) -> tuple[timedelta, Try]:
    token = world.invite()
    return POLICY.invite_life, lambda: world.somebody("Ben").register(token)


def invitation_with_a_life_of_its_own(world: World) -> tuple[timedelta, Try]:
    token = world.admin().post(INVITES, {"expires_in": 1234}).json["token"]
    return timedelta(seconds=1234), lambda: world.somebody("Ben").register(token)


def look_at_an_invitation(world: World) -> tuple[timedelta, Try]:
    token = world.invite()
    return POLICY.invite_life, lambda: world.somebody("Ben").get(f"{AUTH}/register/validate-token?token={token}")


def coach_invitation(world: World) -> tuple[timedelta, Try]:
    body = {"name": "Ben Blade", "email": "ben@club.test", "role": "coach", "tenant_id": world.tenant()}
    token = token_of(world.admin().post("/api/v4/admin/invite-coach", body).json["invite_url"])
    return POLICY.invite_life, lambda: world.somebody("Ben").register(token)


def team_invitation(world: World) -> tuple[timedelta, Try]:
    assert world.admin().post(TEAM, {"emails": ["ben@club.test"], "role": "dev"}).status_code == 201
    token = token_in(world.deliver()[-1])
    return POLICY.invite_life, lambda: world.somebody("Ben").post(f"{TEAM}/accept", {"token": token})


def label_invitation(world: World) -> tuple[timedelta, Try]:
    (lou, label), (art, artist_id) = owner(world), artist(world)
    asked = ask_artist(lou, label, artist_id)

    def accept() -> TestResponse:
        art.sign_in()
        return say(art, "accept", asked)

    return POLICY.invite_life, accept


def reset_link(world: World) -> tuple[timedelta, Try]:
    body = {"token": world.reset_token(world.member("Cas")), "new_password": "another walk on ice"}
    return POLICY.reset_life, lambda: world.somebody("Cas").post(f"{AUTH}/reset-confirm", body)


def reset_link_handed_over(world: World) -> tuple[timedelta, Try]:
    ann, key = world.admin(), world.member("Cas").session().json["uSkaterUUID"]
    token = token_of(ann.post(f"{USERS}/{key}/reset-link").json["reset_url"])
    body = {"token": token, "new_password": "another walk on ice"}
    return POLICY.reset_life, lambda: world.somebody("Cas").post(f"{AUTH}/reset-confirm", body)


def login_token(world: World) -> tuple[timedelta, Try]:
    _, accept = team_invitation(world)
    token = accept().json["accessToken"]
    return POLICY.login_token_life, lambda: world.somebody("Ben").post(f"{AUTH}/login/token", {"accessToken": token})


LIVES: list[Living] = [
    session_idle,
    staff_session_idle,
    invitation,
    invitation_with_a_life_of_its_own,
    look_at_an_invitation,
    coach_invitation,
    team_invitation,
    label_invitation,
    reset_link,
    reset_link_handed_over,
    login_token,
]
OFFSETS = {"a second before": (-SECOND, True), "the end": (timedelta(), False), "a second after": (SECOND, False)}


@pytest.mark.parametrize("when", OFFSETS)
@pytest.mark.parametrize("living", LIVES, ids=lambda living: living.__name__)
def test_a_life_ends_at_its_second(world: World, living: Living, when: str) -> None:
    life, act = living(world)
    offset, lives = OFFSETS[when]

    world.clock.now += life + offset

    assert (act().status_code in {200, 201}) is lives


@pytest.mark.parametrize("living", [invitation, reset_link, login_token], ids=lambda living: living.__name__)
@pytest.mark.parametrize("zone", [timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))], ids=str)
def test_a_life_is_as_long_where_the_clock_shows_another_hour(world: World, living: Living, zone: timezone) -> None:
    life, act = living(world)

    world.clock.now = (world.clock.now + life - SECOND).astimezone(zone)

    assert act().status_code == 200


@pytest.mark.parametrize(("month", "day"), [(3, 29), (10, 25)])
def test_a_night_in_which_clocks_are_changed_is_as_long_as_any(world: World, month: int, day: int) -> None:
    world.clock.now = datetime(2026, month, day, 0, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    begun = world.clock.now.astimezone(UTC)
    life, act = session_idle(world)

    world.clock.now = (begun + life - SECOND).astimezone(ZoneInfo("Europe/Berlin"))
    assert act().status_code == 200
    world.clock.now = (begun + life + life).astimezone(ZoneInfo("Europe/Berlin"))
    assert act().status_code == 401


def test_the_link_of_a_shared_card_does_not_end_by_itself(world: World) -> None:
    token = skater(world).post(SHARE).json["share_token"]

    world.clock.later(days=5000)

    assert world.somebody("Eve").get(f"{SHARED}/{token}").status_code == 200


def owed(world: World) -> Any:
    """A letter that is owed, now."""
    with world.app.app_context(), open_unit() as unit:
        mail.post(unit, mail.ResetRequested(), to="cas@club.test")
    [letter] = world.rows(Letter)
    return letter


def claimed(world: World) -> Any:
    with world.app.app_context(), open_unit() as unit:
        return mail.claim_due(unit)


def test_a_letters_lease_ends_at_its_second(world: World) -> None:
    owed(world)
    assert claimed(world)

    world.clock.now += POLICY.letter_lease - SECOND
    assert claimed(world) is None
    world.clock.now += SECOND
    assert claimed(world)


@pytest.mark.parametrize("attempts", range(1, len(POLICY.letter_pauses) + 3))
def test_a_letter_is_tried_again_after_its_pause(world: World, attempts: int) -> None:
    owed(world)
    for _ in range(attempts):
        letter = claimed(world)
        assert letter
        with world.app.app_context(), open_unit() as unit:
            mail.postpone(unit, letter, "451")
        pause = POLICY.letter_pauses[min(letter.attempts, len(POLICY.letter_pauses)) - 1]
        world.clock.now += pause - SECOND
        assert claimed(world) is None
        world.clock.now += SECOND


@pytest.mark.parametrize(("offset", "state"), [(-SECOND, "queued"), (timedelta(), "queued"), (SECOND, "failed")])
def test_a_letter_is_given_up_after_its_life(world: World, offset: timedelta, state: str) -> None:
    owed(world)
    world.clock.now += POLICY.letter_life + offset
    letter = claimed(world)

    with world.app.app_context(), open_unit() as unit:
        mail.postpone(unit, letter, "451")

    assert [row.state for row in world.rows(Letter)] == [state]


def test_every_moment_is_stored_by_the_same_type() -> None:
    """UTC without offset, read back with it (core/models/base.py): neither database converts anything."""
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    moments = [column for column in columns if isinstance(column.type, DateTime | UtcDateTime)]

    assert len(moments) > 20
    assert {type(column.type) for column in moments} == {UtcDateTime}
    assert [column.name for column in moments if column.server_default is not None or column.onupdate] == []
    with pytest.raises(ValueError, match="zone"):
        UtcDateTime().process_bind_param(datetime(2026, 11, 20), db)  # type: ignore[arg-type] # noqa: DTZ001


DATABASES_OWN = ("now(", "current_timestamp", "current_date", "localtime", "clock_timestamp", "strftime", "datetime(")


def test_the_databases_clock_is_never_asked(world: World) -> None:
    """So it may be wrong by any time: the clock of these tests stands years away from the database's."""
    said: list[str] = []

    def hear(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(statement.lower())

    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        for living in LIVES:
            world.clear()
            assert living(world)[1]().status_code in {200, 201}
        world.clock.now += timedelta(minutes=5)
        assert world.somebody("Eve").sign_in("Cas", "wrong").status_code == 401
    finally:
        event.remove(engine, "before_cursor_execute", hear)

    assert len(said) > 200
    assert [statement for statement in said for word in DATABASES_OWN if word in statement] == []


def test_a_login_token_is_remembered_as_used_for_longer_than_it_could_be_used(world: World) -> None:
    """Rows of used secrets stay: no leeway, skew or jump of a clock makes one good again."""
    _, accept = team_invitation(world)
    token = accept().json["accessToken"]
    path, body = f"{AUTH}/login/token", {"accessToken": token}
    assert world.somebody("Ben").post(path, body).status_code == 200
    born = world.clock.now

    for offset in (timedelta(), POLICY.login_token_life - SECOND, POLICY.login_token_life, -timedelta(minutes=5)):
        world.clock.now = born + offset
        assert world.somebody("Ben").post(path, body).status_code == 401
