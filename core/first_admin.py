"""How the first admin comes about: a link, for as long as there is none."""

from core import invitations, users
from core.invitations import Issued
from core.unit import Unit

NOTE = "first admin"


def offer(unit: Unit) -> Issued | None:
    """A fresh one-use invitation that makes an admin, or None when somebody is one. Ends those offered before."""
    if users.somebody_is_admin(unit.look):
        return None
    invitations.revoke_noted(unit, NOTE)
    return invitations.issue(unit, roles=["admin"], expires_at=invitations.ending(unit), note=NOTE)
