"""The token that carries a one-use sign-in secret to the browser. An envelope: the row behind it makes it one-use."""

from datetime import datetime, timedelta

from app.sealing import seal as sealed
from app.sealing import unseal
from app.settings import Settings

PURPOSE = "vestibule/login-token"


def seal(settings: Settings, secret: str, now: datetime, life: timedelta) -> str:
    """An access token around `secret`."""
    return sealed(settings, PURPOSE, {"secret": secret}, now, life)


def secret_in(settings: Settings, token: str, now: datetime) -> str | None:
    """Return the secret inside, if we sealed it for this purpose and its time is not over; else None."""
    claims = unseal(settings, PURPOSE, token, now) or {}
    return secret if isinstance(secret := claims.get("secret"), str) else None
