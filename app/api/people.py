"""People, for those who run the place."""

from flask import Blueprint

from app import desk, guards
from app.api.sessions import to_id
from app.unit import open_unit
from app.visits import me
from app.wire import desk as wire
from app.wire.accounts import Ended
from app.wire.desk import People, PeopleQuery, PersonEntry, ResetHandedOver, RoleGrant
from app.wire.endpoint import endpoint
from core import people
from core.errors import AboveOwnRole, LastAdmin, LastOwner, NotFound, OwnResetLink, RolesConflict

bp = Blueprint("people", __name__)
ABOVE_ME = {AboveOwnRole: "This person ranks above you."}
FAREWELL = [NotFound, AboveOwnRole, LastOwner, LastAdmin]


@bp.get("")
@endpoint(query=PeopleQuery, answer=People, access=guards.admin)
def list_people(query: PeopleQuery) -> People:
    """Accounts, newest first, with their roles and how many devices are signed in."""
    with open_unit() as unit:
        return wire.shown_people(people.list_people(unit, **query.asked()), query.limit)


@bp.get("/<key>")
@endpoint(answer=PersonEntry, access=guards.admin, refusals=[NotFound])
def show(key: str) -> PersonEntry:
    """One account."""
    with open_unit() as unit:
        return wire.person(people.get(unit, to_id(key)))


@bp.post("/<key>/roles")
@endpoint(body=RoleGrant, answer=PersonEntry, access=guards.admin, refusals=[NotFound, AboveOwnRole, RolesConflict])
def grant(key: str, body: RoleGrant) -> PersonEntry:
    """Give somebody a role, at most my own."""
    with open_unit() as unit:
        people.grant_role(unit, me(), to_id(key), body.role)
    return _shown(key)


@bp.delete("/<key>/roles/<role>")
@endpoint(answer=PersonEntry, access=guards.admin, refusals=FAREWELL, says=ABOVE_ME)
def revoke(key: str, role: str) -> PersonEntry:
    """Take a role away. A staff role takes the account's sessions along; open invitations that would bring the role
    back are revoked, and nobody who ranks below me gives it back."""
    with open_unit() as unit:
        people.revoke_role(unit, me(), to_id(key), role)
    return _shown(key)


@bp.post("/<key>/deactivate")
@endpoint(answer=PersonEntry, access=guards.admin, refusals=FAREWELL, says=ABOVE_ME)
def deactivate(key: str) -> PersonEntry:
    """Close an account at once, with all its sessions and links."""
    with open_unit() as unit:
        people.deactivate(unit, me(), to_id(key))
    return _shown(key)


@bp.post("/<key>/activate")
@endpoint(answer=PersonEntry, access=guards.admin, refusals=[NotFound, AboveOwnRole], says=ABOVE_ME)
def activate(key: str) -> PersonEntry:
    """Open a closed account again, unless somebody who ranks above me closed it."""
    with open_unit() as unit:
        people.activate(unit, me(), to_id(key))
    return _shown(key)


@bp.delete("/<key>/sessions")
@endpoint(answer=Ended, access=guards.admin, refusals=[NotFound, AboveOwnRole], says=ABOVE_ME)
def sign_out(key: str) -> Ended:
    """Sign somebody out everywhere."""
    with open_unit() as unit:
        ended = people.sign_out(unit, me(), to_id(key))
    return Ended(message="Signed out everywhere", ended=ended)


@bp.post("/<key>/reset-link")
@endpoint(
    answer=ResetHandedOver,
    status=201,
    access=guards.admin,
    limits=["invite_account"],
    refusals=[NotFound, AboveOwnRole, OwnResetLink],
    says=ABOVE_ME,
)
def hand_over_reset(key: str) -> ResetHandedOver:
    """Make a reset link to hand over to somebody who cannot get mail. Its owner is told by mail. Nobody makes one for
    their own account; it stops working when the right of its maker ends."""
    return desk.hand_over_reset(to_id(key))


def _shown(key: str) -> PersonEntry:
    with open_unit() as unit:
        return wire.person(people.get(unit, to_id(key)))
