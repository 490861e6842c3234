"""The pages for people: forms that work without script, on the same core functions as the API."""

from typing import Any

from flask import Flask

from app import links, quoting
from app.pages import (
    account,
    address,
    cards,
    desk,
    filters,
    home,
    joining,
    labels,
    language,
    profile,
    reading,
    recovery,
    signing_in,
    words,
)
from app.visits import signed_in
from core import roles


def init_app(app: Flask) -> None:
    for area in (joining, signing_in, recovery, home, profile, cards, account, address, labels, language, desk):
        app.register_blueprint(area.bp)
    app.context_processor(_who_is_there)
    app.jinja_env.globals.update(ERRORS=words.ERRORS, ANSWERS=words.ANSWERS)
    app.jinja_env.filters.update(
        moment=filters.moment,
        written_moment=filters.written_moment,
        day=filters.day,
        month=filters.month,
        number=filters.number,
        way=words.way,
        place=words.place,
        hours=filters.hours,
        spoken=words.spoken,
        device=filters.device,
        marked=filters.marked,
        listed=filters.listed,
        quoted=quoting.quoted,
        login_mark=filters.login_mark,
        chapters=reading.chapters,
        qr_picture=links.qr_picture,
    )


def _who_is_there() -> dict[str, Any]:
    """For the frame of every page: who is signed in, and whether the desk is open to them."""
    person = signed_in()
    may_enter = bool(person and not person.must_change_password)
    return {
        "person": person if may_enter else None,
        "runs_the_place": bool(may_enter and person and roles.passes_as_admin(person.roles)),
    }
