"""One person: roles, sessions, the account, and a way back in without mail."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import desk
from app.api import people as api
from app.pages import doors
from app.pages.desk import words
from app.pages.desk.asking import done, form
from app.pages.doors import go
from app.pages.forms import BLANK, Form
from app.unit import open_unit, surroundings
from app.visits import me
from app.wire.desk import RoleGrant
from app.wire.forms import filled
from core import audit, people, trail
from core.errors import AboveOwnRole, LastAdmin, LastOwner, NotFound, OwnResetLink, RolesConflict

bp = Blueprint("person", __name__, url_prefix="/people/<uuid:key>")
SAYS = words.SENTENCES | {"above_own_role": "This person, or that role, ranks above you."}
REFUSALS = (AboveOwnRole, LastAdmin, LastOwner, NotFound, OwnResetLink, RolesConflict)
LATEST = 10


def page(refused: Form = BLANK) -> str:
    """The person whom the address names, with what I may do; NotFound."""
    with open_unit() as unit:
        found = people.get(unit, (request.view_args or {})["key"])
        may = people.choices(unit, me(), found)
        events = audit.list_events(unit, login=found.login, limit=LATEST)
        called = trail.called(unit, events)
    about = {
        "person_shown": found,
        "may": may,
        "events": events,
        "called": called,
        "is_me": found.id == me().skater_id,
        "tells": _tells(),
    }
    return render_template("pages/desk/person.html", form=refused, done=done(), **about)


@bp.get("")
@doors.admin
def show(key: UUID) -> ResponseReturnValue:
    return page()


@bp.post("/roles")
@doors.admin
@form(page, *REFUSALS, says=SAYS)
def grant(key: UUID) -> ResponseReturnValue:
    role = filled(RoleGrant, request.form).role
    with open_unit() as unit:
        people.grant_role(unit, me(), key, role)
    return _back(key, "granted")


@bp.post("/roles/<role>/revoke")
@doors.admin
@form(page, *REFUSALS, says=SAYS)
def revoke(key: UUID, role: str) -> ResponseReturnValue:
    with open_unit() as unit:
        people.revoke_role(unit, me(), key, role)
    return _back(key, "taken")


@bp.post("/deactivate")
@doors.admin
@form(page, *REFUSALS, says=SAYS)
def deactivate(key: UUID) -> ResponseReturnValue:
    with open_unit() as unit:
        people.deactivate(unit, me(), key)
    return _back(key, "closed")


@bp.post("/activate")
@doors.admin
@form(page, *REFUSALS, says=SAYS)
def activate(key: UUID) -> ResponseReturnValue:
    with open_unit() as unit:
        people.activate(unit, me(), key)
    return _back(key, "opened")


@bp.post("/sign-out")
@doors.admin
@form(page, *REFUSALS, says=SAYS)
def sign_out(key: UUID) -> ResponseReturnValue:
    with open_unit() as unit:
        people.sign_out(unit, me(), key)
    return _back(key, "signed-out")


@bp.post("/reset-link")
@doors.admin
@form(page, *REFUSALS, says=SAYS, like=api.hand_over_reset)
def hand_over_reset(key: UUID) -> ResponseReturnValue:
    """Make a reset link to hand over and show it, this once."""
    return render_template("pages/desk/reset_link.html", made=desk.hand_over_reset(key), key=key, tells=_tells()), 201


def _tells() -> bool:
    """Whether a notice can reach the account's owner."""
    return surroundings().policy.sends_mail


def _back(key: UUID, done: str) -> ResponseReturnValue:
    return go("desk.person.show", key=str(key), done=done)
