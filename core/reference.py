"""What skaters choose from, loaded in bulk: all rows of a file or none."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from core import audit, days, names
from core.errors import Overtaken
from core.models import Base, Club, Coach, EventType, GoverningBody, IceType, Rink, Role
from core.models.base import named
from core.recognition import Fault, People, Recogniser, Things, Values, folded
from core.unit import Unit

BATCH = 1000
Ids = Mapping[Hashable, list[uuid.UUID]]


@dataclass(frozen=True)
class Given:
    """One row of a file: the line it begins on, and what it says by the attributes of its kind. What the file has no
    column for is not in `values`; None empties. A club names its `home_rink`, an event type its `governing_body`."""

    line: int
    values: Values


@dataclass
class Plan:
    """What loading would do. Carried out only without faults."""

    kind: str
    added: list[Values] = field(default_factory=list)
    changed: list[Values] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Kind:
    """A directory: its table with what a file can say of it, and how its rows are recognised when they come again."""

    model: type[Base]
    things: Things
    attributes: tuple[str, ...]
    primary: str = "id"


KINDS = {
    "rinks": Kind(
        Rink,
        Things("name", "city", "state"),
        ("name", "address", "city", "state", "country", "zip", "url", "phone", "timezone"),
    ),
    "clubs": Kind(Club, Things("name"), ("name", "home_rink_id", "cost")),
    "coaches": Kind(
        Coach,
        People(),
        ("first_name", "last_name", "rate", "usfsa_number", "ijs_number", "phone", "email", "email_key"),
        primary="row",
    ),
    "ice-types": Kind(IceType, Things("name"), ("name",)),
    "event-types": Kind(
        EventType,
        Things("category", "scoring_system", "governing_body_id", "single_mark"),
        ("category", "scoring_system", "governing_body_id", "single_mark"),
    ),
}


def compare(unit: Unit, kind: str, rows: Sequence[Given]) -> Plan:
    """What loading these rows would add, change and leave, in a few statements however many there are; writes nothing.

    Rows are recognised by `id`, or else by name, city and state (rinks), name (clubs, kinds of ice time), address or
    full name (coaches), all that they say (event types). A fault for each that names an unknown time zone, rink or
    governing body, that is in the file twice, or of which it cannot be said what it means. Until the unit ends
    no other load begins.
    """
    directory, plan = KINDS[kind], Plan(kind)
    present = _held(unit, directory)
    complete = _Completer(unit, plan.faults)
    given = [(row.line, complete(row)) for row in rows]
    recogniser = Recogniser(directory.things.within(given[0][1] if given else ()), present)
    for line, values in given:
        found = recogniser.find(line, values)
        if isinstance(found, Fault):
            plan.faults.append(found)
        else:
            _plan(unit, plan, directory, values, found)
    plan.faults.sort(key=lambda fault: fault.line)
    return plan


def carry_out(unit: Unit, plan: Plan, progress: Callable[[int], None] = lambda _: None) -> None:
    """Write what `compare` found, in batches; `progress` hears how many rows are written. Overtaken when somebody
    records the same at this very moment."""
    if plan.faults:
        raise ValueError("a plan with faults is not carried out")
    model, written = KINDS[plan.kind].model, 0
    try:
        for statement, rows in ((insert(model), plan.added), (update(model), plan.changed)):
            for batch in _batches(rows):
                unit.session.execute(statement, batch)
                written += len(batch)
                progress(written)
    except IntegrityError as error:
        raise Overtaken from error
    if written:
        counts = {"added": len(plan.added), "changed": len(plan.changed), "unchanged": plan.unchanged}
        audit.record(unit, "reference_loaded", user_id=None, kind=plan.kind, **counts)


def _held(unit: Unit, kind: Kind) -> list[Values]:
    """All present rows, oldest first. Who loads holds a row that is always there and that nobody else holds so: the
    second of two loads sees what the first has committed."""
    unit.session.execute(select(Role.id).order_by(Role.id).limit(1).with_for_update(key_share=True))
    shown = named(kind.model, *dict.fromkeys((kind.primary, "id", *kind.attributes)))
    present = select(*shown).order_by(getattr(kind.model, kind.primary))
    return [dict(row._mapping) for row in unit.session.execute(present)]


def _plan(unit: Unit, plan: Plan, kind: Kind, values: Values, found: Values | None) -> None:
    if found is None:
        always: Values = {"zip": "", "created_at": unit.now} if kind.model is Rink else {}
        plan.added.append(always | values | {"id": values.get("id") or uuid.uuid4()})
    elif any(found[name] != value for name, value in values.items() if name != "id"):
        plan.changed.append(values | {"id": found["id"], kind.primary: found[kind.primary]})
    else:
        plan.unchanged += 1


class _Completer:
    """Puts ids for names and adds what is compared by; notes what it cannot find."""

    def __init__(self, unit: Unit, faults: list[Fault]) -> None:
        self._unit, self._faults = unit, faults
        self._known: dict[str, Ids] = {}

    def __call__(self, row: Given) -> Values:
        values = dict(row.values)
        if "zip" in values:
            values["zip"] = values["zip"] or ""
        if "email" in values:
            values["email_key"] = values["email"] and names.address_key(values["email"])
        if values.get("timezone") and values["timezone"] not in days.zones():
            self._faults.append(Fault(row.line, "timezone", "unknown_time_zone"))
        for column in _NAMED:
            if column in values:
                values[f"{column}_id"] = self._id(row.line, column, values.pop(column))
        return values

    def _id(self, line: int, column: str, name: str | None) -> uuid.UUID | None:
        if name is None:
            return None
        if column not in self._known:
            self._known[column] = _NAMED[column](self._unit)
        found = self._known[column].get(folded(name), [])
        if len(found) == 1:
            return found[0]
        self._faults.append(Fault(line, column, f"several_{column}" if found else f"unknown_{column}", str(len(found))))
        return uuid.uuid4()  # like nothing that is there: one fault is enough


def _rinks(unit: Unit) -> Ids:
    """By id, and by name alone or with city and state behind it."""
    found: dict[Hashable, list[uuid.UUID]] = defaultdict(list)
    for row in unit.session.execute(select(*named(Rink, "id", "name", "city", "state"))):
        parts = [row.name or "", *(part for part in (row.city, row.state) if part)]
        for key in {folded(str(row.id)), *(folded(", ".join(parts[: n + 1])) for n in range(len(parts)))}:
            found[key].append(row.id)
    return found


def _governing_bodies(unit: Unit) -> Ids:
    bodies = unit.session.execute(select(*named(GoverningBody, "id", "short_name")))
    return {folded(row.short_name): [row.id] for row in bodies}


_NAMED: dict[str, Callable[[Unit], Ids]] = {"home_rink": _rinks, "governing_body": _governing_bodies}
"""Columns that name a row of another table."""


def _batches(rows: list[Values]) -> Iterator[list[Values]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch
