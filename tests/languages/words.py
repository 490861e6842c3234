"""All that pages and letters say, as the code has it: what a language must translate."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from jinja2.ext import babel_extract

from app import sentences
from app.pages import filters, words
from app.pages.desk import coaches, person, team
from app.pages.desk import words as desk
from app.wire import parsing
from tests.support.servers import ROOT

Message = tuple[str, str]
"""A sentence, and how it goes of several, if it has such a form."""

FOR_DEVELOPERS = {"docs.html", "mailbox.html"}
PYTHON = ["app/letters.py", "app/pages/**/*.py", "app/wire/accounts.py", "app/wire/fields.py", "app/wire/invites.py"]
CALLS = {"gettext": (0,), "ngettext": (0, 1), "fault": (0,), "PydanticCustomError": (1,)}
"""In which places of a call the sentences stand."""

TABLES: list[tuple[ModuleType, tuple[str, ...]]] = [
    (sentences, ("SENTENCES", "REASONS")),
    (parsing, ("SENTENCES", "ONCE")),
    (words, ("SENTENCES", "ROLES", "WAYS", "ANSWERS", "PLACES", "CONTINENTS", "ERRORS", "FAULTS", "DONE")),
    (words, ("DEAD_LINKS", "DEAD_RESET", "DEAD_PROOF")),
    (filters, ("MONTHS", "SHORT_MONTHS")),
    (desk, ("SENTENCES", "DONE", "ROLES", "KINDS", "STATUSES", "PARTS", "LETTERS", "LETTER_STATES", "ACCOUNTS")),
    (desk, ("EVENTS", "EVENT_NAMES")),
    (coaches, ("SAYS",)),
    (person, ("SAYS",)),
    (team, ("SAYS",)),
]
"""Words that are looked up by a code: they are in no call that could be found."""


def all_of_them() -> dict[Message, list[str]]:
    """Everything, with the files in which it is said."""
    found: dict[Message, list[str]] = {}
    for message, place in _everywhere():
        places = found.setdefault(message, [])
        if place not in places:
            places.append(place)
    return found


def _everywhere() -> Iterator[tuple[Message, str]]:
    templates = (path for path in sorted(ROOT.glob("app/templates/**/*.*")) if path.name not in FOR_DEVELOPERS)
    sources = (path for pattern in PYTHON for path in sorted(ROOT.glob(pattern)))
    for path in templates:
        yield from ((message, _place(path)) for message in _in_template(path))
    for path in sources:
        yield from ((message, _place(path)) for message in _in_calls(path))
    for module, names in TABLES:
        for said in (each for name in names for each in _texts(getattr(module, name))):
            yield (said, ""), _place(Path(str(module.__file__)))


def _place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _in_template(path: Path) -> Iterator[Message]:
    """Jinja finds them itself; of a call with values they are the texts."""
    options = {"trimmed": "true", "silent": "false"}
    with path.open("rb") as file:
        for _, _, said, _ in babel_extract(file, ("_", "gettext", "ngettext"), [], options):
            one, *more = (each for each in ([said] if isinstance(said, str) else said) if isinstance(each, str))
            yield one, more[0] if more else ""


def _in_calls(path: Path) -> Iterator[Message]:
    for call in ast.walk(ast.parse(path.read_text())):
        if isinstance(call, ast.Call) and (name := ast.unparse(call.func)) in CALLS:
            said = [call.args[place] for place in CALLS[name] if place < len(call.args)]
            one, *more = [each.value for each in said if isinstance(each, ast.Constant)] or [""]
            if one:
                yield str(one), str(more[0]) if more else ""


def _texts(table: Any) -> Iterator[str]:
    if isinstance(table, str):
        yield table
    else:
        for each in table.values() if isinstance(table, dict) else table:
            yield from _texts(each)
