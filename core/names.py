"""Names as people type them, and the keys by which they are compared."""

import unicodedata


def canonical(name: str) -> str:
    """The one form by which logins and addresses are compared and looked up.

    Folds letter case and compatibility forms (Unicode NFKC_Casefold, less its list of ignorable characters, which
    no name may contain), so that no two people can hold names that read the same to a lenient system.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded).casefold().strip()


def looks_like_address(name: str) -> bool:
    """Whether `name` could be mistaken for an e-mail address. A full-width at sign counts."""
    return "@" in canonical(name)


def has_hidden_characters(name: str) -> bool:
    """Whether `name` contains control, format, private or unassigned characters, or line breaks."""
    return any(unicodedata.category(char) in {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"} for char in name)


def masked(address: str) -> str:
    """An address that its holder recognises and nobody else learns: b•••@club.test."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
