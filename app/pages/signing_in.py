"""Signing in and out."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import signing_in, visits
from app.api import sessions as api
from app.pages import words
from app.pages.doors import go
from app.pages.forms import BLANK, Form, form
from app.wire.accounts import Credentials
from app.wire.forms import filled
from core.errors import WrongCredentials

bp = Blueprint("signing_in", __name__)


def _form(filled_in: Form) -> str:
    done = words.DONE.get(request.args.get("done", ""))
    return render_template("pages/signin.html", form=filled_in, done=done)


@bp.get("/signin")
def show() -> ResponseReturnValue:
    """The form; who is signed in already goes home."""
    return go("home.show") if visits.signed_in() else _form(BLANK)


@bp.post("/signin")
@form(_form, WrongCredentials, like=api.login)
def sign_in() -> ResponseReturnValue:
    given = filled(Credentials, request.form)
    signing_in.sign_in(given.name, given.password)
    return go("home.show")


@bp.post("/signout")
def sign_out() -> ResponseReturnValue:
    signing_in.sign_out()
    return go("signing_in.show", done="signed-out")
