"""A browser without script: pages are read, and their forms are sent as they stand, with what is typed into them."""

import re
from html import unescape

from werkzeug.test import TestResponse

from tests.support.reading import read
from tests.support.world import Person

ORIGIN = {"Origin": "http://localhost", "Accept": "text/html"}


def send(person: Person, path: str, **form: str) -> TestResponse:
    """Submit a form as a browser would that says where it comes from."""
    return person.browser.post(path, data=form, headers=ORIGIN)


def press(person: Person, page: TestResponse, button: str, **typed: str) -> TestResponse:
    """Press this button: its form goes off with all that it holds, and with what was typed."""
    [form] = [form for form in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if f">{button}</button>" in form]
    action = unescape(re.findall(r'action="([^"]+)"', form)[0]).partition("#")[0]
    return person.browser.post(action, data={**held(form), **typed}, headers=ORIGIN)


def held(form: str) -> dict[str, str]:
    """What the fields of a form hold."""
    inputs = [dict(re.findall(r'([\w-]+)="([^"]*)"', each)) for each in re.findall(r"<input[^>]*>", form)]
    values = {each["name"]: unescape(each.get("value", "")) for each in inputs}
    for name, options in re.findall(r'<select[^>]*name="(\w+)"(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'value="([^"]*)" selected', options) or re.findall(r'value="([^"]*)"', options)[:1]
        values[name] = unescape(chosen[0])
    return values


def title(answer: TestResponse) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)
    assert found, answer.text
    return read(found[1])


def told(answer: TestResponse) -> str:
    """What a person reads on a page, in one line."""
    main = answer.text.partition("<main")[2].partition("</main>")[0].partition(">")[2]
    return read(main)


def buttons(answer: TestResponse) -> list[str]:
    """What can be pressed, the frame of the page aside."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return re.findall(r"<button[^>]*>(.*?)</button>", main)
