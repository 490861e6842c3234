"""The skater card: mine, with its link to share, and the one that a link leads to."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import links
from app.api.sessions import to_id
from app.pages import doors, words
from app.pages.doors import go
from app.pages.forms import Form, form
from app.unit import look, open_unit, surroundings
from app.visits import me
from core import cards, profiles
from core.errors import NotFound, NotOnboarded

bp = Blueprint("card", __name__)


def _profile_first(_: Form) -> str:
    return render_template("pages/card_missing.html")


def _gone(_: Form) -> str:
    return render_template("pages/card_gone.html")


@bp.get("/card")
@doors.member
@form(_profile_first, NotOnboarded, instead=True)
def show() -> ResponseReturnValue:
    """My card, and the link under which others see it, if it is shared."""
    card = cards.card_of(look, me().skater_id, surroundings().now())
    token = card.portrait.profile.share_token
    done = words.done()
    return render_template("pages/card.html", card=card, url=links.card(token) if token else None, done=done)


@bp.get("/card/<key>")
@form(_gone, NotFound, instead=True)
def show_shared(key: str) -> ResponseReturnValue:
    """A card whose link was given out. Needs no account."""
    card = cards.shared_card(look, to_id(key), surroundings().now())
    return render_template("pages/shared_card.html", card=card)


@bp.post("/card/share")
@doors.member
@form(_profile_first, NotOnboarded, instead=True)
def share() -> ResponseReturnValue:
    with open_unit() as unit:
        profiles.share(unit, me())
    return go("card.show", done="shared", _anchor="share")


@bp.post("/card/unshare")
@doors.member
@form(_profile_first, NotOnboarded, instead=True)
def unshare() -> ResponseReturnValue:
    with open_unit() as unit:
        profiles.unshare(unit, me())
    return go("card.show", done="unshared", _anchor="share")
