"""Coaches: asked to join a club, school or rink, which can be made right here."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import inviting
from app.api import coaches as api
from app.pages import doors
from app.pages.desk import words
from app.pages.desk.asking import done, form
from app.pages.doors import go
from app.pages.forms import Form
from app.unit import look, open_unit
from app.wire.forms import filled
from app.wire.invitations import NewCoach
from app.wire.invites import NewTenant
from core import tenants, trail
from core.errors import AboveOwnRole, AccountClosed, AlreadyMember, NotFound, TenantTaken

bp = Blueprint("coaches", __name__, url_prefix="/coaches")
SAYS = words.SENTENCES | {
    "already_member": "This coach has accepted before, and is in.",
    "above_own_role": "The account with this address ranks above you.",
    "not_found": "That club, school or rink is not there. Please choose another.",
}
REFUSALS = (NotFound, AlreadyMember, AboveOwnRole, AccountClosed)


def page(**forms: Form) -> str:
    """The forms for a coach and for a place, with those (`coach`, `place`) that were sent and refused."""
    with open_unit() as unit:
        latest = trail.list_issued(unit, kind="coach", limit=5)
    places = tenants.list_all(look)
    about = {"places": places, "latest": latest, "parts": words.PARTS, "statuses": words.STATUSES}
    chosen = request.args.get("place") or (str(places[0].id) if len(places) == 1 else "")
    return render_template("pages/desk/coaches.html", forms=forms, done=done(), chosen=chosen, **about)


@bp.get("")
@doors.admin
def show() -> ResponseReturnValue:
    return page()


@bp.post("")
@doors.admin
@form(lambda refused: page(coach=refused), *REFUSALS, says=SAYS, like=api.invite)
def invite() -> ResponseReturnValue:
    """Ask a coach; the link is shown as well, this once."""
    wish = filled(NewCoach, request.form)
    asked = inviting.invite_coach(wish)
    [club] = [each.name for each in tenants.list_all(look) if each.id == wish.tenant_id]
    return render_template("pages/desk/coach_link.html", asked=asked, wish=wish, club=club), 201


@bp.post("/places")
@doors.admin
@form(lambda refused: page(place=refused), TenantTaken, says=SAYS)
def make_place() -> ResponseReturnValue:
    given = filled(NewTenant, request.form)
    with open_unit() as unit:
        key = tenants.create(unit, given.place)
    return go("desk.coaches.show", done="place", place=str(key))
