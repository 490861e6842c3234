"""The language of the pages, chosen in their foot."""

from urllib.parse import parse_qsl

from flask import Blueprint, current_app, request, session
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from app.limits import count_write
from app.pages.doors import go
from app.unit import open_unit
from app.visits import signed_in
from app.wire.accounts import LanguageChoice
from app.wire.forms import filled
from core import users

bp = Blueprint("language", __name__)


@bp.post("/language")
def choose() -> ResponseReturnValue:
    """Speak this language in this browser from now on, and to the account that is signed in, by mail as well."""
    code = filled(LanguageChoice, request.form).language
    if person := signed_in():
        count_write()
        with open_unit() as unit:
            users.set_language(unit, person.user_id, code)
    session.language = code  # type: ignore[attr-defined]
    return _back(request.form.get("back", ""))


def _back(address: str) -> ResponseReturnValue:
    """To the page of ours that this is the address of; home, if there is none."""
    path, _, query = address.partition("?")
    try:
        endpoint, named = current_app.create_url_adapter(request).match(path, "GET")  # type: ignore[union-attr]
    except HTTPException:
        return go("home.show")
    asked = {name: text for name, text in parse_qsl(query) if name.isalpha() and name != "endpoint"}
    return go(endpoint, **{**asked, **named})
