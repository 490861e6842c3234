"""Secrets: that there are some, long, nobody else's, and read by nobody else."""

from collections.abc import Iterator
from pathlib import Path

from app.doctor.configuration import MAKE_A_KEY
from app.doctor.findings import Finding, fault, ok, warning, worse
from app.doctor.patient import Patient
from app.environment import GIVEN_AWAY
from app.settings import SECRET_KEY_ADVISED, SECRET_KEY_MIN

RENEW = f"Put a new one first in FLASK_SECRET_KEY, a comma behind it, and restart: {MAKE_A_KEY}"
OTHERS_BITS = 0o077


def look(patient: Patient) -> Iterator[Finding]:
    found = [*_key(patient), *_file(patient), *_database_password(patient)]
    yield from found or [ok("The secret key is long, and known to nobody else as far as one can see.")]


def _key(patient: Patient) -> Iterator[Finding]:
    keys = patient.settings.secret_keys
    if not all(keys):
        yield fault("The secret key is empty: anybody can sign tokens.", f"Set FLASK_SECRET_KEY: {MAKE_A_KEY}")
    elif any(GIVEN_AWAY.fullmatch(key) for key in keys):
        yield worse(patient.settings.production, "FLASK_SECRET_KEY is one that everybody tries first.", RENEW)
    elif (shortest := min(map(len, keys))) < SECRET_KEY_ADVISED:
        yield worse(
            shortest < SECRET_KEY_MIN and patient.settings.production,
            f"FLASK_SECRET_KEY is short, {shortest} characters: {SECRET_KEY_ADVISED} are safe.",
            RENEW,
        )


def _file(patient: Patient) -> Iterator[Finding]:
    path = patient.instance / "secret_key"
    if not patient.environment.get("FLASK_SECRET_KEY") and path.exists() and is_open_to_others(path):
        yield fault(f"Others on this machine can read the secret key in {path}.", f"chmod 600 {path}")


def is_open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & OTHERS_BITS)


def _database_password(patient: Patient) -> Iterator[Finding]:
    password = patient.settings.database.password
    if patient.settings.production and password and GIVEN_AWAY.fullmatch(str(password)):
        yield warning(
            "The database's password is one that everybody tries first.",
            "ALTER ROLE … PASSWORD '…', then the same in DATABASE_URL or PGDB_PASSWORD.",
        )
