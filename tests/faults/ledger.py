"""What clients asked and what came back, and whether the database and the mailbox agree with it."""

import http.client
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.models import AuditEvent, BrowserSession, Invitation, InvitationUse, Letter, PasswordReset, User
from core.tokens import digest
from tests.support.running import House, address
from tests.support.world import AUTH, PASSWORD

PATIENCE_SECONDS = 20.0
GATEWAY = {502, 504}
"""What a proxy says when nothing came back."""
TEAM = "/api/v4/admin/teams/invitations"


@dataclass
class Entry:
    """One request. `status` is None when nothing came back; `doubtful` when the server could not know either."""

    kind: str
    who: str
    secret: str | None = None
    begun: float = 0.0
    took: float = 0.0
    status: int | None = None
    said: dict[str, Any] = field(default_factory=dict)
    cookie: str | None = None
    doubtful: bool = False
    retry_after: str | None = None

    @property
    def outcome(self) -> str:
        """What whoever asked may rely on: `yes`, `no`, or `unknown`."""
        if self.status is None or self.doubtful:
            return "unknown"
        return "yes" if self.status < 300 else "no"

    @property
    def ended(self) -> float:
        return self.begun + self.took


class Ledger:
    """A client that writes everything down."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.entries: list[Entry] = []
        self.faults = 1  # each can have a letter sent once more
        self._cookie = house.app.extensions["settings"].cookie_name

    def register(self, who: str, token: str, password: str = PASSWORD) -> Entry:
        body = {"aLogin": who, "aEmail": address(who), "aPasswordHash": password, "invite_token": token}
        return self._ask(Entry("register", who, token), "POST", f"{AUTH}/register", body)

    def sign_in(self, who: str, password: str = PASSWORD, patience: float = PATIENCE_SECONDS) -> Entry:
        body = {"aLogin": who, "aPasswordHash": password}
        return self._ask(Entry("sign_in", who, password), "POST", f"{AUTH}/login", body, patience=patience)

    def session(self, who: str, cookie: str) -> Entry:
        return self._ask(Entry("session", who, cookie), "GET", f"{AUTH}/session", cookie=cookie)

    def request_reset(self, who: str) -> Entry:
        return self._ask(Entry("request_reset", who), "POST", f"{AUTH}/reset-request", {"email": address(who)})

    def confirm_reset(self, who: str, token: str, password: str) -> Entry:
        body = {"token": token, "new_password": password}
        return self._ask(Entry("confirm_reset", who, token), "POST", f"{AUTH}/reset-confirm", body)

    def invite_team(self, who: str, cookie: str) -> Entry:
        """Asks somebody new to join the team."""
        body = {"emails": [address(who)], "role": "dev"}
        return self._ask(Entry("invite_team", who), "POST", TEAM, body, cookie)

    def of(self, kind: str, *outcomes: str) -> list[Entry]:
        return [each for each in self.entries if each.kind == kind and (not outcomes or each.outcome in outcomes)]

    def tally(self) -> str:
        counted = Counter(f"{each.kind} {each.status or 'nothing'}" for each in self.entries)
        return ", ".join(f"{what}: {number}" for what, number in sorted(counted.items()))

    def _ask(
        self,
        entry: Entry,
        method: str,
        path: str,
        body: Any = None,
        cookie: str | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> Entry:
        headers = {"Content-Type": "application/json", "Connection": "close"}
        if cookie:
            headers["Cookie"] = f"{self._cookie}={cookie}"
        line = self.house.server.line(patience)
        entry.begun = time.monotonic()
        try:
            line.request(method, path, None if body is None else json.dumps(body), headers)
            answer = line.getresponse()
            said = answer.read()
            entry.status, entry.said = None if answer.status in GATEWAY else answer.status, json.loads(said)
            entry.retry_after, entry.doubtful = answer.getheader("Retry-After"), "In-Doubt" in answer.headers
            if found := SimpleCookie(answer.getheader("Set-Cookie", "")).get(self._cookie):
                entry.cookie = found.value
        except (OSError, http.client.HTTPException):  # killed meanwhile, or not there yet
            entry.status = None
        finally:
            line.close()
        entry.took = time.monotonic() - entry.begun
        self.entries.append(entry)
        return entry


def damage(ledger: Ledger) -> list[str]:
    """Everything in which ledger, database and mailbox disagree, once the post has gone out."""
    house = ledger.house
    with Session(house.server.engine) as session:
        checks: tuple[Callable[[Ledger, Session], Iterator[str]], ...] = (
            _bad_answers,
            _accounts_and_uses,
            _registrations,
            _sessions,
            _resets,
            _letters,
            _trail,
        )
        return [problem for check in checks for problem in check(ledger, session)]


def _bad_answers(ledger: Ledger, _: Session) -> Iterator[str]:
    for each in ledger.entries:
        if each.status is not None and each.status >= 500 and each.status != 503:
            yield f"{each.kind} of {each.who} was answered {each.status}"
        if each.status == 503 and not each.retry_after:
            yield f"{each.kind} of {each.who}: 503 does not say when to come back"
        if each.kind == "session" and each.status == 200 and each.said.get("login") != each.who:
            yield f"{each.who} was told to be {each.said.get('login')}"


def _accounts_and_uses(_: Ledger, session: Session) -> Iterator[str]:
    """An account if and only if a use was spent."""
    counted = select(InvitationUse.invitation_id, func.count()).group_by(InvitationUse.invitation_id)
    used: dict[Any, int] = {row[0]: row[1] for row in session.execute(counted)}
    for each in session.scalars(select(Invitation)):
        if each.uses != used.get(each.id, 0):
            yield f"invitation {each.id} has {each.uses} uses spent and {used.get(each.id, 0)} accounts"
        if each.max_uses and each.uses > each.max_uses:
            yield f"invitation {each.id} was used too often"
    for login in session.scalars(select(User.login).where(~User.id.in_(select(InvitationUse.user_id)))):
        yield f"{login} came in without an invitation"


def _registrations(ledger: Ledger, session: Session) -> Iterator[str]:
    there = set(session.scalars(select(User.login)))
    outcomes = _outcomes(ledger, "register")
    for who, came in outcomes.items():
        if "yes" in came and who not in there:
            yield f"{who} was told to have an account and has none"
        if came.get("yes", 0) > 1:
            yield f"{who} was given an account {came['yes']} times"
        if set(came) == {"no"} and who in there:
            yield f"{who} was refused and has an account"
    for token, names in _names_by_token(ledger).items():
        if len(names & there) > 1:
            yield f"one invitation let in {names & there}: {digest(token)}"


def _sessions(ledger: Ledger, session: Session) -> Iterator[str]:
    """Whoever was signed in still is, unless they have set a new password since."""
    living = set(session.scalars(select(BrowserSession.digest)))
    ended = {each.who: each.ended for each in ledger.of("confirm_reset", "yes", "unknown")}
    latest: dict[str, list[Entry]] = defaultdict(list)
    for each in ledger.of("sign_in", "yes"):
        if each.begun > ended.get(each.who, 0):
            latest[each.who].append(each)
    for who, begun in latest.items():
        for each in begun[-40:]:
            if each.cookie is None or digest(each.cookie) not in living:
                yield f"{who} was signed in and is not"


def _resets(ledger: Ledger, session: Session) -> Iterator[str]:
    """A token that has set a password is spent, or gone."""
    living = set(session.scalars(select(PasswordReset.digest).where(PasswordReset.used_at.is_(None))))
    for each in ledger.of("confirm_reset", "yes"):
        if digest(each.secret or "") in living:
            yield f"{each.who} can use a reset link twice"


def _letters(ledger: Ledger, session: Session) -> Iterator[str]:
    arrived = Counter(str(post.message["Message-ID"]) for post in ledger.house.mail.received)
    rows = {str(each.id): each for each in session.scalars(select(Letter))}
    for message_id, times in arrived.items():
        if message_id.strip("<>").partition("@")[0] not in rows:
            yield f"{message_id} arrived and was never promised"
        if times > 1 + ledger.faults:
            yield f"{message_id} arrived {times} times"
    known = {message_id.strip("<>").partition("@")[0] for message_id in arrived}
    for key, letter in rows.items():
        if letter.state not in {"sent", "dropped"}:
            yield f"letter {key} to {letter.recipient} is stuck as {letter.state}"
        if letter.state == "sent" and key not in known:
            yield f"letter {key} to {letter.recipient} never arrived"
    yield from _promised(ledger, Counter((each.kind, each.recipient) for each in rows.values()))


def _promised(ledger: Ledger, written: Counter[tuple[str, str]]) -> Iterator[str]:
    """As many letters were written as people were told."""
    kinds = {"request_reset": "reset_requested", "confirm_reset": "password_changed", "invite_team": "team_invited"}
    for kind, letter in kinds.items():
        for who, came in _outcomes(ledger, kind).items():
            least, most = came["yes"], came["yes"] + came["unknown"]
            if not least <= written[letter, address(who)] <= most:
                yield f"{who} is owed {least} to {most} of {letter}, not {written[letter, address(who)]}"


def _trail(ledger: Ledger, session: Session) -> Iterator[str]:
    """One event for each account that was made."""
    ours = {each.who for each in ledger.of("register")}
    noted = Counter(session.scalars(select(AuditEvent.user_id).where(AuditEvent.event == "user_registered")))
    for key, login in session.execute(select(User.id, User.login)):
        if login in ours and noted[key] != 1:
            yield f"the trail knows {noted[key]} registrations of {login}"


def _outcomes(ledger: Ledger, kind: str) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for each in ledger.of(kind):
        found[each.who][each.outcome] += 1
    return found


def _names_by_token(ledger: Ledger) -> dict[str, set[str]]:
    """Of the tokens that let in one only, which is all that clients here get."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in ledger.of("register"):
        found[each.secret or ""].add(each.who)
    return found
