"""From an invite link to an account."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.api import registration as api
from app.pages import words
from app.pages.doors import go
from app.pages.forms import BLANK, Form, form
from app.signing_in import present_session
from app.unit import look, open_unit, surroundings
from app.visits import begin_visit
from app.wire.accounts import Registration
from app.wire.forms import filled
from core import invitations, registration, sessions
from core.errors import InviteDead, InviteRequired

bp = Blueprint("joining", __name__)


def _dead_link(refused: Form) -> str:
    dead = words.DEAD_LINKS.get(refused.code, words.DEAD_LINKS["invite_invalid"])
    return render_template("pages/dead_link.html", dead=dead, next=("signing_in.show", "I have an account: sign in"))


def _form(filled_in: Form) -> str:
    return _invitation(request.form.get("invite_token", ""), filled_in)


def _invitation(token: str, filled_in: Form) -> str:
    if not token:
        raise InviteRequired
    policy = surroundings().policy
    found = invitations.peek(look, token, surroundings().now())
    brings = [role for role in found.roles if role != "adult"]
    return render_template(
        "pages/join.html", token=token, found=found, brings=brings, form=filled_in, password_min=policy.password_min
    )


@bp.get("/join")
@form(_dead_link, InviteDead, InviteRequired, instead=True, like=api.validate_token)
def show() -> ResponseReturnValue:
    """What the invite brings, and the form. Uses nothing up, however often it is opened."""
    return _invitation(request.args.get("token", ""), BLANK)


@bp.post("/join")
@form(_dead_link, InviteDead, InviteRequired, instead=True)
@form(_form, like=api.register)
def join() -> ResponseReturnValue:
    """Make the account and sign this browser in."""
    given = filled(Registration, request.form)
    with open_unit() as unit:
        user_id = registration.register(unit, given.applicant(), given.invite_token)
        secret = sessions.start(unit, user_id, instead_of=present_session())
    begin_visit(secret)
    return go("home.show")
