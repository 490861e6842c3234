"""The sabotages as data: what each re-creates, what it changes, and which tests must notice."""

import ast
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RECORDS = Path(__file__).with_name("records")


@dataclass(frozen=True)
class Change:
    """In `file` the text, which occurs there once, is replaced."""

    file: str
    text: str
    instead: str


@dataclass(frozen=True)
class Sabotage:
    """One published fault: `recreates` names the advisory and says what went wrong there."""

    name: str
    recreates: str
    changes: tuple[Change, ...]
    noticed_by: tuple[str, ...]

    def made_in(self, root: Path) -> dict[str, str]:
        """The changed files' new texts. ValueError when a text is not there once; SyntaxError when Python could not
        read the result."""
        made: dict[str, str] = {}
        for change in self.changes:
            before = made.get(change.file) or (root / change.file).read_text()
            if (times := before.count(change.text)) != 1:
                raise ValueError(f"{change.file} has this {times} times, not once: {change.text.strip()[:80]}")
            made[change.file] = before.replace(change.text, change.instead)
        for file, text in made.items():
            if file.endswith(".py"):
                ast.parse(text, file)
        return made

    def faults(self, root: Path = ROOT) -> list[str]:
        """Why it could not be tried in this house."""
        missing = [f"there is no test {test}" for test in self.noticed_by if not _is_there(root, test)]
        try:
            self.made_in(root)
        except (OSError, SyntaxError, ValueError) as error:
            return [*missing, str(error)]
        return missing


def read() -> list[Sabotage]:
    """All of them, in the order of their files."""
    return [
        _sabotage(record)
        for path in sorted(RECORDS.glob("*.toml"))
        for record in tomllib.loads(path.read_text())["sabotage"]
    ]


def _sabotage(record: dict[str, Any]) -> Sabotage:
    changes = tuple(Change(**change) for change in record.pop("change"))
    return Sabotage(**{**record, "noticed_by": tuple(record["noticed_by"])}, changes=changes)


def _is_there(root: Path, test: str) -> bool:
    file, _, name = test.partition("::")
    return name.partition("[")[0] in _tests_in(root / file)


@cache
def _tests_in(path: Path) -> frozenset[str]:
    nodes = ast.parse(path.read_text()).body if path.is_file() else ()
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef))
