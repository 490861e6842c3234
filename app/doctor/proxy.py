"""What stands in front of the product: whether it sees visitors as they are, and believes nobody's forgeries."""

from collections.abc import Iterator
from http.client import HTTPException
from urllib.parse import urlsplit

from app.client_address import read
from app.doctor import asking, mirror
from app.doctor.findings import Finding, fault, note, ok
from app.doctor.mirror import Seen
from app.doctor.patient import Patient
from app.environment import host_in

FORGED = "198.51.100.77"
"""An address for documentation (RFC 5737), where nobody comes from."""
FORWARD_ADDRESS = "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"
FORWARD_HOST = "proxy_set_header Host $host;"
FORWARD_SCHEME = "proxy_set_header X-Forwarded-Proto $scheme;"


def look(patient: Patient) -> Iterator[Finding]:
    scheme = urlsplit(patient.address).scheme
    other = "http" if scheme == "https" else "https"
    forged = {"X-Forwarded-For": FORGED, "X-Forwarded-Proto": other}
    asked = mirror.question(patient.settings, patient.now())
    try:
        answer = asking.healthz(patient.address, asked | forged)
    except (OSError, HTTPException):
        yield note(f"Not looked at: nobody answers at {patient.address}.")
        return
    seen = mirror.understood(answer.headers.get(mirror.SEEN))
    if seen is None:
        yield _another(patient)
        return
    found = [*_settings(patient, seen), *_addresses(seen, scheme), *_scheme(seen, scheme), *_host(patient, seen)]
    yield from found or [ok("Visitors' own addresses and scheme arrive, and forged ones are not believed.")]


def _another(patient: Patient) -> Finding:
    return fault(
        f"What runs at {patient.address} is this product, but another installation: it does not know our key.",
        "Give this terminal and the service the same environment (FLASK_SECRET_KEY, BASE_URL), and restart it.",
    )


def _settings(patient: Patient, seen: Seen) -> Iterator[Finding]:
    here = patient.settings.trusted_proxies
    if seen.proxies != here:
        yield fault(
            f"The service runs with TRUSTED_PROXY_COUNT={seen.proxies}, this terminal with {here}.",
            "Give both the same environment, and restart the service.",
        )


def _addresses(seen: Seen, scheme: str) -> Iterator[Finding]:
    in_front = len([each for each in seen.chain if read(each) != FORGED])
    if seen.unreadable is not None:
        yield fault(
            f"The proxy writes no address that can be read into X-Forwarded-For ({seen.unreadable!r}): all visitors "
            f"share one address and its limits, {seen.address or 'none'}.",
            f"In the proxy: {FORWARD_ADDRESS}",
        )
    elif seen.address == FORGED:
        yield fault(
            "Visitors may choose the address that limits and the trail see: a forged X-Forwarded-For was believed.",
            _count(in_front, scheme),
        )
    elif in_front != seen.proxies or (scheme == "https" and not in_front):
        yield fault(
            f"All visitors share one address and its limits, {seen.address or 'none'}: X-Forwarded-For tells of "
            f"{in_front} proxies, and TRUSTED_PROXY_COUNT is {seen.proxies}.",
            _count(in_front, scheme),
        )


def _count(in_front: int, scheme: str) -> str:
    if scheme == "https" and not in_front:
        return f"In the proxy: {FORWARD_ADDRESS} {FORWARD_SCHEME} For the product: TRUSTED_PROXY_COUNT=1"
    return f"Set TRUSTED_PROXY_COUNT={in_front} for the service, and restart it."


def _scheme(seen: Seen, scheme: str) -> Iterator[Finding]:
    if seen.scheme != scheme and seen.proxies:
        yield fault(
            f"Visitors come by {scheme}, but the product sees {seen.scheme}.",
            f"Have the proxy say so itself, whatever visitors send: {FORWARD_SCHEME}",
        )


def _host(patient: Patient, seen: Seen) -> Iterator[Finding]:
    if seen.host and host_in(seen.host) not in patient.settings.hosts:
        yield fault(
            f"The proxy passes requests on with Host: {seen.host}, and all but health checks are refused (421).",
            f"In the proxy: {FORWARD_HOST} Or name that host in TRUSTED_HOSTS.",
        )
