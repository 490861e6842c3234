"""Links that machines open before people do: nothing is used up, nobody is signed in, nothing is passed on.

LONG=1 opens each as often as the worst gateways do.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest

from core.models import AttemptCounter
from tests.support.examples import LONG
from tests.support.office import NEW, ROUTES, Office, links_in
from tests.support.pages import press, send
from tests.support.world import AUTH, PASSWORD, Person

TIMES = 20 if LONG else 2
AGENTS = [
    {"User-Agent": "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"},
    {"User-Agent": "BarracudaCentral/1.0", "Accept": "*/*"},
    {"User-Agent": "Mozilla/5.0 (iPhone) Mail/605", "Accept": "text/html", "Purpose": "prefetch"},
    {"User-Agent": "Mozilla/5.0 Chrome/130", "Sec-Purpose": "prefetch;prerender", "Sec-Fetch-Mode": "navigate"},
    {"User-Agent": "Slackbot-LinkExpanding 1.0", "X-Moz": "prefetch", "X-Purpose": "preview"},
    {"User-Agent": "Mozilla/5.0 Outlook-SafeLinks", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"},
]
Human = Callable[[Office, Person, str, Any], Any]


def reset(post: Office, human: Person, _: str, page: Any) -> None:
    assert press(human, page, "Set new password", password=NEW).headers["Location"] == "/signin?done=reset"
    assert human.cookie is None
    assert send(human, "/signin", login="Cas", password=NEW).status_code == 303


def joining(post: Office, human: Person, _: str, page: Any) -> None:
    typed = {"login": "Mary", "password": NEW} | ({} if 'value="mary@' in page.text else {"email": "mary@club.test"})
    assert press(human, page, "Join", **typed).headers["Location"] == "/"


def team(post: Office, human: Person, _: str, page: Any) -> None:
    assert press(human, page, "Join the team").headers["Location"] == "/?done=accepted"


def proving(post: Office, human: Person, _: str, page: Any) -> None:
    assert press(human, page, "Yes, confirm this address").headers["Location"] == "/email/confirmed"
    assert human.session().status_code == 401
    assert send(human, "/signin", login="Cas", password=PASSWORD).status_code == 303


def handed_over(post: Office) -> str:
    made = post.ann.post(f"/api/v4/admin/users/{post.key(post.cas)}/reset-link")
    return str(made.json["reset_url"])


def gate_link(post: Office) -> str:
    made = post.ann.post("/api/v4/admin/invites", {})
    return str(made.json["invite_url"])


def mailed(route: str, to: str) -> Callable[[Office], str]:
    def link(post: Office) -> str:
        assert post.asked(*ROUTES[route](post, to)).status_code < 300
        [letter] = post.goes_out()
        return links_in(letter)[0]

    return link


LINKS: dict[str, tuple[Callable[[Office], str], Human]] = {
    "reset": (mailed("reset", "cas@club.test"), reset),
    "handed over": (handed_over, reset),
    "proof": (mailed("joining", ""), proving),
    "gate": (gate_link, joining),
    "coach": (mailed("coach", "mary@club.test"), joining),
    "team": (mailed("team", "mary@club.test"), team),
}


def state(post: Office) -> dict[str, Any]:
    return {table: rows for table, rows in post.world.dump().items() if table != AttemptCounter.__tablename__}


@pytest.mark.parametrize("kind", LINKS)
def test_a_link_that_machines_have_opened_still_works_once_for_a_person(post: Office, kind: str) -> None:
    make, act = LINKS[kind]
    link = make(post).removeprefix("http://localhost:5000")
    token = link.partition("token=")[2]
    asked = [link, f"{AUTH}/register/validate-token?token={token}"]
    before, client = state(post), post.world.app.test_client()
    for agent in AGENTS:
        for method in ["GET", "HEAD", "OPTIONS"] * TIMES:
            for path in asked:
                answer = client.open(path, method=method, headers=agent)
                assert answer.status_code in {200, 403}
                assert "Set-Cookie" not in answer.headers
                assert token not in repr(answer.headers)
                assert answer.headers["Referrer-Policy"] == "no-referrer"
                assert answer.headers["Cache-Control"] == "no-store"
    assert state(post) == before
    assert client.get(f"{AUTH}/session").status_code == 401

    human = post.world.somebody("Mary")
    page = human.get(link)
    assert '<script src="/static/forget-token.js"></script>' in page.text.partition("<link")[0]
    assert set(re.findall(f'([a-z]+)="[^"]*{token}', page.text)) == {"value"}
    act(post, human, link, page)
    assert human.session().status_code == 200
    assert post.world.somebody("Eve").get(link).status_code in {400, 403}


def test_a_labels_letter_holds_no_secret_and_is_answered_signed_in(post: Office) -> None:
    link = mailed("label", "")(post)
    assert link == "http://localhost:5000/invitations"
    before = state(post)
    for agent in AGENTS:
        answer = post.world.somebody("Eve").get("/invitations", headers=agent)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/signin")
    assert state(post) == before
    assert press(post.kim, post.kim.get("/invitations"), "Accept").status_code == 303
