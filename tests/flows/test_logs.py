"""What a running server logs: one JSON object a line, and one line for each request that was not let in."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from tests.flows.test_housekeeping import away
from tests.support.running import House, Running, address, fresh_password
from tests.support.world import AUTH

LINE = {"time", "level", "logger", "process", "message"}
OF_A_REFUSAL = {"event", "status", "request_id", "method", "route", "ip", "user_id"}
JSON = {"Content-Type": "application/json"}
HOSTILE = 'x"}\r\n{"event": "signed_in"}\x1b[2J\u2028\x00'


def lines(house: House) -> list[dict[str, Any]]:
    """All that was logged, but for the tests' own list of requests."""
    written = house.server.written().splitlines()
    return [json.loads(line) for line in written if not line.startswith("answered-by ")]


def of(house: House, request_id: str) -> list[dict[str, Any]]:
    return [line for line in lines(house) if line.get("request_id") == request_id]


def test_every_line_is_an_object_with_its_time_and_place(house: House) -> None:
    house.server.post(f"{AUTH}/login", {"aLogin": house.member(), "aPasswordHash": HOSTILE})
    house.server.get(
        f"/{HOSTILE}", headers={"User-Agent": HOSTILE.translate({13: None, 10: None, 0: None, 0x2028: 65})}
    )

    for line in lines(house):
        assert line.keys() >= LINE
        assert datetime.fromisoformat(line["time"]).utcoffset() == UTC.utcoffset(None)


def test_a_refusal_is_one_line_that_says_who_what_where_and_nothing_secret(house: House) -> None:
    name, password, token = house.member(), fresh_password(), "t" * 43
    attempts = {
        "invalid_credentials": ("POST", f"{AUTH}/login", {"aLogin": name, "aPasswordHash": password}),
        "not_signed_in": ("GET", f"{AUTH}/sessions", None),
        "invite_invalid": ("GET", f"{AUTH}/register/validate-token?token={token}", None),
        "reset_token_invalid": ("POST", f"{AUTH}/reset-confirm", {"token": token, "new_password": password}),
        "invalid_input": ("POST", f"{AUTH}/login", {"aLogin": name, "aPasswordHash": [password]}),
        "unsupported_media_type": ("POST", f"{AUTH}/login", None),
        "method_not_allowed": ("TRACE", f"{AUTH}/login", None),
        "token_invalid": ("POST", f"{AUTH}/login/token", {"accessToken": token}),
    }

    for code, (method, path, body) in attempts.items():
        answer = requests.request(method, house.server.url + path, json=body, timeout=30)
        assert answer.json()["code"] == code

        [line] = of(house, answer.headers["X-Request-ID"])
        assert line.keys() == LINE | OF_A_REFUSAL
        assert (line["event"], line["status"], line["method"]) == (code, answer.status_code, method)
        assert line["route"] == (path.partition("?")[0] if method != "TRACE" else None)  # no route takes that
        assert line["ip"] == "127.0.0.1"
        assert (line["user_id"] is not None) is (code == "invalid_credentials")
    assert password not in house.server.written()
    assert token not in house.server.written()


def test_what_is_nobodys_attempt_is_no_event(house: House) -> None:
    asked = house.server.get(f"{AUTH}/session")
    missing = house.server.get("/nowhere")

    assert (asked.status_code, missing.status_code) == (401, 404)
    assert [of(house, answer.headers["X-Request-ID"]) for answer in (asked, missing)] == [[], []]


@pytest.fixture(scope="module")
def clumsy(running: Running) -> House:
    return running.house("postgresql", "tests.flows.clumsy_wsgi:app", workers=1)


def test_a_story_in_which_all_goes_wrong_leaves_no_address_and_no_secret_in_the_log(clumsy: House) -> None:
    server, password, token = clumsy.server, fresh_password(), "t0ken-" + "x" * 37
    ann, ben = clumsy.admin(), clumsy.member(password)
    admin = server.sign_in(ann)
    asked = []

    def ask(path: str, body: Any, status: int, **more: Any) -> None:
        answer = requests.post(server.url + path, timeout=30, **(more or {"json": body}))
        assert answer.status_code == status, (path, answer.text)
        asked.append(answer.headers["X-Request-ID"])

    assert server.get(f"{AUTH}/session", cookies=admin).status_code == 200
    clumsy.mail.refused.add(address(ben))
    clumsy.mail.says = f"550 <{address(ben)}>: no such mailbox {token}"
    assert server.post(f"{AUTH}/reset-request", {"email": address(ben)}).status_code == 200
    clumsy.let_the_post_go_out()
    invited = server.post("/api/v4/admin/teams/invitations", {"emails": [address(ben)], "role": "dev"}, cookies=admin)
    assert invited.status_code in {200, 201, 202}, invited.text

    ask(f"{AUTH}/login", {"aLogin": address(ben), "aPasswordHash": token}, 401)
    ask(f"{AUTH}/login", None, 400, data=f'{{"aLogin": "{address(ben)}", "aPasswordHash": "{password}', headers=JSON)
    ask(f"{AUTH}/reset-confirm", {"token": token, "new_password": password}, 400)
    ask(f"{AUTH}/register?token={token}", {"invite_token": token, "aLogin": "x", "aEmail": address(ben)}, 400)
    ask("/clumsy/view", {"email": address(ben), "token": token}, 500)
    ask("/clumsy/database", {}, 500)
    ask("/clumsy/answer", f"{address(ben)} {token}", 500)
    with away(server.engine.url):
        ask(f"{AUTH}/login", {"aLogin": address(ben), "aPasswordHash": password}, 503)

    log = str(lines(clumsy))
    for crash in ("cannot make sense of", "cannot send", "UniqueViolation", "letter ", "the database cannot serve"):
        assert crash in log
    assert [each for each in asked if not of(clumsy, each)] == []
    assert re.findall(r"[\w.+-]+@[\w-]+\.\w+", log) == []
    assert [each for each in (password, token, admin["session"]) if each in log] == []
    assert log.count("…@club.test") > 1  # what is looked for was there
