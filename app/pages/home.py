"""Home: what there is for me here."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import proving
from app.pages import account, doors, words
from app.pages.forms import Form
from app.unit import look, look_in_batches, open_unit, surroundings
from app.visits import me
from core import labels, portraits, training

bp = Blueprint("home", __name__)


def page(**forms: Form) -> str:
    """Home, with the form about the address (`address`) that was sent and refused."""
    with open_unit() as unit:
        asked = [each for each in labels.list_received(unit, me()) if each.status == "pending"]
    about = _on_the_ice() if me().onboarded else {"portrait": None}
    about |= {"forms": forms, "asks_for_proof": proving.is_asked_for(), "done": words.done()}
    return render_template("pages/home.html", me=me(), asked=asked, **about)


@bp.get("/")
@doors.signed_in
def show() -> ResponseReturnValue:
    return account.page() if me().must_change_password else page()


def _on_the_ice() -> dict[str, Any]:
    skater, now = me().skater_id, surroundings().now()
    return {"portrait": portraits.find(look, skater), "log": training.dashboard(look, look_in_batches, skater, now)}
