"""The Flask application: the only place that knows the web. create_app is the wiring, read top to bottom."""

from dataclasses import replace
from typing import Any

from flask import Flask, Response, current_app, g, request

from app import api, breached, cli, database, development, errors, guards, last_resort, logs, other_origins, pages
from app.client_address import ClientAddress
from app.datastore import Datastore
from app.environment import host_in
from app.extensions import db, mail, security
from app.housekeeper import Housekeeper
from app.languages import spoken
from app.limits import Limits
from app.postman import Postman
from app.settings import LOOPBACK, ROOT, Settings, from_environment
from app.unit import Surroundings
from app.visits import Visits, open_visit
from core.errors import Forbidden, NotSignedIn
from core.passwords import Hasher
from core.policy import Policy


def create_app(settings: Settings | None = None, surroundings: Surroundings | None = None) -> Flask:
    """The application for these settings (by default: the environment's) and surroundings (the real ones)."""
    settings = settings or from_environment()
    app = Flask(__name__, instance_path=str(ROOT / "instance"))
    app.config.update(_configuration(settings))
    app.json.sort_keys = False
    app.ensure_sync = lambda view: view  # type: ignore[method-assign]  # none is a coroutine: not to be asked each time
    app.url_map.merge_slashes = False  # its redirect is HTML, and to the host that the request names
    app.extensions["settings"] = settings
    policy = replace(settings.policy, sends_mail=settings.sends_mail)
    app.extensions["surroundings"] = surroundings or _surroundings(settings, policy)
    app.extensions["limits"] = Limits(app, settings, policy)
    app.extensions.update(postman=Postman(app), housekeeper=Housekeeper(app))
    app.wsgi_app = ClientAddress(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    app.wsgi_app = last_resort.LastResort(app.wsgi_app)  # type: ignore[method-assign]

    db.init_app(app)
    database.prepare(app)
    mail.init_app(app)
    other_origins.init_app(app)

    app.session_interface = Visits()
    spoken.init_app(app)
    app.before_request(_name_request)
    app.before_request(guards.refuse_unknown_host)
    app.before_request(guards.refuse_cross_site)
    app.before_request(guards.refuse_oversized)
    app.before_request(open_visit)
    app.before_request(app.extensions["postman"].start)
    app.before_request(app.extensions["housekeeper"].start)
    _secure_with_flask_security(app)
    app.after_request(_protect)

    logs.init_app()
    errors.init_app(app)
    api.init_app(app)
    pages.init_app(app)
    cli.init_app(app)
    _add_what_is_asked_for(app, settings)
    return app


def _add_what_is_asked_for(app: Flask, settings: Settings) -> None:
    if settings.development_mailbox:
        development.init_app(app)
    if settings.metrics_token:
        from app import metrics  # with all that it brings along

        metrics.init_app(app)


def _surroundings(settings: Settings, policy: Policy) -> Surroundings:
    return Surroundings(policy, Hasher(policy), is_breached=breached.checker(settings.breached_passwords_url))


def _configuration(settings: Settings) -> dict[str, Any]:
    server = settings.mail_server
    return {
        "SECRET_KEY": settings.secret_keys[0],
        "PROPAGATE_EXCEPTIONS": True,  # what no error handler catches: see app/last_resort.py
        "MAX_CONTENT_LENGTH": guards.BODY_MAX + 1,  # more is never read: see guards.refuse_oversized
        "MAX_FORM_MEMORY_SIZE": guards.BODY_MAX,
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "SQLALCHEMY_ENGINE_OPTIONS": database.engine_options(settings.database),
        "MAIL_SERVER": server.host if server else None,
        "MAIL_PORT": server.port if server else None,
        "MAIL_USE_TLS": bool(server and server.use_tls),
        "MAIL_USE_SSL": bool(server and server.use_ssl),
        "MAIL_USERNAME": server.username if server else None,
        "MAIL_PASSWORD": server.password if server else None,
        "MAIL_DEFAULT_SENDER": settings.mail_sender,
        "MAIL_SUPPRESS_SEND": server is None,
        # Flask-Security guards routes and nothing else: no views, no tokens, no remember cookie, no hashing of its own.
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_SINGLE_HASH": True,
        "SECURITY_HASHING_SCHEMES": ["sha256_crypt"],
        "SECURITY_DEPRECATED_HASHING_SCHEMES": [],
        "SECURITY_ANONYMOUS_USER_DISABLED": True,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SESSION_PROTECTION": None,
        "WTF_CSRF_ENABLED": False,
    }


def _secure_with_flask_security(app: Flask) -> None:
    security.init_app(app, Datastore(), register_blueprint=False)
    app.login_manager._request_callback = None  # type: ignore[attr-defined]
    security.principal.identity_loaders.clear()  # who may what is asked in guards.admin alone, not at every request
    security.want_json(lambda _: True)
    security.unauthn_handler(_refuse_stranger)
    security.unauthz_handler(_refuse_unentitled)


def _refuse_stranger(*_: Any, **__: Any) -> None:
    errors.log_refusal(NotSignedIn.code, errors.STATUS[NotSignedIn])
    raise NotSignedIn


def _refuse_unentitled(*_: Any, **__: Any) -> None:
    raise Forbidden


def _name_request() -> None:
    g.request_id = request.environ[last_resort.REQUEST_ID]


def _protect(response: Response) -> Response:
    """Pages and files: not cached, framed, or told where they came from. JSON is protected by last_resort.py, which
    sees every answer."""
    if response.mimetype == "application/json":
        return response
    headers, is_page = response.headers, response.mimetype == "text/html"
    if request.endpoint != "static" or response.status_code >= 400:
        headers["Cache-Control"] = "no-store"
        response.vary.update(["Cookie", "Origin", *(["Accept-Language"] if is_page else [])])
    if is_page:
        headers.setdefault("Content-Language", spoken.current().code)
    headers["Referrer-Policy"] = "no-referrer" if not is_page or _is_trustworthy() else "strict-origin"
    headers.setdefault("Content-Security-Policy", PAGE_POLICY if is_page else last_resort.BARE_POLICY)
    return response


def _is_trustworthy() -> bool:
    """Whether browsers say of forms where they come from (Sec-Fetch-Site). They do not over plain http, but for this
    machine itself: there a page without referrer would send its forms with "Origin: null" and nothing else."""
    own = current_app.extensions["settings"].own_origin
    return own.startswith("https://") or request.is_secure or host_in(request.host) in LOOPBACK


PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
