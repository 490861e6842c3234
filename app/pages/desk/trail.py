"""The trail of events."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.pages import doors
from app.pages.desk import words
from app.pages.desk.asking import asked, form, further
from app.pages.forms import BLANK, Form
from app.unit import open_unit
from app.wire import cursors
from app.wire.desk import EventQuery
from core import audit, trail

bp = Blueprint("trail", __name__, url_prefix="/trail")


def page(refused: Form = BLANK, query: EventQuery | None = None) -> str:
    query = query or EventQuery()
    with open_unit() as unit:
        found = audit.list_events(unit, **query.asked())
        called = trail.called(unit, found)
    items, cursor = cursors.page(found, query.limit)
    about = {"items": items, "called": called, "next": further("desk.trail.show", cursor), "names": words.EVENT_NAMES}
    return render_template("pages/desk/trail.html", query=query, form=refused, **about)


@bp.get("")
@doors.admin
@form(page)
def show() -> ResponseReturnValue:
    return page(query=asked(EventQuery))
