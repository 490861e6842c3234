"""Browser sessions as Flask sees them: an opaque cookie outside, core.sessions inside."""

import re
from datetime import timedelta
from typing import Any

from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SessionInterface, SessionMixin

from app.settings import Settings
from app.unit import look, open_unit, surroundings
from core import sessions
from core.sessions import SignedIn

SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


class Visit(dict[str, Any], SessionMixin):
    """What Flask, and Flask-Login through it, read of this request's session. `cookie` is what to answer with: a secret
    to set, an empty string to delete the cookie, None to leave it alone. `device` and `language` are set beside it."""

    cookie: str | None = None
    device: str | None = None
    language: str | None = None


class Visits(SessionInterface):
    """Nothing is read here, so that a request which is refused at the door costs no query: see open_visit."""

    def open_session(self, app: Flask, request: Request) -> Visit:
        return Visit()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        settings, policy = app.extensions["settings"], surroundings().policy
        cookie, device = getattr(session, "cookie", None), getattr(session, "device", None)
        if cookie is not None:
            _set(response, settings, settings.cookie_name, cookie, policy.session_life if cookie else timedelta())
        if cookie == "":
            response.headers["Clear-Site-Data"] = '"cache"'  # not "storage": a front end's own settings stay
        if device is not None:
            _set(response, settings, settings.cookie("device"), device, policy.device_life)
        if (language := getattr(session, "language", None)) is not None:
            _set(response, settings, settings.cookie("language"), language, policy.language_life)


def _set(response: Response, settings: Settings, name: str, value: str, life: timedelta) -> None:
    about = {"secure": settings.cookie_secure, "domain": settings.cookie_domain}
    response.set_cookie(name, value, max_age=life, httponly=True, samesite="Lax", **about)


def open_visit() -> None:
    """Find out who is asking, before each request: one statement if there is a cookie that could be ours, else none."""
    g.signed_in = None
    sent = set(request.cookies.getlist(current_app.extensions["settings"].cookie_name))
    values = [value for value in sent if SECRET.fullmatch(value)]
    if len(values) != 1 or request.endpoint == "static":  # of two, one may be a sibling host's: nobody can tell
        return
    around = surroundings()
    me = sessions.find(look, values[0], around.now(), around.policy)
    if me is None:
        return
    g.signed_in = me
    session["_user_id"] = me.fs_uniquifier
    if around.now() - me.last_seen_at > around.policy.session_seen_every:
        with open_unit() as unit:
            sessions.touch(unit, me.session_id)


def begin_visit(secret: str) -> None:
    """Answer this request with the cookie of a session that is committed."""
    session.cookie = secret  # type: ignore[attr-defined]


def end_visit() -> None:
    """Answer this request with the deletion of the cookie."""
    session.cookie = ""  # type: ignore[attr-defined]


def recognise() -> None:
    """For the rest of this request, whoever has just signed in is who is asking; nobody, if they signed out."""
    around, cookie = surroundings(), getattr(session, "cookie", None)
    g.signed_in = sessions.find(look, cookie, around.now(), around.policy) if cookie else None


def signed_in() -> SignedIn | None:
    """Who is asking, or None."""
    return g.get("signed_in")


def me() -> SignedIn:
    """Who is asking; only in views that let nobody else in."""
    return g.signed_in
