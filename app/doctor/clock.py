"""Two clocks that must agree: with one of them wrong, links and sessions end at the wrong time."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import text

from app.database import reading_engine
from app.doctor.findings import Finding, ok, worse
from app.doctor.patient import Patient

TOLERATED, TOO_MUCH = timedelta(seconds=3), timedelta(minutes=1)
SYNCHRONISE = "Synchronise both: timedatectl set-ntp true (or chrony), here and where the database is."


def look(patient: Patient) -> Iterator[Finding]:
    if patient.is_sqlite:
        yield ok(f"There is one clock only: {patient.now():%Y-%m-%d %H:%M} UTC.")
        return
    with reading_engine().connect() as connection:
        before = patient.now()
        theirs = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        after = patient.now()
    yield judged(before + (after - before) / 2 - theirs)


def judged(ahead: timedelta) -> Finding:
    """What to say of this machine's clock when it is so far ahead of the database's."""
    if abs(ahead) <= TOLERATED:
        return ok("The clocks of this machine and of the database agree.")
    seconds, which = round(abs(ahead).total_seconds()), "ahead of" if ahead > timedelta() else "behind"
    says = (
        f"This machine's clock is {seconds} s {which} the database's: links, sessions and limits end at the wrong time."
    )
    return worse(abs(ahead) > TOO_MUCH, says, SYNCHRONISE)
