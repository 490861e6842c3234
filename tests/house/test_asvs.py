"""The requirements that apply (asvs.csv, of ASVS 5.0), each with what shows it; SECURITY.md says how it stands.

To change a row is to change what is promised. `evidence` is `tests/x/test_y.py::test_name`, `file:symbol` or
`SECURITY.md#heading`, or several of these with blanks between. `when` is N: from the first release, M: with a second
factor, S: where tokens are signed, which they are, D: a matter of deployment.
"""

import ast
import csv
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from hashlib import sha256

import pytest

from tests.house.test_rules import ROOT

PAGE = (ROOT / "SECURITY.md").read_text()
STATES = ("green", "deviates", "later", "deployment", "not applicable")
LEVELS = {"L1": 58, "L2": 119, "L3": 69}
"""How many of each apply."""
THESE = "e8f5f06c4524ef16"
"""A digest of which they are, at which level, from when: another one when that is changed on purpose."""

with (ROOT / "tests/asvs.csv").open(newline="") as file:
    ROWS = list(csv.DictReader(file))


def test_every_requirement_that_applies_is_there_once() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS) == 246
    assert Counter(row["level"] for row in ROWS) == LEVELS
    assert Counter(row["when"] for row in ROWS) == {"N": 200, "M": 14, "S": 7, "D": 25}
    assert all(row["requirement"] and row["state"] in STATES for row in ROWS)
    listed = "\n".join(f"{row['id']} {row['level']} {row['when']}" for row in ROWS)
    assert sha256(listed.encode()).hexdigest()[:16] == THESE


def test_each_row_shows_what_it_says() -> None:
    assert {row["id"]: faults for row in ROWS if (faults := list(at_fault(row)))} == {}


def at_fault(row: dict[str, str]) -> Iterator[str]:
    """What is wrong with a row, in words."""
    evidence, state, is_early = row["evidence"].split(), row["state"], row["when"] in {"N", "S"}
    yield from (f"{each} is not there" for each in evidence if not exists(each))
    if state == "green" and not evidence:
        yield "nothing shows it"
    if state != "green" and len(row["why"]) < 10:
        yield "nothing says why"
    if is_early and row["level"] != "L3" and state not in {"green", "deviates"}:
        yield "the first release must be green, or deviate for a reason"
    if (state == "deployment" and row["when"] != "D") or (state == "later" and is_early and row["level"] != "L3"):
        yield f"it cannot be {state}"


def exists(evidence: str) -> bool:
    """Whether there is such a test, symbol or heading."""
    path, mark, name = re.fullmatch(r"([^:#]+)(::|:|#)(\S+)", evidence).groups()  # type: ignore[union-attr]
    if not (ROOT / path).is_file():
        return False
    if mark == "#":
        return name in headings(path)
    if path.endswith(".py"):
        return name in defined(path) and (mark == ":" or name.startswith("test_"))
    return mark == ":" and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", (ROOT / path).read_text()) is not None


@cache
def defined(path: str) -> set[str]:
    """The functions, classes and constants of a module."""
    found: set[str] = set()
    for node in ast.parse((ROOT / path).read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        for target in getattr(node, "targets", [getattr(node, "target", None)]):
            found |= {target.id} if isinstance(target, ast.Name) else set()
    return found


@cache
def headings(path: str) -> set[str]:
    """As links to them are written."""
    lines = re.findall(r"^#+ (.*)$", (ROOT / path).read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("nothing", ["tests/house/test_asvs.py::test_nothing", "core/tokens.py:gone", "SECURITY.md#no"])
def test_what_is_not_there_would_be_noticed(nothing: str) -> None:
    assert not exists(nothing)


def test_the_page_counts_what_is_in_the_table() -> None:
    counted = Counter((row["state"], row["level"]) for row in ROWS)
    for state in STATES:
        numbers = [counted[state, level] for level in LEVELS]
        if any(numbers):
            assert f"| {state} | {' | '.join(map(str, numbers))} | {sum(numbers)} |\n" in PAGE, numbers


def test_every_deviation_of_the_first_two_levels_is_on_the_page() -> None:
    section = PAGE.partition("\n## Deviations\n")[2].partition("\n## ")[0]
    told = set(re.findall(r"\d+\.\d+\.\d+", section))
    deviating = {row["id"] for row in ROWS if row["state"] == "deviates"}
    assert {row["id"] for row in ROWS if row["id"] in deviating and row["level"] != "L3"} <= told
    assert told <= deviating | {row["id"] for row in ROWS if row["state"] == "later"}
