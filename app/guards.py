"""Who may come in: checked before a view runs."""

from collections.abc import Callable
from typing import Any

from flask import abort, current_app, request
from flask_principal import Identity
from flask_security import auth_required, roles_accepted
from werkzeug.exceptions import RequestEntityTooLarge

from app.client_address import read
from app.environment import host_in
from app.errors import CrossSite, MalformedRequest, UnknownHost
from app.extensions import security
from app.settings import ANY_IP
from app.visits import me
from core.errors import PasswordChangeRequired
from core.roles import ADMINS

View = Callable[..., Any]
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
BODY_MAX = 64 * 1024
ANNOUNCE_BODY = ("CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING")


def refuse_unknown_host() -> None:
    """Before anything else: a browser says which host it believes to be asking, and it must be one of ours, or a page
    of another site could ask as if it were ours, once its name leads here (DNS rebinding). Health checks and numbers
    are for whoever asks by the machine's address. A client that names no host is no browser."""
    said = request.environ.get("HTTP_HOST")
    view = current_app.view_functions.get(request.endpoint or "")
    if not said or is_for_any_host(view):
        return
    hosts, host = current_app.extensions["settings"].hosts, host_in(said)
    is_own_machine = bool(host) and host.endswith(".localhost")  # RFC 6761: browsers look such names up nowhere
    if host not in hosts and not is_own_machine and not (ANY_IP in hosts and read(host)):
        raise UnknownHost


def is_for_any_host(view: View | None) -> bool:
    """Tell whether this view also answers requests that name a host of nobody's."""
    return bool(getattr(view, "any_host", False) or getattr(getattr(view, "contract", None), "any_host", False))


def refuse_cross_site() -> None:
    """A browser says where a state-changing request comes from, and it must be from here or from
    a configured origin. A client that says nothing (curl, a mobile app) holds no cookie that others could misuse."""
    if request.method in SAFE_METHODS:
        return
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if origin == "null":  # what our own pages send: they never say where they are
        refused = site != "same-origin"
    elif origin is not None:
        refused = not _is_welcome(origin)
    else:
        refused = site not in {None, "same-origin", "none"}
    if refused:
        raise CrossSite


def refuse_oversized() -> None:
    """Whether the length is announced or, in chunks, only turns out. Keeps the body, so that it is read once."""
    if not any(name in request.environ for name in ANNOUNCE_BODY):
        return
    if (request.content_length or 0) > BODY_MAX or len(_body()) > BODY_MAX:
        abort(413)


def _body() -> bytes:
    """Read the body. Raise MalformedRequest where it does not arrive as the head says: cut off, which would shorten
    what was typed, or in broken chunks, for which each server has errors of its own."""
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        raise
    except Exception:  # noqa: BLE001 - whatever the server's reader raises, the sender is at fault
        raise MalformedRequest from None
    if len(body) < (request.content_length or 0):
        raise MalformedRequest
    return body


def public(view: View) -> View:
    return view


def signed_in(view: View) -> View:
    """For anybody signed in, also before a forced password change."""
    return auth_required("session")(view)


def member(view: View) -> View:
    """For anybody signed in who has no password to change first."""
    return signed_in(_past_password_change(view))


def admin(view: View) -> View:
    """For admins, and those above them."""
    return signed_in(_past_password_change(_known_by_roles(roles_accepted(*ADMINS)(view))))


def _past_password_change(view: View) -> View:
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if me().must_change_password:
            raise PasswordChangeRequired
        return view(*args, **kwargs)

    return guarded


def _known_by_roles(view: View) -> View:
    """Tell Flask-Security's role checks who is asking."""

    def guarded(*args: Any, **kwargs: Any) -> Any:
        security.principal.set_identity(Identity(me().fs_uniquifier))
        return view(*args, **kwargs)

    return guarded


def _is_welcome(origin: str) -> bool:
    settings = current_app.extensions["settings"]
    if origin in {f"{request.scheme}://{request.host}", settings.own_origin}:
        return True
    return any(pattern.fullmatch(origin) for pattern in settings.cors_origins)
