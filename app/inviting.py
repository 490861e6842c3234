"""Making invite links: what the API and the pages both do."""

from app import links
from app.limits import count_attempt
from app.unit import open_unit
from app.visits import me
from app.wire.invites import Issued, NewInvite
from core import invitations


def invite(wish: NewInvite) -> Issued:
    """A new invite link as wished, from whoever is signed in. TooManyAttempts."""
    count_attempt("invite_account", me().user_id)
    with open_unit() as unit:
        end = invitations.ending(unit, at=wish.expires_at, seconds=wish.expires_in)
        issued = invitations.issue(unit, roles=wish.roles, max_uses=wish.max_uses, expires_at=end, note=wish.note)
    return links.invite(issued)
