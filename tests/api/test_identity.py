"""Who is who: of names that some step could take for one, at most one belongs to an account, and each leads to one.

LONG=1 tries many more; SEED=… repeats a run. Two at the same moment: tests/races/test_exactly_once.py.
"""

import unicodedata
from itertools import count
from typing import Any

import idna
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from core.models import User
from tests.support.examples import examples, say_seed
from tests.support.world import AUTH, PASSWORD, Person, World

TWISTS = [
    str.upper,
    str.lower,
    str.title,
    str.casefold,
    str.swapcase,
    lambda name: f"  {name} ",
    lambda name: f"{name}\u00a0\u3000",
    lambda name: "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in name),
    lambda name: unicodedata.normalize("NFD", name),
    lambda name: unicodedata.normalize("NFKD", name),
    lambda name: name.replace("ss", "\u00df"),
    lambda name: name.replace("\u00df", "SS"),
    lambda name: name.replace("i", "\u0131"),
    lambda name: name.replace("I", "\u0130"),
    lambda name: name.replace("k", "\u212a").replace("s", "\u017f"),
    lambda name: name.replace("fi", "\ufb01"),
    lambda name: name.replace("\u03c3", "\u03c2"),
    lambda name: name.partition("@")[0] + "@" + _punycode(name.partition("@")[2]) if "@" in name else name,
]
LOGINS = [
    "Kim",
    "Strasse",
    "Stra\u00dfe",
    "fish",
    "\u039f\u03b4\u03c5\u03c3\u03c3\u03b5\u03cd\u03c2",
    "\u017dofie",
    "I\u0131\u0130i",
    "1",
    "\u1e9e",
]
ADDRESSES = [
    "kim@club.test",
    "kim@strasse.test",
    "kim@stra\u00dfe.test",
    "kim@b\u00fccher.test",
    "kim@fish.test",
    "kim@\u03c3\u03b1\u03c3.test",
]
numbers = count(1)


def _punycode(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain


def twins(names: list[str]) -> st.SearchStrategy[tuple[str, str]]:
    """Two spellings that began as one name."""
    twisted = st.tuples(st.sampled_from(names), st.lists(st.sampled_from(TWISTS), max_size=2)).map(
        lambda two: _twist(*two)
    )
    return st.one_of(st.tuples(twisted, twisted), st.sampled_from(names).flatmap(lambda name: _both(name)))


def _both(name: str) -> st.SearchStrategy[tuple[str, str]]:
    return st.tuples(
        st.just(name), st.lists(st.sampled_from(TWISTS), min_size=1, max_size=2).map(lambda how: _twist(name, how))
    )


def _twist(name: str, how: list[Any]) -> str:
    for step in how:
        name = step(name)
    return name


def read_alike(one: str, other: str) -> bool:
    """Whether a step that databases or browsers take would make two logins the same, or mail servers two addresses."""
    steps: list[Any] = [
        str.strip,
        str.lower,
        str.casefold,
        lambda name: unicodedata.normalize("NFKC", name),
        lambda name: unicodedata.normalize("NFKC", name).casefold().strip(),
        lambda name: unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name.strip()).lower()),
    ]
    if "@" in one:
        (local, _, domain), (another, _, elsewhere) = one.strip().partition("@"), other.strip().partition("@")
        return local.lower() == another.lower() and _punycode(domain) == _punycode(elsewhere)
    return any(step(one) == step(other) for step in steps)


def join(world: World, field: str, name: str) -> tuple[Person, int]:
    """Somebody who tries to join under this name, with a password of their own."""
    number = next(numbers)
    person = world.somebody(f"Guest{number}")
    person.password = f"{PASSWORD}, number {number}"
    return person, person.register(world.invite(), **{field: name}).status_code


def leads_to(person: Person, name: str) -> bool:
    answer = person.sign_in(name)
    assert answer.status_code in {200, 401, 400}, answer.text
    return answer.status_code == 200


def clash(world: World, field: str, one: str, other: str) -> None:
    (first, status), (second, later) = join(world, field, one), join(world, field, other)
    assert {status, later} <= {200, 400, 409}
    if read_alike(one, other):
        assert [status, later].count(200) <= 1, (one, other)
    elif "@" in one and {status, later} <= {200, 409}:
        assert (status, later) == (200, 200), (one, other)  # two mailboxes: the first keeps nobody else out
    for name in (one, other):
        assert [leads_to(first, name), leads_to(second, name)].count(True) <= 1
    if status == 200:
        assert leads_to(first, one)
    if later == 200:
        assert leads_to(second, other)
    world.clear()
    world.app.extensions["limits"].reset()


@pytest.mark.parametrize(("field", "names"), [("aLogin", LOGINS), ("aEmail", ADDRESSES)], ids=["login", "address"])
def test_names_that_could_be_taken_for_one_are_not_two_peoples(world: World, field: str, names: list[str]) -> None:
    @examples(few=8, many=2000)
    @given(pair=twins(names))
    @example(pair=(names[0], names[0].upper()))
    def try_both(pair: tuple[str, str]) -> None:
        clash(world, field, *pair)

    say_seed()
    try_both()


LOOK_ALIKES = [
    ("kim@stra\u00dfe.test", "kim@strasse.test"),
    ("kim@\u03c3\u03b1\u03c2.test", "kim@\u03c3\u03b1\u03c3.test"),
]


@pytest.mark.parametrize("pair", [*LOOK_ALIKES, *(pair[::-1] for pair in LOOK_ALIKES)])
def test_two_domains_that_read_alike_are_two_peoples(world: World, pair: tuple[str, str]) -> None:
    (first, status), (second, later) = (join(world, "aEmail", address) for address in pair)
    assert (status, later) == (200, 200)
    for person, others, address in ((first, second, pair[0]), (second, first, pair[1])):
        for spelled in (address, f"KIM@{_punycode(address.partition('@')[2])}"):
            assert (leads_to(person, spelled), leads_to(others, spelled)) == (True, False)
    assert join(world, "aEmail", pair[0].upper())[1] == 409


@pytest.mark.parametrize("stored", ["kim@b\u00fccher.test", "kim@stra\u00dfe.test"])
def test_an_address_is_found_in_the_spelling_of_mail_servers(world: World, stored: str) -> None:
    kim, status = join(world, "aEmail", stored)
    spelled = f"kim@{_punycode(stored.partition('@')[2])}"
    assert status == 200
    assert leads_to(kim, spelled)
    assert leads_to(kim, spelled.upper())
    assert kim.post(f"{AUTH}/reset-request", {"email": spelled}).status_code == 200
    assert [letter.recipients[0] for letter in world.deliver()] == [spelled] * 2


@pytest.mark.parametrize("key", ["login_key", "email_key"])
def test_the_database_itself_holds_a_compared_name_once(world: World, key: str) -> None:
    world.member("Cas")
    world.member("Dee")
    cas = next(row for row in world.rows(User) if row.login == "Cas")

    with world.app.app_context(), pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(update(User).values({key: getattr(cas, key)}))


def test_a_login_that_is_somebodys_number_or_id_is_its_own(world: World) -> None:
    cas = world.member("Cas")
    mine = cas.session().json
    for name in (str(mine["user_id"]), mine["uSkaterUUID"], f"account {mine['user_id']}"):
        eve, status = join(world, "aLogin", name)
        assert status == 200
        assert leads_to(eve, name)
        assert eve.session().json["user_id"] != mine["user_id"]
        assert not leads_to(cas, name)
        assert world.terminal("users", "grant", name, "coach").exit_code == 0
        assert "coach" in eve.session().json["roles"]
    world.deliver()
    assert cas.session().json["roles"] == ["adult"]
    assert cas.post(f"{AUTH}/reset-request", {"email": str(mine["user_id"])}).status_code == 200
    assert world.deliver() == []


def test_a_login_that_is_somebodys_address_is_refused(world: World) -> None:
    world.member("Cas")
    for twist in TWISTS:
        assert join(world, "aLogin", twist("cas@club.test"))[1] in {400, 409}
