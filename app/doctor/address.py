"""BASE_URL, from outside: whether it leads here, and safely."""

import socket
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.client import HTTPException
from urllib.parse import urlsplit

from app.doctor import asking
from app.doctor.asking import Answered
from app.doctor.findings import Finding, fault, note, ok, warning, worse
from app.doctor.patient import Patient

RENEWED_BY = timedelta(days=14)
"""Certificates that live 90 days are renewed with a month to go."""


def look(patient: Patient) -> Iterator[Finding]:
    try:
        answer = asking.healthz(patient.address)
    except (OSError, HTTPException) as error:
        yield _unreachable(patient, error)
        return
    yield _whose(patient.address, answer)
    if answer.expires:
        yield certificate(answer.expires, patient.now())
    if patient.address.startswith("https://"):
        host = urlsplit(patient.address).hostname or ""
        yield from plain_http(f"http://[{host}]" if ":" in host else f"http://{host}")


def _unreachable(patient: Patient, error: Exception) -> Finding:
    host = urlsplit(patient.address).hostname
    if isinstance(error, socket.gaierror):
        return fault(
            f"There is no host {host}: {error.strerror}.", f"Correct BASE_URL, or make a DNS record for {host}"
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return fault(
            f"Browsers do not trust the certificate of {patient.address}: {error.verify_message}.",
            f"Have the proxy show a valid certificate for {host}, with its whole chain (such as certbot makes).",
        )
    if isinstance(error, ssl.SSLError):
        return fault(
            f"{patient.address} does not speak TLS: {error.reason}.", "Have the proxy speak https on that port."
        )
    return worse(
        patient.settings.production,
        f"Nobody answers at {patient.address}: {error or type(error).__name__}.",
        "Start the product and the proxy in front (docs/self-hosting.md), or correct BASE_URL.",
    )


def _whose(address: str, answer: Answered) -> Finding:
    if answer.is_ours:
        return ok(f"{address} leads to the product.")
    if answer.leads_to:
        place = answer.leads_to.removesuffix("/healthz")
        return fault(f"{address} sends visitors on to {place}.", f"Set BASE_URL={place} if that is the product.")
    if answer.status in {502, 503, 504}:
        return fault(
            f"A proxy answers at {address}, but the product behind it does not ({answer.status}).",
            "Start gunicorn, and have the proxy pass requests on to its BIND (127.0.0.1:8000).",
        )
    return fault(
        f"What answers at {address} is not this product ({answer.status}).",
        "Correct BASE_URL: every link begins with it; or have the proxy pass that address on to gunicorn's BIND.",
    )


def certificate(expires: datetime, now: datetime) -> Finding:
    """What to say of a certificate that is valid and ends then."""
    left = expires - now
    if left > RENEWED_BY:
        return ok(f"The certificate is trusted, for {left.days} days more.")
    return warning(
        f"The certificate ends in {left.days} days, on {expires:%Y-%m-%d}.",
        "Renew it now, and see why that did not happen by itself (certbot renew).",
    )


def plain_http(address: str) -> Iterator[Finding]:
    """Whether passwords could travel in clear to our own host."""
    try:
        answer = asking.healthz(address)
    except (OSError, HTTPException):
        yield ok("Plain http is refused.")
        return
    if answer.is_ours:
        yield fault(
            f"The product answers over plain http too, at {address}: passwords can travel in clear.",
            "Have the proxy refuse port 80, or redirect it to https (nginx: return 308 https://$host$request_uri;).",
        )
    elif not answer.leads_to.startswith("https://"):
        yield note(f"Something answers over plain http at {address}, and does not lead to https.")
    else:
        yield ok("Plain http is sent on to https.")
