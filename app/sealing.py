"""What we hand out and want to know again as our own: JWTs (RFC 7519), signed with the newest key, for one purpose."""

import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import Any

import jwt

from app.settings import Settings

ALGORITHM = "HS256"
SPELLING = re.compile(r"[\w-]+\.[\w-]+\.[\w-]{42}[AEIMQUYcgkosw048]", re.ASCII)
"""The one spelling of a token: base64 readers also take signatures with padding behind, blanks between, or other bits
where the last letter has some to spare."""


def seal(settings: Settings, purpose: str, claims: dict[str, str], now: datetime, life: timedelta) -> str:
    """A token that carries `claims`, which anybody who holds it can read."""
    registered = {"aud": purpose, "iss": settings.base_url, "iat": now, "exp": now + life}
    return jwt.encode({**registered, **claims}, key_for(settings.secret_keys[0], purpose), ALGORITHM)


def unseal(settings: Settings, purpose: str, token: str, now: datetime) -> dict[str, Any] | None:
    """What one of our keys sealed for this purpose, as it was sealed, if its time is not over; else None."""
    if not SPELLING.fullmatch(token):
        return None
    checks = {"require": ["exp", "iat", "aud", "iss"], "verify_exp": False, "verify_iat": False}
    for secret_key in settings.secret_keys:
        key = key_for(secret_key, purpose)
        try:
            claims = jwt.decode(token, key, [ALGORITHM], options=checks, audience=purpose, issuer=settings.base_url)
        except jwt.InvalidTokenError:
            continue
        return claims if claims["exp"] > now.timestamp() else None
    return None


def fingerprint(secret_key: str, purpose: str, text: str) -> str:
    """Return a keyed digest of `text`, by which its change is noticed and nothing of it is told."""
    return hmac.digest(key_for(secret_key, purpose), text.encode(), hashlib.sha256).hex()[:32]


def is_bound(settings: Settings, purpose: str, text: str, shown: object) -> bool:
    """Tell whether `shown` is the fingerprint of `text` under one of our keys."""
    made = [fingerprint(secret_key, purpose, text) for secret_key in settings.secret_keys]
    return isinstance(shown, str) and any(hmac.compare_digest(each.encode(), shown.encode()) for each in made)


def key_for(secret_key: str, purpose: str) -> bytes:
    """A key of its own for each purpose, so that what is sealed for one never opens another."""
    return hmac.digest(secret_key.encode(), purpose.encode(), hashlib.sha256)
