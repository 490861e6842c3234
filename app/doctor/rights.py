"""What the role may do: all that the product does, and if possible no more."""

from collections.abc import Iterator

from sqlalchemy import text

from app.database import reading_engine
from app.doctor.findings import Finding, fault, note, ok
from app.doctor.patient import Patient
from app.schema import VERSION_TABLE
from core.models import AuditEvent, Base, Role

ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")
FEWER = {VERSION_TABLE: ALL[:1], Role.__tablename__: ALL[:1], AuditEvent.__tablename__: ALL[:2]}
MISSING = text(
    "SELECT name, may FROM unnest(CAST(:names AS text[]), CAST(:rights AS text[])) AS wanted(name, may)"
    " WHERE NOT has_table_privilege(quote_ident(name), may)"
)
SEQUENCES = text(
    "SELECT relname FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
    " AND CASE relkind WHEN 'S' THEN NOT has_sequence_privilege(oid, 'USAGE') ELSE false END"
)
REWRITES = text("SELECT has_table_privilege(:trail, 'UPDATE'), current_user")


def look(patient: Patient) -> Iterator[Finding]:
    if patient.is_sqlite:
        yield ok("SQLite knows no roles: whoever may write the file may do everything.")
        return
    tables = dict.fromkeys(Base.metadata.tables, ALL) | FEWER
    wanted = [(name, right) for name, rights in tables.items() for right in rights]
    with reading_engine().connect() as connection:
        named = {"names": [name for name, _ in wanted], "rights": [right for _, right in wanted]}
        missing = [(row.name, row.may) for row in connection.execute(MISSING, named)]
        missing += [(row.relname, "USAGE") for row in connection.execute(SEQUENCES)]
        rewrites, role = connection.execute(REWRITES, {"trail": AuditEvent.__tablename__}).one()
    yield from _judged(missing, rewrites, role)


def _judged(missing: list[tuple[str, str]], rewrites: bool, role: str) -> Iterator[Finding]:
    if missing:
        kind = "SEQUENCES" if all(right == "USAGE" for _, right in missing) else "TABLES"
        rights = ", ".join(dict.fromkeys(right for _, right in missing if kind == "SEQUENCES" or right != "USAGE"))
        yield fault(
            f"The role {role} lacks rights, {len(missing)} in all, such as {missing[0][1]} on {missing[0][0]}.",
            f"As the tables' owner: GRANT {rights} ON ALL {kind} IN SCHEMA public TO {role} (see SECURITY.md).",
        )
    elif rewrites:
        yield note(
            f"The role {role} may do all that is needed, and could rewrite the trail as well.",
            "SECURITY.md, 'In production', has the statements for a role with the least rights.",
        )
    else:
        yield ok(f"The role {role} may do all that is needed, and not rewrite the trail.")
