"""From the bytes of a CSV file to its lines, as people and spreadsheets write them."""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from io import StringIO

HOW_TO_SAVE = 'In a spreadsheet, save it as "CSV UTF-8".'
CUT_SHORT = "Cannot be read from here on: a quotation mark is out of place, or one is missing."


class BadFile(ValueError):
    """The file as a whole is not what it should be; says why."""


@dataclass(frozen=True)
class Line:
    """`number` is that of the line it begins on; `cells` by their column, without blanks around them. One that is out
    of shape has a `fault` instead."""

    number: int
    cells: dict[str, str]
    fault: str | None = None


def read(raw: bytes, *, known: Collection[str], required: Collection[str]) -> list[Line]:
    """The lines of a file: UTF-8 with or without BOM, separated by comma or semicolon, blank lines aside.
    BadFile when it is none, or its first line does not name what is known and required."""
    text = _text(raw)
    heading = next((line for line in text.splitlines() if line.strip(" ,;")), "")
    separator = ";" if heading.count(";") > heading.count(",") else ","
    rows = _rows(text, separator)
    columns = _columns(next(rows, (1, None))[1], known, required)
    return [_line(row, columns) for row in rows]


def _text(raw: bytes) -> str:
    if not raw.strip():
        raise BadFile("is empty.")
    if raw.startswith(b"PK\x03\x04"):
        raise BadFile(f"is a workbook or an archive, not CSV. {HOW_TO_SAVE}")
    if b"\x00" in raw or raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadFile(f"is not text in UTF-8. {HOW_TO_SAVE}")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadFile(f"is not text in UTF-8: see line {line}. {HOW_TO_SAVE}") from None


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str] | None]]:
    """Each row that says something, with the line it begins on; None where it goes on as nobody can tell."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True)
    while True:
        begun = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            yield begun, None
            return
        if any(cells):
            yield begun, cells


def _columns(names: list[str] | None, known: Collection[str], required: Collection[str]) -> list[str]:
    if names is None:
        raise BadFile(f"has no first line that names its columns. Known ones: {', '.join(known)}.")
    columns = [name.casefold() for name in names]
    unknown = [name for name in columns if name not in known]
    if unknown:
        named = ", ".join(_shown(name) for name in unknown[:5])
        raise BadFile(f"has columns that are not known here: {named}. Known ones: {', '.join(known)}.")
    if doubles := sorted({name for name in columns if columns.count(name) > 1}):
        raise BadFile(f"has a column twice: {', '.join(doubles)}.")
    if missing := [name for name in required if name not in columns]:
        raise BadFile(f"lacks a column that is needed: {', '.join(missing)}. Known ones: {', '.join(known)}.")
    return columns


def _shown(name: str) -> str:
    visible = "".join(char if char.isprintable() else "�" for char in name[:40])
    return f'"{visible}"' if visible else "one without a name"


def _line(row: tuple[int, list[str] | None], columns: list[str]) -> Line:
    number, cells = row
    if cells is None:
        return Line(number, {}, CUT_SHORT)
    if len(cells) > len(columns) and not any(cells[len(columns) :]):
        cells = cells[: len(columns)]
    if len(cells) != len(columns):
        return Line(number, {}, f"Has {len(cells)} cells, while the first line names {len(columns)} columns.")
    return Line(number, dict(zip(columns, cells, strict=True)))
