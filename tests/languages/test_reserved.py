"""What the product calls those who are no account is nobody's login, in any language."""

import ast
from pathlib import Path

import pytest

from app.languages import CODES, language
from app.pages.desk import words
from core import names

SOURCE = Path(str(words.__file__))


def system_actors() -> set[str]:
    """The sentences that are marked as the product's own words for somebody."""
    marking = [
        call
        for call in ast.walk(ast.parse(SOURCE.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "system_mark"
    ]
    return {text.value for call in marking for text in ast.walk(call) if isinstance(text, ast.Constant)}


@pytest.mark.parametrize("code", CODES)
def test_the_products_own_words_for_somebody_are_no_login(code: str) -> None:
    actors = system_actors()
    assert len(actors) == 6
    for words_for_somebody in actors:
        said = language(code).gettext(words_for_somebody)
        assert names.is_reserved(said), said
        assert names.is_reserved(f" {said.upper()} "), said


def test_the_product_is_no_login() -> None:
    assert names.is_reserved("Vestibule")
