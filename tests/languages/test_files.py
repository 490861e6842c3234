"""Each language says all that the code says, and nothing else, with the same put into its sentences."""

import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from app.languages import CODES, ENGLISH, FOLDER
from tests.languages.words import Message, all_of_them

PUT_IN = re.compile(r"%\(\w+\)s|\{\w+\}|</?\w[^>]*>|&\w+;|%")
Said = dict[Message, list[str]]


@pytest.fixture(scope="module")
def said() -> Said:
    return all_of_them()


def faults(path: Path, said: Said) -> Iterator[str]:
    """What is missing, superfluous, unsure, or would be put together otherwise than in English."""
    found = polib.pofile(str(path), check_for_duplicates=True)
    there = {(entry.msgid, entry.msgid_plural) for entry in found}
    yield from (f"missing: {one!r}" for one, _ in sorted(set(said) - there))
    yield from (f"superfluous: {one!r}" for one, _ in sorted(there - set(said)))
    forms = re.search(r"nplurals=(\d+)", found.metadata["Plural-Forms"])
    for entry in found:
        yield from _faults_of(entry, int(forms[1]) if forms else 2)


def _faults_of(entry: polib.POEntry, forms: int) -> Iterator[str]:
    own = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if entry.fuzzy or not all(own) or len(own) != (forms if entry.msgid_plural else 1):
        yield f"not translated: {entry.msgid!r}"
        return
    # "one person" need not hold the number that "{number} people" does.
    allowed = {_put_in(each) for each in (entry.msgid, entry.msgid_plural) if each}
    yield from (f"other placeholders: {each!r}" for each in own if _put_in(each) not in allowed)


def _put_in(sentence: str) -> tuple[str, ...]:
    return tuple(sorted(PUT_IN.findall(sentence)))


@pytest.mark.parametrize("code", [code for code in CODES if code != ENGLISH])
def test_a_language_is_complete(code: str, said: Said) -> None:
    assert list(faults(FOLDER / f"{code}.po", said)) == []


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ('msgid "Save"\n', 'msgid "Safe"\n', ["missing: 'Save'", "superfluous: 'Safe'"]),
        ('msgstr "Speichern"\n', 'msgstr ""\n', ["not translated: 'Save'"]),
        ('msgid "Save"\n', '#, fuzzy\nmsgid "Save"\n', ["not translated: 'Save'"]),
        ('msgstr[1] "{number} Personen"\n', "", ["not translated: 'one person'"]),
        ('msgstr "Hallo, %(name)s"', 'msgstr "Hallo, %(nme)s"', ["other placeholders: 'Hallo, %(nme)s'"]),
        ('msgstr "{whom} ist beigetreten."', 'msgstr "Beigetreten."', ["other placeholders: 'Beigetreten.'"]),
        (
            "Du bist als <strong>%(login)s</strong> angemeldet.",
            "Du bist als <b>%(login)s</b> angemeldet.",
            ["other placeholders: 'Du bist als"],
        ),
    ],
)
def test_control_each_fault_is_named(tmp_path: Path, said: Said, good: str, bad: str, told: list[str]) -> None:
    text = (FOLDER / "de.po").read_text()
    assert good in text
    (tmp_path / "de.po").write_text(text.replace(good, bad, 1))

    found = list(faults(tmp_path / "de.po", said))

    assert len(found) == len(told)
    assert all(each.startswith(beginning) for each, beginning in zip(found, told, strict=True))
