"""Labels ask artists; artists answer."""

from flask import Blueprint

from app import guards
from app.api.sessions import to_id
from app.letter_limits import letter_to
from app.limits import count_attempt
from app.unit import look, open_unit
from app.visits import me
from app.wire.bodies import Message
from app.wire.endpoint import endpoint
from app.wire.invitations import (
    LabelInvitation,
    LabelInvitations,
    LabelPage,
    LabelTrailQuery,
    NewLabelInvitation,
    from_label,
    from_labels,
)
from app.wire.invites import asked
from core import labels
from core.errors import ArtistAsked, ArtistTaken, Forbidden, NoLongerFree, NotFound, NotPending

bp = Blueprint("labels", __name__)


@bp.post("/labels/<key>/invitations")
@endpoint(
    body=NewLabelInvitation,
    answer=LabelInvitation,
    status=201,
    access=guards.member,
    limits=["invite_account", "invited_mailbox"],
    refusals=[Forbidden, NotFound, ArtistTaken, ArtistAsked],
)
def invite(key: str, body: NewLabelInvitation) -> LabelInvitation:
    """Ask an artist to join my label. One who declined, or let it expire, may be asked again."""
    count_attempt("invite_account", me().user_id)
    email = labels.addressee(look, me(), to_id(key), body.artist_id)
    with letter_to(email, "label "), open_unit() as unit:
        invitation = labels.invite(unit, me(), to_id(key), body.artist_id, body.message)
    return from_label(invitation)


@bp.get("/labels/<key>/invitations")
@endpoint(query=LabelPage, answer=LabelInvitations, access=guards.member, refusals=[Forbidden, NotFound])
def list_sent(key: str, query: LabelPage) -> LabelInvitations:
    """Whom my label has asked, newest first, and what they said."""
    with open_unit() as unit:
        sent = labels.list_sent(unit, me(), to_id(key), **query.asked())
    return from_labels(sent, query.limit)


@bp.get("/invitations")
@endpoint(query=LabelPage, answer=LabelInvitations, access=guards.member)
def list_received(query: LabelPage) -> LabelInvitations:
    """Which labels have asked me, newest first."""
    with open_unit() as unit:
        received = labels.list_received(unit, me(), **query.asked())
    return from_labels(received, query.limit)


@bp.post("/invitations/<key>/accept")
@endpoint(answer=Message, access=guards.member, refusals=[NotFound, NotPending, NoLongerFree])
def accept(key: str) -> Message:
    """Join the label that asks. My other pending invitations are withdrawn."""
    with open_unit() as unit:
        labels.accept(unit, me(), to_id(key))
    return Message(message="Invitation accepted")


@bp.post("/invitations/<key>/decline")
@endpoint(answer=Message, access=guards.member, refusals=[NotFound, NotPending])
def decline(key: str) -> Message:
    """Say no to a label."""
    with open_unit() as unit:
        labels.decline(unit, me(), to_id(key))
    return Message(message="Invitation declined")


@bp.get("/admin/label-invitations")
@endpoint(query=LabelTrailQuery, answer=LabelInvitations, access=guards.admin)
def list_all(query: LabelTrailQuery) -> LabelInvitations:
    """The trail of all labels' invitations, newest first."""
    with open_unit() as unit:
        found = labels.list_all(unit, **asked(query))
    return from_labels(found, query.limit)
