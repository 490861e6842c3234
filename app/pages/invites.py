"""Making invite links, and ending them."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import inviting
from app.api import invites as api
from app.pages import doors, home
from app.pages.doors import go
from app.pages.forms import form
from app.unit import open_unit
from app.wire.forms import filled
from app.wire.invites import InviteForm
from core import invitations
from core.errors import NotFound

bp = Blueprint("inviting", __name__)


@bp.post("/invites")
@doors.admin
@form(lambda refused: home.page(invite=refused), like=api.create)
def create() -> ResponseReturnValue:
    """Make a link and show it, this once."""
    wish = filled(InviteForm, request.form)
    issued = inviting.invite(wish.wish())
    return render_template("pages/invite_link.html", issued=issued, role=wish.role, note=wish.note), 201


@bp.post("/invites/<uuid:key>/revoke")
@doors.admin
@form(lambda refused: home.page(list=refused), NotFound)
def revoke(key: UUID) -> ResponseReturnValue:
    with open_unit() as unit:
        invitations.revoke(unit, key)
    return go("home.show", done="revoked")
