"""Which promise of the schema a failed write would have broken, on PostgreSQL and SQLite alike."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapper

from core.models import Base


def violated(error: IntegrityError, model: type[Base]) -> tuple[str, ...]:
    """The attributes of `model` whose unique constraint broke; none when it was something else."""
    mapper: Mapper[Base] = model.__mapper__
    named = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    for constraint in model.metadata.tables[model.__tablename__].constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.name in {named, _sqlite_name(error, constraint)}:
            return tuple(mapper.get_property_by_column(column).key for column in constraint.columns)
    return ()


def _sqlite_name(error: IntegrityError, constraint: UniqueConstraint) -> str | None:
    """SQLite names the columns, not the constraint."""
    columns = ", ".join(f"{column.table.name}.{column.name}" for column in constraint.columns)
    matches = str(error.orig) == f"UNIQUE constraint failed: {columns}"
    return str(constraint.name) if matches else None
