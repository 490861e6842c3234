"""What a page of the desk says and offers."""

import re
from html import unescape

from werkzeug.test import TestResponse


def text_of(page: TestResponse) -> str:
    """What a person reads, blanks evened out."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def links_in(page: TestResponse) -> list[str]:
    """The tokens of the links that a page shows to be copied."""
    return re.findall(r'value="http://localhost:5000/[\w/]+\?token=([\w-]{43})"', page.text)


def actions_in(page: TestResponse) -> set[str]:
    """What the forms of a page would do."""
    return {action.rpartition("/")[2] for action in re.findall(r'action="(/desk/[^"]+)"', page.text)}
