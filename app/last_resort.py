"""Outside of everything: whatever was not caught further in, a bug in what comes before or after a view or in an error
page, is answered and logged like any other bug. Headers that are always the same are cheapest here."""

import json
import logging
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from app.sentences import SENTENCES

log = logging.getLogger(__name__)
REQUEST_ID = "vestibule.request_id"
"""Where a request's name stands in its WSGI environment, from the first moment on."""
BARE_POLICY = "default-src 'none'; frame-ancestors 'none'"
ON_EVERY_ANSWER = [
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-site"),
    ("X-Content-Type-Options", "nosniff"),
]
ON_JSON = [
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", BARE_POLICY),
    ("Referrer-Policy", "no-referrer"),
    ("Vary", "Cookie, Origin"),
]
"""What app/__init__.py says with pages and files, as it suits each."""
OVER_HTTPS = [("Strict-Transport-Security", "max-age=31536000; includeSubDomains")]
JSON = ("Content-Type", "application/json")
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class LastResort:
    """Names each request, answers those that nobody else could, and says what is to be said with every answer."""

    def __init__(self, app: Wsgi) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Nothing is begun before all is done: what fails at the very end can still be answered."""
        name = environ[REQUEST_ID] = secrets.token_hex(8)
        begun: list[Any] = []
        try:
            body = self._app(environ, lambda *answer: begun.extend(answer[:2]))
        except Exception:
            about = {"event": "internal_error", "status": 500, "request_id": name}
            log.exception("unexpected error in request %s", name, extra=about)
            begun, body = _apology(name)
        status, headers = begun
        headers += [*ON_EVERY_ANSWER, ("X-Request-ID", name)]
        headers += ON_JSON if JSON in headers else []
        headers += OVER_HTTPS if environ["wsgi.url_scheme"] == "https" else []
        start_response(status, headers)
        return body


def _apology(name: str) -> tuple[list[Any], Iterable[bytes]]:
    said = {"message": SENTENCES["internal_error"], "code": "internal_error", "request_id": name}
    text = json.dumps(said).encode() + b"\n"
    return ["500 INTERNAL SERVER ERROR", [JSON, ("Content-Length", str(len(text)))]], [text]
