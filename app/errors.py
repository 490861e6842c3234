"""What every refusal says over HTTP: the only place where codes meet statuses."""

import logging
from http import HTTPStatus
from typing import Any

from blinker import Signal
from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app.languages.spoken import translated
from app.sentences import REASONS, SENTENCES, Said
from app.wire.parsing import Malformed
from core import errors as core_errors
from core import proof_refusals
from core.errors import InvalidInput, NameTaken, NotSignedIn, Refusal, TooManyAttempts
from core.policy import Policy

log = logging.getLogger(__name__)
RETRY_SECONDS = 5
refused = Signal()
"""A request was refused, with this `code`."""


class CrossSite(Refusal):
    """A browser says that another site sent this."""

    code = "cross_site_request"


class MalformedRequest(Refusal):
    """The body does not arrive as the request's head says: a chunk without a size, fewer bytes than announced."""

    code = "malformed_request"


class UnknownHost(Refusal):
    """The request names a host that this installation does not answer for."""

    code = "unknown_host"


class ServiceUnavailable(Refusal):
    """The database cannot serve at the moment."""

    code = "service_unavailable"


class SchemaNotCurrent(Refusal):
    """The database's tables are not those of this version."""

    code = "schema_not_current"


STATUS: dict[type[Refusal], int] = {
    core_errors.InvalidInput: 400,
    Malformed: 400,
    MalformedRequest: 400,
    core_errors.WeakPassword: 400,
    core_errors.MinorCannotRegister: 400,
    core_errors.InviteRequired: 403,
    core_errors.InviteDead: 403,
    core_errors.InviteOtherAddress: 403,
    core_errors.NameTaken: 409,
    core_errors.WrongCredentials: 401,
    core_errors.WrongCurrentPassword: 401,
    core_errors.TokenDead: 401,
    core_errors.ResetTokenDead: 400,
    proof_refusals.ProofTokenDead: 400,
    proof_refusals.ProofCodeWrong: 400,
    proof_refusals.AlreadyProven: 409,
    core_errors.MailNotConfigured: 503,
    core_errors.NotSignedIn: 401,
    core_errors.Forbidden: 403,
    core_errors.PasswordChangeRequired: 403,
    core_errors.NotFound: 404,
    core_errors.NotOnboarded: 404,
    core_errors.AlreadyOnboarded: 409,
    core_errors.AlreadyMember: 409,
    core_errors.AboveOwnRole: 403,
    core_errors.LastOwner: 409,
    core_errors.LastAdmin: 409,
    core_errors.OwnResetLink: 403,
    core_errors.RolesConflict: 409,
    core_errors.AccountClosed: 409,
    core_errors.SignInRequired: 403,
    core_errors.TenantTaken: 409,
    core_errors.ArtistTaken: 400,
    core_errors.ArtistAsked: 400,
    core_errors.NotPending: 409,
    core_errors.NoLongerFree: 409,
    core_errors.TooManyAttempts: 429,
    core_errors.TooManyLetters: 429,
    core_errors.PasswordStopped: 403,
    core_errors.Busy: 503,
    core_errors.Overtaken: 409,
    CrossSite: 403,
    UnknownHost: 421,
    ServiceUnavailable: 503,
    SchemaNotCurrent: 503,
}


NOTED = (core_errors.TokenDead, Malformed, MalformedRequest)
NOTED_STATUSES = {401, 403, 405, 413, 415, 421, 429}
"""Refusals that leave a line in the log."""


def init_app(app: Flask) -> None:
    app.register_error_handler(Refusal, refuse)
    app.register_error_handler(HTTPException, refuse_http)
    for trouble in (DBAPIError, PoolTimeout):
        app.register_error_handler(trouble, refuse_without_database)
    app.register_error_handler(Exception, apologise)


def refuse(refusal: Refusal) -> Response:
    """The answer to a refusal."""
    note(refusal)
    body = body_of(refusal, _contract(), current_app.extensions["surroundings"].policy)
    return _answer(body, STATUS[type(refusal)], retry_after(refusal))


def body_of(refusal: Refusal, contract: Any, policy: Policy) -> dict[str, Any]:
    """What a route with this contract (app/wire/endpoint.py), or None, says of a refusal: sentence and code, with the
    fields at fault by their wire names."""
    extra = getattr(contract, "extra", {}) if STATUS[type(refusal)] in {401, 403} else {}
    body = {**extra, "message": sentence(refusal, contract), "code": refusal.code, **refusal.details}
    if fields := fields_at_fault(refusal, policy):
        names = {} if isinstance(refusal, Malformed) else getattr(contract, "wire_names", {})
        body["errors"] = {names.get(field, field): problems for field, problems in fields.items()}
    return body


def note(refusal: Refusal) -> None:
    """Log who was not let in, held no living secret, tried too often, or sent what no program of ours sends. That
    nobody is signed in is no event by itself: app/__init__.py logs it where somebody had to be."""
    refused.send(current_app._get_current_object(), code=refusal.code)  # type: ignore[attr-defined]
    status = STATUS[type(refusal)]
    if isinstance(refusal, NOTED) or (status in NOTED_STATUSES and type(refusal) is not NotSignedIn):
        log_refusal(refusal.code, status)


def log_refusal(code: str, status: int) -> None:
    """One line for one refused request."""
    log.info("refused: %s", code, extra={"event": code, "status": status})


def sentence(refusal: Refusal, contract: Any = None) -> str:
    """What a person is told; an endpoint may have words of its own."""
    own = getattr(contract, "says", {})
    return next((own[kind] for kind in type(refusal).__mro__ if kind in own), SENTENCES[refusal.code])


def fields_at_fault(refusal: Refusal, policy: Policy) -> dict[str, list[str]]:
    """Core's names of the fields, each with sentences."""
    if isinstance(refusal, NameTaken):
        return {refusal.field: [REASONS["taken"]]}
    if not isinstance(refusal, InvalidInput):
        return {}
    numbers = {"password_min": policy.password_min, "password_max": policy.password_max}
    return {
        field: [Said(REASONS[reason], numbers) if reason in REASONS else reason for reason in reasons]
        for field, reasons in refusal.fields.items()
    }


def retry_after(refusal: Refusal) -> int | None:
    """Seconds after which the same request may do better."""
    if isinstance(refusal, TooManyAttempts):
        return refusal.retry_after
    return RETRY_SECONDS if retry_after_is_sent(STATUS[type(refusal)]) else None


def refuse_http(error: HTTPException) -> Response:
    """What Flask itself refuses: unknown paths, methods, sizes and types."""
    status = error.code or 500
    name = HTTPStatus(status).name.lower()
    code = {"request_entity_too_large": "payload_too_large", "bad_request": "invalid_input"}.get(name, name)
    if status in NOTED_STATUSES:
        log_refusal(code, status)
    answer = _answer({"message": SENTENCES.get(code, f"{HTTPStatus(status).phrase}."), "code": code}, status)
    if "Allow" in (headers := dict(error.get_headers())):
        answer.headers["Allow"] = headers["Allow"]
    if status == 413:
        _swallow_rest()
        answer.headers["Connection"] = "close"
    return answer


def refuse_without_database(error: Exception) -> Response:
    """The database is away, too slow or full: nothing was kept, trying again later may work. What it says against a
    statement of ours is a bug."""
    is_away = isinstance(error, OperationalError | InterfaceError | PoolTimeout)
    if not is_away and not getattr(error, "connection_invalidated", False):
        return apologise(error)
    log.error("the database cannot serve: %s", type(error).__name__, exc_info=error, extra={"event": "database"})
    return refuse(ServiceUnavailable())


def apologise(error: Exception) -> Response:
    """A bug. Logged whole under the request's id, silent outside."""
    about = {"event": "internal_error", "status": 500}
    log.error("unexpected error in request %s", g.get("request_id"), exc_info=error, extra=about)
    return _answer({"message": SENTENCES["internal_error"], "code": "internal_error"}, 500)


def retry_after_is_sent(status: int) -> bool:
    """Whether answers of this status say when to come back."""
    return status in {429, 503}


def _answer(body: dict[str, Any], status: int, wait: int | None = None) -> Response:
    said = body | ({"request_id": g.get("request_id")} if status >= 500 else {})
    is_api = f"{request.path}/".startswith("/api/")  # which speaks JSON to everybody
    answer = make_response(_page(said, status)) if not is_api and _wants_page() else jsonify(said)
    answer.status_code = status
    if not is_api:
        answer.vary.add("Accept")
    if wait is not None:
        answer.headers["Retry-After"] = str(wait)
    return answer


def _page(said: dict[str, Any], status: int) -> str:
    return render_template("pages/error.html", **{**said, "message": translated(said["message"])}, status=status)


def _wants_page() -> bool:
    """Whether a browser shows this answer to a person."""
    accepted = request.accept_mimetypes
    return accepted["text/html"] > accepted["application/json"]


def _contract() -> Any:
    """What this route takes and answers, if it is the API's."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "contract", None)


def _swallow_rest(at_most: int = 8 * 1024 * 1024) -> None:
    """Read what a client is still sending, within reason: answering sooner would cut it off before it reads why."""
    stream = request.environ["wsgi.input"]
    left = min(request.content_length or 0, at_most)
    while left > 0 and (chunk := stream.read(min(left, 64 * 1024))):
        left -= len(chunk)
