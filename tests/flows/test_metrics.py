"""/metrics of a product in several processes: one sum, whoever is asked and whoever dies; and where it has no room."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import Databases
from tests.flows.test_servers import children
from tests.support.running import House, Running
from tests.support.servers import Server, serving, wait_for
from tests.support.world import AUTH

TOKEN = "a9-token.of_the~tests/own+0123456789"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
WORKERS = 2


@pytest.fixture(scope="module")
def counting(running: Running) -> House:
    return running.house("sqlite", workers=WORKERS, METRICS_TOKEN=TOKEN)


def told(server: Server, name: str, **labels: str) -> float | None:
    answer = server.get("/metrics", headers=SHOWN)
    assert answer.status_code == 200, answer.text
    samples = [each for family in text_string_to_metric_families(answer.text) for each in family.samples]
    return next((each.value for each in samples if each.name == name and labels.items() <= each.labels.items()), None)


def asked(server: Server) -> float:
    """How often a session was asked about in vain."""
    return told(server, "vestibule_requests_total", route=f"{AUTH}/session", status="401") or 0.0


def ask(server: Server, times: int) -> None:
    """Each time on a new connection: any process may answer."""
    for _ in range(times):
        assert server.get(f"{AUTH}/session").status_code == 401


def folders(server: Server) -> set[str]:
    """The folders of numbers that this server's processes have mapped."""
    maps = [Path(f"/proc/{pid}/maps").read_text() for pid in children(server)]
    return {line.split()[-1].rpartition("/")[0] for text in maps for line in text.splitlines() if "counter_" in line}


def test_whoever_is_asked_tells_the_sum_of_all(counting: House) -> None:
    before = asked(counting.server)
    ask(counting.server, 40)

    assert {asked(counting.server) for _ in range(10)} == {before + 40}
    assert told(counting.server, "vestibule_refusals_total", code="not_signed_in") == before + 40


def test_no_sum_falls_when_a_process_dies_and_nothing_is_left_of_what_it_was_at(counting: House) -> None:
    server, name = counting.server, counting.member()
    ask(server, 20)
    before, [folder] = asked(server), folders(server)
    files = sorted(Path(folder).iterdir())
    for killed in children(server):
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda killed=killed: killed not in (now := children(server)) and len(now) == WORKERS)
    assert asked(server) == before

    ask(server, 20)
    assert server.sign_in(name)
    assert {asked(server) for _ in range(10)} == {before + 20}
    assert sorted(Path(folder).iterdir()) == files
    assert told(server, "vestibule_hashes", state="running") == 0


def test_processes_that_are_started_anew_go_on_counting(counting: House) -> None:
    server, old = counting.server, children(counting.server)
    before = asked(server)
    server.process.send_signal(signal.SIGHUP)
    wait_for(lambda: len(now := children(server)) == WORKERS and not set(now) & set(old))

    ask(server, 20)
    assert {asked(server) for _ in range(10)} == {before + 20}


def test_a_folder_that_is_lost_costs_no_request_and_one_that_is_not_goes_at_the_end(
    databases: Databases, tmp_path: Path
) -> None:
    with serving(databases.new("sqlite"), tmp_path, workers=WORKERS, METRICS_TOKEN=TOKEN) as server:
        ask(server, 4)
        [folder] = wait_for(lambda: folders(server))
        hidden = Path(folder).rename(f"{folder}-hidden")
        ask(server, 4)
        gone = server.get("/metrics", headers=SHOWN)
        assert (gone.status_code, gone.text) == (503, "The folder of the numbers is gone: restart the product.\n")
        [killed, *_] = children(server)
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: killed not in (now := children(server)) and len(now) == WORKERS)
        ask(server, 10)
        assert "will not count" in server.written()
        hidden.rename(folder)
        assert told(server, "vestibule_database_up") == 1

    assert not Path(folder).exists()
    assert "Traceback" not in server.written()


@pytest.fixture
def cramped(databases: Databases, tmp_path: Path) -> Iterator[Server]:
    """No file may be as large as those of the numbers: what the system says then is what it says of a full disk."""
    limit = ("prlimit", "--fsize=1000000")
    with serving(databases.new("postgresql"), tmp_path, workers=1, within=limit, METRICS_TOKEN=TOKEN) as server:
        yield server


def test_who_finds_no_room_does_not_count_and_answers_all_else(cramped: Server) -> None:
    ask(cramped, 5)

    assert told(cramped, "vestibule_requests_total") is None
    assert told(cramped, "vestibule_database_up") == 1
    assert "will not count for /metrics: File too large" in cramped.written()


def test_one_process_of_another_server_counts_for_itself(databases: Databases, tmp_path: Path) -> None:
    with serving(databases.new("sqlite"), tmp_path, workers=1, under="granian", METRICS_TOKEN=TOKEN) as server:
        ask(server, 7)
        assert asked(server) == 7
        assert requests.get(f"{server.url}/metrics", timeout=9).status_code == 401
