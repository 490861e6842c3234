"""The mail queue: each letter's state, and the mail server's own words."""

from uuid import UUID

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from app.pages import doors
from app.pages.desk import words
from app.pages.desk.asking import asked, done, form, further
from app.pages.doors import go
from app.pages.forms import BLANK, Form
from app.unit import open_unit
from app.visits import me
from app.wire import desk as wire
from app.wire.desk import LetterQuery
from core import outbox, resending
from core.errors import NotFound

bp = Blueprint("mails", __name__, url_prefix="/mail")


def page(refused: Form = BLANK, query: LetterQuery | None = None) -> str:
    query = query or LetterQuery()
    with open_unit() as unit:
        listed = wire.shown_letters(outbox.list_letters(unit, **query.asked()), query.limit)
        about_invitations = {each.invitation for each in listed.items if each.invitation}
        renewable = resending.find_resendable(unit, me(), about_invitations)
    about = {"items": listed.items, "next": further("desk.mails.show", listed.next_cursor), "renewable": renewable}
    around = {"settings": current_app.extensions["settings"], "states": words.LETTER_STATES}
    return render_template("pages/desk/mails.html", query=query, form=refused, done=done(), **about, **around)


@bp.get("")
@doors.admin
@form(page)
def show() -> ResponseReturnValue:
    return page(query=asked(LetterQuery))


@bp.post("/<uuid:key>/retry")
@doors.admin
@form(page, NotFound)
def retry(key: UUID) -> ResponseReturnValue:
    with open_unit() as unit:
        outbox.retry(unit, key)
    return go("desk.mails.show", done="retried")
