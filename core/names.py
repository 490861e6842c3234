"""Names as people type them, and the keys by which they are compared."""

import re
import unicodedata

import idna

# Code points that are shown as nothing: Default_Ignorable_Code_Point of Unicode 16.0 (DerivedCoreProperties.txt), which
# includes all that Unicode reserves for such characters. Python's unicodedata does not know the property, and what it
# knows of a character depends on the interpreter's version.
IGNORABLE = (
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
# Letters and symbols that are blank: a Braille pattern, two Egyptian blanks, the Khitan filler, a null notehead.
BLANK = ((0x2800, 0x2800), (0x13441, 0x13442), (0x16FE4, 0x16FE4), (0x1D159, 0x1D159))
_INVISIBLE = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in IGNORABLE + BLANK) + "]")
_AT_SIGN = re.compile("[@\ufe6b\uff20]")
# A domain name has at most 253 characters (RFC 1035, 2.3.4). The idna package takes quadratic time for long ones.
_DOMAIN_MAX = 253
# What the product calls actors that are no account, in each language that it speaks (tests/languages compares), and
# what its terminal was called in the trail before it was "@terminal".
RESERVED = frozenset(
    [
        *("an account", "cli", "somebody", "somebody at the terminal", "terminal", "the invitation", "the terminal"),
        *("das terminal", "der einladung", "die einladung", "ein konto", "jemand", "jemand am terminal"),
        *("jemandem am terminal", "vestibule"),
    ]
)


def canonical(name: str) -> str:
    """Return the form by which texts are compared, letter case and compatibility forms aside.

    It is Unicode's NFKC_Casefold, without the removal of ignorable characters. Logins and addresses are compared by
    login_key() and address_key().
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded).casefold().strip()


def login_key(name: str) -> str:
    """Return the form by which logins are compared: folded, without what nobody can see, blanks counted once.

    A name that looks like an address (only accounts of the replaced backend have such logins) has the key of an
    address, so that one who signs in with it is looked for once.
    """
    if _AT_SIGN.search(name):
        return address_key(name)
    return " ".join(canonical(_INVISIBLE.sub("", name)).split())


def address_key(address: str) -> str:
    """Return the form by which e-mail addresses are compared: the local part folded, the domain by its ASCII form.

    Two spellings of one domain by IDNA 2008 (`bücher.test`, `xn--bcher-kva.test`) are one, and what only reads alike
    (`straße.test`, `strasse.test`) is two: letters go to two mail servers. The domain is written in Unicode, so that
    a search finds it. What is no address gets a key that no address has.
    """
    signs = [*_AT_SIGN.finditer(address)]
    if not signs:
        return canonical(address)
    return f"{canonical(address[: signs[-1].start()])}@{_domain_key(address[signs[-1].end() :])}"


def search_keys(part: str) -> set[str]:
    """Return the forms in which a part of a login or of an address can stand in a key."""
    return {canonical(part), login_key(part), _lowered(part), _domain_key(part)} - {""}


def looks_like_address(name: str) -> bool:
    """Whether `name` could be mistaken for an e-mail address. A full-width at sign counts."""
    return "@" in canonical(name)


def has_hidden_characters(name: str) -> bool:
    """Whether `name` contains control, format, private or unassigned characters, or line breaks."""
    return any(unicodedata.category(char) in {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"} for char in name)


def has_invisible_characters(name: str) -> bool:
    """Whether `name` contains characters that are shown as nothing or as a blank, whatever the interpreter's Unicode
    version: with them, a second login would look like the first."""
    return bool(_INVISIBLE.search(name))


def is_reserved(login: str) -> bool:
    """Whether the product itself is called so where it says who did something."""
    return login_key(login) in RESERVED


def masked(address: str) -> str:
    """An address that its holder recognises and nobody else learns: b•••@club.test."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"


def _domain_key(domain: str) -> str:
    """Return the domain in Unicode, as IDNA 2008 (with the mapping of UTS 46) reads it; what is no domain in ASCII,
    with escapes that no domain contains."""
    plain = domain.strip()
    if plain.isascii() and "xn--" not in plain.lower():
        return plain.lower()
    try:
        wire = idna.encode(plain[: _DOMAIN_MAX + 1], uts46=True)
        shown = idna.decode(wire)
        return shown if idna.encode(shown, uts46=True) == wire else wire.decode()
    except UnicodeError:
        return _lowered(plain).encode("ascii", "backslashreplace").decode().lower()


def _lowered(text: str) -> str:
    """Return the text in small letters and without compatibility forms, with `ß` as it is."""
    lowered = unicodedata.normalize("NFKC", text).lower()
    return unicodedata.normalize("NFKC", lowered).lower().strip()
