"""The schema: whether it is this version's."""

from collections.abc import Iterator

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from app.database import reading_engine
from app.doctor.findings import Finding, fault, ok, warning
from app.doctor.patient import Patient
from app.schema import MIGRATIONS, VERSION_TABLE

UPGRADE = "flask --app wsgi db upgrade"
NEWER = "The version before it may go on until all are restarted, no older one: run the one that made it, or later."


def look(_: Patient) -> Iterator[Finding]:
    scripts = ScriptDirectory(str(MIGRATIONS))
    wanted, known = set(scripts.get_heads()), {each.revision for each in scripts.walk_revisions()}
    there = _present()
    if there == wanted:
        yield ok(f"The schema is current: {', '.join(sorted(there))}.")
    elif not there:
        yield _empty()
    elif there <= known:
        yield fault(f"The schema is behind, at {', '.join(sorted(there))} of {', '.join(sorted(wanted))}.", UPGRADE)
    else:
        yield warning(f"The schema is ahead, at {', '.join(sorted(there - known))}, unknown to this version.", NEWER)


def _present() -> set[str]:
    """The migrations that the database is at."""
    with reading_engine().connect() as connection:
        return set(MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_heads())


def _empty() -> Finding:
    if inspect(reading_engine()).has_table("alembic_version"):
        return fault(
            "This database is the replaced backend's, not taken over yet.",
            f"docs/taking-over.md; then {UPGRADE}",
        )
    return fault("The database has no tables yet.", UPGRADE)
