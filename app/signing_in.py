"""Signing in and out, and new passwords: what the API and the pages both do, with attempts counted and the cookie set
once all is committed."""

from uuid import UUID

from flask import current_app

from app.limits import count_attempt, forgive_attempts
from app.unit import look, open_unit
from app.visits import begin_visit, end_visit, me, signed_in
from core import logins, names, resets, sessions, users
from core.errors import InvalidInput, MailNotConfigured
from core.logins import Begun


def sign_in(name: str, password: str) -> Begun:
    """Sign this browser in, in place of whoever was. `name` is a login or an address. WrongCredentials as
    core.logins.log_in says, TooManyAttempts."""
    found = users.find_by_login_or_email(look, name)
    account = f"account {found.id}" if found else f"name {names.canonical(name)}"
    count_attempt("login_account", account)
    with open_unit() as unit:
        begun = logins.log_in(unit, found, password, instead_of=present_session())
    forgive_attempts("login_account", account)
    begin_visit(begun.secret)
    return begun


def sign_out() -> None:
    """Sign this browser out, if it is signed in."""
    if person := signed_in():
        with open_unit() as unit:
            sessions.end_if_there(unit, person.session_id)
    end_visit()


def change_password(current: str | None, password: str) -> None:
    """Set my new password; this browser goes on in a new session. Who must set a new one leaves `current` out."""
    if current is None and not me().must_change_password:
        raise InvalidInput({"current": ["This field is required."]})
    count_attempt("change_password_account", me().user_id)
    with open_unit() as unit:
        secret = resets.change_password(unit, me(), current, password)
    forgive_attempts("change_password_account", me().user_id)
    begin_visit(secret)


def request_reset(address: str) -> None:
    """Owe this address a reset link, whether anybody has it or not. MailNotConfigured, TooManyAttempts."""
    require_mail()
    count_attempt("reset_account", names.canonical(address))
    with open_unit() as unit:
        resets.request_reset(unit, address)


def require_mail() -> None:
    """MailNotConfigured, where no letter could leave."""
    if not current_app.extensions["settings"].sends_mail:
        raise MailNotConfigured


def present_session() -> UUID | None:
    """The session that this browser has now: it ends when another begins."""
    person = signed_in()
    return person.session_id if person else None
