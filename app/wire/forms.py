"""From the forms of the pages to the same models: their fields have the models' own names, not those of the wire."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel

from app.wire import parsing
from core.errors import InvalidInput

M = TypeVar("M", bound=BaseModel)


def filled(model: type[M], form: Mapping[str, str]) -> M:
    """The model behind a form. InvalidInput names the form's fields."""
    aliases = {name: info.alias or name for name, info in model.model_fields.items()}
    sent = {alias: form[name] for name, alias in aliases.items() if name in form}
    if gate := getattr(model, "gate", None):
        gate(sent)
    try:
        return parsing.validated(model, sent)
    except InvalidInput as refusal:
        names = {alias: name for name, alias in aliases.items()}
        faults = {names.get(field, field): problems for field, problems in refusal.fields.items()}
        raise InvalidInput(faults, refusal.code) from None
