"""What a skater does on two devices at once: a card has one link, a session keeps its day, an old password opens: over
HTTP, against four processes. Where holding the row decides, the race is also run on a control (naive_wsgi), where it
must be lost.
"""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import requests
from sqlalchemy import update
from werkzeug.security import generate_password_hash

from core.models import BrowserSession, IceSession, Profile, User
from tests.races.test_exactly_once import LONG, OK, is_lost
from tests.support.routes import ADD, AN_HOUR, CARD, PROFILE, SHARE, SHARED
from tests.support.running import House, at_once, said
from tests.support.ways import Cookies, browser, newcomer
from tests.support.world import AUTH, PASSWORD

SHARES = 12
ROUNDS = 50 if LONG else 4
HOMES = ("Pacific/Kiritimati", "Pacific/Pago_Pago")
"""Where it is never the same day."""


def skater(house: House, zone: str = "UTC") -> tuple[User, Cookies]:
    """Somebody onboarded, and their browser."""
    user = newcomer(house)
    cookies = browser(house, user)
    body = {"first_name": "Cas", "last_name": "Nobody", "timezone": zone}
    assert house.server.post(f"{AUTH}/onboard", body, cookies=cookies).status_code == 200
    return user, cookies


def asked(house: House, method: str, path: str, cookies: Cookies, body: Any = None) -> requests.Response:
    return requests.request(method, house.server.url + path, json=body, cookies=cookies, timeout=30)


def tokens_of_racing_shares(house: House) -> set[str]:
    """The tokens that so many first shares of one card are answered with. The last of them is the card's."""
    _, cookies = skater(house)
    answers = at_once([lambda: asked(house, "POST", SHARE, cookies)] * SHARES)
    assert said(answers) == [OK] * SHARES
    tokens = {answer.json()["share_token"] for answer in answers}
    assert asked(house, "GET", CARD, cookies).json()["share_token"] in tokens
    return tokens


def test_racing_shares_give_one_link(house: House) -> None:
    assert [len(tokens_of_racing_shares(house)) for _ in range(ROUNDS)] == [1] * ROUNDS


def test_looking_before_writing_gives_several_links(naive: House) -> None:
    assert is_lost(lambda: len(tokens_of_racing_shares(naive)) > 1)


def test_a_link_that_was_ended_is_dead_however_often_it_is_shared_meanwhile(house: House) -> None:
    for _ in range(ROUNDS):
        _, cookies = skater(house)
        acts = [lambda how=how, cookies=cookies: asked(house, how, SHARE, cookies) for how in ("POST", "DELETE") * 4]
        answers = at_once(acts)
        assert said(answers) == [OK] * len(answers)
        given = {answer.json()["share_token"] for answer in answers[::2]}
        left = asked(house, "GET", CARD, cookies).json()["share_token"]
        assert left in {None, *given}
        for token in given:
            opened = asked(house, "GET", f"{SHARED}/{token}", {})
            assert opened.status_code == (200 if token == left else 404)
        last = asked(house, "DELETE", SHARE, cookies)
        assert last.json() == {"status": "ok"}
        assert {asked(house, "GET", f"{SHARED}/{token}", {}).status_code for token in given} == {404}


def days_off(house: House) -> int:
    """How many sessions are not on the day that was typed, after some were added while their skater moved."""
    user, cookies = skater(house, HOMES[0])
    days = [date(2026, 11, 20) - timedelta(days=number) for number in range(6)]
    bodies = [{**AN_HOUR, "date": str(day), "ice_time": number + 1} for number, day in enumerate(days)]
    adds = [lambda body=body: asked(house, "POST", ADD, cookies, body) for body in bodies]
    moves = [lambda to=to: asked(house, "PATCH", PROFILE, cookies, {"timezone": to}) for to in HOMES[::-1]]
    answers = at_once([*adds[:3], *moves, *adds[3:]])
    assert sorted(answer.status_code for answer in answers) == [200] * 2 + [201] * 6
    [profile] = house.rows(Profile, Profile.skater_id == user.skater_id)
    rows = house.rows(IceSession, IceSession.skater_id == user.skater_id)
    assert sorted(row.minutes for row in rows) == list(range(1, 7))
    there = ZoneInfo(profile.timezone)
    return sum(row.at.astimezone(there).date() != days[row.minutes - 1] for row in rows)


def test_sessions_keep_their_day_while_their_skater_moves(house: House) -> None:
    assert [days_off(house) for _ in range(ROUNDS)] == [0] * ROUNDS


def test_looking_before_writing_loses_days_in_a_move(naive: House) -> None:
    assert is_lost(lambda: days_off(naive) > 0)


def with_old_hash(house: House) -> User:
    """Somebody whose password the replaced backend hashed."""
    user = newcomer(house)
    old = generate_password_hash(PASSWORD, method="scrypt:4096:8:1")
    with house.server.engine.begin() as connection:
        connection.execute(update(User).where(User.id == user.id).values(password_hash=old))
    return user


def test_first_sign_ins_with_an_old_password_all_open(house: House) -> None:
    for _ in range(ROUNDS):
        user = with_old_hash(house)
        body = {"aLogin": user.login, "aPasswordHash": PASSWORD}
        answers = at_once([lambda body=body: house.server.post(f"{AUTH}/login", body)] * 4)
        assert said(answers) == [OK] * 4
        assert house.number(BrowserSession, BrowserSession.user_id == user.id) == 4
        [renewed] = house.rows(User, User.id == user.id)
        assert renewed.password_hash.startswith("$argon2id$")
        assert {house.session({"session": answer.cookies["session"]}) for answer in answers} == {200}


def test_a_first_sign_in_beside_a_wrong_password_opens(house: House) -> None:
    user = with_old_hash(house)
    tries = [{"aLogin": user.login, "aPasswordHash": password} for password in (PASSWORD, "wrong", user.password_hash)]
    answers = at_once([lambda body=body: house.server.post(f"{AUTH}/login", body) for body in tries])
    assert [answer.status_code for answer in answers] == [200, 401, 401]
