"""What the desk's pages share: lists that are searched and paged, forms that come back with the desk's own words."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar
from urllib.parse import urlencode

from flask import request, url_for
from pydantic import BaseModel

from app import guards
from app.pages import forms, words
from app.pages.desk import words as own
from app.pages.forms import Form
from app.wire.forms import filled
from core.errors import Refusal

Q = TypeVar("Q", bound=BaseModel)


def asked(query: type[Q]) -> Q:
    """What the address asks of a list. InvalidInput."""
    return filled(query, request.args)


def further(endpoint: str, cursor: str | None) -> str | None:
    """Return the address of the next page of a list, with the search that was asked for; None after the last one."""
    return listed_at(endpoint, cursor=cursor) if cursor else None


def listed_at(endpoint: str, **more: str) -> str:
    """Return the address of this list with the search that was asked for, and `more`.

    What a visitor put into the query never becomes an argument of url_for, where some names mean something else
    (`endpoint`, `_scheme`…).
    """
    kept = {name: text for name, text in request.args.items() if text and name not in {"cursor", "done"}}
    asked_for = urlencode(kept | more)
    return f"{url_for(endpoint)}?{asked_for}" if asked_for else url_for(endpoint)


def form(
    again: Callable[[Form], str],
    *more: type[Refusal],
    says: Mapping[str, str] = own.SENTENCES,
    like: guards.View | None = None,
) -> Callable[[guards.View], guards.View]:
    """app.pages.forms.form, with sentences for those who run the place."""

    def in_own_words(refused: Form) -> str:
        return again(replace(refused, sentence=says.get(refused.code, refused.sentence)))

    return forms.form(in_own_words, *more, like=like)


def done() -> str | None:
    """What was just done, told on the page that it led to."""
    return words.done(own.DONE)
