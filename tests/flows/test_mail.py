"""Mail that is owed arrives, whatever becomes of the mail server or of a process meanwhile, and nobody waits for it.

Outages are tried on a server that is in more of a hurry (hurried_wsgi); LONG=1 sends more.
"""

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket

import psutil
import pytest
import requests

from app.quoting import WORD_JOINER
from core.models import Letter
from tests.conftest import BOTH
from tests.flows.test_story import letter_to, letters_to, link_in
from tests.support.examples import LONG
from tests.support.mailserver import MailServer
from tests.support.running import House, Running, address, at_once, fresh_password, said
from tests.support.servers import wait_for
from tests.support.stopwatch import milliseconds, spread
from tests.support.world import AUTH, PASSWORD

LETTERS = 500 if LONG else 50
ROUNDS = 100 if LONG else 12
OUTAGE_SPREAD = 3.0
"""What an outage may cost a visitor over health: the noise of a few milliseconds. The control waits for a second."""


@pytest.fixture
def hurried(engine: str, running: Running, tmp_path_factory: pytest.TempPathFactory) -> House:
    dies_at = str(tmp_path_factory.getbasetemp() / f"dies-{engine}")
    return running.house(engine, "tests.flows.hurried_wsgi:app", workers=2, DIES_AT=dies_at)


@contextmanager
def absent(mail: MailServer) -> Iterator[None]:
    """Connections are refused."""
    mail.stop()
    yield
    mail.start()


@contextmanager
def silent(mail: MailServer) -> Iterator[None]:
    """Connections are taken and never answered."""
    with absent(mail), socket() as tarpit:
        tarpit.setsockopt(1, 2, 1)
        tarpit.bind(("127.0.0.1", mail.port))
        tarpit.listen(100)
        yield


@contextmanager
def greylisting(mail: MailServer) -> Iterator[None]:
    mail.reply = "451 Please come back later"
    yield
    mail.reply = "250 OK"


RESETS = Letter.kind == "reset_requested"
"""Without the letters that ask newcomers to confirm their address."""
Outage = Callable[[MailServer], "contextmanager[None]"]


def asks(house: House, name: str) -> Callable[[], requests.Response]:
    """What asks for a reset letter over a connection that is kept open."""
    browser = requests.Session()
    return lambda: browser.post(f"{house.server.url}{AUTH}/reset-request", json={"email": address(name)}, timeout=30)


@pytest.mark.parametrize("engine", BOTH if LONG else ["postgresql"])
@pytest.mark.parametrize("outage", [absent, silent, greylisting], ids=lambda outage: outage.__name__)
def test_an_outage_changes_no_answer_and_loses_no_letter(house: House, hurried: House, outage: Outage) -> None:
    name = hurried.member()
    [nobody], closed = hurried.names(1), hurried.member()
    hurried.close(closed)
    healthy, sick = asks(house, house.member()), asks(hurried, name)
    with outage(hurried.mail):
        answers = [healthy(), sick(), asks(hurried, nobody)(), asks(hurried, closed)()]
        waited = spread({"healthy": healthy, "sick": sick}, ROUNDS, OUTAGE_SPREAD)
        letters = hurried.rows(Letter, RESETS, Letter.recipient == address(name))
        wait_for(lambda: any(each.attempts for each in hurried.rows(Letter, RESETS, Letter.recipient == address(name))))
        assert letters_to(hurried, name) == []
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert len({repr(comparable(answer)) for answer in answers}) == 1
    assert waited <= OUTAGE_SPREAD

    wait_for(lambda: len(letters_to(hurried, name)) == len(letters), 60)
    links = [link_in(letter) for letter in letters_to(hurried, name)]
    assert len(living(hurried, links)) == 1


def test_an_outage_is_waited_for_where_mail_is_sent_at_once(running: Running) -> None:
    house = running.house("sqlite", "wsgi:app")
    telling = running.house("sqlite", "tests.flows.telling_wsgi:app", workers=1)
    healthy, sick = asks(house, house.member()), asks(telling, telling.member())
    with silent(telling.mail):
        measured = milliseconds({"healthy": healthy, "sick": sick}, 2)
    assert measured["sick"] > 3 * OUTAGE_SPREAD * measured["healthy"]


def test_an_address_that_is_refused_holds_nobody_up(hurried: House) -> None:
    poison, *others = [hurried.member() for _ in range(4)]
    hurried.mail.refused = {address(poison)}
    for name in [poison, *others]:
        assert asks(hurried, name)().status_code == 200
    for name in others:
        letter_to(hurried, name, "Set a new password")
    [letter] = wait_for(
        lambda: hurried.rows(Letter, RESETS, Letter.recipient == address(poison), Letter.state == "failed")
    )
    assert letter.last_reply == "550 There is nobody of this name here"
    assert letters_to(hurried, poison) == []


def test_a_process_that_dies_after_the_yes_sends_the_letter_once_more(hurried: House) -> None:
    name, dies_at = hurried.member(), Path(hurried.server.environment["DIES_AT"])
    hurried.let_the_post_go_out()
    dies_at.touch()
    assert asks(hurried, name)().status_code == 200

    wait_for(lambda: hurried.rows(Letter, RESETS, Letter.recipient == address(name), Letter.state == "sent"))
    assert not dies_at.exists()
    assert "was sent SIGKILL" in hurried.server.written()
    first, second = letters_to(hurried, name)
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert living(hurried, [link_in(first), link_in(second)]) == [link_in(second)]


def send_many(house: House, letters: int) -> Counter[str]:
    """How often each of so many letters arrived, by Message-ID, once none is owed any more."""
    names, confirm = [house.member() for _ in range(5)], f"{AUTH}/reset-request"
    everybody = names * (letters // len(names))
    for start in range(0, letters, 25):
        some = everybody[start : start + 25]
        at_once([lambda name=name: house.server.post(confirm, {"email": address(name)}) for name in some])
    recipients = [address(name) for name in names]
    wait_for(
        lambda: house.number(Letter, RESETS, Letter.recipient.in_(recipients), Letter.state == "sent") == letters, 50
    )
    assert house.number(Letter, RESETS, Letter.recipient.in_(recipients)) == letters
    return Counter(str(post.message["Message-ID"]) for name in names for post in letters_to(house, name))


@pytest.mark.skipif(not LONG, reason="LONG=1")
def test_postmen_that_are_killed_again_and_again_lose_no_letter(hurried: House) -> None:
    names = [hurried.member() for _ in range(20)]
    hurried.mail.delay = 0.1
    for name in names:
        assert asks(hurried, name)().status_code == 200
    for _ in range(4):
        kill_all_workers(hurried)
    hurried.mail.delay = 0.0
    hurried.let_the_post_go_out()
    for name in names:
        letters = letters_to(hurried, name)
        assert 1 <= len(letters) <= 5
        assert len({letter.message["Message-ID"] for letter in letters}) == 1
        assert len(living(hurried, [link_in(letter) for letter in letters])) == 1


def kill_all_workers(house: House) -> None:
    """With kill -9, once they have begun to deliver; others take their place."""
    before = len(house.mail.received)
    wait_for(lambda: len(house.mail.received) > before or not house.number(Letter, Letter.due_at.is_not(None)))
    for worker in psutil.Process(house.server.process.pid).children():
        worker.kill()
    wait_for(lambda: is_up(house), 30)


def is_up(house: House) -> bool:
    try:
        return house.server.get("/healthz").status_code == 200
    except requests.ConnectionError:
        return False


def test_every_letter_arrives_exactly_once(house: House) -> None:
    arrived = send_many(house, LETTERS)
    assert len(arrived) == LETTERS
    assert set(arrived.values()) == {1}


@pytest.mark.parametrize("engine", BOTH if LONG else ["postgresql"])
def test_looking_before_writing_sends_letters_twice(naive: House) -> None:
    assert max(send_many(naive, 20).values()) > 1


def test_asking_many_times_at_once_brings_every_letter_and_one_living_link(house: House) -> None:
    name = house.member()
    at_once([asks(house, name) for _ in range(4)])
    wait_for(lambda: len(letters_to(house, name)) == 4, 15)
    assert len(living(house, [link_in(letter) for letter in letters_to(house, name)])) == 1


def test_nobody_gets_mail_for_an_address_without_an_open_account(house: House) -> None:
    [unknown], closed = house.names(1), house.member()
    house.close(closed)
    for email in (address(unknown), address(closed), f"{address(closed)}, eve@evil.test", "no address at all"):
        answer = house.server.post(f"{AUTH}/reset-request", {"email": email})
        assert answer.json() == {"message": "If that email is registered, a reset link has been sent."}
        wait_for(lambda email=email: house.rows(Letter, RESETS, Letter.recipient == email, Letter.state == "dropped"))
    assert letters_to(house, unknown) == letters_to(house, closed) == []
    assert not [post for post in house.mail.received if "eve@evil.test" in post.recipients]


def test_markup_in_a_login_stays_text(house: House) -> None:
    hostile = f'"><img src=x onerror=alert(1)>{{{{7*7}}}}<a href=//evil.test>{house.names(1)[0]}'
    email = f"{house.names(1)[0].lower()}@club.test"
    body = {"aLogin": hostile, "aEmail": email, "aPasswordHash": PASSWORD, "invite_token": house.invite()}
    assert house.server.post(f"{AUTH}/register", body).status_code == 200
    house.server.post(f"{AUTH}/reset-request", {"email": email})
    letter = letter_to(house, email.partition("@")[0], "Set a new password")

    markup = letter.text("html")
    assert "<img" not in markup
    assert hostile in html.unescape(markup).replace(WORD_JOINER, "")
    assert re.findall(r"<a href=\"([^\"]+)\"", markup) == [link_in_html(markup)]
    assert hostile in letter.text().replace(WORD_JOINER, "")


@pytest.mark.parametrize("email", ["cas@club.test\r\nBcc: eve@evil.test", "cas@club.test\nX: y", "cas@club.test\0"])
def test_a_line_break_in_an_address_is_refused(house: House, email: str) -> None:
    before = house.number(Letter)
    assert said([house.server.post(f"{AUTH}/reset-request", {"email": email})]) == [(400, "invalid_input")]
    assert house.number(Letter) == before


def test_a_letter_that_is_owed_holds_no_token(house: House) -> None:
    name = house.member()
    asks(house, name)()
    token = link_in(letter_to(house, name, "Set a new password")).partition("token=")[2]
    assert len(token) >= 43
    for letter in house.rows(Letter):
        assert token not in str([letter.data, letter.last_reply, letter.recipient, letter.kind])


def comparable(answer: requests.Response) -> list[tuple[str, str]]:
    """The headers that tell nothing of when, and of which request, it was."""
    return sorted(pair for pair in answer.headers.items() if pair[0] not in {"Date", "X-Request-ID"})


def living(house: House, links: list[str]) -> list[str]:
    """Which of these links still set a password."""
    confirm = f"{AUTH}/reset-confirm"
    bodies = [{"token": link.partition("token=")[2], "new_password": fresh_password()} for link in links]
    answers = [house.server.post(confirm, body) for body in bodies]
    return [link for link, answer in zip(links, answers, strict=True) if answer.status_code == 200]


def link_in_html(markup: str) -> str:
    [link] = set(re.findall(r"https?://[^\s\"<>]+", markup))
    return str(link)
