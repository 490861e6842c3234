"""The languages that people are spoken to in. English is the code's own; each further one is one file here: de.po."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

FOLDER = Path(__file__).parent
ENGLISH = "en"


def _own_name(path: Path) -> str:
    """What a language calls itself: the first line of its file, `# Deutsch`."""
    with path.open(encoding="utf-8") as file:
        return file.readline().strip("# \n") or path.stem


NAMES = {ENGLISH: "English", **{path.stem: _own_name(path) for path in sorted(FOLDER.glob("*.po"))}}
"""What each language is called in itself, by its code (BCP 47): de, pt-BR."""

CODES = tuple(NAMES)


class English(NullTranslations):
    """What the code says, as it stands there."""

    code = ENGLISH


class Translated(GNUTranslations):
    """What a file says instead. It is read when somebody first speaks that language, and is then kept."""

    def __init__(self, path: Path) -> None:
        import polib  # here, because where all speak English nobody needs it

        self.code = path.stem
        super().__init__(BytesIO(polib.pofile(str(path)).to_binary()))


Language = English | Translated


@cache
def language(code: str | None) -> Language:
    """The language of this code; English, should nobody speak it here (any more)."""
    return Translated(FOLDER / f"{code}.po") if code in NAMES and code != ENGLISH else English()
