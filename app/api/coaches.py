"""Inviting coaches."""

from flask import Blueprint

from app import guards, inviting
from app.wire.endpoint import endpoint
from app.wire.invitations import CoachAsked, NewCoach
from core.errors import AboveOwnRole, AccountClosed, AlreadyMember, NotFound

bp = Blueprint("coaches", __name__)


@bp.post("/invite-coach")
@endpoint(
    body=NewCoach,
    answer=CoachAsked,
    status=201,
    access=guards.admin,
    limits=["invite_account", "invited_mailbox"],
    refusals=[NotFound, AlreadyMember, AboveOwnRole, AccountClosed],
    says={AboveOwnRole: "The account with this address ranks above you."},
)
def invite(body: NewCoach) -> CoachAsked:
    """Ask a coach to join a tenant. The link is personal to the address, lives 7 days, and is mailed if there is mail;
    asked again before it is accepted, it is replaced."""
    return inviting.invite_coach(body)
