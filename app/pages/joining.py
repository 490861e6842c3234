"""From an invite link to an account, or to more rights for the one that I have."""

from collections.abc import Collection

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.api import registration as api
from app.pages import doors, words
from app.pages.doors import go
from app.pages.forms import BLANK, Form, form
from app.signing_in import present_session
from app.unit import look, open_unit, surroundings
from app.visits import begin_visit, me, signed_in
from app.wire.accounts import Registration
from app.wire.forms import filled
from app.wire.invitations import TokenAlone
from core import invitations, logins, registration, sessions, teams
from core.errors import AlreadyMember, InviteDead, InviteRequired
from core.unit import AnyRow

bp = Blueprint("joining", __name__)


def dead_link(refused: Form) -> str:
    dead = words.DEAD_LINKS.get(refused.code, words.DEAD_LINKS["invite_invalid"])
    dead = dead._replace(happened=dead.happened.format_map(refused.details))
    return render_template("pages/dead_link.html", dead=dead, next=("signing_in.show", "I have an account: sign in"))


def _form(filled_in: Form) -> str:
    return _invitation(request.form.get("invite_token", ""), filled_in)


def _invitation(token: str, filled_in: Form) -> str:
    found = _living(token, registration.JOINS)
    if found.email and signed_in():
        return render_template("pages/accept.html", token=token, found=found)
    brings = [role for role in found.roles if role != "adult"]
    password_min = surroundings().policy.password_min
    return render_template(
        "pages/join.html", token=token, found=found, brings=brings, form=filled_in, password_min=password_min
    )


def _team(token: str) -> str:
    return render_template("pages/team.html", token=token, found=_living(token, [teams.KIND]))


def _living(token: str, kinds: Collection[str]) -> AnyRow:
    if not token:
        raise InviteRequired
    found = invitations.peek(look, token, surroundings().now(), kinds=kinds)
    person = signed_in()
    invitations.check_address(found, person.email if person else None)
    return found


@bp.get("/join")
@bp.get("/coach/onboard")
@form(dead_link, InviteDead, InviteRequired, instead=True, like=api.validate_token)
def show() -> ResponseReturnValue:
    """What the invite brings, and the form. Uses nothing up, however often it is opened."""
    return _invitation(request.args.get("token", ""), BLANK)


@bp.post("/join")
@form(dead_link, InviteDead, InviteRequired, instead=True)
@form(_form, like=api.register)
def join() -> ResponseReturnValue:
    """Make the account and sign this browser in."""
    given = filled(Registration, request.form)
    with open_unit() as unit:
        user_id = registration.register(unit, given.applicant(), given.invite_token)
        secret = sessions.start(unit, user_id, instead_of=present_session())
    begin_visit(secret)
    return go("home.show")


@bp.post("/join/accept")
@doors.member
@form(dead_link, InviteDead, AlreadyMember, instead=True, like=api.accept)
def accept() -> ResponseReturnValue:
    """Take what the invite offers with the account that is signed in."""
    given = filled(TokenAlone, request.form)
    with open_unit() as unit:
        registration.accept(unit, me(), given.token)
    return go("home.show", done="accepted")


@bp.get("/team/join")
@form(dead_link, InviteDead, InviteRequired, instead=True, like=api.validate_token)
def show_team() -> ResponseReturnValue:
    """The place that the link holds out. Mail scanners may open it as often as they like."""
    return _team(request.args.get("token", ""))


@bp.post("/team/join")
@form(dead_link, InviteDead, instead=True, like=api.accept)
def join_team() -> ResponseReturnValue:
    """Take the place and sign this browser in; home asks a new account for its password first."""
    given = filled(TokenAlone, request.form)
    with open_unit() as unit:
        accepted = teams.accept(unit, given.token, signed_in())
        unit.session.flush()
        begun = logins.redeem_login_token(unit, accepted.login_secret, instead_of=present_session())
    begin_visit(begun.secret)
    return go("home.show")
