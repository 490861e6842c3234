"""Who may see a page: others are shown the way, not a refusal."""

from functools import wraps
from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from app import visits
from app.guards import View
from app.limits import count_write
from app.visits import me
from core import roles
from core.errors import Forbidden


def signed_in(view: View) -> View:
    """For anybody signed in, also before a forced password change; others are led to the sign-in. Counts what they
    change, unless the view is a form, which counts by itself and comes back with what was typed."""
    is_counted = hasattr(view, "counts_writes")

    @wraps(view)
    def guarded(**path: Any) -> Any:
        if not visits.signed_in():
            return go("signing_in.show")
        if not is_counted:
            count_write()
        return view(**path)

    return guarded


def member(view: View) -> View:
    """For anybody signed in who has no password to change first; their account asks for it."""

    @wraps(view)
    def guarded(**path: Any) -> Any:
        return go("account.show") if me().must_change_password else view(**path)

    return signed_in(guarded)


def admin(view: View) -> View:
    """For admins, and those above them."""

    @wraps(view)
    def guarded(**path: Any) -> Any:
        if not roles.passes_as_admin(me().roles):
            raise Forbidden
        return view(**path)

    return member(guarded)


def go(endpoint: str, **query: str) -> ResponseReturnValue:
    """On to another page, after a form was taken."""
    return redirect(url_for(endpoint, **query), 303)
