"""The database: whether it can be reached, and is one to build on."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import URL, text
from sqlalchemy.exc import InterfaceError, OperationalError

from app import pulse
from app.database import reading_engine
from app.database_url import is_checked, is_remote, servers_in
from app.doctor.findings import Finding, fault, ok, warning
from app.doctor.keys import is_open_to_others
from app.doctor.patient import Patient

FACTS = text(
    "SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int / 10000 AS major,"
    " current_user AS role, rolsuper AS is_super, pg_is_in_recovery() AS is_standby, ssl AS is_encrypted,"
    " current_setting('default_transaction_read_only') = 'on' AS reads_only"
    " FROM pg_roles LEFT JOIN pg_stat_ssl ON pid = pg_backend_pid() WHERE rolname = current_user"
)
CAUSES = {
    "password authentication failed": "Correct the password in DATABASE_URL (or PGDB_PASSWORD), or give the role "
    "this one: ALTER ROLE … PASSWORD '…'.",
    "no password supplied": "Add the password to DATABASE_URL (or set PGDB_PASSWORD).",
    "could not translate host name": "Correct the host in DATABASE_URL (or PGDB_HOST): there is none of this name.",
    "FATAL:  role": "Correct the role in DATABASE_URL (or PGDB_USER), or make it: CREATE ROLE … LOGIN PASSWORD '…'.",
    "FATAL:  database": "Correct the database's name in DATABASE_URL (or PGDB_NAME), or make it: createdb …",
    "pg_hba.conf": "Let this machine in: a line in the server's pg_hba.conf.",
    "SSL": "Correct PGDB_SSLMODE (sslmode= in DATABASE_URL), or give the server a certificate.",
    "certificate": "Give libpq the authority that signed the server's certificate, as ~/.postgresql/root.crt.",
}
START_IT = "Start PostgreSQL, or correct host and port in DATABASE_URL (or PGDB_HOST)."


def look(patient: Patient) -> Iterator[Finding]:
    url = patient.settings.database
    if patient.is_sqlite:
        yield from _file(patient, Path(url.database or ""))
        return
    try:
        with reading_engine().connect() as connection:
            facts = connection.execute(FACTS).one()
    except (OperationalError, InterfaceError) as error:
        yield _away(_places(url), str(error.orig).strip().partition("\n")[0])
        return
    yield ok(f"PostgreSQL {facts.version} answers, as {facts.role}.")
    yield from judged(patient, facts)
    yield from _others(url)


def _places(url: URL) -> str:
    return " and ".join(host for host, _ in servers_in(url)) or "this machine"


def _away(places: str, said: str) -> Finding:
    fixes = (do for sign, do in CAUSES.items() if sign in said)
    return fault(f"The database at {places} cannot be used: {said}", next(fixes, START_IT))


def _others(url: URL) -> Iterator[Finding]:
    """Of several servers: those to which nobody could turn when the one that is used goes away."""
    servers = servers_in(url)
    for host, port in servers:
        if len(servers) > 1 and not pulse.answers(host, port):
            yield warning(
                f"The database server {host}:{port} does not answer: it could not take over.", "Start it again."
            )


def judged(patient: Patient, facts: Any) -> Iterator[Finding]:
    """What to say of a server of which this is known: see FACTS."""
    yield from _server(patient, facts)
    yield from _line(patient, facts)


def _server(patient: Patient, facts: Any) -> Iterator[Finding]:
    if facts.is_standby:
        yield fault(
            "This PostgreSQL is a standby: nothing can be written.", "Name the primary in DATABASE_URL (or PGDB_HOST)."
        )
    elif facts.reads_only:
        yield fault(
            "This database is set to read only: nothing can be written.",
            f"ALTER ROLE {facts.role} SET default_transaction_read_only = off, and the same with ALTER DATABASE.",
        )
    if (until := date(2012 + facts.major, 11, 14)) < patient.now().date():
        yield warning(
            f"PostgreSQL {facts.major} has had no security fixes since {until:%B %Y}.", "Move to a later version."
        )
    if facts.is_super:
        yield warning(
            f"The product runs as {facts.role}, who may do anything on this server.",
            "Give it a role of its own: SECURITY.md, 'In production', has the statements.",
        )


def _line(patient: Patient, facts: Any) -> Iterator[Finding]:
    url = patient.settings.database
    if not is_remote(url) or not patient.settings.production:
        return
    if not facts.is_encrypted:
        yield warning(
            f"What is said to the database travels in clear to {_places(url)}.",
            "Set PGDB_SSLMODE=verify-full (sslmode=).",
        )
    elif not is_checked(url):
        yield warning(
            f"Whether it is our database that answers at {_places(url)} is not checked.",
            "Set PGDB_SSLMODE=verify-full (or ?sslmode=verify-full in DATABASE_URL).",
        )


def _file(patient: Patient, path: Path) -> Iterator[Finding]:
    if not path.exists():
        yield fault(
            f"There is no database at {path}.", "flask --app wsgi db upgrade makes it; or correct DATABASE_URL."
        )
    elif not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        yield fault(f"{path} or its folder cannot be written.", f"chown both to the product's user: {path.parent}")
    else:
        yield ok(f"SQLite, in {path}.")
        yield from _file_in_production(patient, path)


def _file_in_production(patient: Patient, path: Path) -> Iterator[Finding]:
    if not patient.settings.production:
        return
    if patient.workers != "1":
        yield warning(
            f"{patient.workers} processes share one SQLite file, in which one writes at a time.",
            "Set WEB_CONCURRENCY=1, or DATABASE_URL to a PostgreSQL.",
        )
    if is_open_to_others(path):
        yield warning(f"Others on this machine can read {path}.", f"chmod 600 {path}")
