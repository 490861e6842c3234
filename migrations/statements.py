"""What migrations ask of the database that they run on, and tell it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op


def rows(statement: str, **values: Any) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    return op.get_bind().execute(sa.text(statement), values).all()


def execute(statement: str, **values: Any) -> None:
    op.get_bind().execute(sa.text(statement), values)


def execute_each(statement: str, values: list[dict[str, Any]]) -> None:
    """The same statement for each of these; nothing when there are none."""
    if values:
        op.get_bind().execute(sa.text(statement), values)


def inspector() -> sa.Inspector:
    """A look at the tables as they are by now."""
    return sa.inspect(op.get_bind())


def has(table: str) -> bool:
    return inspector().has_table(table)


def count(table: str) -> int:
    return int(rows(f'SELECT count(*) AS n FROM "{table}"')[0].n) if has(table) else 0
