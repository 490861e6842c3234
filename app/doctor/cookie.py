"""The session cookie: whether browsers take it, and keep it to themselves."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from app.doctor.findings import Finding, fault, note, ok, warning, worse
from app.doctor.patient import Patient
from app.environment import is_elsewhere
from app.settings import Settings


def look(patient: Patient) -> Iterator[Finding]:
    found = [*_secure(patient.settings), *_domain(patient.settings)]
    yield from found or [ok(f"The cookie {patient.settings.cookie_name} fits BASE_URL.")]


def _secure(settings: Settings) -> Iterator[Finding]:
    is_https = settings.base_url.startswith("https://")
    if is_https and not settings.cookie_secure:
        yield worse(
            settings.production,
            "BASE_URL is https, but the session cookie also travels over plain http, where anybody can take it.",
            "Set SESSION_COOKIE_SECURE=true.",
        )
    elif settings.cookie_secure and not is_https:
        on_the_way = is_elsewhere(urlsplit(settings.base_url).hostname)
        says = "The session cookie is for https only, and BASE_URL is http: browsers drop it, nobody stays signed in."
        do = "Set BASE_URL to https://…, or SESSION_COOKIE_SECURE=false while developing."
        yield fault(says, do) if on_the_way else warning(says, do)


def _domain(settings: Settings) -> Iterator[Finding]:
    domain, host = (settings.cookie_domain or "").lstrip(".").lower(), urlsplit(settings.base_url).hostname or ""
    if not domain:
        return
    if host != domain and not host.endswith(f".{domain}"):
        yield fault(
            f"SESSION_COOKIE_DOMAIN is {domain}, which {host} does not belong to: browsers refuse the cookie.",
            f"Unset SESSION_COOKIE_DOMAIN, or set it to {host}",
        )
    else:
        yield note(
            f"All hosts under {domain} are sent the session cookie, and must be trusted like this one.",
            "If no front end needs that, unset SESSION_COOKIE_DOMAIN.",
        )
