"""Signing in and out."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import signing_in, visits
from app.api import registration as joining_api
from app.api import sessions as api
from app.inviting import count_invite
from app.languages import spoken
from app.pages import joining, words
from app.pages.doors import go
from app.pages.forms import BLANK, Form, form
from app.wire.accounts import Credentials
from app.wire.forms import filled
from core.errors import InviteDead, InviteRequired, PasswordStopped, WrongCredentials

bp = Blueprint("signing_in", __name__)


def _form(filled_in: Form, login: str | None = None) -> str:
    """The form. Who came with an invite keeps it: a hidden field takes its token along."""
    spoken.go_on()
    about = {"done": words.done(), "login": login, "token": _kept()}
    return render_template("pages/signin.html", form=filled_in, **about)


def _kept() -> str:
    return request.form.get("invite_token", "")


@bp.get("/signin")
def show() -> ResponseReturnValue:
    """The form; who is signed in already goes home."""
    return go("home.show") if visits.signed_in() else _form(BLANK)


@bp.post("/join/signin")
@form(joining.dead_link, InviteDead, InviteRequired, instead=True, like=joining_api.validate_token)
def show_to_invited() -> ResponseReturnValue:
    """The form, for somebody with an invite and an account."""
    count_invite("validate_token_address", joining.given_token())
    offer = joining.living(joining.given_token())
    return joining.page() if visits.signed_in() else _form(BLANK, offer.invitation.email)


@bp.post("/signin")
@form(joining.dead_link, InviteDead, InviteRequired, instead=True)
@form(_form, WrongCredentials, PasswordStopped, like=api.login)
def sign_in() -> ResponseReturnValue:
    """Home, or on to what the invite that was kept holds out."""
    given = filled(Credentials, request.form)
    begun = signing_in.sign_in(given.name, given.password)
    if not _kept() or begun.must_change_password:
        return go("home.show")
    visits.recognise()
    return joining.page()


@bp.post("/signout")
def sign_out() -> ResponseReturnValue:
    signing_in.sign_out()
    return go("signing_in.show", done="signed-out")
