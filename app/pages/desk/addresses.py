"""Addresses as people paste them: out of mails, lists and sheets."""

import re


def separated(pasted: str) -> list[str]:
    """The entries of a pasted text, each once, in its order: parted by commas, semicolons, blanks or line breaks; of
    `Name <address>` the address. What is no address stays an entry, so that it can be told."""
    unquoted = re.sub(r'"[^"\n]*"', " ", pasted)
    entries = [entry for piece in re.split(r"[,;\r\n]+", unquoted) for entry in _entries(piece.strip())]
    return list(dict.fromkeys(entries))


def _entries(piece: str) -> list[str]:
    bracketed = re.findall(r"<([^<>]*)>", piece)
    words = re.sub(r"<[^<>]*>", " ", piece).split()
    if not bracketed:
        return words
    named = [address.strip() for address in bracketed]
    return [word for word in words if "@" in word] + (named if all(named) else [piece])
