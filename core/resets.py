"""Setting a new password: with the present one, or through a mailed link when it is lost."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, literal, select, update

from core import audit, authority, mail, passwords, roles, sessions, tokens, users
from core.errors import ResetTokenDead, WrongCurrentPassword
from core.models import PasswordReset, User
from core.models.base import named
from core.sessions import SignedIn
from core.tokens import claim, digest
from core.unit import AnyRow, Look, Unit


@dataclass(frozen=True)
class ResetLink:
    """What a reset letter must carry."""

    login: str
    email: str
    secret: str
    language: str | None


def request_reset(unit: Unit, address: str) -> None:
    """Somebody says that they lost the password of this address. Whether anybody has it is not looked at here, so
    that no answer and no stopwatch can tell; answer_request does, later. The letter is in the account's language, and
    in that of whoever asks where it has none."""
    mail.post(unit, mail.ResetRequested(), to=address, language=unit.visitor.language())


def answer_request(
    unit: Unit, address: str, asked_at: datetime | None = None, *, letter_id: uuid.UUID | None = None
) -> ResetLink | None:
    """Make the one living reset link that is mailed (in the letter of this id) to the open account with this address:
    the earlier mailed one ends, those that were handed over go on. None when there is no such account, or when it was
    closed or got a new password since it was asked for."""
    user = users.find_by_email(unit.look, address)
    if user is None or not authority.hold(unit, user.id)[user.id].is_active:
        return None
    user = users.find_by_id(unit.look, user.id)
    if user is None or (asked_at and user.updated_at > asked_at):
        return None
    unit.session.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id, PasswordReset.mailed))
    secret = make_link(unit, user.id, mailed=True, letter_id=letter_id)
    audit.record(unit, "reset_link_made", user_id=user.id)
    return ResetLink(user.login, user.email, secret, user.language)


def make_link(unit: Unit, user_id: int, *, mailed: bool = False, letter_id: uuid.UUID | None = None) -> str:
    """Make a reset link for a locked account, and return its secret: it is `mailed`, or works as long as who asks for
    it (None: the terminal) is an open account of no lower rank than its own."""
    secret = unit.new_secret()
    life = {"created_at": unit.now, "expires_at": unit.now + unit.policy.reset_life, "used_at": None}
    maker = None if mailed else unit.visitor.user_id
    link = PasswordReset(
        id=uuid.uuid4(), user_id=user_id, digest=digest(secret), mailed=mailed, created_by=maker, **life
    )
    unit.session.add(link)
    unit.session.flush()
    return secret


def peek(look: Look, secret: str, now: datetime) -> AnyRow:
    """Return the open account whose password this reset link can set; changes nothing, however often. Raises
    ResetTokenDead."""
    return _peek(look, secret, now)[0]


def _peek(look: Look, secret: str, now: datetime) -> tuple[AnyRow, AnyRow]:
    """The account, and the link."""
    columns = named(PasswordReset, "user_id", "mailed", "created_by")
    maker_rank = authority.rank_of(PasswordReset.created_by).label("maker_rank")
    found = look(select(*columns, maker_rank).where(*_living(secret, now)))
    user = users.find_by_id(look, found[0].user_id) if found else None
    if user is None or not user.is_active:
        raise ResetTokenDead
    if found[0].created_by is not None and (found[0].maker_rank or 0) < roles.ADMIN_RANK:
        raise ResetTokenDead
    return user, found[0]


def confirm_reset(unit: Unit, secret: str, new_password: str) -> int:
    """Set a new password with a living reset link, which is spent, and return whose it is. Every session ends, other
    links die, a notice is queued; a mailed link proves the address. Refuses a dead link (ResetTokenDead) before it
    looks at the password (InvalidInput)."""
    user, link = _peek(unit.look, secret, unit.now)
    _check(unit, user, new_password)
    password_hash = unit.hasher.hash(new_password)
    account = authority.hold(unit, user.id, link.created_by)[user.id]
    needed = literal(max(roles.ADMIN_RANK, account.rank))
    right = authority.may_still(PasswordReset.created_by, needed)
    open_still = exists().where(User.id == PasswordReset.user_id, User.is_active)
    living = (*_living(secret, unit.now), right, open_still)
    if claim(unit, PasswordReset, *living, spend={"used_at": unit.now}) is None:
        raise ResetTokenDead
    tokens.end_all(unit, user.id)
    unit.session.execute(update(User).where(User.id == user.id).values(**_new_password(unit, password_hash)))
    sessions.end_all(unit, user.id)
    if link.mailed:
        users.prove_address(unit, user.id, account.email_key)
    _tell(unit, user, by_reset=True)
    return int(user.id)


def change_password(unit: Unit, me: SignedIn, current: str | None, new_password: str) -> str:
    """Set a new password knowing the present one, and return the secret of the session that takes this one's place.

    All other sessions end, reset links die, a notice is queued. Who must change the password first (nobody knows the
    present one) gives none. Refuses a wrong present password (WrongCurrentPassword), also when another change came
    first, and a session that ended or an account that was closed while this waited (NotSignedIn).
    """
    user = users.find_by_id(unit.look, me.user_id)
    if user is None:
        raise WrongCurrentPassword
    _check(unit, user, new_password)
    if not user.must_change_password and not unit.hasher.matches(current or "", user.password_hash):
        raise WrongCurrentPassword
    password_hash = unit.hasher.hash(new_password)
    authority.act(unit, me)
    tokens.end_all(unit, user.id)
    unchanged = (User.id == user.id, User.password_hash == user.password_hash, User.is_active.is_(True))
    if claim(unit, User, *unchanged, spend=_new_password(unit, password_hash)) is None:
        raise WrongCurrentPassword
    sessions.end_all(unit, user.id)
    _tell(unit, user, by_reset=False)
    return sessions.start(unit, user.id)


def _check(unit: Unit, user: AnyRow, new_password: str) -> None:
    about = {"login": user.login, "email": user.email}
    passwords.check_rules(unit.policy, new_password, **about, is_breached=unit.is_breached)


def _living(secret: str, now: datetime) -> tuple[Any, ...]:
    return (
        PasswordReset.digest == digest(secret),
        PasswordReset.used_at.is_(None),
        PasswordReset.expires_at > now,
    )


def _new_password(unit: Unit, password_hash: str) -> dict[str, Any]:
    return {"password_hash": password_hash, "must_change_password": False, "updated_at": unit.now}


def _tell(unit: Unit, user: AnyRow, *, by_reset: bool) -> None:
    audit.record(unit, "password_changed", user_id=user.id, by_reset=by_reset)
    notice = mail.PasswordChanged(user.login, unit.now.isoformat(), by_reset)
    mail.post(unit, notice, to=user.email, language=user.language)
