"""What one person typed, in a letter to another: it stays text, and is told apart from what the product says."""

import re
import textwrap

WORD_JOINER = "\u2060"
WIDTH = 72
# Mail programs make a link of `scheme://…`, and of words with dots that end like a domain: `www.evil.test/login`.
_LINKING = re.compile(r"(?=://)|(?<=\.)(?=[^\W\d_]{2})")


def unlinked(text: str) -> str:
    """Return the text with invisible characters where a mail program would take it for a link."""
    return _LINKING.sub(WORD_JOINER, text)


def quoted(text: str) -> str:
    """Return the text as mail quotes it, each line behind `> `: none looks like one of the letter's own."""
    return "\n".join(
        f"> {part}".rstrip()
        for line in text.split("\n")
        for part in textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
    )
