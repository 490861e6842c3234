"""A session that has ended is dead in every process at once, however its cookie was kept.

That every process has answered is read in the server's own access log. LONG=1 runs the race more often.
"""

import re
import time
from collections.abc import Callable

import pytest
import requests

from tests.support.examples import LONG
from tests.support.running import House, at_once, fresh_password
from tests.support.servers import wait_for
from tests.support.ways import browser, newcomer
from tests.support.world import AUTH, PASSWORD

ROUNDS = 100 if LONG else 8
LOSING_ROUNDS = 5


def asked_everywhere(house: House, cookies: dict[str, str]) -> set[int]:
    """All the answers there are to these cookies once every process has given at least one."""
    before, statuses = len(house.server.written()), set()

    def all_have_answered() -> bool:
        statuses.update(at_once([lambda: house.session(cookies)] * 24))
        processes = set(re.findall(r"^answered-by <?(\d+)", house.server.written()[before:], re.MULTILINE))
        return len(processes) == house.workers

    wait_for(all_have_answered)
    return statuses


def sign_out(house: House, name: str, kept: dict[str, str]) -> None:
    assert house.server.post(f"{AUTH}/logout", {}, cookies=kept).status_code == 200


def change_password(house: House, name: str, kept: dict[str, str]) -> None:
    body = {"current_password": PASSWORD, "new_password": fresh_password()}
    answer = house.server.post(f"{AUTH}/change-password", body, cookies=house.server.sign_in(name))
    assert answer.status_code == 200


def change_password_here(house: House, name: str, kept: dict[str, str]) -> None:
    body = {"current_password": PASSWORD, "new_password": fresh_password()}
    answer = house.server.post(f"{AUTH}/change-password", body, cookies=kept)
    assert answer.status_code == 200
    assert house.session({"session": answer.cookies["session"]}) == 200


def reset_password(house: House, name: str, kept: dict[str, str]) -> None:
    body = {"token": house.reset_token(name), "new_password": fresh_password()}
    assert house.server.post(f"{AUTH}/reset-confirm", body).status_code == 200


def deactivate(house: House, name: str, kept: dict[str, str]) -> None:
    house.server.command("users", "deactivate", name)


def end_device(house: House, name: str, kept: dict[str, str]) -> None:
    url, other = f"{house.server.url}{AUTH}/sessions", house.server.sign_in(name)
    [device] = [each for each in requests.get(url, cookies=other, timeout=30).json()["items"] if not each["current"]]
    assert requests.delete(f"{url}/{device['id']}", cookies=other, timeout=30).status_code == 200
    assert house.session(other) == 200


def end_other_devices(house: House, name: str, kept: dict[str, str]) -> None:
    other = house.server.sign_in(name)
    assert requests.delete(f"{house.server.url}{AUTH}/sessions", cookies=other, timeout=30).json()["ended"] == 1
    assert house.session(other) == 200


def end_by_admin(house: House, name: str, kept: dict[str, str]) -> None:
    session = house.server.get(f"{AUTH}/session", cookies=kept).json()
    admin = browser(house, newcomer(house, "admin"))
    url = f"{house.server.url}/api/v4/admin/users/{session['uSkaterUUID']}/sessions"
    assert requests.delete(url, cookies=admin, timeout=30).json()["ended"] == 1


Ending = Callable[[House, str, dict[str, str]], None]
ENDINGS: list[Ending] = [
    sign_out,
    change_password,
    change_password_here,
    reset_password,
    deactivate,
    end_device,
    end_other_devices,
    end_by_admin,
]


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
def test_a_kept_cookie_is_dead_in_every_process(house: House, end: Ending) -> None:
    name = house.member()
    kept = house.server.sign_in(name)
    assert asked_everywhere(house, kept) == {200}

    end(house, name, kept)

    assert asked_everywhere(house, kept) == {401}


def test_a_role_that_was_taken_opens_nothing_in_any_process(house: House) -> None:
    bea, olga = newcomer(house, "admin"), browser(house, newcomer(house, "owner"))
    kept, path = browser(house, bea), "/api/v4/admin/invites"
    assert {house.server.get(path, cookies=kept).status_code for _ in range(8)} == {200}

    url = f"{house.server.url}/api/v4/admin/users/{bea.skater_id}/roles/admin"
    assert requests.delete(url, cookies=olga, timeout=30).status_code == 200

    assert set(at_once([lambda: house.server.get(path, cookies=kept).status_code] * 24)) == {401}


def race_sign_in_with_password_change(house: House) -> int:
    """How many sessions live that began with the old password, after sign-ins raced with its change."""
    name = house.member()
    device = house.server.sign_in(name)
    began: list[dict[str, str]] = []

    def sign_in(offset: float) -> None:
        time.sleep(offset)  # so that some come before, some in the middle of, and some after the change
        body = {"aLogin": name, "aPasswordHash": PASSWORD}
        answer = house.server.post(f"{AUTH}/login", body)
        assert answer.status_code in {200, 401}
        if answer.status_code == 200:
            began.append({"session": answer.cookies["session"]})

    def change() -> None:
        change_password_here(house, name, device)

    at_once([change, *(lambda offset=i / 50: sign_in(offset) for i in range(8))])
    assert house.session(device) == 401
    return sum(house.session(cookies) == 200 for cookies in began)


def test_no_session_outlives_the_password_that_began_it(house: House) -> None:
    assert [race_sign_in_with_password_change(house) for _ in range(ROUNDS)] == [0] * ROUNDS


def test_signing_in_without_holding_the_account_leaves_sessions_alive(naive: House) -> None:
    assert any(race_sign_in_with_password_change(naive) for _ in range(LOSING_ROUNDS))
