"""The team: many addresses at once, with a verdict for each."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import inviting
from app.api import teams as api
from app.pages import doors
from app.pages.desk import words
from app.pages.desk.addresses import separated
from app.pages.desk.asking import form
from app.pages.forms import BLANK, Form
from app.visits import me
from app.wire.fields import address
from app.wire.forms import filled
from app.wire.invitations import NewTeamMembers, Outcome
from core import names, roles
from core.errors import AboveOwnRole

bp = Blueprint("team", __name__, url_prefix="/team")
SAYS = words.SENTENCES | {"invalid_input": "Nobody was invited yet: something here needs another look."}


def page(refused: Form = BLANK, outcomes: Sequence[Outcome] = (), again: str = "") -> str:
    """The form, and what became of each address of the list that was sent before; `again` is what to correct of it."""
    mine = [role for role in roles.STAFF_RANK if roles.may_grant(me().roles, role)]
    sent = [each for each in outcomes if each.outcome in {"invited", "reinvited"}]
    rest = [each for each in outcomes if each not in sent]
    about = {"roles": mine, "sent": sent, "rest": rest, "again": again, "role": request.form.get("role")}
    return render_template("pages/desk/team.html", form=refused, **about)


@bp.get("")
@doors.admin
def show() -> ResponseReturnValue:
    return page()


@bp.post("")
@doors.admin
@form(page, AboveOwnRole, says=SAYS, like=api.invite)
def invite() -> ResponseReturnValue:
    """Invite all that can be, and offer what is no address again, to be corrected."""
    typed = {names.address_key(entry): entry for entry in separated(request.form.get("emails", ""))}
    chosen = {name: request.form.get(name, "") for name in ("role", "language")}
    wish = filled(NewTeamMembers, {"emails": list(typed.values()), **chosen})
    outcomes = inviting.invite_team(wish.emails, wish.role, wish.language)
    return page(outcomes=outcomes, again="\n".join(each for each in wish.emails if address(each) is None))
