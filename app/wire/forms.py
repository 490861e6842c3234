"""From the forms of the pages to the same models: their fields have the models' own names, not those of the wire."""

from collections.abc import Mapping
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel
from werkzeug.datastructures import MultiDict

from app.wire import parsing
from core.errors import InvalidInput

M = TypeVar("M", bound=BaseModel)


def filled(model: type[M], form: Mapping[str, Any]) -> M:
    """The model behind a form, which may hold more. InvalidInput names the form's fields."""
    aliases = {name: info.alias or name for name, info in model.model_fields.items()}
    sent = {alias: _value(model, form, name) for name, alias in aliases.items() if name in form}
    if gate := getattr(model, "gate", None):
        gate(sent)
    try:
        return parsing.validated(model, sent)
    except InvalidInput as refusal:
        names = {alias: name for name, alias in aliases.items()}
        faults = {names.get(field, field): problems for field, problems in refusal.fields.items()}
        raise InvalidInput(faults, refusal.code) from None


def _value(model: type[BaseModel], form: Mapping[str, Any], name: str) -> Any:
    """What was typed; of boxes to tick, all that were."""
    takes_many = get_origin(model.model_fields[name].annotation) is list
    return form.getlist(name) if takes_many and isinstance(form, MultiDict) else form[name]
