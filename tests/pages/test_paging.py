"""Lists that go on: the way to older entries keeps the search, and nothing that a visitor adds leads it elsewhere."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.world import AUTH, Person, World

HOSTILE = {
    "_scheme": "http", "_external": "1", "_anchor": "x", "_method": "POST", "endpoint": "x", "values": "x", "self": "x",
    "filename": "../x", "key": "x", "_host": "evil.test", "next": "//evil.test", "\u2028": "x", "a&b=c": "d#e", "": "x",
}  # fmt: skip
PAGED = {"/desk/invitations", "/desk/people", "/desk/trail", "/desk/mail"}


@pytest.fixture
def ann(world: World) -> Person:
    """An admin, in a place where there are two of everything."""
    ann, _ = world.admin(), world.member("Ben")
    for name in ("Ben", "Ann"):
        world.invite()
        assert ann.post(f"{AUTH}/reset-request", {"email": f"{name}@club.test"}).status_code == 200
    return ann


def paged(ann: Person) -> set[str]:
    """The pages that show one entry of a list and the way to the next."""
    rules = [
        rule for rule in ann.world.app.url_map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ())
    ]
    pages = [rule.rule for rule in rules if not rule.rule.startswith(("/api/", "/static/"))]
    return {page for page in pages if 'rel="next"' in ann.get(f"{page}?limit=1").text}


def ways_on(text: str) -> list[str]:
    """Where the links between a list's pages lead."""
    [nav] = re.findall(r'<nav class="pager".*?</nav>', text, re.DOTALL)
    return [unescape(link) for link in re.findall(r'href="([^"]*)"', nav)]


def test_every_list_is_walked_here(ann: Person) -> None:
    assert paged(ann) == PAGED


def test_what_a_visitor_adds_to_the_query_leads_nowhere_else(ann: Person) -> None:
    for page in paged(ann):
        for name, value in HOSTILE.items():
            answer = ann.get(page, query_string={"limit": "1", name: value})
            assert answer.status_code == 200, (page, name)
            [older] = ways_on(answer.text)
            parts = urlsplit(older)
            assert (parts.scheme, parts.netloc, parts.path, parts.fragment) == ("", "", page, ""), (page, name)
            kept = parse_qs(parts.query, keep_blank_values=True)
            assert kept["limit"] == ["1"]
            assert kept[name] == [value]
            second = ann.get(older)
            assert second.status_code == 200, (page, name)
            for way in ways_on(second.text):
                assert way.startswith((f"{page}?", page)), (page, name)
                assert ann.get(way).status_code == 200


def test_the_way_on_is_another_page_of_the_same_search(ann: Person) -> None:
    first = ann.get("/desk/trail", query_string={"limit": "1", "q": "ann & ben"})
    assert first.status_code == 200
    first = ann.get("/desk/people", query_string={"limit": "1", "q": "club.test", "done": "granted"})
    [older] = ways_on(first.text)
    assert set(parse_qs(urlsplit(older).query)) == {"limit", "q", "cursor"}
    newest, *_ = ways_on(ann.get(older).text)
    assert newest == "/desk/people?limit=1&q=club.test"
    assert "Ben" in ann.get(older).text or "Ben" in first.text


def test_every_list_of_the_api_takes_hostile_arguments_for_what_they_are(ann: Person) -> None:
    rules = [
        rule for rule in ann.world.app.url_map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ())
    ]
    for path in [rule.rule for rule in rules if rule.rule.startswith("/api/")]:
        for name, value in HOSTILE.items():
            assert ann.get(path, query_string={"limit": "1", name: value}).status_code < 500, (path, name)
