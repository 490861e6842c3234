"""From bytes or query strings to wire models. What is wrong is said field by field; input is never echoed."""

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import MultiDict

from app.sentences import Said
from core.errors import InvalidInput

M = TypeVar("M", bound=BaseModel)

SENTENCES = {
    "missing": "This field is required.",
    "extra_forbidden": "This field is not known here.",
    "string_type": "Must be text.",
    "string_unicode": "Must be text without broken characters.",
    "string_too_short": "Must not be empty.",
    "too_short": "Must have at least one entry.",
    "string_too_long": "Must have at most {max_length} characters.",
    "string_pattern_mismatch": "Does not have the right form.",
    "list_type": "Must be a list.",
    "too_long": "Must have at most {max_length} entries.",
    "int_type": "Must be a whole number.",
    "int_parsing": "Must be a whole number.",
    "int_from_float": "Must be a whole number.",
    "float_type": "Must be a number.",
    "finite_number": "Must be a number.",
    "date_from_datetime_parsing": "Must be a day, such as 2027-01-31.",
    "date_parsing": "Must be a day, such as 2027-01-31.",
    "greater_than_equal": "Must be at least {ge}.",
    "less_than_equal": "Must be at most {le}.",
    "datetime_parsing": "Must be a time with its offset, such as 2027-01-31T18:00:00+01:00.",
    "datetime_from_date_parsing": "Must be a time with its offset, such as 2027-01-31T18:00:00+01:00.",
    "uuid_type": "Must be an id.",
    "uuid_parsing": "Must be an id.",
    "literal_error": "Must be {expected}.",
}


ONCE = "Must be there only once."
"""Said twice, it means one thing to one program and another to the next."""


class Malformed(InvalidInput):
    """What was sent has not the shape that is taken. Its fields have the names that they were sent with."""

    codes = ("invalid_input", "invalid_json")


class _Nonsense:
    """Stands for a number that no field takes."""


def body(model: type[M], raw: bytes) -> M:
    """The model behind a JSON body; Malformed names every field at fault."""
    sent = _object(raw)
    if gate := getattr(model, "gate", None):
        gate(sent)
    return validated(model, sent)


def query(model: type[M], sent: MultiDict[str, str]) -> M:
    """The model behind a query string; Malformed names every field at fault."""
    if doubles := [name for name, values in sent.lists() if len(values) > 1]:
        raise Malformed({_safe(name): [ONCE] for name in doubles})
    return validated(model, sent.to_dict())


def validated(model: type[M], sent: dict[str, Any]) -> M:
    """The model behind parsed input; Malformed names every field at fault."""
    try:
        return model.model_validate(sent)
    except ValidationError as error:
        raise Malformed(_fields(error)) from None


def _object(raw: bytes) -> dict[str, Any]:
    try:
        text = raw.decode("utf-8")
        sent = json.loads(text, object_pairs_hook=_without_doubles, parse_constant=_constant, parse_int=_whole)
    except (ValueError, RecursionError):
        raise Malformed({}, "invalid_json") from None
    if not isinstance(sent, dict):
        raise Malformed({}, "invalid_json")
    return sent


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        doubles = {key for key in keys if keys.count(key) > 1} if len(keys) <= 1000 else set()
        raise Malformed({_safe(key): [ONCE] for key in doubles})
    return found


def _constant(_: str) -> _Nonsense:
    return _Nonsense()


def _whole(digits: str) -> Any:
    return int(digits) if len(digits) < 20 else _Nonsense()


def _fields(error: ValidationError) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for fault in error.errors(include_url=False, include_input=False):
        context = fault.get("ctx", {})
        name = str(fault["loc"][0]) if fault["loc"] else str(context.get("field", ""))
        said = Said(SENTENCES.get(_kind(fault["type"], context), fault["msg"]), context)
        if said not in (problems := fields.setdefault(_safe(name), [])):
            problems.append(said)
    return fields


def _kind(fault: str, context: dict[str, Any]) -> str:
    """Text that was trimmed first is measured by pydantic as a value of no kind: only lists have entries."""
    of_text = fault in {"too_short", "too_long"} and context.get("field_type") == "Value"
    return f"string_{fault}" if of_text else fault


def _safe(name: str) -> str:
    """A key of the sender's that can stand in an answer."""
    return name[:80].encode("utf-8", "replace").decode()
