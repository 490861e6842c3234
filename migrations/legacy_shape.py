"""Giving a table of the replaced backend the shape that a migration would have made.

The database may have been set up by its tool or grown by its migrations: names of constraints differ, uniqueness may be
an index, sequences may lag behind. Rows stay as they are; what does not fit is refused.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

from migrations.statements import execute, inspector, rows

HEAD = "016_add_compete_usa"
"""The last migration of the replaced backend: the shape in which its database can be taken over."""


def check_columns(table: str, wanted: Sequence[str]) -> None:
    """Refuse a table that lacks one of these columns."""
    if missing := sorted(set(wanted) - set(_columns(table))):
        raise CommandError(
            f'Nothing was changed. The table "{table}" has no {", ".join(missing)}: this database is older than '
            f"what can be taken over. Bring it to {HEAD} with the replaced backend's own migrations first."
        )


def fit(table: str, items: Sequence[Any]) -> None:
    """Change this table, which has all these columns, until it is as if made of `items`; columns that only it has
    stay."""
    columns = [item for item in items if isinstance(item, sa.Column)]
    _refuse_strange_columns(table, {column.name for column in columns})
    _fit_sequence(table)
    [key] = [item for item in items if isinstance(item, sa.PrimaryKeyConstraint)]
    _rename(table, inspector().get_pk_constraint(table)["name"], _name(key))
    present = _columns(table)
    for column in columns:
        _fit_column(table, present[column.name], column)
    _fit_unique(table, [item for item in items if isinstance(item, sa.UniqueConstraint)])
    _fit_references(table, [item for item in items if isinstance(item, sa.ForeignKeyConstraint)])


def fit_index(table: str, columns: list[str]) -> None:
    """Create an index, by the name that it has in every table of ours, unless it is there."""
    name = "_".join(["ix", table, *columns])
    alike = [index for index in inspector().get_indexes(table) if _is_plain(index) and not index["unique"]]
    names = [index["name"] for index in alike if index["column_names"] == columns]
    if name in names:
        return
    if names:
        execute(f'ALTER INDEX "{names[0]}" RENAME TO "{name}"')
    else:
        op.create_index(op.f(name), table, columns)


def _refuse_strange_columns(table: str, known: set[str]) -> None:
    """New rows would leave such a column empty."""
    present = _columns(table).values()
    strange = [each for each in present if each["name"] not in known and not each["nullable"]]
    if demanding := sorted(each["name"] for each in strange if not _fills_itself(each)):
        raise CommandError(
            f'Nothing was changed. The table "{table}" demands {", ".join(demanding)}, which is unknown here: new rows '
            "would be refused. Give it a default, or let it be empty (ALTER COLUMN … DROP NOT NULL)."
        )


def _fills_itself(column: Any) -> bool:
    return any(column.get(each) for each in ("default", "identity", "computed"))


def _fit_sequence(table: str) -> None:
    """Rows that came with their ids leave the sequence behind, and the next insert would collide. Restarted (unlike
    set) it is as before when all of this is rolled back, whatever is inserted meanwhile."""
    columns = inspector().get_pk_constraint(table)["constrained_columns"]
    if len(columns) != 1 or not isinstance(_columns(table)[columns[0]]["type"], sa.Integer):
        return
    [column] = columns
    sequence = _sequence(table, column) or _new_sequence(table, column)
    [highest] = rows(f'SELECT coalesce(max("{column}"), 0) AS id FROM "{table}"')
    [position] = rows(f"SELECT last_value + CAST(is_called AS integer) AS next FROM {sequence}")
    execute(f"ALTER SEQUENCE {sequence} RESTART WITH {max(highest.id + 1, position.next)}")


def _sequence(table: str, column: str) -> str | None:
    """What numbers the rows, whether it belongs to the column or is only asked by its default."""
    [row] = rows(
        "SELECT coalesce(pg_get_serial_sequence(:table, :column), (SELECT CAST(CAST(s.oid AS regclass) AS text)"
        " FROM pg_depend d JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'"
        " JOIN pg_attrdef a ON a.oid = d.objid JOIN pg_attribute c ON c.attrelid = a.adrelid AND c.attnum = a.adnum"
        " WHERE d.classid = CAST('pg_attrdef' AS regclass) AND a.adrelid = CAST(:table AS regclass)"
        " AND c.attname = :column LIMIT 1)) AS name",
        table=f'"{table}"',
        column=column,
    )
    return row.name or None


def _new_sequence(table: str, column: str) -> str:
    name = f'"{table}_{column}_seq"'
    execute(f'CREATE SEQUENCE {name} AS integer OWNED BY "{table}"."{column}"')
    execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" SET DEFAULT nextval(\'{name}\')')
    return name


def _fit_column(table: str, present: Any, wanted: sa.Column[Any]) -> None:
    name = wanted.name
    if _differs(present, wanted):
        if not _can_hold(table, present, wanted):
            raise CommandError(
                f'Nothing was changed. The column "{name}" of the table "{table}" is {_spelled(present["type"])}, not '
                f"{_spelled(wanted.type)}: this is not the shape of {HEAD}, which alone can be taken over."
            )
        op.alter_column(table, name, type_=wanted.type, postgresql_using=f'"{name}"::{_spelled(wanted.type)}')
    if present["nullable"] and not wanted.nullable:
        _refuse_rows(table, f'"{name}" IS NULL', f"leave {name} empty")
    if present["nullable"] != wanted.nullable:
        op.alter_column(table, name, nullable=wanted.nullable)


def _differs(present: Any, wanted: sa.Column[Any]) -> bool:
    if isinstance(present["type"], sa.String):
        return _spelled(present["type"]) != _spelled(wanted.type)
    return op.get_context().impl.compare_type(sa.Column(wanted.name, present["type"]), wanted)


def _can_hold(table: str, present: Any, wanted: sa.Column[Any]) -> bool:
    """Whether every value can be kept as text."""
    if not isinstance(wanted.type, sa.String) or not isinstance(present["type"], (sa.String, sa.Integer)):
        return False
    limit = wanted.type.length
    longer = f'SELECT 1 FROM "{table}" WHERE length(CAST("{wanted.name}" AS varchar)) > {limit} LIMIT 1'
    return limit is None or not rows(longer)


def _spelled(type_: Any) -> str:
    return str(type_.compile(op.get_bind().dialect))


def _fit_unique(table: str, constraints: list[sa.UniqueConstraint]) -> None:
    """Unique as the house counts on it, by its names. What else was unique is not any more: the house would not know
    how to say it, and logins and addresses are unique by their keys."""
    wanted = {frozenset(each.columns.keys() or each._pending_colargs): _name(each) for each in constraints}
    for constraint in inspector().get_unique_constraints(table):
        if name := wanted.pop(frozenset(constraint["column_names"]), None):
            _rename(table, constraint["name"], name)
        else:
            op.drop_constraint(str(constraint["name"]), table, type_="unique")
    for index in inspector().get_indexes(table):
        if index["unique"] and not index.get("duplicates_constraint"):
            name = wanted.pop(frozenset(index["column_names"]), None) if _is_plain(index) else None
            adopted = f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" UNIQUE USING INDEX "{index["name"]}"'
            execute(adopted if name else f'DROP INDEX "{index["name"]}"')
    for columns, name in wanted.items():
        listed = ", ".join(f'"{column}"' for column in columns)
        twice = f'({listed}) IN (SELECT {listed} FROM "{table}" GROUP BY {listed} HAVING count(*) > 1)'
        _refuse_rows(table, twice, f"share their {', '.join(sorted(columns))}, which must be one row's alone")
        op.create_unique_constraint(op.f(name), table, sorted(columns))


def _is_plain(index: Any) -> bool:
    """Neither of expressions, nor of some rows only, nor in an order of its own."""
    options = {key: value for key, value in index.get("dialect_options", {}).items() if value}
    return not index.get("expressions") and not index.get("column_sorting") and not options


def _fit_references(table: str, keys: list[sa.ForeignKeyConstraint]) -> None:
    present = {tuple(key["constrained_columns"]): key for key in inspector().get_foreign_keys(table)}
    for key in keys:
        columns = tuple(key.column_keys)
        target, _, column = key.elements[0].target_fullname.rpartition(".")
        there = present.get(columns)
        if there and (there["referred_table"], there["referred_columns"]) == (target, [column]):
            if there["options"].get("ondelete") == key.ondelete:
                _rename(table, there["name"], _name(key))
                continue
            op.drop_constraint(str(there["name"]), table, type_="foreignkey")
        op.create_foreign_key(op.f(_name(key)), table, target, list(columns), [column], ondelete=key.ondelete)


def _refuse_rows(table: str, condition: str, what: str) -> None:
    """Refuse rows of which the condition is true, each by its key."""
    keys = inspector().get_pk_constraint(table)["constrained_columns"]
    listed = ", ".join(f'"{key}"' for key in keys)
    found = [", ".join(map(str, row)) for row in rows(f'SELECT {listed} FROM "{table}" WHERE {condition} ORDER BY 1')]
    if found:
        raise CommandError(
            f'Nothing was changed. Rows of "{table}" {what}. Change or delete them first: '
            f"{', '.join(keys)} {'; '.join(found)}"
        )


def _columns(table: str) -> dict[str, Any]:
    return {column["name"]: column for column in inspector().get_columns(table)}


def _rename(table: str, old: str | None, new: str) -> None:
    if old and old != new:
        execute(f'ALTER TABLE "{table}" RENAME CONSTRAINT "{old}" TO "{new}"')


def _name(constraint: sa.Constraint) -> str:
    return str(constraint.name)
