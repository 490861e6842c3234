"""Who is there from the start, what was seen so far, and who knocks where: the ground that the moves stand on."""

from typing import Any

from hypothesis.stateful import RuleBasedStateMachine

from core.models import User
from tests.model.hands import Both
from tests.model.reference import Invite
from tests.support.routes import INVITES, NOBODYS, SHARE, SHARED, TEAM, changing
from tests.support.world import AUTH, PASSWORD, World

ROLES = {"Olga": ["owner"], "Ann": ["admin"], "Lou": [], "Art": ["artist"], "Eve": [], "Vic": []}
"""Who is there from the start: owner, admin, label, artist, attacker and victim, each at the tab of that number."""
TABS = 8
AT_LAST = 6
"""How many secrets of each kind are tried once more at the end."""
NEWCOMERS = ("Cas", "Dee", "Gus", "Hal", "Ida", "Kim")
NAMES = (*ROLES, *NEWCOMERS)
NONSENSE = [{}, {"token": ""}, {"aLogin": "Vic"}, {"email": ["vic@club.test"]}, {"invite_token": None}]
DOES_WITHOUT_BODY = {INVITES, SHARE, f"{AUTH}/logout", f"{AUTH}/sessions"}


class Footing(RuleBasedStateMachine):
    """Who is there, and what moves take their secrets and browsers from."""

    def __init__(self, world: World, tried: set[tuple[str, str]]) -> None:
        super().__init__()
        world.clear()
        world.letters.clear()
        self.world, self.numbers = world, iter(range(10**9))
        self.secrets: dict[str, list[str]] = {}
        self.last: tuple[Any, ...] | None = None
        self.is_sound = False
        self.tabs = [world.somebody(name) for name in [*ROLES, "Eve", "Vic"]]
        self.both = Both(world, tried)
        self.model = self.both.model
        for tab, (name, roles) in enumerate(ROLES.items()):
            self._found(tab, name, roles)
        for name in ("Cold Records", "Ice Tapes"):
            self.model.labels[world.label(self.tabs[2], name)] = "lou@club.test"
            self.model.accounts["lou@club.test"].roles.add("label")
            self.model.note("roles_granted", "label_created")
        self.tenant = world.tenant()
        self.model.note("tenant_created")
        self.both.check(was_refused=False)
        self.is_sound = True
        self.changing = [each for each in changing(world) if each[1] not in DOES_WITHOUT_BODY]

    def _found(self, tab: int, name: str, roles: list[str]) -> None:
        """Somebody who is there from the start, through an invitation made at the terminal, signed in."""
        token = self.world.invite(roles=roles)
        self.both.adopt(token, roles)
        form = self.tabs[tab].form(token)
        self._ask(tab, "POST", f"{AUTH}/register", form, "register", token, name, address_of(name), PASSWORD, ["adult"])
        self.come_in(tab, name, 0)

    def teardown(self) -> None:
        """Everything that was ever seen is tried once more at its own door, the dead first."""
        if not self.is_sound:
            return
        seen = [(kind, secret) for kind, found in self.secrets.items() for secret in found[-AT_LAST:]]
        for kind, secret in sorted(seen, key=lambda each: self.model.is_good(each[1])):
            self._knock(kind, secret)
        for asked in list(self.model.asked.values())[-AT_LAST:]:
            tab = self._tab_of(asked.email, 0)
            self._ask(tab, "POST", f"/api/v4/invitations/{asked.id}/accept", {}, "answer_label", asked.id, "accept")
        self.world.clear()

    # Hands.

    def _ask(self, tab: int, method: str, path: str, body: Any, story: str, *about: Any) -> Any:
        said = self.both.ask(self.tabs[self._tab(tab)], method, path, body, story, *about)
        self.last = (method, path, body, story, *about)
        for kind, secret in [*said.secrets(), ("cookie", said.cookie)]:
            if secret and secret not in self.secrets.setdefault(kind, []):
                self.secrets[kind].append(secret)
        return said

    def _knock(self, kind: str, secret: str) -> None:
        """At the door for this kind, as the one who has the best chance to get in, in a browser that nobody uses."""
        tab, password = TABS - 1, self._fresh_password()
        invite = self.model.invites.get(self.model.links.get(secret, ""))
        guest = f"Guest{next(self.numbers)}"
        email = (invite and invite.email) or address_of(guest)
        self.tabs[tab].browser.delete_cookie("session")
        if kind == "cookie":
            self.tabs[tab].browser.set_cookie("session", secret)
        form = {"aLogin": guest, "aEmail": email, "aPasswordHash": password, "invite_token": secret}
        register = ("POST", f"{AUTH}/register", form, "register", secret, guest, email, password, ["adult"])
        new_password = {"token": secret, "new_password": password}
        doors: dict[str, tuple[Any, ...]] = {
            "gate": register,
            "coach": register,
            "team": ("POST", f"{TEAM}/accept", {"token": secret}, "accept_team", secret),
            "reset": ("POST", f"{AUTH}/reset-confirm", new_password, "confirm_reset", secret, password),
            "proof": ("POST", f"{AUTH}/email/prove", {"token": secret}, "prove", secret),
            "entry": ("POST", f"{AUTH}/login/token", {"accessToken": secret}, "sign_in_with_token", secret),
            "cookie": ("GET", f"{AUTH}/session", None, "who_am_i"),
            "card": ("GET", f"{SHARED}/{secret}", None, "look_at_card", secret),
        }
        self._ask(tab, *doors[kind])

    def _tab(self, number: int) -> int:
        rank, number = (2, number - 100) if number >= 100 else (0, number)
        accounts = [self.model.find(tab.cookie) for tab in self.tabs]
        fit = [tab for tab, account in enumerate(accounts) if account and account.rank >= rank]
        if number < TABS:
            return number
        if not fit:
            self.come_in(0, "Olga", 0)
        return fit[number % len(fit)] if fit else 0

    def _ready(self, kind: str, name: str) -> str:
        """A secret of this kind that is good, made now if there is none."""
        if not any(self.model.is_good(token) for token in self.secrets.get(kind, [])):
            {
                "gate": lambda: self.invite(100 + TABS, 1, 604_800, []),
                "coach": lambda: self.invite_coach(100 + TABS, name, True),
                "team": lambda: self.invite_team(100 + TABS, name, "dev", True),
                "reset": lambda: self.ask_reset(0, name, True),
                "entry": lambda: self.accept_team(7, "team", 0, True, name),
            }[kind]()
        return self._secret(kind, 0)

    def _skater(self, number: int) -> int:
        """A tab in which somebody is signed in who has a profile, made now if there is none."""
        accounts = [self.model.find(tab.cookie) for tab in self.tabs]
        fit = [tab for tab, account in enumerate(accounts) if account and account.profile is not None]
        if not fit:
            tab = self._tab_of("vic@club.test", number)
            self.skate(tab, "onboard", True, False)
            return tab
        return fit[number % len(fit)]

    def _tab_of(self, email: str | None, otherwise: int) -> int:
        """A tab in which this person is signed in, now if not before."""
        name = next((name for name in NAMES if address_of(name) == email), None)
        if name is None:
            return otherwise
        tab = next((tab for tab in range(TABS) if self._is_at(tab, email)), 7)
        if not self._is_at(tab, email):
            self.come_in(tab, name, 0)
        return tab

    def _is_at(self, tab: int, email: str | None) -> bool:
        account = self.model.find(self.tabs[tab].cookie)
        return account is not None and account.email == email

    def _secret(self, kind: str, which: int) -> str:
        """One of those that were seen."""
        found = self.secrets.get(kind, [])
        if which == 0:
            found = [token for token in found if self.model.is_good(token)] or found
        return found[-1 - which % len(found)] if found else "no-such-token"

    def _invite(self, which: int) -> Invite | None:
        found = list(self.model.invites.values())
        return found[-1 - which % len(found)]

    def _person(self, name: str) -> str:
        """The id by which the desk knows this person."""
        return next((str(row.skater_id) for row in self.both.rows[User] if row.email_key == address_of(name)), NOBODYS)

    def _fresh_password(self) -> str:
        return f"a walk on ice, number {next(self.numbers)}"

    def _password(self, name: str, how: int) -> str:
        """The present password of somebody, or another."""
        account = self.model.accounts.get(address_of(name))
        present = account and account.password
        return present if present and how < 3 else [PASSWORD, "not the password", "a walk on ice, number 0"][how % 3]


def address_of(name: str) -> str:
    return f"{name.casefold()}@club.test"
