"""Browsers that accounts know: somebody has signed in there by password. Attempts from them are counted apart, so that
a stranger's guesses do not lock the owner out (app/signing_in.py). The cookie lets nobody in, and a new password, in
whatever way it is set, ends what it is good for."""

from typing import Any

from flask import current_app, request, session

from app.sealing import fingerprint, is_bound, seal, unseal
from app.unit import look, surroundings
from core import users
from core.unit import AnyRow

PURPOSE = "vestibule/device"


def known_as(account: AnyRow | None) -> str | None:
    """Return the name by which this account, with the password that it has now, knows this browser, or None."""
    claims = _claims() if account else {}
    if account is None or claims.get("sub") != str(account.id):
        return None
    settings = current_app.extensions["settings"]
    is_of_now = is_bound(settings, PURPOSE, account.password_hash, claims.get("password"))
    return claims.get("jti") if is_of_now else None


def owner() -> tuple[AnyRow, str] | None:
    """Return the account that knows this browser, and by which name. Without a cookie of ours, nothing is looked up."""
    sub = str(_claims().get("sub", ""))
    account = users.find_by_id(look, int(sub)) if sub.isdecimal() else None
    name = known_as(account)
    return (account, name) if account and name else None


def remember(user_id: int, password_hash: str, name: str | None = None) -> None:
    """Answer this request with the cookie by which this account will know this browser, by the name that it has, until
    its password is another one."""
    around, settings = surroundings(), current_app.extensions["settings"]
    bound_to = fingerprint(settings.secret_keys[0], PURPOSE, password_hash)
    claims = {"sub": str(user_id), "jti": name or around.new_secret(), "password": bound_to}
    session.device = seal(settings, PURPOSE, claims, around.now(), around.policy.device_life)  # type: ignore[attr-defined]


def _claims() -> dict[str, Any]:
    settings = current_app.extensions["settings"]
    token = request.cookies.get(settings.cookie("device"))
    return (unseal(settings, PURPOSE, token, surroundings().now()) if token else None) or {}
