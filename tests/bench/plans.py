"""What PostgreSQL does for each request on the large database: how many statements, and that each finds its rows by an
index."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import Connection, event, text

from app import create_app
from app.extensions import db
from app.settings import MailServer, Settings
from tests.bench.client import Request
from tests.bench.places import Place, forget_letters
from tests.bench.reporting import verdict
from tests.bench.subjects import REQUESTS, reset_known

BIG = 5_000
"""Rows of a table that no request may read from end to end."""
AT_MOST = {"session": 1, "anonymous": 0, "card": 4}
"""Statements of a request."""
CONTROL = "session, without its index"
ROWS = {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}


@dataclass(frozen=True)
class Plan:
    """A statement, what PostgreSQL would do, and the big tables that it would read from end to end."""

    statement: str
    steps: list[str]
    whole: list[str]


def explain(place: Place) -> dict[str, list[Plan]]:
    """The plans of all statements of each request, and of one whose letter is delivered at once."""
    app, found = _product(place), {}
    with app.app_context():
        for name, asked in REQUESTS.items():
            found[name] = _plans(partial(_send, app, asked(place)))
        forget_letters(place)
        found["letter"] = _plans(lambda: (_send(app, reset_known(place)), app.extensions["postman"].work_off()))
        found[CONTROL] = _without_index(partial(_send, app, REQUESTS["session"](place)))
        db.engine.dispose()
    return found


def _product(place: Place) -> Flask:
    mail = MailServer(place.environment["MAIL_SERVER"], int(place.environment["MAIL_PORT"]))
    keys = (place.environment["FLASK_SECRET_KEY"],)
    app = create_app(Settings(place.database, keys, mail_server=mail, rate_limits=False))
    app.testing = True  # it delivers when it is told to
    return app


def _send(app: Flask, request: Request) -> None:
    body = request.body if isinstance(request.body, bytes) else request.body()
    client = app.test_client(use_cookies=False)
    answer = client.open(request.path, method=request.method, headers=request.headers, data=body)
    assert answer.status_code == request.status, answer.text


def _plans(act: Callable[[], Any], prepare: str = "SELECT") -> list[Plan]:
    """What would be done for each statement of the act, after something else was done to the database for the time
    being."""
    with _executed() as seen:
        act()
    with db.engine.connect() as connection:
        connection.exec_driver_sql(prepare)
        big = set(connection.scalars(text("SELECT relname FROM pg_class WHERE reltuples >= :big"), {"big": BIG}))
        found = [_plan(connection, statement, bound, big) for statement, bound in seen]
        connection.rollback()
        return found


def _without_index(act: Callable[[], Any]) -> list[Plan]:
    """A control: cookies are looked for in a table that has no index for them."""
    return _plans(act, "ALTER TABLE sessions DROP CONSTRAINT uq_sessions_digest")


@contextmanager
def _executed() -> Iterator[list[tuple[str, Any]]]:
    """The statements that read or write rows meanwhile, with what is bound to them."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.split(maxsplit=1)[0] in ROWS:
            seen.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _plan(connection: Connection, statement: str, bound: Any, big: set[str]) -> Plan:
    [found] = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", bound).scalar_one()
    nodes = list(_nodes(found["Plan"]))
    whole = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
    return Plan(" ".join(statement.split()), [_step(node) for node in nodes if _step(node)], sorted(whole & big))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for each in node.get("Plans", []):
        yield from _nodes(each)


def _step(node: dict[str, Any]) -> str:
    if "Index Name" in node:
        return str(node["Index Name"])
    return f"all of {node['Relation Name']}" if node["Node Type"] == "Seq Scan" else ""


def report(found: dict[str, list[Plan]]) -> bool:
    """All statements with the indexes that they use; whether each promise is kept."""
    print(f"\nstatements, and by what they find rows (of tables with {BIG:,} rows and more by an index alone)")
    for name, plans in found.items():
        most = AT_MOST.get(name)
        told = f"   {verdict(len(plans) <= most)} {most}" if most is not None else ""
        print(f"{name}: {len(plans)}{told}")
        for plan in plans:
            print(f"    {plan.statement[:60]:60}  {', '.join(plan.steps)}", *map("READS ALL OF {}".format, plan.whole))
    return not faults(found)


def faults(found: dict[str, list[Plan]]) -> list[str]:
    plain = {name: plans for name, plans in found.items() if name != CONTROL}
    whole = [f"{name} reads all of {table}" for name, plans in plain.items() for each in plans for table in each.whole]
    many = [f"{name} takes {len(found[name])} statements" for name, most in AT_MOST.items() if len(found[name]) > most]
    blind = (
        [] if any(each.whole for each in found[CONTROL]) else ["that a table is read from end to end goes unnoticed"]
    )
    return whole + many + blind


def as_json(found: dict[str, list[Plan]]) -> dict[str, Any]:
    return {"faults": faults(found), **{name: [vars(plan) for plan in plans] for name, plans in found.items()}}
