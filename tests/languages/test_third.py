"""A third language is one file more."""

import json
import subprocess
import sys
from pathlib import Path

import polib

from tests.languages.words import all_of_them
from tests.sabotage.copies import Copy


def drop(path: Path) -> None:
    file = polib.POFile()
    file.header = "Nederlands"
    file.metadata = {"Content-Type": "text/plain; charset=utf-8", "Plural-Forms": "nplurals=2; plural=(n != 1);"}
    for one, many in all_of_them():
        own = {0: f"⟦{one}⟧", 1: f"⟦{many}⟧"} if many else {}
        file.append(polib.POEntry(msgid=one, msgid_plural=many, msgstr="" if many else f"⟦{one}⟧", msgstr_plural=own))
    file.save(str(path))


def test_a_file_is_all_that_a_third_language_needs_and_nothing_is_left_in_english(tmp_path: Path) -> None:
    """Dropped into a copy of the house, with each sentence in brackets: on no page and in no letter anything stands
    outside of them."""
    Copy(tmp_path)
    drop(tmp_path / "app/languages/nl.po")
    walk = [sys.executable, "-m", "tests.languages.walk", "nl"]
    done = subprocess.run(walk, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

    told = json.loads(done.stdout)

    assert told["offered"] == ["de", "en", "nl"]
    assert told["left"] == {}
    assert told["letters"] == ["nl"] * 11
