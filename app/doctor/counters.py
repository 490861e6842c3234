"""Attempt limits: that they are on, and where they are counted."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import redis

from app.doctor.findings import Finding, fault, ok, worse
from app.doctor.patient import Patient
from app.limits import REDIS_PATIENCE


def look(patient: Patient) -> Iterator[Finding]:
    settings = patient.settings
    if not settings.rate_limits:
        yield worse(
            settings.production,
            "RATELIMIT_ENABLED is off: passwords and tokens can be guessed without end.",
            "Unset RATELIMIT_ENABLED.",
        )
    elif settings.redis_url is None:
        yield ok("Attempts are counted in the database, exactly over all processes.")
    else:
        yield _redis(settings.redis_url)


def _redis(url: str) -> Finding:
    host = urlsplit(url).hostname
    try:
        redis.from_url(url, **REDIS_PATIENCE).ping()
    except redis.RedisError as error:
        return fault(
            f"Redis at {host} is away, each process counts attempts for itself: {error}",
            "Start it or correct REDIS_URL; without REDIS_URL they are counted in the database, which will do.",
        )
    return ok(f"Attempts are counted in Redis at {host}.")
