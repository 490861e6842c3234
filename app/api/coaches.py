"""Inviting coaches."""

from flask import Blueprint, current_app

from app import guards, links
from app.limits import count_attempt
from app.unit import open_unit
from app.visits import me
from app.wire.endpoint import endpoint
from app.wire.invitations import CoachAsked, NewCoach
from core import coaches
from core.errors import AlreadyMember, NotFound

bp = Blueprint("coaches", __name__)


@bp.post("/invite-coach")
@endpoint(
    body=NewCoach,
    answer=CoachAsked,
    status=201,
    access=guards.admin,
    limits=["invite_account"],
    refusals=[NotFound, AlreadyMember],
)
def invite(body: NewCoach) -> CoachAsked:
    """Ask a coach to join a tenant. The link is personal to the address, lives 7 days, and is mailed if there is mail;
    asked again before it is accepted, it is replaced."""
    count_attempt("invite_account", me().user_id)
    with open_unit() as unit:
        asked = coaches.invite(unit, name=body.name, email=body.email, part=body.role, tenant_id=body.tenant_id)
    mailed = current_app.extensions["settings"].sends_mail
    url = links.coach(asked.link.secret)
    return CoachAsked(coach_id=asked.coach_id, invite_url=url, expires_at=asked.link.expires_at, mailed=mailed)
