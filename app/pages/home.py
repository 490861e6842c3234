"""Home: who I am, my devices, my password, and for admins the invite links."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import signing_in
from app.api import passwords as api
from app.pages import doors, words
from app.pages.doors import go
from app.pages.forms import Form, form
from app.unit import open_unit, surroundings
from app.visits import me
from app.wire.accounts import PasswordChange
from app.wire.forms import filled
from core import roles, sessions, trail
from core.errors import NotFound, WrongCurrentPassword

bp = Blueprint("home", __name__)


def page(**forms: Form) -> str:
    """Home, with those of its forms (`password`, `invite`, `list`) that were sent and refused."""
    password_min = surroundings().policy.password_min
    if me().must_change_password:
        return render_template("pages/new_password.html", me=me(), forms=forms, password_min=password_min)
    is_admin = roles.passes_as_admin(me().roles)
    with open_unit() as unit:
        devices = sessions.list_mine(unit, me())
        invites = trail.list_issued(unit, status="active") if is_admin else []
    return render_template(
        "pages/home.html",
        me=me(),
        is_admin=is_admin,
        devices=devices,
        invites=invites,
        forms=forms,
        password_min=password_min,
        done=words.DONE.get(request.args.get("done", "")),
    )


@bp.get("/")
@doors.signed_in
def show() -> ResponseReturnValue:
    return page()


@bp.post("/password")
@doors.signed_in
@form(lambda refused: page(password=refused), WrongCurrentPassword, like=api.change_password)
def change_password() -> ResponseReturnValue:
    given = filled(PasswordChange, request.form)
    signing_in.change_password(given.current, given.password)
    return go("home.show", done="password", _anchor="main")


@bp.post("/devices/<uuid:key>/end")
@doors.member
@form(lambda refused: page(list=refused), NotFound)
def end_device(key: UUID) -> ResponseReturnValue:
    with open_unit() as unit:
        sessions.end(unit, me().user_id, key)
    return go("home.show", done="device")


@bp.post("/devices/end-others")
@doors.member
def end_other_devices() -> ResponseReturnValue:
    with open_unit() as unit:
        sessions.end_all(unit, me().user_id, but=me().session_id)
    return go("home.show", done="devices")


@bp.get("/.well-known/change-password")
def lead_to_password() -> ResponseReturnValue:
    """Where password managers send people (W3C, "A Well-Known URL for Changing Passwords")."""
    return "", 303, {"Location": f"{url_for('home.show')}#password"}
