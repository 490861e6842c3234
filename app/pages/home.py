"""Home: what there is for me here."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.pages import account, doors, words
from app.visits import me

bp = Blueprint("home", __name__)


@bp.get("/")
@doors.signed_in
def show() -> ResponseReturnValue:
    if me().must_change_password:
        return account.page()
    return render_template("pages/home.html", me=me(), done=words.DONE.get(request.args.get("done", "")))
