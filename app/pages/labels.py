"""What labels ask me."""

from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.pages import doors, words
from app.pages.doors import go
from app.pages.forms import BLANK, Form, form
from app.unit import open_unit
from app.visits import me
from core import labels
from core.errors import NoLongerFree, NotFound, NotPending

bp = Blueprint("asked", __name__)


def _page(refused: Form) -> str:
    with open_unit() as unit:
        asked = labels.list_received(unit, me())
    done = words.done()
    return render_template("pages/invitations.html", asked=asked, form=refused, done=done)


@bp.get("/invitations")
@doors.member
def show() -> ResponseReturnValue:
    return _page(BLANK)


@bp.post("/invitations/<uuid:key>/accept")
@doors.member
@form(_page, NotFound, NotPending, NoLongerFree)
def accept(key: UUID) -> ResponseReturnValue:
    with open_unit() as unit:
        labels.accept(unit, me(), key)
    return go("asked.show", done="accepted")


@bp.post("/invitations/<uuid:key>/decline")
@doors.member
@form(_page, NotFound, NotPending)
def decline(key: UUID) -> ResponseReturnValue:
    with open_unit() as unit:
        labels.decline(unit, me(), key)
    return go("asked.show", done="declined")
