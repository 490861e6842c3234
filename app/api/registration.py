"""Joining with an invitation."""

from flask import Blueprint

from app.unit import look, open_unit, surroundings
from app.wire.accounts import Preview, Registration, TokenQuery
from app.wire.bodies import Message
from app.wire.endpoint import endpoint
from core import invitations, registration
from core.errors import InvalidInput, InviteDead, InviteRequired, MinorCannotRegister, NameTaken

bp = Blueprint("registration", __name__)


@bp.get("/register/validate-token")
@endpoint(
    query=TokenQuery,
    answer=Preview,
    limits=["validate_token_address"],
    refusals=[InviteRequired, InviteDead],
    says={
        InviteRequired: "Registration is currently invite-only.",
        InviteDead: "This invite has expired or has already been used.",
    },
    extra={"valid": False},
)
def validate_token(query: TokenQuery) -> Preview:
    """Tell whether an invite link is alive, before a form is shown. Changes nothing, however often it is opened."""
    if not query.token:
        raise InviteRequired
    found = invitations.peek(look, query.token, surroundings().now())
    return Preview(valid=True, kind=found.kind, email=None, name=None, roles=found.roles, expires_at=found.expires_at)


@bp.post("/register")
@endpoint(
    body=Registration,
    answer=Message,
    limits=["register_address"],
    refusals=[InviteRequired, InviteDead, InvalidInput, MinorCannotRegister, NameTaken],
)
def register(body: Registration) -> Message:
    """Make an account with an invitation. A refusal leaves nothing behind and gives the invitation's use back."""
    with open_unit() as unit:
        registration.register(unit, body.applicant(), body.invite_token)
    return Message(message="User registered successfully")
