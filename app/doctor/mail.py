"""Mail: the server, its certificate, the login, the sender, and if asked a letter that is handed over."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from datetime import datetime
from email.utils import parseaddr
from urllib.parse import urlsplit

from flask_mail import Message

from app.doctor.asking import expiry
from app.doctor.findings import Finding, fault, note, ok, warning, worse
from app.doctor.patient import Patient
from app.environment import is_elsewhere
from app.extensions import mail as smtp
from app.mail_replies import words
from app.settings import MailServer, Settings
from app.wire.fields import on_envelopes

NOWHERE = ("localhost", "invalid", "test", "example", "local")
LETTER = "This letter was sent by `flask --app wsgi doctor`. If you can read it, mail from {} arrives.\n"
PORTS = "587 with MAIL_USE_TLS=true or 465 with MAIL_USE_SSL=true"
REFUSALS: list[tuple[type[Exception], str, str]] = [
    (smtplib.SMTPAuthenticationError, "does not let us in", "Correct MAIL_USERNAME and MAIL_PASSWORD."),
    (
        smtplib.SMTPNotSupportedError,
        "offers less than is wanted",
        f"If it has no STARTTLS, MAIL_PORT is another ({PORTS}); if it has no login, unset MAIL_USERNAME.",
    ),
    (smtplib.SMTPSenderRefused, "does not take our sender", "Set MAIL_DEFAULT_SENDER to an address that it knows."),
    (smtplib.SMTPRecipientsRefused, "does not take the test letter", "Correct --mail-to, or let us send there."),
    (smtplib.SMTPDataError, "does not take the test letter", "See what it says; its own log says more."),
    (smtplib.SMTPServerDisconnected, "hangs up", f"Correct MAIL_PORT: {PORTS}."),
    (socket.gaierror, "is a name that nobody has", "Correct MAIL_SERVER."),
    (ConnectionRefusedError, "is not there", "Correct MAIL_SERVER and MAIL_PORT, or start it."),
    (
        ssl.SSLCertVerificationError,
        "shows a certificate that is not to be trusted",
        "Set MAIL_SERVER to the name in its certificate; if it is yours, give it one that this system trusts.",
    ),
    (ssl.SSLError, "does not speak TLS here", f"Correct MAIL_PORT: {PORTS}."),
    (TimeoutError, "says nothing", f"Correct MAIL_PORT ({PORTS}), or let this machine out: many providers close 25."),
]


def look(patient: Patient) -> Iterator[Finding]:
    server = patient.settings.mail_server
    if server is None:
        yield _none(patient)
        return
    yield from _sender(patient)
    yield from _credentials(server)
    try:
        yield from _hello(patient, server)
        yield _letter(patient.mail_to, patient.settings.base_url)
    except OSError as error:
        yield _refused(server, error)


def _none(patient: Patient) -> Finding:
    says, do = (
        "There is no mail server: resets answer 503, and no invitation is mailed.",
        "Set MAIL_SERVER, and what stands beside it in docs/self-hosting.md.",
    )
    if patient.mail_to:
        return fault(f"{says} The test letter cannot leave.", do)
    return warning(says, do) if patient.settings.production else note(says, do)


def _sender(patient: Patient) -> Iterator[Finding]:
    sender = parseaddr(patient.settings.mail_sender)[1]
    domain = sender.rpartition("@")[2].lower()
    if "@" not in sender or "\n" in patient.settings.mail_sender:
        yield fault(
            f"MAIL_DEFAULT_SENDER is no address: {patient.settings.mail_sender!r}.",
            "Set MAIL_DEFAULT_SENDER to one such as door@club.example",
        )
    elif domain.rpartition(".")[2] in NOWHERE or "." not in domain:
        yield worse(
            patient.settings.production,
            f"Letters come from {sender}, whose domain nobody can answer to or check: they end as spam.",
            "Set MAIL_DEFAULT_SENDER to an address of your own domain.",
        )
    elif sender == Settings.mail_sender and not _under(domain, patient.settings.base_url):
        yield warning(
            f"Letters say that they come from {sender}, which is not this installation's: they end as spam.",
            "Set MAIL_DEFAULT_SENDER to an address that your mail server may send as.",
        )


def _under(domain: str, url: str) -> bool:
    return f".{urlsplit(url).hostname}".endswith(f".{domain}")


def _credentials(server: MailServer) -> Iterator[Finding]:
    if [server.username, server.password].count(None) == 1:
        yield fault("Of MAIL_USERNAME and MAIL_PASSWORD one is missing: nobody logs in.", "Set both, or neither.")
    if is_elsewhere(server.host) and not (server.use_tls or server.use_ssl):
        yield warning(
            f"Letters with links travel in clear to {server.host}.", f"Set MAIL_PORT to {PORTS}, whichever it offers."
        )


def _hello(patient: Patient, server: MailServer) -> Iterator[Finding]:
    host = smtp.connect().configure_host()
    try:
        yield ok(f"The mail server {server.host} answers{_how(server, expiry(host.sock), patient.now())}.")
    finally:
        host.close()


def _how(server: MailServer, expires: datetime | None, now: datetime) -> str:
    trusted = f", its certificate is trusted for {(expires - now).days} days more" if expires else ""
    return f"{trusted}{', and lets us in' if server.username and server.password else ''}"


def _letter(to: str | None, base_url: str) -> Finding:
    if to is None:
        return note("No test letter was sent.", "flask --app wsgi doctor --mail-to you@… sends one.")
    smtp.send(Message("A test letter", recipients=[on_envelopes(to)], body=LETTER.format(base_url)))
    return ok(f"The mail server has taken a test letter to {to}: see that it arrives, and not as spam.")


def _refused(server: MailServer, error: OSError) -> Finding:
    known = ((says, do) for kind, says, do in REFUSALS if isinstance(error, kind))
    says, do = next(known, ("does not serve", "Correct MAIL_SERVER and MAIL_PORT."))
    return fault(f"The mail server {server.host}:{server.port} {says}: {words(error)}", do)
