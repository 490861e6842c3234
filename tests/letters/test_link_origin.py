"""Every link begins as configured, whatever a request says of where it was sent to; and no page leads elsewhere.

Over a bare line: tests/flows/test_request_targets.py. LONG=1 tries each header by itself.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.conftest import NewWorld, new_world
from tests.support.examples import LONG
from tests.support.office import ROUTES, Office, links_in, office

__all__ = ["new_world"]
HOSTS = [
    {"Host": "evil.test", "Origin": "http://evil.test"},
    {"Host": "localhost:5000@evil.test"},
    {"Host": "localhost:5000.evil.test"},
    {"Host": "localhost:99999999"},
]
FORWARDED = {
    "X-Forwarded-Host": "evil.test",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Port": "6666",
    "X-Forwarded-Prefix": "//evil.test",
    "X-Forwarded-Server": "evil.test",
    "X-Forwarded-For": "6.6.6.6",
    "X-Forwarded-Scheme": "evil",
    "Forwarded": "for=6.6.6.6;host=evil.test;proto=https",
    "X-Original-Host": "evil.test",
    "X-Original-URL": "http://evil.test/",
    "X-Rewrite-URL": "http://evil.test/",
    "X-HTTP-Host-Override": "evil.test",
    "X-Host": "evil.test",
    "Referer": "http://evil.test/",
}
EVERYTHING = {**FORWARDED, "Host": "evil.test"}
EACH = [*HOSTS, FORWARDED, *({name: value} for name, value in FORWARDED.items())]
FORGED = [EVERYTHING, *(EACH if LONG else [])]
FIELDS = dict.fromkeys(("base_url", "url", "next", "host", "redirect", "return_to", "reset_url"), "http://evil.test/")


def send_everywhere(post: Office, headers: dict[str, str], more: dict[str, str] | None = None) -> dict[str, Any]:
    """What each route answers. Links in what was written begin as configured; refusals write none."""
    received, answers = len(post.mail.received), {}
    for name, route in ROUTES.items():
        person, path, body = route(post, "cas@club.test")
        owed = post.owed()
        answers[name] = post.asked(person, path, {**(body or {}), **more} if more else body, **headers)
        assert answers[name].status_code < 400 or post.owed() == owed, name
    post.goes_out()
    for letter in post.mail.received[received:]:
        assert {link.startswith("http://localhost:5000/") for link in links_in(letter)} == {True}
        assert "evil" not in letter.text() + letter.text("html")
    return answers


@pytest.fixture(scope="module", params=[0, 1], ids=["no proxy", "one proxy"])
def behind(request: pytest.FixtureRequest, new_world: NewWorld) -> Iterator[Office]:
    """An office behind so many proxies, which answers for a host that no link may lead to."""
    with office(new_world(trusted_proxies=request.param, trusted_hosts=("evil.test",))) as opened:
        yield opened.open()


@pytest.mark.parametrize("headers", FORGED, ids=lambda headers: "+".join(headers)[:40])
def test_no_header_gets_into_a_link(behind: Office, headers: dict[str, str]) -> None:
    answers = send_everywhere(behind, headers)
    statuses = {answer.status_code for answer in answers.values()}
    assert statuses <= {200, 201, 303} or statuses in ({400}, {403}, {421}), statuses
    for answer in answers.values():
        where = answer.headers.get("Location", "/")
        assert re.match(r"/[^/\\]|/$", where)
        assert "evil" not in answer.text


@pytest.mark.parametrize("behind", [0], indirect=True)
def test_no_field_of_a_body_gets_into_a_link(behind: Office) -> None:
    answers = send_everywhere(behind, {}, FIELDS)
    assert {answer.status_code for answer in answers.values()} <= {200, 201, 303, 400}
    assert all("evil" not in answer.headers.get("Location", "") for answer in answers.values())
