"""Behind one cache for many people, everybody still sees only what is theirs."""

import pytest
import requests

from tests.support.running import House, Running
from tests.support.sharedcache import SharedCache, shared_cache
from tests.support.world import AUTH, PASSWORD

PAGES = ["/", "/account", "/card", "/profile", "/invitations", "/signin"]
ANSWERS = [f"{AUTH}/session", f"{AUTH}/sessions", "/api/v4/members/skater_overview", "/api/v4/members/dashboard"]


@pytest.fixture
def house(running: Running) -> House:
    """On one database: what a cache sees of answers has nothing to do with it."""
    return running.house("postgresql")


def visitor(cache: SharedCache, name: str) -> requests.Session:
    """Somebody who signs in through the cache, and looks at everything."""
    browser = requests.Session()
    body = {"aLogin": name, "aPasswordHash": PASSWORD}
    assert browser.post(f"{cache.url}{AUTH}/login", json=body, timeout=30).status_code == 200
    return browser


def seen(cache: SharedCache, browser: requests.Session) -> dict[str, requests.Response]:
    answers = {path: browser.get(cache.url + path, timeout=30, allow_redirects=False) for path in [*PAGES, *ANSWERS]}
    browser.close()
    return answers


def leaks(house: House, cache: SharedCache) -> list[str]:
    """Where one of two members, or a stranger behind them, is shown what is another's, or given their cookie."""
    names = [house.member(), house.member()]
    found = []
    for name, other in zip(names, reversed(names), strict=True):
        browser = visitor(cache, name)
        own = browser.cookies["session"]
        for path, answer in seen(cache, browser).items():
            given = answer.cookies.get("session", own)
            found += [path] if other in answer.text or given != own else []
        found += [] if cache_says(cache, own) == name else [f"{AUTH}/session"]
    for path, answer in seen(cache, requests.Session()).items():
        found += [path] if any(name in answer.text for name in names) or answer.cookies else []
    return found


def cache_says(cache: SharedCache, cookie: str) -> str | None:
    answer = requests.get(f"{cache.url}{AUTH}/session", cookies={"session": cookie}, timeout=30)
    return str(answer.json().get("login"))


@pytest.mark.parametrize("forgotten", [[], ["Vary"], ["Cache-Control"]])
def test_nobody_sees_what_is_anothers_even_where_one_header_is_overlooked(house: House, forgotten: list[str]) -> None:
    with shared_cache(house.server.url, *forgotten) as cache:
        assert leaks(house, cache) == []
        assert "Cache-Control" in forgotten or not cache.kept


def test_control_answers_without_both_headers_leak(house: House) -> None:
    with shared_cache(house.server.url, "Cache-Control", "Vary") as cache:
        assert len(leaks(house, cache)) > len(ANSWERS)
        assert cache.kept
