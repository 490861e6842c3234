"""Invite links: made, and shown this once."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import inviting
from app.api import invites as api
from app.pages import doors
from app.pages.desk.asking import done, form
from app.pages.forms import BLANK, Form
from app.unit import look, open_unit
from app.wire.forms import filled
from app.wire.invites import InviteForm
from core import authority, roles, trail

bp = Blueprint("inviting", __name__)
LATEST = 5


def page(refused: Form = BLANK) -> str:
    """The form for a new link, as it was sent when it was refused; and the latest links that are open."""
    with open_unit() as unit:
        found = trail.list_issued(unit, kind="gate", status="active", limit=LATEST + 1)
    ticked = request.values.getlist("roles")
    about = {"invites": found[:LATEST], "more": len(found) > LATEST, "roles": roles.MEMBERS, "ticked": ticked}
    about["is_owned"] = bool(authority.owners(look))
    return render_template("pages/desk/inviting.html", form=refused, done=done(), **about)


@bp.get("/")
@doors.admin
def show() -> ResponseReturnValue:
    return page(Form(values=request.args))


@bp.post("/invites")
@doors.admin
@form(page, like=api.create)
def create() -> ResponseReturnValue:
    """Make a link and show it, this once."""
    wish = filled(InviteForm, request.form)
    issued = inviting.invite(wish.wish())
    return render_template("pages/desk/invite_link.html", issued=issued, wish=wish), 201
