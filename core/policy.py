"""The numbers the house lives by, frozen. SECURITY.md shows them; tests read them from here."""

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True)
class HashCost:
    """What one argon2id hash costs (RFC 9106); the default is one of OWASP's equal-strength minimums."""

    time: int = 2
    memory_kib: int = 19 * 1024
    lanes: int = 1


@dataclass(frozen=True)
class Limit:
    """At most `attempts` in `window`, counted from the first one."""

    attempts: int
    window: timedelta


CONTEXT_WORDS = frozenset(
    [
        "admin",
        "autumn",
        "club",
        "coach",
        "eislaufen",
        "figure",
        "hello",
        "ice",
        "invite",
        "passwort",
        "password",
        "rink",
        "skate",
        "skater",
        "skatetrax",
        "skating",
        "spring",
        "summer",
        "team",
        "vestibule",
        "welcome",
        "willkommen",
        "winter",
    ]
)
"""What people here would think of first (ASVS 6.1.2): no password is made of these alone, digits and signs aside."""


def _per(attempts: int, **window: int) -> Limit:
    return Limit(attempts, timedelta(**window))


LIMITS: dict[str, Limit] = {
    "login_account": _per(10, minutes=15),
    "login_in_a_row_account": _per(49, days=365),
    "login_address": _per(120, minutes=1),
    "login_address_hour": _per(600, hours=1),
    "login_token_address": _per(120, minutes=1),
    "register_address": _per(300, minutes=10),
    "reset_account": _per(5, hours=1),
    "reset_address": _per(60, hours=1),
    "reset_confirm_address": _per(120, minutes=10),
    "validate_token_address": _per(120, minutes=1),
    "change_password_account": _per(10, minutes=15),
    "prove_address": _per(120, minutes=10),
    "prove_account": _per(5, hours=1),
    "invite_account": _per(200, hours=1),
    "team_invite_account": _per(60, hours=1),
    "member_writes_account": _per(1000, hours=1),
    "log_reads_account": _per(600, hours=1),
    "time_zone_account": _per(100, hours=1),
    "invited_mailbox": _per(10, days=1),
    "proof_mailbox": _per(10, days=1),
}
"""Attempts, good ones included. `…_account`: for one account (or name that nobody has); `…_address`: from one network
address (IPv6: one /64), which at a rink thirty people may share. A good sign-in or password change forgives its
account's attempts, never its address's. `login_in_a_row_account` counts passwords that were looked at: NIST SP
800-63B-4, 3.2.2 allows 100 wrong ones in a row; an account and one browser that it knows may have half of them each.
`member_writes_account` counts what a signed-in account changes where no other limit does: a season is some 400 sessions
on the ice. `…_mailbox`: letters of invitation to one mailbox, whoever sends them (core/mailboxes.py)."""


@dataclass(frozen=True)
class Policy:
    """All of them. Lives and pauses are durations; lengths count code points."""

    # Passwords: NIST SP 800-63B-4, 3.1.1.2 asks 15 where a password stands alone; the contract's floor is 8.
    password_min: int = 8
    password_max: int = 256
    context_words: frozenset[str] = CONTEXT_WORDS
    hash_cost: HashCost = HashCost()
    hash_slots: int = 1
    hash_queue: int = 48  # who comes when so many wait for a slot is refused at once: the other threads stay free
    hash_wait: timedelta = timedelta(seconds=10)

    login_max: int = 80
    email_max: int = 254

    # Sessions: NIST SP 800-63B-4, 2.1.3 (30 days at most) and 2.2.3 for those who hold power over others.
    session_life: timedelta = timedelta(days=30)
    session_idle: timedelta = timedelta(days=7)
    staff_session_life: timedelta = timedelta(hours=12)
    staff_session_idle: timedelta = timedelta(hours=1)
    session_seen_every: timedelta = timedelta(minutes=5)
    sessions_per_user: int = 50
    device_life: timedelta = timedelta(days=180)
    language_life: timedelta = timedelta(days=365)

    reset_life: timedelta = timedelta(hours=1)
    proof_life: timedelta = timedelta(hours=24)
    proof_attempts: int = 5  # wrong codes, after which the letter's link is dead as well
    login_token_life: timedelta = timedelta(minutes=15)
    invite_life: timedelta = timedelta(days=7)
    invite_life_max: timedelta = timedelta(days=366)
    invite_uses_max: int = 100_000

    # Mail: whether there is any. A letter's lease must outlast one delivery; after a crash the letter is due again when
    # it ends.
    sends_mail: bool = True
    letter_lease: timedelta = timedelta(seconds=60)
    letter_pauses: tuple[timedelta, ...] = tuple(timedelta(seconds=s) for s in (2, 5, 10, 20, 30))
    letter_life: timedelta = timedelta(days=1)

    # Housekeeping: rows of one transaction, few enough that nobody notices who waits for it.
    housekeeping_batch: int = 1000
    letters_kept: timedelta = timedelta(days=90)

    limits: dict[str, Limit] = field(default_factory=lambda: dict(LIMITS))
