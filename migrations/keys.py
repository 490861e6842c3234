"""The keys of names as of version 0009: a copy of core/names.py of that time, which later versions must not change."""

import re
import unicodedata

import idna

TERMINAL = "@terminal"
# Default_Ignorable_Code_Point of Unicode 16.0, and blank letters.
_INVISIBLE = re.compile(
    "[\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f"
    "\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufff8\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a"
    "\\U000e0000-\\U000e0fff\\u2800\\U00013441\\U00013442\\U00016fe4\\U0001d159]"
)
_AT_SIGN = re.compile("[@\\ufe6b\\uff20]")
_DOMAIN_MAX = 253


def folded(name: str) -> str:
    """Return the key that versions before 0009 gave to logins and addresses alike."""
    once = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", once).casefold().strip()


def login_key(name: str) -> str:
    """Return the key of a login: of an address if it looks like one, else folded, without what nobody can see."""
    if _AT_SIGN.search(name):
        return address_key(name)
    return " ".join(folded(_INVISIBLE.sub("", name)).split())


def address_key(address: str) -> str:
    """Return the key of an address: the local part folded, the domain as IDNA 2008 reads it."""
    signs = [*_AT_SIGN.finditer(address)]
    if not signs:
        return folded(address)
    return f"{folded(address[: signs[-1].start()])}@{_domain_key(address[signs[-1].end() :])}"


def _domain_key(domain: str) -> str:
    plain = domain.strip()
    if plain.isascii() and "xn--" not in plain.lower():
        return plain.lower()
    try:
        wire = idna.encode(plain[: _DOMAIN_MAX + 1], uts46=True)
        shown = idna.decode(wire)
        return shown if idna.encode(shown, uts46=True) == wire else wire.decode()
    except UnicodeError:
        lowered = unicodedata.normalize("NFKC", plain).lower()
        lowered = unicodedata.normalize("NFKC", lowered).lower().strip()
        return lowered.encode("ascii", "backslashreplace").decode().lower()


def shown(name: str) -> str:
    """Return the name in quotes, with what nobody can see spelled out."""
    return _INVISIBLE.sub(lambda found: found[0].encode("unicode_escape").decode(), repr(name))
