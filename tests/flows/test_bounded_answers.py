"""What a long training log costs a process, and everybody else."""

import json
import socket
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import psutil
import pytest
import requests
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from app.extensions import db
from core import days
from core.models import IceSession, User
from tests.support.routes import ADD, AN_HOUR, ICE_TIME, PROFILE, PUBLIC_ICE
from tests.support.running import House, Running
from tests.support.world import AUTH

BERLIN = ZoneInfo("Europe/Berlin")
MANY = 60_000
AT_ONCE = 6
MEGABYTE = 1 << 20
Cookies = dict[str, str]


def skater_with(house: House, sessions: int) -> Cookies:
    """The cookies of somebody who has been on the ice so often: thrice a day, until yesterday."""
    name = house.member()
    cookies = house.server.sign_in(name)
    said = {"first_name": "Cas", "last_name": "Lee", "timezone": str(BERLIN)}
    assert house.server.post(f"{AUTH}/onboard", said, cookies=cookies).status_code == 200
    today = days.day_of(datetime.now(UTC), BERLIN)
    past = [days.start_of(today - timedelta(days=1 + number // 3), BERLIN) for number in range(sessions)]
    with house.app.app_context(), Session(db.engine) as session, session.begin():
        skater = session.scalars(select(User.skater_id).where(User.login == name)).one()
        about = {"minutes": 60, "cost": 12.5, "coached_minutes": 0, "ice_type_id": uuid.UUID(PUBLIC_ICE)}
        session.execute(insert(IceSession), [{**about, "skater_id": skater, "at": at} for at in past])
    return cookies


def resident(house: House) -> int:
    """The bytes of the process that answers."""
    [worker] = psutil.Process(house.server.process.pid).children()
    return int(worker.memory_info().rss)


def all_at_once(house: House, cookies: Cookies) -> list[int]:
    """How many sessions each of the answers had that were asked for at the same moment."""

    def ask(_: int) -> int:
        answer = house.server.get(ICE_TIME, cookies=cookies)
        assert answer.status_code == 200
        assert answer.headers["Content-Length"] == str(len(answer.content))
        return len(json.loads(answer.content)["session_table"])

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        return list(crowd.map(ask, range(AT_ONCE)))


def growth(house: House) -> float:
    """By how many megabytes six long answers make a process grow that has answered short ones."""
    short, long = skater_with(house, 10), skater_with(house, MANY)
    assert all_at_once(house, short) == [10] * AT_ONCE
    before = resident(house)

    assert all_at_once(house, long) == [MANY] * AT_ONCE

    return (resident(house) - before) / MEGABYTE


def test_six_long_logs_at_once_add_little_to_a_process(running: Running, engine: str) -> None:
    added = growth(running.house(engine, workers=1, WEB_CONCURRENCY="1"))

    print(f"{engine}: {added:.0f} MB")
    assert added < 50


@pytest.mark.parametrize("engine", ["sqlite"])
def test_control_all_rows_in_memory_would_add_much(running: Running, engine: str) -> None:
    assert growth(running.house(engine, "tests.flows.hoarding_wsgi:app", workers=1)) > 100


@pytest.mark.parametrize("engine", ["postgresql"])
def test_who_reads_slowly_holds_no_transaction(running: Running, engine: str) -> None:
    house = running.house(engine, workers=1, WEB_CONCURRENCY="1")
    cookies, where = skater_with(house, MANY), urlsplit(house.server.url)
    head = f"GET {ICE_TIME} HTTP/1.1\r\nHost: {where.netloc}\r\nCookie: session={cookies['session']}\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(AT_ONCE):
            line = stack.enter_context(socket.create_connection((where.hostname or "", where.port or 0), 30))
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.sendall(head.encode())
            assert line.recv(12) == b"HTTP/1.1 200"  # and no more

        with house.app.app_context(), db.engine.connect() as connection:
            busy = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'")
            assert connection.execute(busy).scalar_one() == 1  # the one that asks
        assert house.server.get(f"{AUTH}/session", cookies=cookies).status_code == 200


def test_what_is_added_while_a_long_log_moves_to_another_zone_stays_on_its_day(running: Running, engine: str) -> None:
    house = running.house(engine, workers=1, WEB_CONCURRENCY="1")
    cookies, today = skater_with(house, MANY // 6), str(datetime.now(UTC).date())
    before = house.server.get(ICE_TIME, cookies=cookies).json()["session_table"]

    def move(zone: str) -> int:
        answer = requests.patch(house.server.url + PROFILE, json={"timezone": zone}, cookies=cookies, timeout=30)
        return answer.status_code

    def add(_: int) -> int:
        return house.server.post(ADD, {**AN_HOUR, "date": today}, cookies=cookies).status_code

    with ThreadPoolExecutor(4) as crowd:
        moving = crowd.submit(move, "America/New_York")
        assert set(crowd.map(add, range(20))) == {201}
        assert moving.result() == 200

    after = house.server.get(ICE_TIME, cookies=cookies).json()["session_table"]
    assert [row["date"] for row in after[:20]] == [today] * 20
    assert [row["date"] for row in after[20:]] == [row["date"] for row in before]
