"""The gate, links that let people register; and the trail of every invitation that carries a secret."""

from flask import Blueprint

from app import desk, guards, inviting
from app.api.sessions import to_id
from app.unit import open_unit
from app.visits import me
from app.wire.desk import Resent
from app.wire.endpoint import endpoint
from app.wire.invites import GuestQuery, Guests, InviteQuery, Invites, Issued, NewInvite, asked, guests, shown
from core import resending, trail
from core.errors import AboveOwnRole, AlreadyMember, NotFound

bp = Blueprint("invites", __name__)
NOT_MINE = {AboveOwnRole: "This invitation holds out a role above your own."}


@bp.post("")
@endpoint(body=NewInvite, answer=Issued, status=201, access=guards.admin, limits=["invite_account"])
def create(body: NewInvite) -> Issued:
    """Make an invite link. Its token is shown this once."""
    return inviting.invite(body)


@bp.get("")
@endpoint(query=InviteQuery, answer=Invites, access=guards.admin)
def list_issued(query: InviteQuery) -> Invites:
    """What was issued, newest first, with the latest who came in through it. Never the tokens."""
    with open_unit() as unit:
        found = trail.list_issued(unit, kind=query.kind, **asked(query))
    return shown(found, query.limit)


@bp.get("/<key>/registered")
@endpoint(query=GuestQuery, answer=Guests, access=guards.admin, refusals=[NotFound])
def list_registered(key: str, query: GuestQuery) -> Guests:
    """List who came in with an invitation, the latest first."""
    with open_unit() as unit:
        found = trail.list_registered(unit, to_id(key), **query.asked())
    return guests(found, query.limit)


@bp.delete("/<key>")
@endpoint(status=204, access=guards.admin, refusals=[NotFound, AboveOwnRole], says=NOT_MINE)
def revoke(key: str) -> None:
    """End an invitation at once."""
    with open_unit() as unit:
        resending.revoke(unit, me(), to_id(key))


@bp.post("/<key>/resend")
@endpoint(
    answer=Resent,
    access=guards.admin,
    limits=["invite_account", "invited_mailbox"],
    refusals=[NotFound, AboveOwnRole, AlreadyMember],
    says=NOT_MINE,
)
def resend(key: str) -> Resent:
    """Replace the link of an invitation that is not used up, also of an expired or revoked one, for a fresh life. A
    personal one is mailed again."""
    return desk.resend(to_id(key))
