"""Joining with an invitation."""

from flask import Blueprint

from app import guards
from app.unit import look, open_unit, surroundings
from app.visits import me, signed_in
from app.wire.accounts import Preview, Registration, TokenQuery
from app.wire.bodies import Message
from app.wire.endpoint import endpoint
from app.wire.invitations import Joined, TokenAlone
from core import claims, offers, registration
from core.errors import (
    AlreadyMember,
    Busy,
    InvalidInput,
    InviteDead,
    InviteOtherAddress,
    InviteRequired,
    MinorCannotRegister,
    NameTaken,
    RolesConflict,
    WeakPassword,
)

bp = Blueprint("registration", __name__)


@bp.get("/register/validate-token")
@endpoint(
    query=TokenQuery,
    answer=Preview,
    limits=["validate_token_address"],
    refusals=[InviteRequired, InviteDead, InviteOtherAddress],
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
    offer = offers.find(look, query.token, surroundings().now())
    person = signed_in()
    claims.check_address(offer.invitation, person.email if person else None)
    shown = ("kind", "email", "name", "roles", "expires_at", "language")
    known = {name: getattr(offer.invitation, name) for name in shown}
    return Preview(valid=True, **known, invited_by=offer.invited_by, tenant=offer.tenant, part=offer.part)


@bp.post("/register")
@endpoint(
    body=Registration,
    answer=Message,
    limits=["register_address"],
    refusals=[
        InviteRequired,
        InviteDead,
        InviteOtherAddress,
        InvalidInput,
        WeakPassword,
        MinorCannotRegister,
        NameTaken,
        Busy,
    ],
)
def register(body: Registration) -> Message:
    """Make an account with an invitation. A refusal leaves nothing behind and gives the invitation's use back."""
    with open_unit() as unit:
        registration.register(unit, body.applicant(), body.invite_token)
    return Message(message="User registered successfully")


@bp.post("/invitations/accept")
@endpoint(
    body=TokenAlone,
    answer=Joined,
    access=guards.member,
    limits=["register_address"],
    refusals=[InviteDead, InviteOtherAddress, AlreadyMember, RolesConflict],
)
def accept(body: TokenAlone) -> Joined:
    """Take what an invitation offers with the account that is signed in."""
    with open_unit() as unit:
        invitation, brought = registration.accept(unit, me(), body.token)
    return Joined(message="Invitation accepted", kind=invitation.kind, roles=sorted(brought))
