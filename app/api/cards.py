"""The skater card, for its skater and for whoever was given its link."""

from flask import Blueprint

from app import guards
from app.api.sessions import to_id
from app.unit import look, open_unit, surroundings
from app.visits import me
from app.wire import cards as wire
from app.wire.cards import Card, Shared, SharedCard, Unshared
from app.wire.endpoint import endpoint
from core import cards, profiles
from core.errors import NotFound, NotOnboarded

bp = Blueprint("cards", __name__)


@bp.get("/skater_card")
@endpoint(answer=Card, access=guards.member, refusals=[NotOnboarded])
def show() -> Card:
    """My card."""
    return wire.own(cards.card_of(look, me().skater_id, surroundings().now()))


@bp.get("/shared_card/<key>")
@endpoint(answer=SharedCard, refusals=[NotFound])
def show_shared(key: str) -> SharedCard:
    """A card whose link was given out. Needs no account."""
    return wire.shared(cards.shared_card(look, to_id(key), surroundings().now()))


@bp.post("/skater_card/share")
@endpoint(answer=Shared, access=guards.member, refusals=[NotOnboarded])
def share() -> Shared:
    """Give my card a link; the one it has already, if there is one."""
    with open_unit() as unit:
        return Shared(share_token=profiles.share(unit, me()))


@bp.delete("/skater_card/share")
@endpoint(answer=Unshared, access=guards.member, refusals=[NotOnboarded])
def unshare() -> Unshared:
    """End my card's link at once."""
    with open_unit() as unit:
        profiles.unshare(unit, me())
    return Unshared(status="ok")
