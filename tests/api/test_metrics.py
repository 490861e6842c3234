"""What /metrics tells, whom, and what it never does. Several processes: tests/flows/test_metrics.py."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask_mail import email_dispatched
from prometheus_client.parser import text_string_to_metric_families

from app.errors import STATUS
from app.metrics import stock
from app.settings import MailServer
from core.models import Letter
from tests.api.conftest import NewWorld
from tests.conftest import Databases
from tests.flows.test_housekeeping import away
from tests.support.servers import free_port
from tests.support.walking import routes
from tests.support.world import AUTH, World

TOKEN = "a9-token.of_the~tests/own+0123456789=="
SHOWN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def counting(new_world: NewWorld) -> World:
    return new_world(metrics_token=TOKEN)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock, "KEPT_SECONDS", 0.0)


def text(world: World) -> str:
    answer = world.app.test_client().get("/metrics", headers=SHOWN)
    assert answer.status_code == 200
    return answer.text


def numbers(world: World) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels, in the order of their names."""
    found = text_string_to_metric_families(text(world))
    samples = [each for family in found for each in family.samples]
    return {(each.name, *(each.labels[label] for label in sorted(each.labels))): each.value for each in samples}


def test_who_asks_for_nothing_gets_nothing(world: World) -> None:
    eve = world.somebody("Eve")

    missing, unknown = (eve.get(path, headers=SHOWN) for path in ("/metrics", "/nowhere"))
    assert missing.status_code == 404
    assert missing.data == unknown.data
    assert "metrics" not in world.app.extensions


def test_it_is_one_page_more_and_nothing_else(world: World, counting: World) -> None:
    assert routes(counting.app) - routes(world.app) == {("GET", "/metrics")}


@pytest.mark.parametrize(
    "shown", ["", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer", "Bearer é", TOKEN]
)
def test_only_who_has_the_token_is_told(counting: World, shown: str) -> None:
    ann = counting.admin(f"Ann{abs(hash(shown))}")
    answer = ann.get("/metrics", headers={"Authorization": shown})

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "METRICS_TOKEN" in answer.text
    assert "vestibule_" not in answer.text


def test_requests_are_counted_by_template_and_all_else_is_folded(counting: World) -> None:
    eve, before = counting.somebody("Eve"), numbers(counting)
    for number in range(3):
        eve.get(f"/nowhere/{number}")
        eve.get(f"/api/v4/members/shared_card/share-me-{number}")
        eve.browser.open(f"{AUTH}/session", method=f"BREW{number}")
    eve.sign_in("Eve", "a walk with eve@club.test")

    now, page = numbers(counting), text(counting)
    new = {key: value - before.get(key, 0) for key, value in now.items() if key[0] == "vestibule_requests_total"}
    assert new["vestibule_requests_total", "GET", "unmatched", "404"] == 3
    assert new["vestibule_requests_total", "other", "unmatched", "405"] == 3
    assert new["vestibule_requests_total", "POST", f"{AUTH}/login", "401"] == 1
    assert new["vestibule_requests_total", "GET", "/api/v4/members/shared_card/<key>", "404"] == 3
    assert now["vestibule_request_seconds_count", "POST", f"{AUTH}/login"] >= 1
    for said in ("nowhere", "share-me", "BREW", "Eve", "eve@", "127.0.0.1", TOKEN):
        assert said not in page


def test_refusals_are_counted_by_their_codes(counting: World) -> None:
    eve, before = counting.somebody("Eve"), numbers(counting)
    eve.sign_in()
    eve.browser.post("/signin", data={"login": "eve", "password": "no idea of it"})
    eve.register("t" * 43)

    now = numbers(counting)
    new = {key[1]: value - before.get(key, 0) for key, value in now.items() if key[0] == "vestibule_refusals_total"}
    assert (new["invalid_credentials"], new["invite_invalid"]) == (2, 1)
    assert new.keys() <= {code for kind in STATUS for code in kind.codes}


@pytest.fixture
def posting(new_world: NewWorld) -> Iterator[World]:
    world = new_world(metrics_token=TOKEN, development_mailbox=True)
    with email_dispatched.connected_to(lambda *_, **__: None, world.app):
        yield world


def test_letters_and_sessions_are_read_from_the_database(posting: World) -> None:
    cas = posting.member("Cas")
    assert cas.post(f"{AUTH}/reset-request", {"email": cas.email}).status_code == 200
    posting.clock.later(minutes=2)

    now = numbers(posting)
    assert (now["vestibule_letters_owed",], now["vestibule_letters_oldest_seconds",]) == (1, 120)
    assert now["vestibule_sessions_active",] == 1

    posting.app.extensions["postman"].work_off()
    posting.clock.later(minutes=15)
    now = numbers(posting)
    assert (now["vestibule_letters_owed",], now["vestibule_letters_oldest_seconds",]) == (0, 0)
    assert now["vestibule_letters_handled_total", "sent"] == 1
    assert now["vestibule_sessions_active",] == 0


def test_letters_given_up_and_rows_removed_are_told(new_world: NewWorld) -> None:
    nobody_there = MailServer("127.0.0.1", free_port())
    posting = new_world(metrics_token=TOKEN, mail_server=nobody_there)
    cas = posting.member("Cas")
    cas.post(f"{AUTH}/reset-request", {"email": cas.email})
    posting.app.extensions["postman"].work_off()
    posting.clock.later(hours=25)
    posting.app.extensions["postman"].work_off()

    now = numbers(posting)
    assert now["vestibule_letters_handled_total", "queued"] == 1
    assert now["vestibule_letters_handled_total", "failed"] == now["vestibule_letters_failed",] == 1
    posting.clock.later(days=100)
    gone = posting.app.extensions["housekeeper"].tidy()
    now = numbers(posting)
    assert now["vestibule_rows_removed_total", Letter.__tablename__] == gone[Letter.__tablename__] == 1
    assert now["vestibule_letters_failed",] == 0


def test_who_is_being_hashed_or_waits_is_seen(counting: World) -> None:
    hasher = counting.app.extensions["surroundings"].hasher
    with hasher._slot():
        assert numbers(counting)["vestibule_hashes", "pending"] == 1
        assert numbers(counting)["vestibule_hashes", "running"] == 1
    assert numbers(counting)["vestibule_hashes", "running"] == 0


def test_the_database_is_not_asked_each_time(counting: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock, "KEPT_SECONDS", timedelta(minutes=1).total_seconds())
    before = numbers(counting)["vestibule_sessions_active",]
    counting.member("Dan")
    assert numbers(counting)["vestibule_sessions_active",] == before


def test_without_a_database_it_says_so_and_tells_the_rest(new_world: NewWorld, databases: Databases) -> None:
    world = new_world(url := databases.new("postgresql"), metrics_token=TOKEN)
    world.somebody("Eve").session()
    assert numbers(world)["vestibule_database_up",] == 1
    with away(url):
        now = numbers(world)
        assert now["vestibule_database_up",] == 0
        assert now["vestibule_requests_total", "GET", f"{AUTH}/session", "401"] == 1
        assert ("vestibule_letters_owed",) not in now
    assert numbers(world)["vestibule_database_up",] == 1
