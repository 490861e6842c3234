"""A PostgreSQL database as plain data, asked of its catalogue, to compare: before with after, one with another."""

from typing import Any

from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.pool import NullPool

OURS = "relnamespace = 'public'::regnamespace"
COLUMNS = f"""
    SELECT t.relname, c.attname, format_type(c.atttypid, c.atttypmod), c.attnotnull
    FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid
    WHERE t.{OURS} AND t.relkind = 'r' AND c.attnum > 0 AND NOT c.attisdropped
"""
DEFAULTS = f"""
    SELECT t.relname, c.attname, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid
    JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = c.attnum WHERE t.{OURS}
"""
CONSTRAINTS = f"""
    SELECT t.relname, k.conname, pg_get_constraintdef(k.oid)
    FROM pg_class t JOIN pg_constraint k ON k.conrelid = t.oid WHERE t.{OURS} AND k.contype <> 'n'
"""
INDEXES = f"""
    SELECT t.relname, pg_get_indexdef(i.indexrelid)
    FROM pg_class t JOIN pg_index i ON i.indrelid = t.oid WHERE t.{OURS}
"""
TRIGGERS = f"""
    SELECT t.relname, g.tgname, g.tgenabled::text
    FROM pg_class t JOIN pg_trigger g ON g.tgrelid = t.oid WHERE t.{OURS} AND NOT g.tgisinternal
"""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
TABLES = f"SELECT relname FROM pg_class WHERE {OURS} AND relkind = 'r' ORDER BY relname"
VIEWS = f"SELECT relname, pg_get_viewdef(oid) FROM pg_class WHERE {OURS} AND relkind = 'v'"


def dump(database: URL) -> dict[str, Any]:
    """All there is: shape, rows, and where the sequences stand."""
    queries = {
        "columns": COLUMNS,
        "defaults": DEFAULTS,
        "constraints": CONSTRAINTS,
        "indexes": INDEXES,
        "triggers": TRIGGERS,
        "sequences": SEQUENCES,
        "views": VIEWS,
    }
    with _connected(database) as connection:
        shape = {name: _told(connection, query) for name, query in queries.items()}
    return {**shape, "rows": rows(database)}


def shape(database: URL, tables: set[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Columns with types and nullability, constraints and indexes of these tables."""
    with _connected(database) as connection:
        queries = {"columns": COLUMNS, "constraints": CONSTRAINTS, "indexes": INDEXES}
        told = {name: _told(connection, query) for name, query in queries.items()}
    return {name: [row for row in found if row[0] in tables] for name, found in told.items()}


def rows(database: URL) -> dict[str, list[dict[str, Any]]]:
    """Each table's rows by column, as PostgreSQL writes them as JSON."""
    with _connected(database) as connection:
        tables = connection.scalars(text(TABLES)).all()
        ordered = 'SELECT to_jsonb(t) FROM "{0}" t ORDER BY to_jsonb(t)::text'
        return {name: list(connection.scalars(text(ordered.format(name)))) for name in tables}


def _told(connection: Connection, query: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in connection.exec_driver_sql(query)), key=repr)


def _connected(database: URL) -> Connection:
    return create_engine(database, poolclass=NullPool).connect()
