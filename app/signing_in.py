"""Signing in and out, and new passwords: what the API and the pages both do, with attempts counted and the cookie set
once all is committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import current_app, g

from app import access_tokens, devices
from app.limits import count_address, count_attempt, count_secret, forgive_attempts, give_back_attempt
from app.unit import look, open_unit, surroundings
from app.visits import begin_visit, end_visit, me, signed_in
from core import logins, names, resets, sessions, users
from core.errors import Busy, InvalidInput, MailNotConfigured, PasswordStopped, TokenDead, TooManyAttempts
from core.logins import Begun
from core.models import LoginToken, PasswordReset
from core.unit import AnyRow, Unit

IN_A_ROW = "login_in_a_row_account"
NETWORK = ("login_address", "login_address_hour")


def sign_in(name: str, password: str) -> Begun:
    """Sign this browser in, in place of whoever was. `name` is a login or an address. WrongCredentials as
    core.logins.log_in says, TooManyAttempts, PasswordStopped.

    A browser that the account knows has attempts of its own, whatever else comes from its network address; when it has
    used them up in a row, it counts as any other.
    """
    found = users.find_by_login_or_email(look, name)
    account = _account(found.id) if found else f"name {names.login_key(name)}"
    device = devices.known_as(found)
    g.account_tried = found.id if found else None
    known = [f"{account} from {device}"] if device else []
    with _guess("login_account", *known, account, network=NETWORK) as who, open_unit() as unit:
        begun = logins.log_in(unit, found, password, instead_of=present_session())
        password_hash = _hash_kept(unit, found)
    forgive_attempts(who, "login_account", IN_A_ROW)
    forgive_attempts(account, IN_A_ROW)
    begin_visit(begun.secret)
    devices.remember(begun.user_id, password_hash, device)
    return begun


def sign_in_with_token(token: str) -> Begun:
    """Sign this browser in with a sealed sign-in token, in place of whoever was. TokenDead, TooManyAttempts."""
    settings, now = current_app.extensions["settings"], surroundings().now()
    secret = access_tokens.secret_in(settings, token, now)
    count_secret("login_token_address", LoginToken, secret or "")
    if secret is None:
        raise TokenDead
    with open_unit() as unit:
        begun = logins.redeem_login_token(unit, secret, instead_of=present_session())
    begin_visit(begun.secret)
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
        changed = users.find_by_id(unit.look, me().user_id)
    forgive_attempts(who, "change_password_account", IN_A_ROW)
    begin_visit(secret)
    if changed:
        devices.remember(changed.id, changed.password_hash)


def request_reset(address: str) -> None:
    """Owe this address a reset link, whether anybody has it or not. MailNotConfigured, TooManyAttempts."""
    require_mail()
    count_address("reset_address", apart=_own_device(address))
    count_attempt("reset_account", names.address_key(address))
    with open_unit() as unit:
        resets.request_reset(unit, address)


def confirm_reset(token: str, password: str) -> None:
    """Set a new password with a reset link, as core.resets.confirm_reset says. It may be guessed at from the start."""
    count_reset_link(token)
    with open_unit() as unit:
        account = _account(resets.confirm_reset(unit, token, password))
    forgive_attempts(account, "login_account", IN_A_ROW)
    forgive_attempts(f"{account} changing", "change_password_account", IN_A_ROW)


def count_reset_link(token: str) -> None:
    """Count that somebody opens or uses a reset link. TooManyAttempts."""
    count_secret("reset_confirm_address", PasswordReset, token)


def require_mail() -> None:
    """MailNotConfigured, where no letter could leave."""
    if not surroundings().policy.sends_mail:
        raise MailNotConfigured


def present_session() -> UUID | None:
    """The session that this browser has now: it ends when another begins."""
    person = signed_in()
    return person.session_id if person else None


def _own_device(address: str) -> str:
    """Return what tells this browser from others of its network, if the account with this address knows it. Whether
    anybody has the address is looked at only where a browser shows the cookie of an account, and for that one."""
    found = devices.owner()
    if found is None or names.address_key(found[0].email) != names.address_key(address):
        return ""
    return f"{_account(found[0].id)} from {found[1]}"


def _hash_kept(unit: Unit, found: AnyRow | None) -> str:
    """Return the hash of the password that was just found right: signing in renews one of former costs."""
    if found and unit.hasher.is_stale(found.password_hash):
        found = users.find_by_id(unit.look, found.id)
    return found.password_hash if found else ""


def _account(user_id: int) -> str:
    return f"account {user_id}"


@contextmanager
def _guess(limit: str, *whos: str, network: tuple[str, ...] = ()) -> Iterator[str]:
    """Count an attempt before the password is looked at: by the first of `whos` that was not wrong too often in a row,
    and for the last of them, who may be anybody, against the limits of the network. It does not count for them when the
    password was not looked at after all."""
    who = _first_not_stopped(limit, whos, network)
    try:
        yield who
    except (Busy, InvalidInput):
        give_back_attempt(who, limit, IN_A_ROW)
        raise


def _first_not_stopped(limit: str, whos: tuple[str, ...], network: tuple[str, ...]) -> str:
    for who in whos:
        if who == whos[-1]:
            count_address(*network)
        count_attempt(limit, who)
        try:
            count_attempt(IN_A_ROW, who)
        except TooManyAttempts:
            continue
        return who
    raise PasswordStopped
