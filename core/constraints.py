"""Which promise of the schema a failed write would have broken, on PostgreSQL and SQLite alike."""

from sqlalchemy.exc import IntegrityError

from core.models import Base


def violated(error: IntegrityError) -> tuple[str, tuple[str, ...]] | None:
    """The table and columns of the unique constraint that broke, or None when it was something else."""
    named = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            columns = tuple(column.name for column in getattr(constraint, "columns", ()))
            if named == constraint.name if named else _sqlite_names(error, table.name, columns):
                return table.name, columns
    return None


def _sqlite_names(error: IntegrityError, table: str, columns: tuple[str, ...]) -> bool:
    expected = "UNIQUE constraint failed: " + ", ".join(f"{table}.{column}" for column in columns)
    return bool(columns) and str(error.orig) == expected
