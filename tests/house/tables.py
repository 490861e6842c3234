"""Tables in the documents that are made from the code. Each stands between two marks:

    <!-- generated: errors -->
    <!-- end -->

`python -m tests.house.tables` writes them anew, and test_tables.py holds that nobody has to. A further table is a
function of its lines, and a name for it in TABLES."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from app.cli import commands
from app.variables import VARIABLES
from core.policy import LIMITS
from tests.support.promised import described
from tests.support.servers import ROOT

MARKED = re.compile(r"(<!-- generated: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
MANY = 4


def errors() -> Iterator[str]:
    """Every code of the API: with which status and which words it comes, and where."""
    yield from ("| code | status | what people are told | comes from |", "| --- | --- | --- | --- |")
    for code, found in sorted(_answers().items()):
        statuses, sentences, places = (list(dict.fromkeys(part)) for part in zip(*found, strict=True))
        told = "<br>".join(sentences)
        yield f"| `{code}` | {', '.join(statuses)} | {told} | {_places([place for place in places if place])} |"


def _answers() -> dict[str, list[tuple[str, str, str]]]:
    """Of each code: status, sentence and operation, everywhere it comes."""
    document, found = described(), dict[str, list[tuple[str, str, str]]]()
    shared = document["components"]["responses"]
    found["method_not_allowed"] = [("405", _sentence(shared["MethodNotAllowed"], "method_not_allowed"), "")]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            place = f"`{method.upper()} {path.removeprefix('/api/v4')}`"
            for status, answer in operation["responses"].items():
                whole = shared[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
                for code in whole.get("content", {}).get("application/json", {}).get("examples", {}):
                    found.setdefault(code, []).append((status, _sentence(whole, code), place))
    return found


def _sentence(answer: dict[str, Any], code: str) -> str:
    return str(answer["content"]["application/json"]["examples"][code]["value"]["message"])


def _places(places: list[str]) -> str:
    return "<br>".join(places) if 0 < len(places) <= MANY else f"{len(places)} operations" if places else "any path"


def settings() -> Iterator[str]:
    """Every variable of the environment that is read."""
    yield from ("| variable | default | meaning |", "| --- | --- | --- |")
    for names, default, meaning in VARIABLES:
        yield f"| {' '.join(f'`{name}`' for name in names)} | {default} | {meaning} |"


def terminal() -> Iterator[str]:
    """Every command of `flask --app wsgi`, as its help says."""
    yield from ("| command | what it does |", "| --- | --- |")
    grouped = [(f"{group.name} ", each) for group in commands.GROUPS for each in group.commands.values()]
    for group, command in [*grouped, *(("", each) for each in commands.ALONE)]:
        takes = "".join(f" {_taken(one)}" for one in command.params if "--json" not in one.opts)
        yield f"| `{group}{command.name}{takes}` | {command.get_short_help_str(200)} |"
    yield "| `db upgrade` | Bring the database up to date. |"


def _taken(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        return str(parameter.name).upper()
    value = "" if parameter.is_flag else f" {_kind(parameter)}"  # type: ignore[attr-defined]
    whole = f"{parameter.opts[0]}{value}"
    return whole if parameter.required else f"[{whole}]{'…' if parameter.multiple else ''}"


def _kind(parameter: click.Parameter) -> str:
    if isinstance(parameter.type, click.IntRange):
        return "N"
    is_choice = isinstance(parameter.type, click.Choice)
    return parameter.opts[0].strip("-").upper() if is_choice else parameter.type.name.upper()


def limits() -> Iterator[str]:
    """How often what may be tried."""
    yield from ("| limit | attempts | in |", "| --- | --- | --- |")
    for name, limit in LIMITS.items():
        yield f"| `{name}` | {limit.attempts} | {_span(limit.window)} |"


def _span(span: timedelta) -> str:
    number, unit = next((span // size, unit) for unit, size in SPANS.items() if not span % size)
    return f"{number} {unit}{'s' if number > 1 else ''}"


SPANS = {"day": timedelta(days=1), "hour": timedelta(hours=1), "minute": timedelta(minutes=1)}
TABLES: dict[str, Callable[[], Iterable[str]]] = {
    "errors": errors,
    "settings": settings,
    "terminal": terminal,
    "limits": limits,
}


def documents() -> list[Path]:
    return [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]


def renewed(text: str) -> str:
    """The text with all its tables as they should be."""
    return MARKED.sub(lambda found: found[1] + "".join(line + "\n" for line in TABLES[found[2]]()) + found[4], text)


def main() -> int:
    for path in documents():
        if (new := renewed(old := path.read_text())) != old:
            path.write_text(new)
            print(f"{path.relative_to(ROOT)} has new tables")
    return 0


if __name__ == "__main__":
    sys.exit(main())
