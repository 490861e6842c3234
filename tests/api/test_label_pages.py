"""Long lists of labels' invitations come page by page, for both sides."""

from typing import Any

import pytest

from tests.support.world import Person, World

MINE = "/api/v4/invitations"


def pages(person: Person, path: str, limit: int) -> list[list[Any]]:
    found, query = [], f"?limit={limit}"
    while query:
        answer = person.get(path + query)
        assert answer.status_code == 200, answer.text
        found.append(answer.json["items"])
        cursor = answer.json["next_cursor"]
        query = cursor and f"?limit={limit}&cursor={cursor}"
    return found


def ask(lou: Person, label: str, artist: str) -> None:
    assert lou.post(f"/api/v4/labels/{label}/invitations", {"artistId": artist}).status_code == 201


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_what_a_label_has_asked_comes_page_by_page(world: World, limit: int) -> None:
    lou = world.member("Lou")
    label = world.label(lou)
    for number in range(5):
        ask(lou, label, world.member(f"Art{number}", "artist").session().json["uSkaterUUID"])
    path = f"/api/v4/labels/{label}/invitations"

    found = pages(lou, path, limit)

    assert [len(page) for page in found] == [min(limit, 5 - begin) for begin in range(0, 5, limit)]
    assert [each for page in found for each in page] == lou.get(path).json["items"]


def test_what_labels_have_asked_me_comes_page_by_page(world: World) -> None:
    art = world.member("Art", "artist")
    for number in range(4):
        lou = world.member(f"Lou{number}")
        ask(lou, world.label(lou, f"Label {number}"), art.session().json["uSkaterUUID"])

    found = pages(art, MINE, 3)

    assert [len(page) for page in found] == [3, 1]
    assert [each for page in found for each in page] == art.get(f"{MINE}?of=no&interest=1").json["items"]
    assert art.get(f"{MINE}?limit=201").status_code == art.get(f"{MINE}?cursor=x").status_code == 400
