"""People: found by name, role and whether they are in."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.pages import doors
from app.pages.desk import words
from app.pages.desk.asking import asked, form, further
from app.pages.forms import BLANK, Form
from app.unit import open_unit
from app.wire import desk as wire
from app.wire.desk import PeopleQuery
from core import people, roles

bp = Blueprint("people", __name__, url_prefix="/people")


def page(refused: Form = BLANK, query: PeopleQuery | None = None) -> str:
    query = query or PeopleQuery()
    with open_unit() as unit:
        found = wire.shown_people(people.list_people(unit, **query.asked()), query.limit)
    about = {"items": found.items, "next": further("desk.people.show", found.next_cursor)}
    choices = {"roles": roles.ALL, "statuses": words.ACCOUNTS}
    return render_template("pages/desk/people.html", query=query, form=refused, **about, **choices)


@bp.get("")
@doors.admin
@form(page)
def show() -> ResponseReturnValue:
    return page(query=asked(PeopleQuery))
