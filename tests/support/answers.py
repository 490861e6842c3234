"""What an answer says, in the few words that tests compare."""

from typing import Any

from werkzeug.test import TestResponse

INVALID = "Some fields need attention."


def said(answer: TestResponse) -> tuple[int, str, str]:
    """Status, sentence and code of a refusal."""
    return answer.status_code, answer.json["message"], answer.json["code"]


def faults(answer: TestResponse) -> set[str]:
    """The fields that a 400 or 409 finds at fault."""
    assert answer.status_code in {400, 409}, answer.text
    return set(answer.json["errors"])


def message(answer: TestResponse) -> tuple[int, Any]:
    """Status and body of a plain success."""
    return answer.status_code, answer.json


def apart_from_counters(dump: dict[str, Any]) -> dict[str, Any]:
    """A dump without the attempt counters, which outlive refusals on purpose."""
    return {table: rows for table, rows in dump.items() if table != "attempt_counters"}
