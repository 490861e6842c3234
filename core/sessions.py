"""Browser sessions: rows that can be ended at once, wherever the cookie is kept."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, insert, or_, select, update

from core import audit, roles
from core.errors import NotFound
from core.models import BrowserSession, LoginToken, Profile, Role, User, UserRole
from core.models.base import named
from core.policy import Policy
from core.tokens import digest
from core.unit import AnyRow, Look, Unit


@dataclass(frozen=True)
class SignedIn:
    """Whom a session cookie stands for, as of this request."""

    session_id: uuid.UUID
    user_id: int
    login: str
    email: str
    skater_id: uuid.UUID
    fs_uniquifier: str
    roles: tuple[str, ...]
    onboarded: bool
    must_change_password: bool
    last_seen_at: datetime
    language: str | None = None
    email_proven: bool = False


_BEHIND_COOKIE = (
    select(
        *named(BrowserSession, "id", "user_id", "created_at", "last_seen_at", "expires_at"),
        *named(User, "login", "email", "skater_id", "fs_uniquifier", "must_change_password", "language"),
        User.email_proven_at.is_not(None).label("email_proven"),
        Profile.id.label("profile_id"),
        Role.name.label("role"),
    )
    .join(User, User.id == BrowserSession.user_id)
    .outerjoin(Profile, Profile.skater_id == User.skater_id)
    .outerjoin(UserRole, UserRole.user_id == User.id)
    .outerjoin(Role, Role.id == UserRole.role_id)
    .where(BrowserSession.digest == bindparam("digest"), User.is_active)
    .execution_options(prepared="behind_cookie")
)
"""Session, account, profile and roles in one statement, built and planned once: it runs at every signed-in request."""

_BEGUN = insert(BrowserSession).execution_options(prepared="session_begun")

_SURPLUS = (
    select(BrowserSession.id)
    .where(BrowserSession.user_id == bindparam("user_id"))
    .order_by(BrowserSession.last_seen_at.desc())
    .offset(bindparam("kept"))
    .execution_options(prepared="surplus_sessions")
)


def start(unit: Unit, user_id: int, *, instead_of: uuid.UUID | None = None) -> str:
    """Sign a browser in. Returns the cookie's secret, this once; the session `instead_of` ends with it."""
    secret = unit.new_secret()
    if instead_of:
        unit.session.execute(delete(BrowserSession).where(BrowserSession.id == instead_of))
    row = {
        "id": uuid.uuid4(),
        "digest": digest(secret),
        "user_id": user_id,
        "created_at": unit.now,
        "last_seen_at": unit.now,
        "expires_at": unit.now + unit.policy.session_life,
        "ip": unit.visitor.ip,
        "user_agent": (unit.visitor.user_agent or "")[:300] or None,
    }
    unit.execute(_BEGUN, row)
    _end_oldest(unit, user_id)
    return secret


def find(look: Look, secret: str, now: datetime, policy: Policy) -> SignedIn | None:
    """Whom this cookie stands for, or None when its session has ended, idled out or never was, or the account is
    closed. One statement."""
    found = look(_BEHIND_COOKIE, {"digest": digest(secret)})
    return _as_signed_in(found, now, policy) if found else None


def count_used(look: Look, since: datetime) -> int:
    """How many sessions were used after this moment, as far as is noted (policy.session_seen_every)."""
    used = select(func.count()).where(BrowserSession.last_seen_at > since)
    return int(look(used)[0][0])


def touch(unit: Unit, session_id: uuid.UUID) -> None:
    """Note that the session was used just now."""
    unit.session.execute(update(BrowserSession).where(BrowserSession.id == session_id).values(last_seen_at=unit.now))


def list_mine(unit: Unit, me: SignedIn) -> list[AnyRow]:
    """A person's living sessions, the most recently used first."""
    life, idle = _lifetimes(me.roles, unit.policy)
    return list(
        unit.look(
            select(*named(BrowserSession, "id", "created_at", "last_seen_at", "ip", "user_agent"))
            .where(
                BrowserSession.user_id == me.user_id,
                BrowserSession.created_at > unit.now - life,
                BrowserSession.last_seen_at > unit.now - idle,
            )
            .order_by(BrowserSession.last_seen_at.desc())
        )
    )


def last_seen(unit: Unit, held: Mapping[int, Sequence[str]]) -> dict[int, list[datetime]]:
    """When each living session of these accounts (with the roles that they hold) was last used, the latest first."""
    columns = named(BrowserSession, "user_id", "created_at", "last_seen_at")
    theirs = select(*columns).where(BrowserSession.user_id.in_(held), BrowserSession.expires_at > unit.now)
    seen: dict[int, list[datetime]] = {user_id: [] for user_id in held}
    for row in unit.look(theirs.order_by(BrowserSession.last_seen_at.desc())):
        life, idle = _lifetimes(held[row.user_id], unit.policy)
        if unit.now < min(row.created_at + life, row.last_seen_at + idle):
            seen[row.user_id].append(row.last_seen_at)
    return seen


def dead(unit: Unit) -> tuple[Select[Any], ...]:
    """Ids of sessions that find() lets nobody in by: those that have idled out (nearly all, so they come
    first), expired, or are too old for the power that their holder has. Each select goes along an index of its own."""
    now, policy = unit.now, unit.policy
    idle, expired = BrowserSession.last_seen_at <= now - policy.session_idle, BrowserSession.expires_at <= now
    old_for_staff = or_(
        BrowserSession.created_at <= now - policy.staff_session_life,
        BrowserSession.last_seen_at <= now - policy.staff_session_idle,
    )
    # They are few, and named one by one their sessions are found by index; joined, all sessions would be read.
    named_roles = select(UserRole.user_id).join(Role, Role.id == UserRole.role_id).where(Role.name.in_(roles.ADMINS))
    staff = {row.user_id for row in unit.look(named_roles)}
    return (
        select(BrowserSession.id).where(idle).order_by(BrowserSession.last_seen_at),
        select(BrowserSession.id).where(expired).order_by(BrowserSession.expires_at),
        select(BrowserSession.id).where(BrowserSession.user_id.in_(staff), old_for_staff),
    )


def end(unit: Unit, user_id: int, session_id: uuid.UUID) -> None:
    """End one of a person's own sessions; NotFound when it is not theirs or already gone."""
    if not _ended(unit, user_id, session_id):
        raise NotFound
    audit.record(unit, "session_ended", user_id=user_id)


def sign_out(unit: Unit, me: SignedIn) -> None:
    """End the session that is asking; that it has ended meanwhile is as good."""
    if _ended(unit, me.user_id, me.session_id):
        audit.record(unit, "signed_out", user_id=me.user_id)


def end_others(unit: Unit, me: SignedIn) -> int:
    """End all of a person's sessions but the one that is asking. Returns how many."""
    ended = end_all(unit, me.user_id, but=me.session_id)
    if ended:
        audit.record(unit, "other_sessions_ended", user_id=me.user_id, ended=ended)
    return ended


def end_all(unit: Unit, user_id: int, *, but: uuid.UUID | None = None) -> int:
    """End a person's sessions, all `but` one if given, and the sign-in tokens that could begin more. Returns how many
    sessions there were."""
    unit.session.execute(delete(LoginToken).where(LoginToken.user_id == user_id))
    theirs = delete(BrowserSession).where(BrowserSession.user_id == user_id)
    if but:
        theirs = theirs.where(BrowserSession.id != but)
    return len(unit.session.execute(theirs.returning(BrowserSession.id)).all())


def _ended(unit: Unit, user_id: int, session_id: uuid.UUID) -> bool:
    theirs = delete(BrowserSession).where(BrowserSession.id == session_id, BrowserSession.user_id == user_id)
    return bool(unit.session.execute(theirs.returning(BrowserSession.id)).all())


def _as_signed_in(found: Sequence[AnyRow], now: datetime, policy: Policy) -> SignedIn | None:
    row = found[0]
    held = tuple(each.role for each in found if each.role)
    life, idle = _lifetimes(held, policy)
    if now >= min(row.expires_at, row.created_at + life, row.last_seen_at + idle):
        return None
    return SignedIn(
        session_id=row.id,
        user_id=row.user_id,
        login=row.login,
        email=row.email,
        skater_id=row.skater_id,
        fs_uniquifier=row.fs_uniquifier,
        roles=held,
        onboarded=row.profile_id is not None,
        must_change_password=row.must_change_password,
        last_seen_at=row.last_seen_at,
        language=row.language,
        email_proven=row.email_proven,
    )


def _lifetimes(held: Sequence[str], policy: Policy) -> tuple[timedelta, timedelta]:
    """Life and idle limit: shorter for those who hold power over others, from the moment that they hold it."""
    if roles.passes_as_admin(held):
        return policy.staff_session_life, policy.staff_session_idle
    return policy.session_life, policy.session_idle


def _end_oldest(unit: Unit, user_id: int) -> None:
    surplus = unit.execute(_SURPLUS, {"user_id": user_id, "kept": unit.policy.sessions_per_user})
    for session_id in surplus.scalars().all():
        unit.session.execute(delete(BrowserSession).where(BrowserSession.id == session_id))
