"""Passwords: rules, hashes, and the slots in which they are made."""

import os
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from werkzeug.security import generate_password_hash

from app.testing import CHEAP
from core.errors import Busy, InvalidInput
from core.passwords import NICENESS, Hasher, check_rules, common_passwords, is_werkzeugs
from core.policy import CONTEXT_WORDS, HashCost, Policy
from tests.support.servers import wait_for

OLD_PASSWORD = "Spätes Eis-1"
WERKZEUGS = {
    "scrypt": "scrypt:32768:8:1$udJEQ7Fr2sbBtjGi$"
    "eec38c4352e55a939d58e39f54d096f824e54280261fe41618a83459dd7e27b209946f3c2fede124608aa1566ac46e1a59fe612d5f81ffcc25a13cb662117ec9",
    "pbkdf2": "pbkdf2:sha256:1000$NQTMOqEHTs1g4qxv$615a8908ecb6d638834765d7cfaf190ee7c97690652fa0aca34d044de9a1cb64",
}


def refusal(password: str, policy: Policy = CHEAP) -> list[str]:
    try:
        check_rules(policy, password, login="Kim.Lee", email="kim@club.test")
    except InvalidInput as refused:
        return refused.fields["password"]
    return []


@pytest.mark.parametrize(
    ("password", "reasons"),
    [
        ("1234567", ["too_short"]),
        ("qzwxecr8", []),
        ("😀" * 7, ["too_short"]),
        ("😀" * 8, []),
        ("e\u0301" * 7 + "x", []),
        ("e\u0301" * 7, ["too_short"]),
        ("x" * 256, []),
        ("x" * 257, ["too_long"]),
        ("password", ["too_common"]),
        ("PassWord", ["too_common"]),
        ("KIM.LEE ", ["own_name"]),
        ("kim@club.test", ["own_name"]),
        ("        spaces", []),
        ("滑冰滑冰滑冰滑冰", []),
    ],
)
def test_rules(password: str, reasons: list[str]) -> None:
    assert refusal(password) == reasons


def test_the_commonest_three_thousand_that_are_long_enough_are_refused() -> None:
    assert len(common_passwords()) > 3000
    assert all(refusal(password) for password in list(common_passwords())[:3000] if password)


@pytest.mark.parametrize("word", sorted(CONTEXT_WORDS))
def test_what_everybody_here_would_think_of_first_is_refused(word: str) -> None:
    assert refusal(f"{word.title()}!{word}-2026") in (["too_common"], ["own_name"])
    assert refusal(f"{word} {word} and more") == []


@pytest.mark.parametrize("password", ["Kim.Lee-2026", "kim kim kim 1", "LeeKim##99", "kimclubtest1"])
def test_ones_own_names_in_other_clothes_are_refused(password: str) -> None:
    assert refusal(password) == ["own_name"]


def test_the_floor_can_be_raised() -> None:
    assert refusal("fourteen chars", replace(CHEAP, password_min=15)) == ["too_short"]
    assert refusal("fifteen chars!!", replace(CHEAP, password_min=15)) == []


def test_a_password_matches_as_typed_in_either_normal_form_and_no_other() -> None:
    hasher = Hasher(CHEAP)
    kept = hasher.hash("Caf\u00e9 am See")

    assert hasher.matches("Cafe\u0301 am See", kept)
    for other in ("Caf\u00e9 am See ", "caf\u00e9 am See", "Cafe am See", ""):
        assert not hasher.matches(other, kept)


def test_what_is_no_hash_of_ours_matches_nothing() -> None:
    hasher = Hasher(CHEAP)
    for kept in ("", "plain text", "scrypt:32768:8:1$salt$00", None):
        assert not hasher.matches("plain text", kept)
        assert not hasher.matches("nobody has this password", kept)


@pytest.mark.parametrize(
    "kept",
    [
        WERKZEUGS["scrypt"].removeprefix("scrypt:32768:8:1$"),
        WERKZEUGS["scrypt"].replace("32768:8:1", "32767:8:1"),
        WERKZEUGS["scrypt"].replace("32768:8:1", "32768:8"),
        WERKZEUGS["scrypt"].replace("32768:8:1", f"{2**62}:8:1"),
        WERKZEUGS["scrypt"].replace("32768", "many"),
        WERKZEUGS["scrypt"] + "$",
        WERKZEUGS["scrypt"].upper(),
        WERKZEUGS["pbkdf2"].replace("sha256", "sha0"),
        WERKZEUGS["pbkdf2"].replace(":1000", ""),
        WERKZEUGS["pbkdf2"].replace("1000", "-1"),
        WERKZEUGS["pbkdf2"].replace("1000", str(2**70)),
        WERKZEUGS["pbkdf2"][:-1],
        "scrypt:$$",
        "pbkdf2:",
        "sha256$salt$00",
        "$2b$12$abcdefghijklmnopqrstuv",
    ],
)
def test_a_broken_hash_of_the_replaced_backend_matches_nothing_and_harms_nothing(kept: str) -> None:
    assert not Hasher(CHEAP).matches(OLD_PASSWORD, kept)


@pytest.mark.parametrize("kept", WERKZEUGS.values(), ids=WERKZEUGS)
def test_a_hash_of_the_replaced_backend_matches_its_password_and_should_be_renewed(kept: str) -> None:
    hasher = Hasher(CHEAP)
    assert hasher.matches(OLD_PASSWORD, kept)
    assert not hasher.matches(OLD_PASSWORD + " ", kept)
    assert not hasher.matches(kept, kept)
    assert hasher.is_stale(kept)


def test_the_default_cost_is_one_of_the_recommended_ones() -> None:
    assert Hasher(Policy()).hash("any").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_hash_of_other_costs_is_stale() -> None:
    dearer = Hasher(replace(CHEAP, hash_cost=HashCost(time=2, memory_kib=8)))
    assert dearer.is_stale(Hasher(CHEAP).hash("any"))
    assert not dearer.is_stale(dearer.hash("any"))


METHODS = [
    "scrypt",
    "scrypt:1024:8:2",
    "pbkdf2:sha256:1000",
    "pbkdf2:sha512:1000",
    "pbkdf2:sha1:1",
    "pbkdf2:sha256:1000",
]
TYPED = [
    "a long walk on thin ice",
    "Caf\u00e9 am See",
    "Cafe\u0301 am See",
    "滑冰滑冰滑冰滑冰 😀",
    " blank ",
    "$a$b$",
    "x" * 256,
]


@pytest.mark.parametrize("method", METHODS)
def test_a_hash_of_the_replaced_backend_matches_its_password_and_no_other(method: str) -> None:
    hasher = Hasher(CHEAP)
    for typed in TYPED if method != "scrypt" else TYPED[:1]:
        kept = generate_password_hash(typed, method)
        assert is_werkzeugs(kept)
        assert hasher.matches(typed, kept)
        assert hasher.is_stale(kept)
        for other in (typed + " ", typed[:-1], typed.swapcase() + "!", "", kept, kept.rpartition("$")[2]):
            assert not hasher.matches(other, kept), other


def test_a_password_hashed_composed_by_the_replaced_backend_matches_however_it_is_typed() -> None:
    hasher, kept = Hasher(CHEAP), generate_password_hash("Caf\u00e9 am See", "pbkdf2:sha256:10")
    assert hasher.matches("Cafe\u0301 am See", kept)
    assert not hasher.matches("Cafe am See", kept)


MALFORMED = [
    "scrypt:",
    "scrypt:$",
    "scrypt:$$",
    "scrypt:1024:8:1",
    "scrypt:1024:8:1$salt",
    "scrypt:1024:8:1$salt$",
    "scrypt:1024:8:1$salt$zz$zz",
    "scrypt:1024:8$salt$00",
    "scrypt:1024:8:1:1$salt$00",
    "scrypt:x:8:1$salt$00",
    "scrypt:0:8:1$salt$00",
    "scrypt:-2:8:1$salt$00",
    "scrypt:1000:8:1$salt$00",
    "scrypt:1024:0:1$salt$00",
    "scrypt:1024:8:0$salt$00",
    "scrypt:1024:-8:-1$salt$00",
    "scrypt:1073741824:8:1$salt$00",
    f"scrypt:{2**70}:8:1$salt$00",
    "scrypt:2:8:4611686018427387904$salt$00",
    "pbkdf2:",
    "pbkdf2:$$",
    "pbkdf2:sha256$salt$00",
    "pbkdf2:sha256:1:1$salt$00",
    "pbkdf2:nothing:10$salt$00",
    "pbkdf2:shake_128:10$salt$00",
    "pbkdf2::10$salt$00",
    "pbkdf2:sha256:0$salt$00",
    "pbkdf2:sha256:-1$salt$00",
    f"pbkdf2:sha256:{2**70}$salt$00",
    "pbkdf2:sha256:1e3$salt$00",
    "pbkdf2:sha256:10$salt$\udfff",
    "pbkdf2:sha256:10$\udfff$00",
    "sha256$salt$00",
    "pbkdf2",
    "scrypt",
    "$argon2id$",
    "$argon2id$v=19$m=8,t=1,p=1$",
    "$2b$12$abcdefghijklmnopqrstuv",
    "\x00",
    "é",
]


@pytest.mark.parametrize("kept", MALFORMED)
def test_a_malformed_hash_is_a_plain_no(kept: str) -> None:
    hasher = Hasher(CHEAP)
    for password in ("any password", "", kept.encode("utf-8", "replace").decode(), "\x00"):
        assert hasher.matches(password, kept) is False


def test_who_waits_too_long_for_a_slot_is_told_so() -> None:
    hasher = Hasher(replace(CHEAP, hash_wait=timedelta(milliseconds=1)))

    with hasher._slot(), pytest.raises(Busy):
        hasher.hash("any")

    assert hasher.hash("any")


def test_who_finds_the_queue_full_is_told_so_at_once() -> None:
    hasher = Hasher(replace(CHEAP, hash_queue=1, hash_wait=timedelta(minutes=1)))
    hashed: list[str] = []
    refused: list[Busy] = []

    def hash_one() -> None:
        try:
            hashed.append(hasher.hash("any"))
        except Busy as busy:
            refused.append(busy)

    together = [Thread(target=hash_one) for _ in range(4)]
    with hasher._slot():
        for thread in together:
            thread.start()
        wait_for(lambda: len(refused) == 3)
        assert hashed == []
    for thread in together:
        thread.join()

    assert (len(hashed), len(refused)) == (1, 3)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ranks threads one by one")
def test_the_thread_that_hashes_gives_way_and_no_other_does() -> None:
    before = {each.native_id for each in threading.enumerate()}
    usual = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    hasher = Hasher(CHEAP)
    hasher.hash("any")

    [hand] = [each for each in threading.enumerate() if each.native_id not in before]
    assert os.getpriority(os.PRIO_PROCESS, hand.native_id or 0) == min(19, usual + NICENESS)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == usual
