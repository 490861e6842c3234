"""The rows of reference data files."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from app.wire import csv_files
from app.wire.bodies import Strict
from app.wire.fields import Email, Id, Name, Place, SmallNumber, fault, optional, text
from app.wire.parsing import validated
from core.errors import InvalidInput
from core.recognition import Fault
from core.reference import Given

NUMBER_MAX = 2_147_483_647
CATEGORIES = ("Competition", "Showcase", "Exhibition")
WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}

REASONS = {
    "unknown_time_zone": "Must be a time zone such as Europe/Berlin.",
    "unknown_home_rink": "There is no rink of this name. Load the rinks first.",
    "several_home_rink": "There are {about} rinks of this name. Write: name, city, state. Or the id of one.",
    "unknown_governing_body": "There is no governing body of this name, such as USFSA or ISI.",
    "double": "Says the same as line {about} of this file.",
    "other_id": "Is there already, with the id {about}.",
    "ambiguous": "Could be any of {about} that are there already. Tell them apart by more columns, or by id.",
}
"""Why core cannot load a row."""


def _amount(typed: Any) -> Any:
    """Both marks before the cents, but no thousands: 1,250 is one thing here and another there."""
    if isinstance(typed, str) and not re.fullmatch(r"[0-9]{1,9}([.,][0-9]{1,2})?", typed, re.ASCII):
        raise fault("Must be an amount such as 12.50, without a currency.")
    return float(typed.replace(",", ".")) if isinstance(typed, str) else typed


def _phone_number(typed: Any) -> Any:
    digits = re.sub(r"[ ()+./-]", "", str(typed))
    if not re.fullmatch(r"[0-9]{1,20}", digits, re.ASCII):
        raise fault("Must be a phone number.")
    if int(digits) > NUMBER_MAX:
        raise fault(f"Does not fit: numbers of coaches can be kept up to {NUMBER_MAX}. Leave it empty.")
    return int(digits)


def _yes_or_no(typed: Any) -> Any:
    if str(typed).strip().casefold() not in WORDS:
        raise fault("Must be yes or no.")
    return WORDS[str(typed).strip().casefold()]


def _category(typed: Any) -> Any:
    return str(typed).capitalize()


def _web_address(typed: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+\.[^\s]+", typed, re.IGNORECASE):
        raise fault("Must be a web address such as https://rink.example.")
    return typed


Amount = Annotated[float, BeforeValidator(_amount), Field(ge=0, le=1_000_000)]
PhoneOfPlace = Annotated[text(40), StringConstraints(pattern=r"^[+(]?[0-9][0-9 ()./-]{3,}( ?(x|ext\.?) ?[0-9]+)?$")]


class RinkRow(Strict):
    id: optional(Id) = None
    name: Name
    address: optional(text(200)) = None
    city: optional(Place) = None
    state: optional(Place) = None
    country: optional(Place) = None
    zip: optional(text(20)) = None
    url: optional(Annotated[text(500), AfterValidator(_web_address)]) = None
    phone: optional(PhoneOfPlace) = None
    timezone: optional(text(64)) = None


class ClubRow(Strict):
    id: optional(Id) = None
    name: Name
    home_rink: optional(text(400)) = None
    cost: optional(Amount) = None


class CoachRow(Strict):
    id: optional(Id) = None
    first_name: Name
    last_name: Name
    rate: optional(Amount) = None
    usfsa_number: optional(SmallNumber) = None
    ijs_number: optional(SmallNumber) = None
    phone: optional(Annotated[int, BeforeValidator(_phone_number)]) = None
    email: optional(Email) = None


class IceTypeRow(Strict):
    id: optional(Id) = None
    name: Name


class EventTypeRow(Strict):
    id: optional(Id) = None
    category: Annotated[Literal[CATEGORIES], BeforeValidator(_category)]
    scoring_system: optional(text(40)) = None
    governing_body: optional(text(40)) = None
    single_mark: Annotated[bool, BeforeValidator(_yes_or_no)] = False


ROWS: dict[str, type[Strict]] = {
    "rinks": RinkRow,
    "clubs": ClubRow,
    "coaches": CoachRow,
    "ice-types": IceTypeRow,
    "event-types": EventTypeRow,
}

RECOGNISED_BY = {"id", "name", "city", "state", "first_name", "last_name", "email", *EventTypeRow.model_fields}
"""Without these, of a row nobody can say what it means."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a row, for a person."""

    line: int
    column: str | None
    reason: str


def columns(kind: str) -> list[str]:
    """What a file of this kind can say, `id` aside."""
    return [name for name in ROWS[kind].model_fields if name != "id"]


def rows(kind: str, raw: bytes) -> tuple[list[Given], list[Problem]]:
    """The rows of a file and all that is wrong with their shape; csv_files.BadFile when there are none to look at."""
    fields = ROWS[kind].model_fields
    required = [name for name, field in fields.items() if field.is_required()]
    lines = csv_files.read(raw, known=[*columns(kind), "id"], required=required)
    if not lines:
        raise csv_files.BadFile("has no rows below its first line.")
    given, problems = [], []
    for line in lines:
        row, faults = _given(kind, line)
        given += [row] if row else []
        problems += [Problem(line.number, name, " ".join(said)) for name, said in faults.items()]
    return given, problems


def problem(found: Fault) -> Problem:
    """Core's no, in words."""
    return Problem(found.line, found.column, REASONS[found.reason].format(about=found.about))


def _given(kind: str, line: csv_files.Line) -> tuple[Given | None, dict[str | None, list[str]]]:
    """A row, and what is wrong with it. Of one at fault as much is kept as core can look at for further faults."""
    if line.fault:
        return None, {None: [line.fault]}
    try:
        return Given(line.number, validated(ROWS[kind], line.cells).model_dump(exclude_unset=True)), {}
    except InvalidInput as bad:
        faults: dict[str | None, list[str]] = dict(bad.fields)
    if not RECOGNISED_BY.isdisjoint(faults):
        return None, faults
    sound = {name: cell for name, cell in line.cells.items() if name not in faults}
    return Given(line.number, validated(ROWS[kind], sound).model_dump(exclude_unset=True)), faults
