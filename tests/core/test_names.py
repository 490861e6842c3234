"""Names as people type them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import names


@given(st.text(max_size=60))
def test_a_compared_form_is_compared_by_itself(name: str) -> None:
    assert names.canonical(names.canonical(name)) == names.canonical(name)


@given(st.text(max_size=60))
def test_names_that_differ_in_case_or_compatibility_only_are_one(name: str) -> None:
    for step in (str.casefold, str.lower, lambda text: unicodedata.normalize("NFKC", text)):
        assert names.canonical(step(name)) == names.canonical(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kim", "kIM"),
        ("straße", "STRASSE"),
        ("ſam", "sam"),
        ("ﬁn", "fin"),
        ("Å", "A\u030a"),
        ("\u212b", "å"),
        ("ｊａｎｅ", "jane"),
        ("K", "k"),
        (" ann ", "ann"),
    ],
)
def test_look_alikes_of_one_name_are_one(one: str, other: str) -> None:
    assert names.canonical(one) == names.canonical(other)


@pytest.mark.parametrize("name", ["ann@club.test", "ann＠club", "@", "a﹫b"])
def test_what_looks_like_an_address_is_seen(name: str) -> None:
    assert names.looks_like_address(name)


@pytest.mark.parametrize(
    "name", ["a\x00b", "a\nb", "a\u200bb", "a\u202eb", "a\ud800b", "a\u2028b", "a\u2029b", "\ue000"]
)
def test_hidden_characters_are_seen(name: str) -> None:
    assert names.has_hidden_characters(name)


@pytest.mark.parametrize("name", ["Ann Lee", "Žofie", "李小龙", "O'Brien-Smith", "😀"])
def test_names_of_people_hide_nothing(name: str) -> None:
    assert not names.has_hidden_characters(name)
