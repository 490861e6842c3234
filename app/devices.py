"""Browsers that accounts know: somebody has signed in there by password. Attempts from them are counted apart, so that
a stranger's guesses do not lock the owner out (app/signing_in.py). The cookie lets nobody in."""

from flask import current_app, request, session

from app.sealing import seal, unseal
from app.unit import surroundings

PURPOSE = "vestibule/device"


def known_as(user_id: int) -> str | None:
    """The name by which this account knows this browser, if it does."""
    settings = current_app.extensions["settings"]
    token = request.cookies.get(settings.cookie("device"))
    claims = unseal(settings, PURPOSE, token, surroundings().now()) if token else None
    return claims.get("jti") if claims and claims.get("sub") == str(user_id) else None


def remember(user_id: int, name: str | None) -> None:
    """Answer this request with the cookie by which this account will know this browser, by the name that it has."""
    around, settings = surroundings(), current_app.extensions["settings"]
    claims = {"sub": str(user_id), "jti": name or around.new_secret()}
    session.device = seal(settings, PURPOSE, claims, around.now(), around.policy.device_life)  # type: ignore[attr-defined]
