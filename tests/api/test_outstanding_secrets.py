"""When something happens to an account or an invitation, every older secret that it concerns dies with it, and letters
that would carry one are withdrawn. What it does not concern lives on, which shows that these tests can see life.

There is no route that changes an address, deletes an account or takes somebody out of the team.
"""

from collections.abc import Callable

import pytest

from tests.support.answers import apart_from_counters
from tests.support.handed_out import DOORS, NEW_PASSWORD, PERSONAL, HandedOut, is_in, made
from tests.support.routes import COACH, INVITES, SHARE, TEAM, USERS
from tests.support.world import AUTH, PASSWORD, World, token_in, token_of

DOOR = {
    "session": "cookie",
    "card": "shared card",
    "entry": "login/token",
    "gate": "register",
    "coach": "register",
    "team": "accept team",
    "own coach": "accept",
    "asked": "accept label",
    "reset": "reset-confirm",
    "own team": "accept team",
}
"""Where each secret is tried, in this order: a new password and a gained staff role end others, so they come last."""

LETTERS = {"vic@club.test": "reset", "ula@club.test": "team", "art@club.test": "label"}


class Prepared(HandedOut):
    """With letters that are owed and not yet sent: a reset link for Vic, and what Vic asked of Ula and, by a second
    label, of Art."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.world.clock.later(seconds=1)
        made(self.vic.post(f"{AUTH}/reset-request", {"email": self.vic.email}))
        made(self.vic.post(TEAM, {"emails": ["ula@club.test"], "role": "dev"}))
        self.ids["ula"] = made(self.vic.get(f"{TEAM}?q=ula"))["items"][0]["id"]
        second = self.world.label(self.vic, "Ice Tapes")
        made(self.vic.post(f"/api/v4/labels/{second}/invitations", {"artistId": self.ids["art"]}))
        self.world.clock.later(seconds=1)

    def of_vic(self, what: str, method: str = "POST", **body: str) -> None:
        """Olga does this to Vic's account."""
        made(self.olga.browser.open(f"{USERS}/{self.ids['vic']}/{what}", method=method, json=body or None))


def change_password(handed: Prepared) -> None:
    made(handed.vic.post(f"{AUTH}/change-password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD}))


def reset_password(handed: Prepared) -> None:
    made(
        handed.world.somebody("Vic").post(
            f"{AUTH}/reset-confirm", {"token": handed.secrets["reset"], "new_password": NEW_PASSWORD}
        )
    )


def close_and_open(handed: Prepared) -> None:
    handed.of_vic("deactivate")
    handed.of_vic("activate")


def take_artist(handed: Prepared) -> None:
    made(handed.olga.delete(f"{USERS}/{handed.ids['art']}/roles/artist"))


def revoke(handed: Prepared) -> None:
    for key in ("gate", "tom@club.test", "vic@club.test", "ula", "coach cam@club.test", "coach vic@club.test"):
        assert handed.olga.delete(f"{INVITES}/{handed.ids[key]}").status_code == 204


def join_another_label(handed: Prepared) -> None:
    lou = handed.world.member("Lou")
    label = handed.world.label(lou, "Third Wave")
    asked = made(lou.post(f"/api/v4/labels/{label}/invitations", {"artistId": handed.ids["art"]}))
    made(handed.art.post(f"/api/v4/invitations/{asked['id']}/accept"))
    handed.world.clock.later(seconds=1)


OPENING = {"session", "entry", "reset"}
ISSUED = {"gate", "coach", "team"}
EVENTS: dict[str, tuple[Callable[[Prepared], None], set[str], set[str]]] = {
    "nothing": (lambda handed: None, set(), set()),
    "password changed": (change_password, OPENING, {"reset"}),
    "password reset": (reset_password, OPENING, {"reset"}),
    "signed out everywhere": (lambda handed: handed.of_vic("sessions", "DELETE"), {"session", "entry"}, set()),
    "admin taken": (
        lambda handed: handed.of_vic("roles/admin", "DELETE"),
        ISSUED | {"session", "entry"},
        {"team"},
    ),
    "label taken": (lambda handed: handed.of_vic("roles/label", "DELETE"), {"asked"}, {"label"}),
    "artist taken": (take_artist, {"asked"}, {"label"}),
    "joined another label": (join_another_label, {"asked"}, {"label"}),
    "closed": (lambda handed: handed.of_vic("deactivate"), set(DOOR), {"reset", "team", "label"}),
    "closed and opened": (close_and_open, set(DOOR) - {"card"}, {"reset", "team", "label"}),
    "revoked": (revoke, ISSUED | {"own coach", "own team"}, {"team"}),
}
"""What happens, which secrets are dead then, and which letters withdrawn."""


@pytest.mark.parametrize("event", EVENTS)
def test_what_it_concerns_is_dead_and_nothing_else(world: World, event: str) -> None:
    happen, dead, withdrawn = EVENTS[event]
    handed = Prepared(world)

    happen(handed)

    sent = {letter.recipients[0] for letter in world.deliver() if letter.subject != "Your password was changed"}
    assert {LETTERS[to] for to in sent} == set(LETTERS.values()) - withdrawn
    opened = set()
    handed.vic = handed.signed_in("Vic")
    if "reset" not in withdrawn:  # the letter has just made a newer one
        handed.secrets["reset"] = token_in(next(one for one in world.letters[::-1] if "new password" in one.subject))
    for kind, door in DOOR.items():
        before = apart_from_counters(world.dump())
        if is_in(DOORS[door](handed, handed.secrets[kind], kind)):
            opened.add(kind)
        else:
            assert apart_from_counters(world.dump()) == before, kind
    assert opened == set(DOOR) - dead


def mailed(world: World, email: str) -> str:
    return token_in([letter for letter in world.deliver() if letter.recipients == [email]][-1])


def invite_again(handed: HandedOut, path: str, kind: str) -> str:
    """A newer link of the same kind for the same address, by the same person."""
    more = {"name": "Cam Lee", "role": "coach", "email": PERSONAL[kind], "tenant_id": handed.place}
    body = more if path == COACH else {"emails": [PERSONAL[kind]], "role": "dev"}
    answer = made(handed.vic.post(path, body))
    return token_of(answer["invite_url"]) if path == COACH else mailed(handed.world, PERSONAL[kind])


def send_again(handed: HandedOut, key: str) -> str:
    return token_of(made(handed.vic.post(f"{INVITES}/{handed.ids[key]}/resend"))["invite_url"])


def share_again(handed: HandedOut) -> str:
    made(handed.vic.delete(SHARE))
    return str(made(handed.vic.post(SHARE))["share_token"])


def sign_in_again(handed: HandedOut) -> str:
    """In the browser that has the session."""
    vic = handed.world.somebody("Vic")
    vic.browser.set_cookie("session", handed.secrets["session"])
    made(vic.sign_in())
    return str(vic.cookie)


NEWER: list[tuple[str, str, Callable[[HandedOut], str]]] = [
    ("reset", "asked for again", lambda handed: handed.world.reset_token(handed.vic)),
    ("gate", "sent again", lambda handed: send_again(handed, "gate")),
    ("coach", "sent again", lambda handed: send_again(handed, "coach cam@club.test")),
    ("coach", "asked again", lambda handed: invite_again(handed, COACH, "coach")),
    ("team", "sent again", lambda handed: send_again(handed, "tom@club.test")),
    ("team", "asked again", lambda handed: invite_again(handed, TEAM, "team")),
    ("card", "shared again", share_again),
    ("session", "signed in again", sign_in_again),
]


def test_a_newer_one_takes_the_place_of_the_older(world: World) -> None:
    handed = HandedOut(world)
    for kind, how, renew in NEWER:
        newer = renew(handed)
        before = apart_from_counters(world.dump())
        assert not is_in(DOORS[DOOR[kind]](handed, handed.secrets[kind], kind)), (kind, how)
        assert apart_from_counters(world.dump()) == before, (kind, how)
        handed.secrets[kind] = newer
    for kind in ("session", "card", "gate", "coach", "team", "reset"):
        assert is_in(DOORS[DOOR[kind]](handed, handed.secrets[kind], kind)), kind


def test_a_letter_asked_for_before_the_password_was_changed_is_dropped_and_a_later_one_is_not(world: World) -> None:
    handed = Prepared(world)
    change_password(handed)
    world.clock.later(seconds=1)
    made(world.somebody("Vic").post(f"{AUTH}/reset-request", {"email": "vic@club.test"}))

    letters = [letter for letter in world.deliver() if letter.subject == "Set a new password"]

    assert len(letters) == 1
    assert is_in(DOORS["reset-confirm"](handed, token_in(letters[0]), "reset"))
