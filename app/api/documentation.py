"""The API, described: as a document for programs and as a page for people."""

from flask import Blueprint, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue

from app.languages import ENGLISH, spoken

bp = Blueprint("documentation", __name__)


@bp.get("/openapi.json")
def show_document() -> ResponseReturnValue:
    return jsonify(_document())


@bp.get("/docs")
def show_page() -> ResponseReturnValue:
    """For developers, and so in the language of the document."""
    spoken.insist(ENGLISH)
    return render_template("pages/docs.html", document=_document())


def _document() -> dict[str, object]:
    """Written once: nothing in it changes while the process lives."""
    if "openapi" not in current_app.extensions:
        from app.wire import openapi  # here, because few processes are ever asked for it

        server = current_app.extensions["settings"].base_url
        current_app.extensions["openapi"] = openapi.document(current_app, server)
    return current_app.extensions["openapi"]
