"""Signing in and out, and new passwords: what the API and the pages both do, with attempts counted and the cookie set
once all is committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import current_app, g

from app import devices
from app.limits import count_attempt, forgive_attempts, give_back_attempt
from app.unit import look, open_unit
from app.visits import begin_visit, end_visit, me, signed_in
from core import logins, names, resets, sessions, users
from core.errors import Busy, InvalidInput, MailNotConfigured, PasswordStopped, TooManyAttempts
from core.logins import Begun
from core.mailboxes import mailbox

IN_A_ROW = "login_in_a_row_account"


def sign_in(name: str, password: str) -> Begun:
    """Sign this browser in, in place of whoever was. `name` is a login or an address. WrongCredentials as
    core.logins.log_in says, TooManyAttempts, PasswordStopped. A browser that the account knows has attempts of its own;
    when it has used them up in a row, it counts as any other."""
    found = users.find_by_login_or_email(look, name)
    account = _account(found.id) if found else f"name {names.canonical(name)}"
    device = devices.known_as(found.id) if found else None
    g.account_tried = found.id if found else None
    known = [f"{account} from {device}"] if device else []
    with _guess("login_account", *known, account) as who, open_unit() as unit:
        begun = logins.log_in(unit, found, password, instead_of=present_session())
    forgive_attempts(who, "login_account", IN_A_ROW)
    forgive_attempts(account, IN_A_ROW)
    begin_visit(begun.secret)
    devices.remember(begun.user_id, device)
    return begun


def sign_out() -> None:
    """Sign this browser out, if it is signed in."""
    if person := signed_in():
        with open_unit() as unit:
            sessions.sign_out(unit, person)
    end_visit()


def change_password(current: str | None, password: str) -> None:
    """Set my new password; this browser goes on in a new session. Who must set a new one leaves `current` out."""
    if current is None and not me().must_change_password:
        raise InvalidInput({"current": ["This field is required."]})
    account = _account(me().user_id)
    with _guess("change_password_account", f"{account} changing") as who, open_unit() as unit:
        secret = resets.change_password(unit, me(), current, password)
    forgive_attempts(who, "change_password_account", IN_A_ROW)
    begin_visit(secret)


def request_reset(address: str) -> None:
    """Owe this address a reset link, whether anybody has it or not. MailNotConfigured, TooManyAttempts."""
    require_mail()
    count_attempt("reset_account", mailbox(address))
    with open_unit() as unit:
        resets.request_reset(unit, address)


def confirm_reset(token: str, password: str) -> None:
    """Set a new password with a reset link, as core.resets.confirm_reset says. It may be guessed at from the start."""
    with open_unit() as unit:
        account = _account(resets.confirm_reset(unit, token, password))
    forgive_attempts(account, "login_account", IN_A_ROW)
    forgive_attempts(f"{account} changing", "change_password_account", IN_A_ROW)


def require_mail() -> None:
    """MailNotConfigured, where no letter could leave."""
    if not current_app.extensions["settings"].sends_mail:
        raise MailNotConfigured


def present_session() -> UUID | None:
    """The session that this browser has now: it ends when another begins."""
    person = signed_in()
    return person.session_id if person else None


def _account(user_id: int) -> str:
    return f"account {user_id}"


@contextmanager
def _guess(limit: str, *whos: str) -> Iterator[str]:
    """Count an attempt before the password is looked at: by the first of `whos` that was not wrong too often in a row.
    It does not count when the password was not looked at after all."""
    who = _first_not_stopped(limit, whos)
    try:
        yield who
    except (Busy, InvalidInput):
        give_back_attempt(who, limit, IN_A_ROW)
        raise


def _first_not_stopped(limit: str, whos: tuple[str, ...]) -> str:
    for who in whos:
        count_attempt(limit, who)
        try:
            count_attempt(IN_A_ROW, who)
        except TooManyAttempts:
            continue
        return who
    raise PasswordStopped
