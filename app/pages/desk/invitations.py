"""What was issued, through every door: found, revoked, sent again."""

from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import desk
from app.api import invites as api
from app.pages import doors
from app.pages.desk import words
from app.pages.desk.asking import asked, done, form, further
from app.pages.doors import go
from app.pages.forms import BLANK, Form
from app.unit import open_unit
from app.visits import me
from app.wire import invites as wire
from app.wire.invites import InviteQuery
from core import resending, trail
from core.errors import AboveOwnRole, AlreadyMember, NotFound

bp = Blueprint("invitations", __name__)


def page(refused: Form = BLANK, query: InviteQuery | None = None) -> str:
    query = query or InviteQuery()
    with open_unit() as unit:
        found = trail.list_issued(unit, kind=query.kind, **wire.asked(query))
    listed = wire.shown(found, query.limit)
    may = {each.id: (resending.may_revoke(me(), each), resending.may_resend(me(), each)) for each in found}
    about = {"items": listed.items, "next": further("desk.invitations.show", listed.next_cursor), "may": may}
    choices = {"kinds": words.KINDS, "statuses": words.STATUSES}
    return render_template("pages/desk/invitations.html", query=query, form=refused, done=done(), **about, **choices)


@bp.get("/invitations")
@doors.admin
@form(page)
def show() -> ResponseReturnValue:
    return page(query=asked(InviteQuery))


@bp.post("/invites/<uuid:key>/revoke")
@doors.admin
@form(page, NotFound, AboveOwnRole)
def revoke(key: UUID) -> ResponseReturnValue:
    with open_unit() as unit:
        resending.revoke(unit, me(), key)
    return go("desk.invitations.show", done="revoked")


@bp.post("/invites/<uuid:key>/resend")
@doors.admin
@form(page, NotFound, AboveOwnRole, AlreadyMember, like=api.resend)
def resend(key: UUID) -> ResponseReturnValue:
    """Make a fresh link and show it, this once."""
    return render_template("pages/desk/fresh_link.html", resent=desk.resend(key))
