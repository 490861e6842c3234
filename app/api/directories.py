"""What skaters choose from."""

from flask import Blueprint

from app import guards
from app.unit import look
from app.wire import directories as wire
from app.wire.directories import Clubs, Coaches, IceTypes, RinkQuery, Rinks
from app.wire.endpoint import endpoint
from core import directories

bp = Blueprint("directories", __name__)


@bp.get("/public/rinks")
@endpoint(query=RinkQuery, answer=Rinks)
def rinks(query: RinkQuery) -> Rinks:
    """Rinks by name: all, or those of an id or a state."""
    return wire.rinks(directories.rinks(look, rink_id=query.id, state=query.state))


@bp.get("/public/clubs")
@endpoint(answer=Clubs)
def clubs() -> Clubs:
    """Clubs by name."""
    return wire.clubs(directories.clubs(look))


@bp.get("/lookup/coaches")
@endpoint(answer=Coaches, access=guards.member)
def coaches() -> Coaches:
    """Coaches by name, never their address or number."""
    return wire.coaches(directories.coaches(look))


@bp.get("/lookup/ice_types")
@endpoint(answer=IceTypes, access=guards.member)
def ice_types() -> IceTypes:
    """Kinds of ice time by name."""
    return wire.ice_types(directories.ice_types(look))
