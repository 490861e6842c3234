"""Which language is spoken: to whoever is asking, or to whom a letter goes."""

from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, has_request_context, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from app.languages import CODES, NAMES, Language, language

PREFERENCES_MAX = 200
"""Characters of an Accept-Language that is looked at; browsers send 20 to 60."""


def init_app(app: Flask) -> None:
    """Teach the templates to speak, and load what most are spoken to in before the processes part."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    said = (lambda one: current().gettext(one), lambda *forms: current().ngettext(*forms))
    app.jinja_env.install_gettext_callables(*said, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(language=current, languages=NAMES, speak=insist)
    app.jinja_env.filters["translated"] = translated
    app.before_request(_begin)
    language(app.extensions["settings"].default_language)


def current() -> Language:
    """What to speak now: what was chosen here, else the language of the account, else that of the invitation (or what
    else is `offered`), else what the browser prefers, else that of the house."""
    spoken: Language | None = g.get("language")
    if spoken is None:
        person = g.get("signed_in")
        offered = (_known(person.language) if person else None) or g.get("offered_language")
        spoken = g.language = language(chosen() or offered or preferred() or _default())
    return spoken


def offer(code: str | None) -> None:
    """Speak this language (an invitation's, or that of the account behind a link) to whoever did not choose one."""
    g.offered_language, g.language = _known(code), None


def go_on() -> None:
    """Speak on as in the page whose form this is: it was offered its language by a link that is not looked at again."""
    if "spoken" in request.form:
        offer(request.form["spoken"])


def insist(code: str | None) -> str:
    """Speak this language from now on, whoever is asking; without one, that of the house. What was spoken before."""
    before = current().code
    g.language = language(_known(code) or _default())
    return before


def chosen() -> str | None:
    """What the visitor chose in this browser."""
    if not has_request_context():
        return None
    return _known(request.cookies.get(current_app.extensions["settings"].cookie("language")))


def preferred() -> str | None:
    """What their browser prefers of the languages that there are."""
    preferences = request.headers.get("Accept-Language", "") if has_request_context() else ""
    return _best(preferences) if 0 < len(preferences) <= PREFERENCES_MAX else None


def gettext(message: str, **values: Any) -> str:
    """A sentence of the code's in the language that is spoken, with `{values}` in their places."""
    return current().gettext(message).format_map(values)


def ngettext(one: str, many: str, number: int) -> str:
    """The same where it depends on how many there are: `{number}`."""
    return current().ngettext(one, many, number).format(number=number)


def translated(said: str) -> str:
    """A sentence that was said in English, in the language that is spoken; one that knows what it was made of
    (app/sentences.py) is made anew."""
    template, values = getattr(said, "template", said), getattr(said, "values", None)
    spoken = current().gettext(template) if template else ""
    return spoken.format_map(values) if values is not None else spoken


@lru_cache(256)
def _best(preferences: str) -> str | None:
    """Browsers say the same few things, and reading one takes as long as a quick answer does."""
    return parse_accept_header(preferences, LanguageAccept).best_match(CODES)


def _begin() -> None:
    g.language = g.offered_language = None


def _known(code: str | None) -> str | None:
    return code if code in CODES else None


def _default() -> str:
    return current_app.extensions["settings"].default_language
