"""What every answer carries in its headers, whatever it is an answer to."""

import re
from typing import Any

from app import PAGE_POLICY
from app.last_resort import BARE_POLICY

LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""That of a letter in the development mailbox."""
PAGES = {PAGE_POLICY, LETTER_POLICY}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-site",
    "Referrer-Policy": "no-referrer",
}
HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
TELLING = ("Server", "X-Powered-By", "Via", "X-AspNet-Version", "X-Runtime", "Access-Control-Allow-Private-Network")
VERSION = re.compile(r"werkzeug|flask|gunicorn|python|sqlalchemy|psycopg|sqlite", re.IGNORECASE)
COOKIE_MAX = 4096


def faults(answer: Any, *, is_static: bool = False, over_https: bool = True) -> list[str]:
    """What is missing in, or too much about, the headers of this answer."""
    headers = answer.headers
    expected = ALWAYS | (HSTS if over_https else {}) | ({} if is_static else {"Cache-Control": "no-store"})
    found = [name for name, value in expected.items() if headers.getlist(name) != [value]]
    found += [name for name in TELLING if name in headers]
    found += [f"{name}: {value}" for name, value in headers if VERSION.search(value)]
    if not is_static:
        varies = {each.strip() for line in headers.getlist("Vary") for each in line.split(",")}
        found += [f"Vary: {name}" for name in ("Cookie", "Origin") if name not in varies]
    found += ["X-Request-ID"] if not re.fullmatch("[0-9a-f]{16}", headers.get("X-Request-ID", "")) else []
    return found + _of_content(answer)


def _of_content(answer: Any) -> list[str]:
    """A page may load its own styles and scripts; nothing else may load anything. All may be framed by nobody."""
    kind, policy = answer.headers.get("Content-Type", ""), answer.headers.getlist("Content-Security-Policy")
    if kind.startswith("text/html"):
        fits = kind == "text/html; charset=utf-8" and len(policy) == 1 and policy[0] in PAGES
    elif answer.data and kind.startswith("text/"):
        fits = kind.endswith("; charset=utf-8") and policy == [BARE_POLICY]
    else:
        fits = policy == [BARE_POLICY] and (
            not answer.data or kind in {"application/json", "image/svg+xml; charset=utf-8"}
        )
    return [] if fits else [f"{kind} under {policy}"]


def cookie_faults(answer: Any, names: set[str]) -> list[str]:
    """What is wrong about the cookies of this answer: each may be there once, named so, and as safe as cookies are."""
    lines = answer.headers.getlist("Set-Cookie")
    given = [line.partition("=")[0] for line in lines]
    return [line for line in lines if not _is_safe(line)] + [
        name for name in given if given.count(name) > 1 or name not in names
    ]


def _is_safe(line: str) -> bool:
    """No Domain, so that no sibling shares it; nothing else that is not known here either."""
    attributes = dict(each.partition("=")[::2] for each in line.split("; ")[1:])
    known = {"Secure", "HttpOnly", "Path", "SameSite", "Max-Age", "Expires"}
    fixed = {name: attributes.get(name) for name in ("Secure", "HttpOnly", "Path", "SameSite")}
    wanted = {"Secure": "", "HttpOnly": "", "Path": "/", "SameSite": "Lax"}
    return set(attributes) == known and fixed == wanted and len(line) <= COOKIE_MAX
