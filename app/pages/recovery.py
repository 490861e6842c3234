"""When the password is lost: a mailed link, and a new password with it."""

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from app import signing_in
from app.api import passwords as api
from app.languages import spoken
from app.languages.spoken import gettext
from app.pages import words
from app.pages.doors import go
from app.pages.forms import BLANK, Form, form
from app.unit import look, surroundings
from app.wire.accounts import ResetConfirmation, ResetRequest
from app.wire.forms import filled
from core import resets
from core.errors import MailNotConfigured, ResetTokenDead

bp = Blueprint("recovery", __name__)


def _asking(filled_in: Form) -> str:
    return render_template("pages/forgot.html", form=filled_in)


def _choosing(filled_in: Form, login: str = "") -> str:
    spoken.go_on()
    about = {"token": request.values.get("token", ""), "login": login or filled_in.values.get("username", "")}
    password_min = surroundings().policy.password_min
    return render_template("pages/reset.html", form=filled_in, password_min=password_min, **about)


def _dead_link(_: Form) -> str:
    on = ("recovery.ask", gettext("Ask for a new link"))
    return render_template("pages/dead_link.html", dead=words.DEAD_RESET.told({}), next=on)


@bp.get("/forgot")
@form(_asking, MailNotConfigured)
def ask() -> ResponseReturnValue:
    signing_in.require_mail()
    return _asking(BLANK)


@bp.post("/forgot")
@form(_asking, MailNotConfigured, like=api.request_reset)
def send() -> ResponseReturnValue:
    """The same answer for every address, whether anybody here has it or not."""
    given = filled(ResetRequest, request.form)
    signing_in.request_reset(given.email)
    minutes = int(surroundings().policy.reset_life.total_seconds() // 60)
    mailbox = current_app.extensions["settings"].development_mailbox
    return render_template("pages/forgot_sent.html", email=given.email, minutes=minutes, mailbox=mailbox)


@bp.get("/reset")
@form(_dead_link, ResetTokenDead, instead=True, like=api.confirm_reset)
def show() -> ResponseReturnValue:
    """The form, if the link still works. It is spent when the form is sent in, not when it is opened."""
    signing_in.count_reset_link(request.args.get("token", ""))
    account = resets.peek(look, request.args.get("token", ""), surroundings().now())
    spoken.offer(account.language)
    return _choosing(BLANK, account.login)


@bp.post("/reset")
@form(_dead_link, ResetTokenDead, instead=True)
@form(_choosing, like=api.confirm_reset)
def confirm() -> ResponseReturnValue:
    given = filled(ResetConfirmation, request.form)
    signing_in.confirm_reset(given.token, given.password)
    return go("signing_in.show", done="reset")
