"""Statements that PostgreSQL plans once for each connection and not at each request: planning a few joins by key takes
longer than carrying them out. Core marks them with `execution_options(prepared=NAME)`, a name for each text; SQLite
keeps its statements by itself."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, event


def use(engine: Engine) -> None:
    """Let this PostgreSQL engine carry out marked statements as prepared ones."""
    event.listen(engine, "do_execute", _execute_prepared)


def _execute_prepared(cursor: Any, statement: str, parameters: Mapping[str, Any], context: Any) -> bool:
    """True when it is done: what is not marked is left to SQLAlchemy."""
    name = context.execution_options.get("prepared")
    if name is None:
        return False
    preparing, executing = _written(name, statement, tuple(parameters))
    known = context.root_connection.info.setdefault("prepared", set())
    if name not in known:
        context.dialect.do_execute(cursor, preparing, None, context)
        known.add(name)
    context.dialect.do_execute(cursor, executing, parameters, context)
    return True


@lru_cache
def _written(name: str, statement: str, parameters: tuple[str, ...]) -> tuple[str, str]:
    """How psycopg2 is to be told: it writes values into the text itself, and so knows no prepared statements."""
    numbered = {each: f"${number}" for number, each in enumerate(parameters, 1)}
    values = f" ({', '.join(f'%({each})s' for each in parameters)})" if parameters else ""
    return f"PREPARE {name} AS {statement % numbered}", f"EXECUTE {name}{values}"
