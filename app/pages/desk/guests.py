"""Everybody who came in with one invitation."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.pages import doors
from app.pages.desk.asking import asked, form
from app.pages.forms import BLANK, Form
from app.unit import look, open_unit
from app.wire import invites as wire
from app.wire.invites import GuestQuery
from core import invitations, trail

bp = Blueprint("guests", __name__, url_prefix="/invitations/<uuid:key>")


def page(refused: Form = BLANK, query: GuestQuery | None = None) -> str:
    """The guests of the invitation that the address names; NotFound."""
    key: UUID = (request.view_args or {})["key"]
    query = query or GuestQuery()
    invitation = invitations.get(look, key)
    with open_unit() as unit:
        listed = wire.guests(trail.list_registered(unit, key, **query.asked()), query.limit)
    further = listed.next_cursor and url_for("desk.guests.show", key=key, limit=query.limit, cursor=listed.next_cursor)
    about = {"items": listed.items, "next": further, "invitation": invitation}
    return render_template("pages/desk/guests.html", form=refused, query=query, **about)


@bp.get("")
@doors.admin
@form(page)
def show(key: UUID) -> ResponseReturnValue:
    return page(query=asked(GuestQuery))
