"""Letters that are owed: whether they leave."""

from collections.abc import Iterator
from datetime import timedelta

from app.doctor.findings import Finding, fault, ok, warning
from app.doctor.patient import Patient
from app.unit import look as committed
from core import outbox

PATIENCE = timedelta(minutes=10)
LATELY = timedelta(days=7)


def look(patient: Patient) -> Iterator[Finding]:
    backlog = outbox.backlog(committed, since=patient.now() - LATELY)
    waited = patient.now() - backlog.oldest if backlog.oldest else timedelta()
    if waited > PATIENCE:
        yield fault(
            f"Letters that are owed: {backlog.owed}, for up to {_long(waited)}{_words(backlog.reply)}",
            "See what is found of mail, and that the product runs; flask --app wsgi mail work delivers them now.",
        )
    if backlog.failed:
        yield warning(
            f"Letters given up in the last {LATELY.days} days: {backlog.failed}{_words(backlog.failure)}",
            "See at /desk/mail which, mend the reason, and have them tried again there.",
        )
    if waited <= PATIENCE and not backlog.failed:
        yield ok("No letter waits for long, and none was given up lately.")


def _words(reply: str | None) -> str:
    return f"; the mail server said: {reply}" if reply else "."


def _long(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
