"""Front ends elsewhere: whether browsers send the session cookie from there."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from app.doctor.findings import Finding, fault, note, ok
from app.doctor.patient import Patient
from app.environment import is_elsewhere, origins_in

USUAL_PORTS = {"http": ":80", "https": ":443"}


def look(patient: Patient) -> Iterator[Finding]:
    origins = origins_in(patient.environment.get("CORS_ORIGIN", ""))
    found = [finding for each in origins for finding in _judged(patient, each)]
    says = "All of CORS_ORIGIN is on our site." if origins else "CORS_ORIGIN names no front end elsewhere."
    yield from found or [ok(says)]


def _judged(patient: Patient, origin: str) -> Iterator[Finding]:
    scheme, host = urlsplit(origin).scheme, urlsplit(origin).hostname or ""
    spelled = origin.lower().removesuffix(USUAL_PORTS.get(scheme, ""))
    if origin != spelled:
        yield fault(f"No browser spells an origin {origin}: it is never let in.", f"In CORS_ORIGIN write {spelled}")
    if patient.settings.production and scheme == "http" and is_elsewhere(host):
        yield fault(
            f"{origin} is plain http: whoever is on the way can act as its visitors.",
            f"Serve that front end over https, and write https://{host} in CORS_ORIGIN.",
        )
    elif not is_same_site(origin, patient.settings.base_url):
        yield fault(
            f"{origin} is on another site than BASE_URL: browsers do not send the session cookie from there.",
            f"Serve the front end under {_site(patient.settings.base_url)}, or take it out of CORS_ORIGIN.",
        )
    elif origin == patient.settings.own_origin:
        yield note(f"{origin} is BASE_URL itself, which is let in anyway.", "It need not stand in CORS_ORIGIN.")


def is_same_site(one: str, other: str) -> bool:
    """As browsers see it, as far as names tell: same scheme, same domain that somebody registered."""
    return urlsplit(one).scheme == urlsplit(other).scheme and _site(one) == _site(other)


def _site(url: str) -> str:
    host = urlsplit(url).hostname or ""
    labels = host.split(".")
    if labels[-1].isdecimal() or ":" in host:
        return host
    is_shared = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3  # co.uk, com.au
    return ".".join(labels[-3 if is_shared else -2 :])
