"""What is logged of a request, wherever a line comes from. gunicorn.conf.py makes lines of JSON of it."""

import logging
import re

from flask import g, has_request_context, request

from app.redaction import redact_line

ADDRESS = re.compile(r"[^\s@<>()\"'=:,;]{1,64}@(?=\w)")
_plain = logging.Formatter()


def init_app() -> None:
    """Let every line say for which request it was written."""
    for handler in logging.getLogger().handlers:
        handler.addFilter(describe)


def describe(record: logging.LogRecord) -> bool:
    """Add to a line the request's id, method and route (never its path or query, where secrets may stand), where it
    came from, and whom it is about. Take out of it what opens something, and whose address it is."""
    if has_request_context():
        person = g.get("signed_in")
        record.request_id = g.get("request_id")
        record.method, record.route = request.method, request.url_rule.rule if request.url_rule else None
        record.ip, record.user_id = request.remote_addr, person.user_id if person else g.get("account_tried")
    _hush(record)
    return True


def _hush(record: logging.LogRecord) -> None:
    """What an error says of itself may quote what somebody typed, and a database quotes its rows."""
    record.msg, record.args = _hushed(record.getMessage()), None
    if record.exc_info:
        record.exc_text, record.exc_info = _hushed(_plain.formatException(record.exc_info)), None


def _hushed(text: str) -> str:
    return redact_line(ADDRESS.sub("…@", text))
