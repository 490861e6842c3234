"""What a page of the desk says and offers."""

import re
from html import unescape

from werkzeug.test import TestResponse

MARKS = re.compile(r'(?:<a [^>]*>)?<bdi class="login">(.*?)</bdi>(?:</a>)?|<em class="system">(.*?)</em>')
"""Logins, and what the product calls itself, in the midst of a sentence."""


def read(markup: str) -> str:
    """Return what a person reads of it, blanks evened out."""
    unmarked = MARKS.sub(lambda found: found[1] or found[2], markup)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", unmarked)).split())


def text_of(page: TestResponse) -> str:
    """What a person reads, blanks evened out."""
    return read(page.text)


def links_in(page: TestResponse) -> list[str]:
    """The tokens of the links that a page shows to be copied."""
    return re.findall(r'value="http://localhost:5000/[\w/]+\?token=([\w-]{43})"', page.text)


def actions_in(page: TestResponse) -> set[str]:
    """What the forms of a page would do."""
    return {action.rpartition("/")[2] for action in re.findall(r'action="(/desk/[^"]+)"', page.text)}
