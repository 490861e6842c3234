"""What templates make of moments, numbers and lists, in the language that is spoken."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

from markupsafe import Markup, escape

from app.languages.spoken import gettext, translated

BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "Chromebook",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}


MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
SHORT_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment(at: datetime) -> Markup:
    """A time for people, in UTC; a script shows it in theirs."""
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), _at(at, SHORT_MONTHS))


def written_moment(at: datetime | str) -> str:
    """A time in a letter, in UTC."""
    return _at(datetime.fromisoformat(at) if isinstance(at, str) else at, MONTHS)


def day(day: date, months: tuple[str, ...] = MONTHS) -> str:
    """A calendar day; of a moment that where its own offset holds."""
    return gettext("{day} {month} {year}", day=day.day, month=translated(months[day.month - 1]), year=day.year)


def month(day: date) -> str:
    return gettext("{month} {year}", month=translated(MONTHS[day.month - 1]), year=day.year)


def number(number: float) -> str:
    whole, _, part = f"{number:g}".partition(".")
    return gettext("{whole}.{part}", whole=whole, part=part) if part else whole


def hours(minutes: int) -> str:
    """How long that is: 1 h 15 min."""
    whole, rest = divmod(minutes, 60)
    parts = [gettext("{hours} h", hours=whole)] if whole else []
    return " ".join([*parts, gettext("{minutes} min", minutes=rest)] if rest or not whole else parts)


def device(user_agent: str | None) -> str:
    """What a person would call the device that says this of itself."""
    said = user_agent or ""
    browser = next((name for mark, name in BROWSERS.items() if mark in said), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in said), "")
    if browser and system:
        return gettext("{browser} on {system}", browser=browser, system=system)
    return browser or system or said.partition("/")[0][:40] or gettext("Unknown device")


def marked(text: str) -> Markup:
    """Text in which `this` is code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def login_mark(login: str, href: str | None = None) -> Markup:
    """Return a login to stand in a sentence, marked as one: it may read like a sentence, or run from right to left."""
    name = Markup('<bdi class="login">{}</bdi>').format(login)
    return Markup('<a href="{}">{}</a>').format(href, name) if href else name


def system_mark(words: str) -> Markup:
    """Return what the product itself calls somebody or something, told apart from all logins."""
    return Markup('<em class="system">{}</em>').format(words)


def said(sentence: str, **values: str) -> Markup:
    """Return a sentence of the product in the language that is spoken; values that are no Markup are escaped."""
    return Markup(translated(sentence)).format(**values)  # noqa: S704 - a sentence of ours


def in_a_row(things: Iterable[str]) -> Markup:
    """Return things with commas between them, escaped unless they are Markup."""
    return Markup(", ").join(things)


def listed(things: Iterable[str]) -> str:
    """One, two and three."""
    *first, last = [*things] or [""]
    return gettext("{first} and {last}", first=", ".join(first), last=last) if first else last


def _at(moment: datetime, months: tuple[str, ...]) -> str:
    then = moment.astimezone(UTC)
    return f"{day(then, months)}, {then:%H:%M} UTC"
