"""Names as people type them."""

import sys
import unicodedata

import idna
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core import names
from core.unit import TERMINAL
from tests.support.examples import examples, say_seed


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


LABELS = st.text(
    st.one_of(st.sampled_from("ab1-ßẞsςσıiüåéﬁ\u200d\u200c\u00ad"), st.characters(exclude_categories=["Cs"])),
    min_size=1,
    max_size=8,
)
DOMAINS = st.lists(LABELS, min_size=1, max_size=3).map(lambda labels: ".".join([*labels, "test"]))
TWO = st.one_of(
    st.tuples(DOMAINS, DOMAINS),
    DOMAINS.map(lambda domain: (domain, _on_the_wire(domain) or domain.upper())),
    DOMAINS.map(lambda domain: (domain, domain.replace("ß", "ss").replace("ς", "σ"))),
)
LOCALS = st.sampled_from(["kim", "KIM", "Kim", "kım", "ben"])


def _on_the_wire(domain: str) -> str | None:
    """The domain as mail servers know it, or None for what is none."""
    try:
        return idna.encode(domain, uts46=True).decode().lower()
    except UnicodeError:
        return None


@examples(few=400, many=50_000)
@given(domains=TWO, first=LOCALS, second=LOCALS)
@example(domains=("straße.test", "strasse.test"), first="kim", second="kim")
@example(domains=("σας.test", "σασ.test"), first="kim", second="kim")
@example(domains=("bücher.test", "xn--bcher-kva.test"), first="kim", second="KIM")
@example(domains=("ſtrasse.test", "STRASSE.test"), first="kim", second="kim")
def test_two_addresses_are_one_if_their_mail_domain_is(domains: tuple[str, str], first: str, second: str) -> None:
    say_seed()
    one, other = (_on_the_wire(domain) for domain in domains)
    if one and other:
        alike = one == other and names.canonical(first) == names.canonical(second)
        keys = [names.address_key(f"{local}@{domain}") for local, domain in zip((first, second), domains, strict=True)]
        assert (keys[0] == keys[1]) is alike
        assert _on_the_wire(keys[0].partition("@")[2]) == one


GARBAGE = st.one_of(
    st.text(st.characters(), max_size=40),
    st.text(st.sampled_from("@.ßxn-\ud800\uff20\u200d \u2800aA"), max_size=300),
    DOMAINS.map(lambda domain: f"kim@{domain}"),
)


@examples(few=300, many=50_000)
@given(name=GARBAGE)
@example(name="kim@b\ufe12c.test")
@example(name="kim@\u037a.test")
@example(name="kim@\U0001000c.test")
@example(name="kim@" + "ß." * 5000)
def test_a_key_is_its_own_key_whatever_was_typed(name: str) -> None:
    say_seed()
    for key in (names.login_key, names.address_key):
        assert key(key(name)) == key(name)
    assert names.search_keys(name) is not None


def test_what_is_no_domain_never_gets_the_key_of_one() -> None:
    for domain in ("a\u200db.test", "ß" + "a" * 60 + ".test", "-ß.test", "ß..test", "☃ß.test", "xn--ß.test"):
        assert _on_the_wire(domain) is None
        assert _on_the_wire(names.address_key(f"kim@{domain}").partition("@")[2]) is None


@pytest.mark.parametrize(
    ("login", "typed"),
    [("Old@Bücher.test", "old@xn--bcher-kva.TEST"), ("old@straße.test", "OLD@STRAẞE.test"), ("a＠b.test", "A@B.test")],
)
def test_a_login_that_is_an_address_is_compared_as_one(login: str, typed: str) -> None:
    """Who signs in types one name: it must not need two keys."""
    assert names.login_key(login) == names.login_key(typed) == names.address_key(typed)


def test_every_character_that_is_an_at_sign_to_a_lenient_system_parts_an_address() -> None:
    signs = {chr(code) for code in range(sys.maxunicode + 1) if "@" in unicodedata.normalize("NFKC", chr(code))}
    assert {names.address_key(f"kim{sign}club.test") for sign in signs} == {"kim@club.test"}


UNSEEN = [chr(code) for first, last in names.IGNORABLE + names.BLANK for code in range(first, last + 1)]


def test_a_login_is_not_another_one_for_what_nobody_can_see_in_it() -> None:
    for char in UNSEEN:
        assert names.has_invisible_characters(f"oli{char}via"), ascii(char)
        assert names.login_key(f"{char}oli{char}via{char}") == "olivia", ascii(char)
    for blank in ("  ", "\u00a0", "\u3000", "\u1680", "\u2003 "):
        assert names.login_key(f"ann{blank}lee") == "ann lee", ascii(blank)


def test_the_table_of_what_nobody_can_see_is_unicodes() -> None:
    """Format characters are another kind, and refused by has_hidden_characters(): those that Unicode has besides."""
    assert len(UNSEEN) == 4174 + 5
    formats = {chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cf"}
    beside = {char for char in formats if not names.has_invisible_characters(char)}
    assert {unicodedata.name(char).split()[0] for char in beside} == {
        "ARABIC",
        "SYRIAC",
        "INTERLINEAR",
        "KAITHI",
        "EGYPTIAN",
    }


@pytest.mark.parametrize("name", ["Žofie", "李小龙", "O'Brien-Smith", "Özgür", "علي", "क्षमा", "😀", "ᠮᠣᠩᠭᠣᠯ"])
def test_names_of_people_are_seen_whole(name: str) -> None:
    assert not names.has_invisible_characters(name)


@pytest.mark.parametrize("login", ["cli", "CLI", "Ｃli", " Jemand am  Terminal ", "some\u200bbody", "The Terminal"])
def test_what_the_product_calls_itself_is_reserved(login: str) -> None:
    assert names.is_reserved(login)


def test_the_terminal_has_a_name_that_no_login_can_have() -> None:
    """Accounts of the replaced backend may have a login like an address: taking over refuses this one."""
    assert names.looks_like_address(TERMINAL)
    assert names.login_key(TERMINAL) == TERMINAL
