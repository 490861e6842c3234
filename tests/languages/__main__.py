"""See tests/languages/__init__.py."""

import sys

import polib

from app.languages import FOLDER
from tests.languages.words import all_of_them

HEADING = """{code}

The first line is what the language calls itself. What stands in <so>, %(so)s or {{so}} in an English
sentence belongs into its translation as well."""
ABOUT = {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}


def main(code: str) -> None:
    path = FOLDER / f"{code}.po"
    before = polib.pofile(str(path)) if path.exists() else polib.POFile()
    after = polib.POFile(wrapwidth=110)
    after.header = before.header or HEADING.format(code=code)
    after.metadata = before.metadata or ABOUT | {"Language": code}
    known = {(entry.msgid, entry.msgid_plural): entry for entry in before}
    for (one, many), places in all_of_them().items():
        entry = known.get((one, many)) or polib.POEntry(msgid=one, msgid_plural=many)
        if many and not entry.msgstr_plural:
            entry.msgstr_plural = {0: "", 1: ""}
        entry.occurrences = [(place, "") for place in places]
        after.append(entry)
    after.save(str(path))
    print(f"{path.name}: {len(after)} sentences, {len(after.untranslated_entries())} without a translation yet")


main(sys.argv[1])
