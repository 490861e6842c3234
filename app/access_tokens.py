"""The JWT that carries a one-use sign-in secret to the browser. An envelope: the row behind it makes it one-use."""

import hashlib
import hmac
from datetime import datetime, timedelta

import jwt

from app.settings import Settings
from core.errors import TokenDead

ALGORITHM = "HS256"
PURPOSE = "vestibule/login-token"


def seal(settings: Settings, secret: str, now: datetime, life: timedelta) -> str:
    """An access token around `secret`, signed with the newest key."""
    claims = {"aud": PURPOSE, "iss": settings.base_url, "iat": now, "exp": now + life, "secret": secret}
    return jwt.encode(claims, _key(settings.secret_keys[0]), ALGORITHM)


def unseal(settings: Settings, token: str, now: datetime) -> str:
    """The secret inside, if one of our keys sealed it for this purpose and its time is not over. Else TokenDead."""
    checks = {"require": ["exp", "iat", "aud", "iss"], "verify_exp": False, "verify_iat": False}
    for key in settings.secret_keys:
        try:
            claims = jwt.decode(
                token, _key(key), [ALGORITHM], options=checks, audience=PURPOSE, issuer=settings.base_url
            )
        except jwt.InvalidTokenError:
            continue
        if claims["exp"] > now.timestamp() and isinstance(claims.get("secret"), str):
            return claims["secret"]
    raise TokenDead


def _key(secret_key: str) -> bytes:
    return hmac.digest(secret_key.encode(), PURPOSE.encode(), hashlib.sha256)
