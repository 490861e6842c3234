"""Invite links: made, shown this once, ended."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import inviting
from app.api import invites as api
from app.pages import doors, words
from app.pages.doors import go
from app.pages.forms import Form, form
from app.unit import open_unit
from app.wire.forms import filled
from app.wire.invites import InviteForm
from core import invitations, trail
from core.errors import NotFound

bp = Blueprint("inviting", __name__)


def page(**forms: Form) -> str:
    """The links that are open, and the form for a new one, with those (`invite`, `list`) that were sent and refused."""
    with open_unit() as unit:
        invites = trail.list_issued(unit, status="active")
    done = words.DONE.get(request.args.get("done", ""))
    return render_template("pages/desk/inviting.html", invites=invites, forms=forms, done=done)


@bp.get("/")
@doors.admin
def show() -> ResponseReturnValue:
    return page()


@bp.post("/invites")
@doors.admin
@form(lambda refused: page(invite=refused), like=api.create)
def create() -> ResponseReturnValue:
    """Make a link and show it, this once."""
    wish = filled(InviteForm, request.form)
    issued = inviting.invite(wish.wish())
    return render_template("pages/desk/invite_link.html", issued=issued, role=wish.role, note=wish.note), 201


@bp.post("/invites/<uuid:key>/revoke")
@doors.admin
@form(lambda refused: page(list=refused), NotFound)
def revoke(key: UUID) -> ResponseReturnValue:
    with open_unit() as unit:
        invitations.revoke(unit, key)
    return go("desk.inviting.show", done="revoked")
