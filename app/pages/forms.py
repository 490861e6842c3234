"""Forms that come back: with what was typed, and sentences beside the fields that need another look."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps

from flask import Response, make_response, request

from app import errors, guards
from app.limits import count_write
from app.pages import words
from app.unit import surroundings
from core.errors import Busy, InvalidInput, NameTaken, Refusal, TooManyAttempts

NEVER_SENT_BACK = {"password", "current"}
MENDABLE = (InvalidInput, NameTaken, TooManyAttempts, Busy)
"""Refusals after which the same form, filled in differently or later, may do."""


@dataclass(frozen=True)
class Form:
    """What a form holds, and what there is to say about it: in English, which its page says in the language spoken."""

    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, list[str]] = field(default_factory=dict)
    sentence: str = ""
    code: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


BLANK = Form()


def form(
    again: Callable[[Form], str], *more: type[Refusal], like: guards.View | None = None, instead: bool = False
) -> Callable[[guards.View], guards.View]:
    """Show the form `again` after a refusal that it can tell about: MENDABLE ones and `more`, or those `instead`.
    All other refusals are app/errors.py's.

    `like` names the endpoint that does the same over the API. The view counts the limits of its contract, once the form
    is parsed; tests/pages/test_limits.py tries each.
    """
    told = more if instead else (*MENDABLE, *more)
    has_own_limit = like is not None and any(name.endswith("_account") for name in like.contract.limits)  # type: ignore[attr-defined]

    def decorate(view: guards.View) -> guards.View:
        @wraps(view)
        def answered(**path: object) -> object:
            try:
                if not has_own_limit:
                    count_write()
                return view(**path)
            except told as refusal:
                return _refused(again(_returned(refusal)), refusal)

        if like:
            answered.like = like  # type: ignore[attr-defined]
        answered.counts_writes = True  # type: ignore[attr-defined]
        return answered

    return decorate


def _returned(refusal: Refusal) -> Form:
    return Form(
        values={name: text for name, text in request.form.items() if name not in NEVER_SENT_BACK},
        faults=errors.fields_at_fault(refusal, surroundings().policy) or words.FAULTS.get(refusal.code, {}),
        sentence=words.SENTENCES.get(refusal.code) or errors.sentence(refusal),
        code=refusal.code,
        details=refusal.details,
    )


def _refused(page: str, refusal: Refusal) -> Response:
    errors.note(refusal)
    answer = make_response(page, errors.STATUS[type(refusal)])
    if (wait := errors.retry_after(refusal)) is not None:
        answer.headers["Retry-After"] = str(wait)
    return answer
