"""What an attacker, a victim, a coach, an artist, a label, an admin and the owner may do, in any order, each in two
browsers or in anybody's."""

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import rule

from core.models import BrowserSession, Letter
from core.tokens import digest
from tests.model.footing import NAMES, NEWCOMERS, NONSENSE, ROLES, TABS, Footing, address_of
from tests.model.reference import STAFF
from tests.support.routes import (
    ADD,
    AN_HOUR,
    COACH,
    EVENTS,
    INVITES,
    MAILS,
    NOBODYS,
    PREFERENCE,
    PROFILE,
    SHARE,
    SHARED,
    TEAM,
    USERS,
)
from tests.support.world import AUTH

F = TypeVar("F", bound=Callable[..., None])
tabs = st.integers(0, 2 * TABS - 1)
staff = st.integers(100, 100 + 4 * TABS - 1)
"""Numbers of tabs; half of them are one in which somebody is signed in, and more for staff, an admin: see _tab."""
people = st.sampled_from((*ROLES, *NAMES))
recent = st.sampled_from([0, 0, 0, 0, 1, 2, 3, 5, 8, 13])
"""Which of those that there are, the newest first; the first of all is one that is good still."""
some_role = st.sampled_from(["artist", "label", "coach", "dev", "admin", "owner"])
ready = st.sampled_from([True, True, False])
"""Whether what a request needs is made ready for it; else it comes as it happens to come."""
doors = ("gate", "gate", "gate", "coach", "coach", "team", "reset", "entry", "cookie", "card", "none")
door = st.sampled_from(doors)


Move = tuple[str, dict[str, Any]]
MOVES: list[st.SearchStrategy[Move]] = []


def move(**about: st.SearchStrategy[Any]) -> Callable[[F], F]:
    """A kind of step. Hypothesis leaves half of a machine's rules out of each run, and what is found here needs most of
    them: so they are one rule."""

    def note(function: F) -> F:
        MOVES.append(st.fixed_dictionaries(about).map(lambda given: (function.__name__, given)))
        return function

    return note


class Machine(Footing):
    """Moves send requests; tests.model.hands says what must have come of them."""

    @rule(step=st.deferred(lambda: st.one_of(MOVES)))
    def make(self, step: Move) -> None:
        name, given = step
        self.is_sound = False
        getattr(self, name)(**given)
        self.is_sound = True

    # Coming in.

    @move(tab=tabs, kind=door, which=recent)
    def look_at_link(self, tab: int, kind: str, which: int) -> None:
        token = self._secret(kind, which)
        path = f"{AUTH}/register/validate-token?token={token}"
        self._ask(tab, "GET", path, None, "look_at_link", token)

    @move(
        tab=tabs,
        kind=door,
        which=recent,
        name=st.sampled_from(NAMES + NEWCOMERS),
        other=st.sampled_from([None, None, None, *NAMES]),
        roles=st.sampled_from([["adult"], ["adult"], ["coach"], [], ["admin"], ["minor"], ["guardian", "owner"]]),
        shout=st.booleans(),
        ready=ready,
    )
    def register(
        self, tab: int, kind: str, which: int, name: str, other: str | None, roles: list[str], shout: bool, ready: bool
    ) -> None:
        token = self._ready("gate", name) if ready else self._secret(kind, which)
        password, address = self._fresh_password(), address_of(other or name)
        login, typed = (name.upper(), address.upper()) if shout else (name, address)
        body = {"aLogin": login, "aEmail": typed, "aPasswordHash": password, "invite_token": token, "roles": roles}
        about = ("register", token, login, address, password, roles)
        self._ask(tab, "POST", f"{AUTH}/register", body, *about)

    @move(tab=tabs, kind=door, which=recent, name=people, own=ready)
    def accept(self, tab: int, kind: str, which: int, name: str, own: bool) -> None:
        token = self._ready(kind, name) if own and kind in {"gate", "coach"} else self._secret(kind, which)
        invite = self.model.invites.get(self.model.links.get(token, ""))
        tab = self._tab_of(invite.email, tab) if own and invite else tab
        self._ask(tab, "POST", f"{AUTH}/invitations/accept", {"token": token}, "accept", token)

    @move(tab=tabs, kind=door, which=recent, ready=ready, name=people)
    def accept_team(self, tab: int, kind: str, which: int, ready: bool, name: str) -> None:
        token = self._ready("team", name) if ready else self._secret(kind, which)
        self._ask(tab, "POST", f"{TEAM}/accept", {"token": token}, "accept_team", token)

    @move(tab=tabs, name=people, how=st.integers(0, 5))
    def come_in(self, tab: int, name: str, how: int) -> None:
        password = self._password(name, how)
        typed = [name, address_of(name), name.upper()][how % 3]
        body = {"aLogin": typed, "aPasswordHash": password}
        self._ask(tab, "POST", f"{AUTH}/login", body, "sign_in", typed, password)

    @move(tab=tabs, kind=door, which=recent, ready=ready, name=people)
    def come_in_by_token(self, tab: int, kind: str, which: int, ready: bool, name: str) -> None:
        token = self._ready("entry", name) if ready else self._secret(kind, which)
        self._ask(tab, "POST", f"{AUTH}/login/token", {"accessToken": token}, "sign_in_with_token", token)

    # Sessions and passwords.

    @move(tab=tabs)
    def sign_out(self, tab: int) -> None:
        self._ask(tab, "POST", f"{AUTH}/logout", {}, "sign_out")

    @move(tab=tabs)
    def who_am_i(self, tab: int) -> None:
        self._ask(tab, "GET", f"{AUTH}/session", None, "who_am_i")

    @move(tab=tabs)
    def devices(self, tab: int) -> None:
        self._ask(tab, "GET", f"{AUTH}/sessions", None, "devices")

    @move(tab=tabs, which=recent)
    def end_session(self, tab: int, which: int) -> None:
        other = self._secret("cookie", which)
        ids = [row.id for row in self.both.rows[BrowserSession] if row.digest == digest(other)]
        self._ask(tab, "DELETE", f"{AUTH}/sessions/{[*ids, NOBODYS][0]}", None, "end_session", other)

    @move(tab=tabs)
    def end_others(self, tab: int) -> None:
        self._ask(tab, "DELETE", f"{AUTH}/sessions", None, "end_others")

    @move(tab=tabs, which=recent)
    def carry_a_cookie_over(self, tab: int, which: int) -> None:
        """Any cookie that was ever seen, in any browser."""
        self.tabs[tab % TABS].browser.set_cookie("session", self._secret("cookie", which))

    @move(tab=tabs, how=st.integers(0, 6))
    def change_password(self, tab: int, how: int) -> None:
        me = self.model.find(self.tabs[self._tab(tab)].cookie)
        current = None if how == 6 else self._password(me.login if me else "Vic", how)
        password = self._fresh_password()
        body = {"new_password": password} | ({"current_password": current} if current else {})
        self._ask(tab, "POST", f"{AUTH}/change-password", body, "change_password", current, password)

    @move(tab=tabs, name=people, arrives=st.booleans())
    def ask_reset(self, tab: int, name: str, arrives: bool) -> None:
        self._ask(tab, "POST", f"{AUTH}/reset-request", {"email": address_of(name)}, "ask_reset", address_of(name))
        self._post(arrives)

    @move(tab=tabs, kind=st.sampled_from(["reset", *doors]), which=recent, ready=ready, name=people)
    def confirm_reset(self, tab: int, kind: str, which: int, ready: bool, name: str) -> None:
        token, password = self._ready("reset", name) if ready else self._secret(kind, which), self._fresh_password()
        body = {"token": token, "new_password": password}
        self._ask(tab, "POST", f"{AUTH}/reset-confirm", body, "confirm_reset", token, password)

    @move(tab=tabs, arrives=st.booleans())
    def ask_proof(self, tab: int, arrives: bool) -> None:
        self._ask(tab, "POST", f"{AUTH}/email/prove/send", {}, "ask_proof")
        self._post(arrives)

    @move(tab=tabs, kind=st.sampled_from(["proof", "proof", *doors]), which=recent)
    def prove(self, tab: int, kind: str, which: int) -> None:
        token = self._secret(kind, which)
        self._ask(tab, "POST", f"{AUTH}/email/prove", {"token": token}, "prove", token)

    @move(tab=tabs)
    def prove_without_code(self, tab: int) -> None:
        self._ask(tab, "POST", f"{AUTH}/email/prove/code", {"code": "none"}, "prove_without_code")

    # Inviting.

    @move(
        tab=staff,
        uses=st.sampled_from([1, 1, 1, 2, 0]),
        life=st.sampled_from([3600, 604800]),
        roles=st.sampled_from([[], [], ["coach"], ["artist"], ["admin"], ["owner"]]),
    )
    def invite(self, tab: int, uses: int, life: int, roles: list[str]) -> None:
        body = {"max_uses": uses, "expires_in": life, "roles": roles}
        self._ask(tab, "POST", INVITES, body, "invite", uses, life, roles)

    @move(tab=staff, which=recent, only=st.sampled_from(["", "", "team"]), again=st.booleans())
    def revoke_or_send_again(self, tab: int, which: int, only: str, again: bool) -> None:
        invite = self._invite(which)
        path = f"{TEAM if only else INVITES}/{invite.id}"
        if again:
            self._ask(tab, "POST", f"{path}/resend", {}, "send_again", invite.id, only)
        else:
            self._ask(tab, "DELETE", path, None, "take_back", invite.id, only)

    @move(tab=staff, name=people, arrives=st.booleans())
    def invite_coach(self, tab: int, name: str, arrives: bool) -> None:
        body = {"name": f"{name} Lee", "email": address_of(name), "role": "coach", "tenant_id": self.tenant}
        self._ask(tab, "POST", COACH, body, "invite_coach", address_of(name))
        self._post(arrives)

    @move(
        tab=staff,
        name=people,
        role=st.sampled_from(["dev", "designer", "admin", "super_admin", "owner"]),
        arrives=st.booleans(),
    )
    def invite_team(self, tab: int, name: str, role: str, arrives: bool) -> None:
        body = {"emails": [address_of(name)], "role": role}
        self._ask(tab, "POST", TEAM, body, "invite_team", address_of(name), role)
        self._post(arrives)

    @move()
    def the_post_goes_out(self) -> None:
        self._post(True)

    def _post(self, arrives: bool) -> None:
        if not arrives:
            return
        for kind, _, token in self.both.deliver():
            known = {"reset_requested": "reset", "address_to_prove": "proof"}
            self.secrets.setdefault(known.get(kind, kind.partition("_")[0]), []).append(token)

    @move(tab=staff, which=recent)
    def retry_letter(self, tab: int, which: int) -> None:
        letters = [(row.id, row.state) for row in self.both.rows[Letter]]
        key, state = letters[which % len(letters)] if letters else (NOBODYS, "")
        self._ask(tab, "POST", f"{MAILS}/{key}/retry", {}, "retry_letter", state)

    # The desk.

    @move(tab=staff, name=people, role=some_role)
    def grant(self, tab: int, name: str, role: str) -> None:
        self._ask(tab, "POST", f"{USERS}/{self._person(name)}/roles", {"role": role}, "grant", address_of(name), role)

    @move(tab=staff, name=people, role=some_role, ready=ready)
    def ungrant(self, tab: int, name: str, role: str, ready: bool) -> None:
        account = self.model.accounts.get(address_of(name))
        if ready and account and account.roles:
            role = max(account.roles, key=lambda held: (STAFF.get(held, 0), held))
        path = f"{USERS}/{self._person(name)}/roles/{role}"
        self._ask(tab, "DELETE", path, None, "ungrant", address_of(name), role)

    @move(
        tab=staff,
        name=people,
        what=st.sampled_from(["deactivate", "deactivate", "activate", "activate", "sessions", "reset-link"]),
    )
    def manage(self, tab: int, name: str, what: str) -> None:
        story = {"sessions": "sign_out_everywhere", "reset-link": "hand_over_reset"}.get(what, what)
        method = "DELETE" if what == "sessions" else "POST"
        self._ask(tab, method, f"{USERS}/{self._person(name)}/{what}", None, story, address_of(name))

    @move(tab=staff, path=st.sampled_from([INVITES, TEAM, USERS, EVENTS, MAILS, "/api/v4/admin/label-invitations"]))
    def read_as_admin(self, tab: int, path: str) -> None:
        self._ask(tab, "GET", path, None, "read_as_admin")

    # Skaters, cards, labels.

    @move(tab=tabs, what=st.sampled_from(["onboard", "move", "prefer", "skate"]), word=st.booleans(), ready=ready)
    def skate(self, tab: int, what: str, word: bool, ready: bool) -> None:
        tab = self._skater(tab) if ready else tab
        city, way = ("Den Haag", "email") if word else ("Oslo", "text")
        said = {
            "onboard": ("POST", f"{AUTH}/onboard", {"first_name": "Vic", "last_name": "Lee"}, "onboard"),
            "move": ("PATCH", PROFILE, {"city": city}, "move", city),
            "prefer": ("PATCH", PREFERENCE, {"contact_preference": way}, "prefer", way),
            "skate": ("POST", ADD, AN_HOUR, "skate"),
        }[what]
        self._ask(tab, *said)

    @move(tab=tabs, what=st.sampled_from(["share", "share", "unshare"]), ready=ready)
    def share(self, tab: int, what: str, ready: bool) -> None:
        tab = self._skater(tab) if ready else tab
        self._ask(tab, "POST" if what == "share" else "DELETE", SHARE, None, what)

    @move(tab=tabs, kind=st.sampled_from(["card", "card", "gate", "cookie"]), which=recent)
    def look_at_card(self, tab: int, kind: str, which: int) -> None:
        token = self._secret(kind, which)
        self._ask(tab, "GET", f"{SHARED}/{token}", None, "look_at_card", token)

    @move(tab=tabs, which=st.integers(0, 1), name=st.sampled_from(["Art"] * 6 + [*NAMES]), own=st.booleans())
    def ask_artist(self, tab: int, which: int, name: str, own: bool) -> None:
        label = list(self.model.labels)[which]
        tab = self._tab_of(self.model.labels[label], tab) if own else tab
        path, body = f"/api/v4/labels/{label}/invitations", {"artistId": self._person(name)}
        self._ask(tab, "POST", path, body, "ask_artist", label, address_of(name))

    @move(tab=tabs, which=recent, word=st.sampled_from(["accept", "decline"]), own=st.booleans())
    def answer_label(self, tab: int, which: int, word: str, own: bool) -> None:
        if own and not any(self.model.waits(each) for each in self.model.asked.values()):
            self.ask_artist(tab, which % 2, "Art", True)
        found = list(self.model.asked.values())
        asked = found[-1 - which % len(found)] if found else None
        key = asked.id if asked else NOBODYS
        tab = self._tab_of(asked.email, tab) if asked and own else tab
        self._ask(tab, "POST", f"/api/v4/invitations/{key}/{word}", {}, "answer_label", key, word)

    # Everything else.

    @move(
        kind=st.sampled_from(["gate", "gate", "coach", "team", "reset", "proof", "entry", "cookie", "card"]),
        which=recent,
    )
    def knock(self, kind: str, which: int) -> None:
        if self.secrets.get(kind):
            self._knock(kind, self._secret(kind, which))

    @move(seconds=st.sampled_from([1, 301, 301, 901, 901, 3601, 46_800, 700_000]), return_=st.booleans())
    def time_passes(self, seconds: int, return_: bool) -> None:
        self.world.clock.later(seconds=seconds)
        self.model.now = self.world.clock.now
        for tab, name in enumerate(ROLES if return_ else ()):
            self.come_in(tab, name, 0)

    @move(tab=tabs, which=st.integers(0, 99), body=st.sampled_from(NONSENSE))
    def send_nonsense(self, tab: int, which: int, body: dict[str, Any]) -> None:
        method, path = self.changing[which % len(self.changing)]
        self.both.refused(self.tabs[self._tab(tab)], method, path, body)

    @move(tab=tabs)
    def do_the_last_thing_again(self, tab: int) -> None:
        """In the same browser or another."""
        if self.last:
            self._ask(tab, *self.last)
