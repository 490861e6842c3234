"""What the product promises, in memory and in the plainest words that can be right: people by address, secrets by
what opens them. Each method says what one request must answer, and does to this memory what it must do to the
database. It shares no code with the product."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

STAFF = {"designer": 1, "dev": 1, "admin": 2, "super_admin": 3, "owner": 4}
OWN_CHOICE = {"adult", "coach", "guardian"}
WEEK, DAY, HOUR, QUARTER = timedelta(days=7), timedelta(days=1), timedelta(hours=1), timedelta(minutes=15)
LIVES = {False: (timedelta(days=30), WEEK), True: (timedelta(hours=12), HOUR)}
"""Of a session, in all and idle: of others, and of admins."""
TERMINAL = 4
"""Its rank."""


class No(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


@dataclass
class Account:
    login: str
    email: str
    password: str | None
    roles: set[str]
    changed: datetime
    active: bool = True
    must_change: bool = False
    profile: dict[str, Any] | None = None
    proven: bool = False
    closed_by: int | None = None
    """The rank of who closed it."""
    taken: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    """Roles that it lost: when, and by which rank."""

    @property
    def rank(self) -> int:
        return max((STAFF.get(role, 0) for role in self.roles), default=0)

    def may_give(self, *roles: str) -> bool:
        return all(self.rank >= max(STAFF.get(role, 0), 2) for role in roles)


@dataclass
class Session:
    email: str
    begun: datetime
    seen: datetime


@dataclass
class Invite:
    id: str
    kind: str
    email: str | None
    roles: set[str]
    max_uses: int
    ends: datetime
    issuer: str | None
    uses: int = 0
    revoked: bool = False
    links: int = 0
    living_links: int = 0
    revoked_by: int | None = None
    maker: str | None = None
    """Who issued or renewed it last."""
    made: datetime | None = None

    @property
    def needs(self) -> int:
        """The rank that holding it out takes."""
        return max([2, *(STAFF.get(role, 0) for role in self.roles)])

    @property
    def used_up(self) -> bool:
        return 0 < self.max_uses <= self.uses


@dataclass
class Once:
    """A right that is spent by its first use."""

    email: str
    ends: datetime
    used: bool = False
    mailed: bool = False
    maker: str | None = None
    """Who handed it over."""


@dataclass
class Asked:
    """A label asks an artist."""

    id: str
    label: str
    email: str
    ends: datetime
    status: str = "pending"


@dataclass
class Letter:
    kind: str
    to: str
    at: datetime
    about: Any = None
    state: str = "queued"


@dataclass
class Model:
    now: datetime
    accounts: dict[str, Account] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    invites: dict[str, Invite] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    """Token to invitation, of links that were not replaced."""
    mailed: set[str] = field(default_factory=set)
    """Tokens of links that came by mail."""
    uses: set[tuple[str, str]] = field(default_factory=set)
    resets: dict[str, Once] = field(default_factory=dict)
    proofs: dict[str, Once] = field(default_factory=dict)
    tokens: dict[str, Once] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    asked: dict[tuple[str, str], Asked] = field(default_factory=dict)
    artists: dict[str, str] = field(default_factory=dict)
    team: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    """Of a coach, in the one tenant: the invitation, and whose account it became."""
    letters: list[Letter] = field(default_factory=list)
    events: Counter[str] = field(default_factory=Counter)

    # Who is asking.

    def find(self, cookie: str | None) -> Account | None:
        session = self.sessions.get(cookie or "")
        if session is None or not (account := self.accounts[session.email]).active:
            return None
        life, idle = LIVES[account.rank >= 2]
        return account if self.now < min(session.begun + life, session.seen + idle) else None

    def touch(self, cookie: str | None) -> None:
        """Each request of a living session says that it is used, every five minutes."""
        if self.find(cookie) and self.now - self.sessions[cookie or ""].seen > timedelta(minutes=5):
            self.sessions[cookie or ""].seen = self.now

    def me(self, cookie: str | None) -> Account:
        if (account := self.find(cookie)) is None:
            raise No(401)
        return account

    def member(self, cookie: str | None) -> Account:
        if (account := self.me(cookie)).must_change:
            raise No(403)
        return account

    def admin(self, cookie: str | None) -> Account:
        if (account := self.member(cookie)).rank < 2:
            raise No(403)
        return account

    def skater(self, cookie: str | None) -> dict[str, Any]:
        if (profile := self.member(cookie).profile) is None:
            raise No(404)
        return profile

    # Small things that several stories do.

    def note(self, *events: str) -> None:
        self.events.update(events)

    def post(self, kind: str, to: str, about: Any = None) -> None:
        self.letters.append(Letter(kind, to, self.now, about))

    def begin(self, cookie: str | None, account: Account, fresh: str) -> None:
        if cookie and self.find(cookie):
            del self.sessions[cookie]
        self.sessions[fresh] = Session(account.email, self.now, self.now)

    def end_sessions(self, email: str, but: str | None = None) -> int:
        ended = {key for key, each in self.sessions.items() if each.email == email and key != but}
        self.sessions = {key: each for key, each in self.sessions.items() if key not in ended}
        self.tokens = {key: each for key, each in self.tokens.items() if each.email != email}
        return len(ended)

    def end_secrets(self, email: str) -> None:
        self.resets = {key: each for key, each in self.resets.items() if each.email != email}
        self.tokens = {key: each for key, each in self.tokens.items() if each.email != email}

    def note_proven(self, account: Account) -> None:
        if not account.proven:
            account.proven = True
            self.note("address_proven")

    def new_password(self, account: Account, password: str) -> None:
        self.end_secrets(account.email)
        self.end_sessions(account.email)
        account.password, account.must_change, account.changed = password, False, self.now
        self.note("password_changed")
        self.post("password_changed", account.email)

    def is_open(self, invite: Invite) -> bool:
        return not invite.revoked and not invite.used_up and self.now < invite.ends

    def living(self, token: str, *kinds: str) -> Invite:
        invite = self.invites.get(self.links.get(token, ""))
        if invite is None or invite.kind not in kinds or not self.is_open(invite):
            raise No(403)
        self.check_maker(invite.maker, invite.needs)
        return invite

    def check_maker(self, email: str | None, needed: int, status: int = 403) -> None:
        """Whoever made a link could still make it; None is the terminal, or the post."""
        maker = self.accounts.get(email or "")
        if email and (maker is None or not maker.active or maker.rank < needed):
            raise No(status)

    def needed(self, invite: Invite, account: Account | None) -> int:
        """The rank that holding it out to this account takes."""
        return max(invite.needs, account.rank if account and account.email == invite.email else 0)

    def is_good(self, secret: str) -> bool:
        """Whether this opens something, as far as one can say without knowing for whom."""
        once = self.resets.get(secret) or self.tokens.get(secret) or self.proofs.get(secret)
        if once:
            return not once.used and self.now < once.ends
        invite = self.invites.get(self.links.get(secret, ""))
        return self.find(secret) is not None or (invite is not None and self.is_open(invite))

    def link(self, invite: Invite, token: str | None, mailed: bool = False) -> None:
        """A link more; None for one that nobody is shown."""
        if token and mailed:
            self.mailed.add(token)
        invite.links, invite.living_links = invite.links + 1, invite.living_links + 1
        if token:
            self.links[token] = invite.id

    def issue(self, invite: Invite, token: str | None = None) -> None:
        self.invites[invite.id] = invite
        invite.maker, invite.made = invite.issuer, self.now
        self.link(invite, token)
        self.note("invitation_issued")

    def renew(self, me: Account, invite: Invite, token: str | None, roles: set[str] | None = None) -> None:
        if (invite.revoked_by or 0) > me.rank:
            raise No(403)
        self.links = {key: to for key, to in self.links.items() if to != invite.id}
        invite.ends, invite.revoked, invite.maker, invite.living_links = self.now + WEEK, False, me.email, 0
        invite.revoked_by = None
        invite.roles = roles or invite.roles
        self.note("invitation_renewed")
        self.link(invite, token)

    def revoke(self, invite: Invite, rank: int) -> None:
        if not invite.revoked:
            invite.revoked, invite.revoked_by = True, rank
            self.note("invitation_revoked")

    def end_made_by(self, email: str, rank: int, beyond: int = 0) -> None:
        """What an account made, as far as the rank that it has left may not make it."""
        for invite in self.invites.values():
            if invite.maker == email and self.is_open(invite) and invite.needs > beyond:
                self.revoke(invite, rank)
        if beyond < 2:
            self.resets = {key: each for key, each in self.resets.items() if each.maker != email}

    def end_addressed_to(self, email: str, rank: int, role: str | None = None) -> None:
        """Open invitations to this address, all or those that hold this role out."""
        for invite in self.invites.values():
            if invite.email == email and self.is_open(invite) and (role is None or role in invite.roles):
                self.revoke(invite, rank)

    def end_asked(self, email: str) -> None:
        """What this account's labels asked, and what it was asked as an artist."""
        for asked in self.asked.values():
            if asked.status == "pending" and email in {asked.email, self.labels[asked.label]}:
                asked.status = "expired"
                self.note("label_withdrawn")

    def gain(self, account: Account, roles: set[str]) -> None:
        """A staff role that is new ends what would let others in."""
        is_new = not roles <= account.roles
        account.roles |= roles
        if is_new and roles & set(STAFF):
            self.end_secrets(account.email)

    def given(self, invite: Invite, account: Account, roles: set[str]) -> set[str]:
        """Which of these roles the account may have by this invitation, of those that were taken from it."""
        rank = self.accounts[invite.maker].rank if invite.maker else TERMINAL
        return {
            role
            for role in roles - account.roles
            if (lost := account.taken.get(role)) is None
            or (lost[1] <= rank and (invite.email is not None or lost[0] < (invite.made or self.now)))
        }

    def take(self, invite: Invite, token: str, account: Account, roles: set[str], *events: str) -> None:
        """Use an invitation up, for this account: all or nothing of it where it is personal."""
        given = self.given(invite, account, roles)
        if invite.email and not invite.roles <= given | account.roles:
            raise No(403)
        self.note(*events)
        if roles & (given | account.roles):
            self.note("roles_granted")
        self.gain(account, given)
        invite.uses += 1
        self.uses.add((invite.id, account.email))
        if invite.kind == "coach":
            self.places[account.email] = (invite.id, account.email)
        if token in self.mailed:
            self.note_proven(account)

    def check_not_last(self, account: Account, left: set[str]) -> None:
        """Somebody must own the place, and run it."""
        others = [each for each in self.accounts.values() if each.active and each is not account]
        if not account.active:
            return
        if "owner" in account.roles - left and not any("owner" in each.roles for each in others):
            raise No(409)
        still = max((STAFF.get(role, 0) for role in left), default=0)
        if account.rank >= 2 > still and not any(each.rank >= 2 for each in others):
            raise No(409)

    def person(self, me: Account, email: str) -> Account:
        """Somebody whom I may change."""
        if (account := self.accounts.get(email)) is None:
            raise No(404)
        if not me.may_give(*account.roles):
            raise No(403)
        return account

    def waits(self, asked: Asked) -> bool:
        return asked.status == "pending" and self.now < asked.ends
