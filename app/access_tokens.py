"""The token that carries a one-use sign-in secret to the browser. An envelope: the row behind it makes it one-use."""

from datetime import datetime, timedelta

from app.sealing import seal as sealed
from app.sealing import unseal as unsealed
from app.settings import Settings
from core.errors import TokenDead

PURPOSE = "vestibule/login-token"


def seal(settings: Settings, secret: str, now: datetime, life: timedelta) -> str:
    """An access token around `secret`."""
    return sealed(settings, PURPOSE, {"secret": secret}, now, life)


def unseal(settings: Settings, token: str, now: datetime) -> str:
    """The secret inside, if we sealed it for this purpose and its time is not over. Else TokenDead."""
    claims = unsealed(settings, PURPOSE, token, now) or {}
    if not isinstance(secret := claims.get("secret"), str):
        raise TokenDead
    return secret
