"""My account: password and devices."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import proving, signing_in
from app.api import passwords as api
from app.pages import doors, words
from app.pages.doors import go
from app.pages.forms import Form, form
from app.unit import open_unit, surroundings
from app.visits import me
from app.wire.accounts import PasswordChange
from app.wire.forms import filled
from core import sessions
from core.errors import NotFound, PasswordStopped, WrongCurrentPassword

bp = Blueprint("account", __name__)


def page(**forms: Form) -> str:
    """The account, with those of its forms (`password`, `list`) that were sent and refused. Who must set a new password
    first is asked for that alone."""
    password_min = surroundings().policy.password_min
    if me().must_change_password:
        return render_template("pages/new_password.html", me=me(), forms=forms, password_min=password_min)
    with open_unit() as unit:
        devices = sessions.list_mine(unit, me())
    done = words.done()
    about = {"devices": devices, "forms": forms, "password_min": password_min, "done": done}
    about |= {"asks_for_proof": proving.is_asked_for()}
    return render_template("pages/account.html", me=me(), **about)


@bp.get("/account")
@doors.signed_in
def show() -> ResponseReturnValue:
    return page()


@bp.post("/password")
@doors.signed_in
@form(lambda refused: page(password=refused), WrongCurrentPassword, PasswordStopped, like=api.change_password)
def change_password() -> ResponseReturnValue:
    was_forced = me().must_change_password
    given = filled(PasswordChange, request.form)
    signing_in.change_password(given.current, given.password)
    return go("home.show" if was_forced else "account.show", done="password")


@bp.post("/devices/<uuid:key>/end")
@doors.member
@form(lambda refused: page(list=refused), NotFound)
def end_device(key: UUID) -> ResponseReturnValue:
    with open_unit() as unit:
        sessions.end(unit, me().user_id, key)
    return go("account.show", done="device")


@bp.post("/devices/end-others")
@doors.member
def end_other_devices() -> ResponseReturnValue:
    with open_unit() as unit:
        sessions.end_others(unit, me())
    return go("account.show", done="devices")


@bp.get("/.well-known/change-password")
def lead_to_password() -> ResponseReturnValue:
    """Where password managers send people (W3C, "A Well-Known URL for Changing Passwords")."""
    return go("account.show", _anchor="password")
