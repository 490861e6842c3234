"""Each secret opens its own door, untouched, once, in its time, for whom it is; and nothing else opens anything."""

from collections.abc import Callable
from datetime import timedelta

import jwt
import pytest
from flask_mail import email_dispatched

from app import access_tokens, devices, sealing
from tests.api.conftest import NewWorld
from tests.support.answers import apart_from_counters
from tests.support.handed_out import DOORS, OPENS, HandedOut, is_in
from tests.support.pages import send
from tests.support.routes import TEAM
from tests.support.world import AUTH, World


@pytest.fixture(autouse=True)
def _no_limits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many tries are no visitor's: what stops those is in test_limits."""
    monkeypatch.setattr(world.app.extensions["limits"], "_rules", {})


@pytest.fixture
def handed(world: World) -> HandedOut:
    return HandedOut(world)


def state(world: World) -> dict[str, list[tuple[object, ...]]]:
    dump = apart_from_counters(world.dump())
    return {table: rows for table, rows in dump.items() if table != "audit_events"}


def refuse(handed: HandedOut, tries: list[tuple[str, str, str]]) -> None:
    """None of these doors opens to that text (of this kind), and nothing is changed by trying."""
    before = state(handed.world)
    opened = [(door, kind, text) for door, kind, text in tries if is_in(DOORS[door](handed, text, kind))]
    assert opened == []
    assert state(handed.world) == before


def test_no_door_opens_to_a_secret_of_another_kind(handed: HandedOut) -> None:
    refuse(
        handed,
        [
            (door, kind, secret)
            for door in DOORS
            for kind, secret in handed.secrets.items()
            if kind not in OPENS.get(door, ())
        ],
    )


def flipped(secret: str, place: int) -> str:
    other = "A" if secret[place] != "A" else "B"
    return secret[:place] + other + secret[place:][1:]


DAMAGE: dict[str, Callable[[str], str]] = {
    "flipped first": lambda secret: flipped(secret, 0),
    "flipped middle": lambda secret: flipped(secret, len(secret) // 2),
    "flipped last": lambda secret: secret[:-1] + ("b" if secret[-1] != "b" else "c"),
    "upper case": str.upper,
    "lower case": str.lower,
    "swapped case": str.swapcase,
    "blank before": lambda secret: f" {secret}",
    "blank behind": lambda secret: f"{secret} ",
    "line break": lambda secret: f"{secret}\n",
    "truncated": lambda secret: secret[:-1],
    "half": lambda secret: secret[: len(secret) // 2],
    "longer": lambda secret: f"{secret}A",
    "padded": lambda secret: f"{secret}=",
    "twice": lambda secret: secret * 2,
    "quoted": lambda secret: f'"{secret}"',
    "escaped": lambda secret: "".join(f"%{ord(letter):02x}" for letter in secret),
    "wildcard": lambda secret: "%",
    "null": lambda secret: "null",
    "empty": lambda secret: "",
}
IDS = {"card", "asked"}
"""Ids are not told apart by letter case; only what is handed out as one whole is a secret."""


def test_no_door_opens_to_a_damaged_secret(handed: HandedOut) -> None:
    damaged = [
        (door, kind, damage(handed.secrets[kind]))
        for door, kinds in OPENS.items()
        for kind in kinds
        for name, damage in DAMAGE.items()
        if damage(handed.secrets[kind]).lower() != handed.secrets[kind].lower() or kind not in IDS
    ]
    refuse(handed, [(door, kind, text) for door, kind, text in damaged if text not in handed.secrets.values()])


ROUNDS: list[dict[str, set[str]]] = [
    {door: OPENS[door] for door in ("cookie", "shared card", "login/token", "register", "accept team", "accept label")}
    | {"accept": {"own coach"}, "prove": {"proof"}},
    {door: OPENS[door] for door in ("page: card", "page: join", "page: accept label")}
    | {
        "page: accept": {"own coach"},
        "page: prove": {"proof"},
        "page: reset": {"reset"},
        "page: team": OPENS["page: team"],
    },
    {"accept": {"gate"}, "reset-confirm": {"reset"}},
    {"page: accept": {"gate"}},
]
"""What can be done one after the other: a link has one use, and who resets a password ends other secrets."""


@pytest.mark.parametrize("doors", ROUNDS, ids=["api", "pages", "api again", "pages again"])
def test_each_door_opens_to_its_own_secrets_and_once(handed: HandedOut, doors: dict[str, set[str]]) -> None:
    looks = [(door, kind) for door in OPENS if "GET" in door for kind in OPENS[door]]
    spends = [(door, kind) for door, kinds in doors.items() for kind in sorted(kinds)]
    for door, kind in [*looks, *spends]:
        assert is_in(DOORS[door](handed, handed.secrets[kind], kind)), (door, kind)
    handed.vic = handed.signed_in("Vic")
    refuse(handed, [(door, kind, handed.secrets[kind]) for door, kind in spends if door not in LOOKS])


def test_every_door_was_opened() -> None:
    opened = [(door, kind) for doors in ROUNDS for door, kinds in doors.items() for kind in kinds]
    spending = [(door, kind) for door, kinds in OPENS.items() for kind in kinds if "GET" not in door]
    assert sorted(opened) == sorted(spending)


LOOKS = {name for name in OPENS if "GET" in name} | {"cookie", "shared card", "page: card"}
"""Doors that show something and spend nothing."""


LIVES = [
    (timedelta(minutes=15), {"entry"}),
    (timedelta(hours=1), {"reset", "session"}),
    (timedelta(days=7), {"gate", "coach", "own coach", "team", "own team", "asked"}),
]
"""How long each lives, the shortest first; a card's link has no end. Vic is an admin, whose sessions idle out."""


def test_what_was_alive_when_it_was_looked_at_is_dead_when_its_time_is_over(handed: HandedOut) -> None:
    clock = handed.world.clock
    begun = clock.now
    for life, kinds in LIVES:
        doors = [(door, kind) for door in OPENS for kind in sorted(kinds & OPENS[door])]
        clock.now = begun + life - timedelta(seconds=1)
        handed.vic, handed.art = handed.signed_in("Vic"), handed.signed_in("Art")
        for door, kind in doors:
            assert "GET" not in door or is_in(DOORS[door](handed, handed.secrets[kind], kind)), (door, kind)
        clock.now = begun + life
        refuse(handed, [(door, kind, handed.secrets[kind]) for door, kind in doors])


def test_no_door_opens_to_a_secret_of_another_house(handed: HandedOut, new_world: NewWorld) -> None:
    """The other house has the same people, other keys, and a database of its own."""
    elsewhere = new_world(secret_keys=("a secret of another house",))
    with email_dispatched.connected_to(lambda _, message: elsewhere.letters.append(message), elsewhere.app):
        other = HandedOut(elsewhere)
    refuse(handed, [(door, kind, other.secrets[kind]) for door, kinds in OPENS.items() for kind in kinds])
    assert is_in(DOORS["login/token"](other, other.secrets["entry"], "entry"))


def test_no_door_opens_to_what_is_for_somebody_else(handed: HandedOut) -> None:
    """Eve holds all secrets that are personal, and is signed in as herself or comes with an address of her own."""
    eve = handed.vic = handed.art = handed.world.member("Eve", "admin", "artist")
    personal = {"coach", "own coach", "team", "own team", "asked"}
    doors = ["accept", "accept label", "page: accept", "page: accept label"]
    refuse(handed, [(door, kind, handed.secrets[kind]) for door in doors for kind in personal & OPENS[door]])
    for kind in sorted(personal - {"asked"}):
        before, text = state(handed.world), handed.secrets[kind]
        form = {**eve.form(text), "aLogin": "Eve2", "aEmail": "eve2@club.test"}
        assert eve.post(f"{AUTH}/register", form).status_code == 403
        assert eve.post(f"{TEAM}/accept", {"token": text}).status_code == 403
        assert eve.get(f"{AUTH}/register/validate-token?token={text}").status_code == 403
        assert eve.get(f"/join?token={text}").status_code == 403
        assert send(eve, "/team/join", token=text).status_code == 403
        assert state(handed.world) == before


def test_no_door_opens_to_what_was_sealed_for_another_purpose(handed: HandedOut) -> None:
    """Of the sealed ones, with our own keys and a secret inside that is good; tests/api/test_login_tokens.py forges
    envelopes of every kind."""
    settings, now = handed.world.app.extensions["settings"], handed.world.clock.now
    claims = jwt.decode(handed.secrets["entry"], options={"verify_signature": False})
    inside, key = {"secret": claims["secret"]}, sealing.key_for(settings.secret_keys[0], access_tokens.PURPOSE)
    forged = [
        sealing.seal(settings, devices.PURPOSE, inside, now, timedelta(days=1)),
        sealing.seal(settings, access_tokens.PURPOSE, {**inside, "aud": devices.PURPOSE}, now, timedelta(days=1)),
        jwt.encode(claims, "", "none"),
        "eyJhbGciOiJub25lIn0." + jwt.encode(claims, key, "HS256").partition(".")[2],
        jwt.encode(claims, key * 2, "HS384"),
        claims["secret"],
    ]
    refuse(handed, [(door, "entry", text) for door in DOORS for text in forged])
    assert is_in(DOORS["login/token"](handed, jwt.encode(claims, key, "HS256"), "entry"))  # the control
