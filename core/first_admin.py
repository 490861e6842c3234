"""How the first admin comes about: a link, for as long as there is none."""

from core import authority, invitations
from core.invitations import Issued
from core.unit import Unit


def offer(unit: Unit) -> Issued | None:
    """Return a fresh one-use invitation that makes an admin who owns the place, or None when somebody is an admin. Ends
    those offered before; it works only as long as nobody is (core/claims.py)."""
    if authority.admins(unit.look):
        return None
    invitations.revoke_first_admin(unit)
    end = invitations.ending(unit)
    return invitations.issue(unit, roles=["admin", "owner"], expires_at=end, note=invitations.FIRST_ADMIN)
