"""What the code never does, whoever writes it. See test_dangers.py as well, and the linter (S, in pyproject.toml)."""

import ast
import re
import time
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.test_rules import ROOT, _tracked

SCRIPTS = sorted((ROOT / "app/static").glob("*.js"))
TEMPLATES = sorted((ROOT / "app/templates").rglob("*.*"))
PYTHON = [*_tracked("app/*.py", "core/*.py", "migrations/*.py"), ROOT / "wsgi.py"]

POLLUTED = r"\.prototype|Object\.assign|\.constructor|\bfor \(\w+ in\b"
FROM_ELSEWHERE = r"https?://|\bimport\b|\bwindow\b|globalThis|\bself\b"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_name_only_what_they_need(script: Path) -> None:
    """Nothing that an element with a clever id, or an answer with clever keys, could stand in for."""
    code = re.sub(r"^//.*$", "", script.read_text(), flags=re.MULTILINE).lstrip()

    assert code.startswith('"use strict";')
    for pattern in (POLLUTED, FROM_ELSEWHERE, "{{|{%"):
        assert re.findall(pattern, code) == []
    assert set(re.findall(r"\bdocument\.(\w+)", code)) <= {"querySelectorAll", "createElement"}


PASSWORD_FIELD = re.compile(
    r"""{{ field\((?:form, name, label, id=id,|\S+ "(?:password|current)",).*|<input.*"(?:password|current)".*"""
)


def test_fields_for_passwords_are_masked_and_filled_in_by_managers() -> None:
    fields = [field for path in TEMPLATES for field in PASSWORD_FIELD.findall(path.read_text())]
    assert len(fields) == 3
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(new|current)-password"', field)


def _calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


SIZE = 64 * 1024
HOSTILE = [(start, middle, end) for middle in 'a -."`0<\n' for start in ("", "1") for end in "\0!"]
NOTHING = 0.001
"""Seconds that need no ratio."""


def test_no_pattern_takes_long_over_64_kib_whatever_stands_there() -> None:
    """Those of fields are not Python's: pydantic's take as long as the text."""
    patterns = {found for path in PYTHON for call in _calls(ast.parse(path.read_text())) for found in _pattern(call)}
    assert len(patterns) > 10
    assert [found for found in sorted(patterns) if _grows_with_the_square(*found)] == []


def test_control_a_pattern_that_begins_anew_at_every_letter_is_found() -> None:
    assert _grows_with_the_square("re.search", r"a+b", SIZE // 16)


def _grows_with_the_square(how: str, pattern: str, size: int = SIZE) -> bool:
    """Whether eight times the text takes 64 times as long, rather than 8 times."""
    look = re.fullmatch if how in {"re.fullmatch", "re.compile"} else re.search

    def seconds(start: str, middle: str, end: str, size: int) -> float:
        text = (start + middle * size)[: size - 1] + end
        begun = time.thread_time()
        look(pattern, text)
        return time.thread_time() - begun

    for text in HOSTILE:
        long = seconds(*text, size)
        if long > NOTHING:
            long = min(long, *(seconds(*text, size) for _ in range(2)))
            if long > 24 * min(seconds(*text, size // 8) for _ in range(5)):
                return True
    return False


def _pattern(call: ast.Call) -> set[tuple[str, str]]:
    how = ast.unparse(call.func)
    return {(how, each.value) for each in call.args[:1] if how.startswith("re.") and isinstance(each, ast.Constant)}


def test_everything_that_is_installed_is_named_with_its_version() -> None:
    """requirements.txt is the bill of materials: what runs the product, and all that this brings along."""
    lines = [line.partition("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()]
    pinned = {canonicalize_name(line.partition("==")[0]): line for line in lines if line}
    assert all("==" in line for line in pinned.values())
    for name in pinned:
        for wanted in _wanted(name):
            assert canonicalize_name(wanted.name) in pinned, f"{name} brings {wanted.name} along"


def _wanted(name: str) -> list[Requirement]:
    try:
        found = [Requirement(each) for each in requires(name) or []]
    except PackageNotFoundError:
        return []
    return [each for each in found if each.marker is None or each.marker.evaluate({"extra": ""})]


def test_nothing_redirects_but_to_our_own_pages() -> None:
    """To an endpoint of ours, by its name: no address that somebody sent is ever gone to."""
    redirects = {
        (path.name, ast.unparse(call))
        for path in PYTHON
        for call in _calls(ast.parse(path.read_text()))
        if ast.unparse(call.func).endswith("redirect")
    }
    assert redirects == {("doors.py", "redirect(url_for(endpoint, **query), 303)")}
    for path in PYTHON:
        assert not re.search(r"_external|[\"']Location[\"']|SERVER_NAME", path.read_text()), path
    for path in TEMPLATES:
        assert not re.search(r"http-equiv[^>]*url", path.read_text()), path
