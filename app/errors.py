"""What every refusal says over HTTP: the only place where codes meet statuses and sentences."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app.wire.parsing import Malformed
from core import errors as core_errors
from core.errors import InvalidInput, NameTaken, Refusal, TooManyAttempts
from core.policy import Policy

log = logging.getLogger(__name__)
RETRY_SECONDS = 5


class CrossSite(Refusal):
    """A browser says that another site sent this."""

    code = "cross_site_request"


class ServiceUnavailable(Refusal):
    """The database cannot serve at the moment."""

    code = "service_unavailable"


class SchemaNotCurrent(Refusal):
    """The database's tables are not those of this version."""

    code = "schema_not_current"


STATUS: dict[type[Refusal], int] = {
    core_errors.InvalidInput: 400,
    Malformed: 400,
    core_errors.MinorCannotRegister: 400,
    core_errors.InviteRequired: 403,
    core_errors.InviteDead: 403,
    core_errors.InviteOtherAddress: 403,
    core_errors.NameTaken: 409,
    core_errors.WrongCredentials: 401,
    core_errors.WrongCurrentPassword: 401,
    core_errors.TokenDead: 401,
    core_errors.ResetTokenDead: 400,
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
    core_errors.TenantTaken: 409,
    core_errors.ArtistTaken: 400,
    core_errors.ArtistAsked: 400,
    core_errors.NotPending: 409,
    core_errors.NoLongerFree: 409,
    core_errors.TooManyAttempts: 429,
    core_errors.Busy: 503,
    core_errors.Overtaken: 409,
    CrossSite: 403,
    ServiceUnavailable: 503,
    SchemaNotCurrent: 503,
}

SENTENCES = {
    "invalid_input": "Some fields need attention.",
    "minor_cannot_register": "Minors cannot self-register. A guardian must create a minor profile.",
    "invite_required": "Registration is invite-only. A valid invite token is required.",
    "invite_invalid": "Invalid or expired invite token.",
    "invite_expired": "Invalid or expired invite token.",
    "invite_used": "Invalid or expired invite token.",
    "invite_revoked": "Invalid or expired invite token.",
    "invite_replaced": "Invalid or expired invite token.",
    "invite_other_address": "Invalid or expired invite token.",
    "already_member": "This invitation has already been accepted.",
    "above_own_role": "You cannot grant a role above your own.",
    "last_owner": "Somebody else must be owner first.",
    "tenant_taken": "There is already a tenant with this name.",
    "artist_has_label": "This artist already belongs to a label.",
    "already_invited": "This artist already has a pending invitation from this label.",
    "not_pending": "This invitation is no longer open.",
    "has_label": "You already belong to a label.",
    "login_taken": "This login is already taken.",
    "email_taken": "This e-mail address is already registered.",
    "phone_taken": "This phone number is already registered.",
    "password_too_short": "The password is too short.",
    "password_too_long": "The password is too long.",
    "password_own_name": "The password must not be your own login or address.",
    "password_too_common": "This password is too common: others would guess it.",
    "invalid_credentials": "Invalid credentials",
    "current_password_incorrect": "Current password is incorrect",
    "token_invalid": "This sign-in token is invalid, expired or has already been used.",
    "reset_token_invalid": "Invalid or expired reset token",
    "mail_not_configured": "Password reset is not available (email service not configured)",
    "not_signed_in": "Please sign in first.",
    "forbidden": "You are not allowed to do this.",
    "password_change_required": "Please set a new password first.",
    "not_found": "There is nothing here.",
    "not_onboarded": "Please complete your profile first.",
    "already_onboarded": "Onboarding is already complete.",
    "too_many_attempts": "Too many attempts. Please wait a moment and try again.",
    "busy": "There is a lot going on right now. Please try again in a few seconds.",
    "overtaken": "Somebody else has recorded the same at this very moment. Please try again.",
    "service_unavailable": "This service is not available right now. Please try again in a few seconds.",
    "schema_not_current": "The database needs its migrations first: flask --app wsgi db upgrade",
    "cross_site_request": "This request comes from a site that is not allowed to make it.",
    "internal_error": "Something went wrong on our side. It has been noted.",
    "invalid_json": "The body must be one JSON object.",
    "method_not_allowed": "This address does not answer that method.",
    "payload_too_large": "This request is too large.",
    "unsupported_media_type": "Send the body as application/json.",
}

REASONS = {
    "too_short": "Must have at least {password_min} characters.",
    "too_long": "Must have at most {password_max} characters.",
    "own_name": "Must not be your own login or address.",
    "too_common": "Is one of the passwords that everybody tries first.",
    "minor": "Minors cannot self-register. A guardian must create a minor profile.",
    "unknown_role": "Must be a list of adult, coach and guardian.",
    "looks_like_address": "Must not look like an e-mail address.",
    "unknown_time_zone": "Must be a time zone such as Europe/Berlin.",
    "unknown_id": "There is none with this id.",
    "more_than_the_session": "Must not be more than the time on the ice.",
    "coach_missing": "Is required when somebody coached.",
    "in_the_past": "Must not be in the past.",
    "too_far_away": "Must be within a year.",
    "not_a_cursor": "Must be a next_cursor of an earlier answer.",
    "taken": "Already belongs to somebody else.",
}


def init_app(app: Flask) -> None:
    app.register_error_handler(Refusal, refuse)
    app.register_error_handler(HTTPException, refuse_http)
    for trouble in (DBAPIError, PoolTimeout):
        app.register_error_handler(trouble, refuse_without_database)
    app.register_error_handler(Exception, apologise)


def refuse(refusal: Refusal) -> Response:
    """The answer to a refusal: status, sentence and code, with the fields at fault by their wire names."""
    extra = _shape("extra") if STATUS[type(refusal)] in {401, 403} else {}
    body = {**extra, "message": sentence(refusal), "code": refusal.code, **refusal.details}
    if fields := fields_at_fault(refusal, current_app.extensions["surroundings"].policy):
        names = {} if isinstance(refusal, Malformed) else _shape("wire_names")
        body["errors"] = {names.get(field, field): problems for field, problems in fields.items()}
    return _answer(body, STATUS[type(refusal)], retry_after(refusal))


def sentence(refusal: Refusal) -> str:
    """What a person is told; an endpoint may have words of its own."""
    own = _shape("says")
    return next((own[kind] for kind in type(refusal).__mro__ if kind in own), SENTENCES[refusal.code])


def fields_at_fault(refusal: Refusal, policy: Policy) -> dict[str, list[str]]:
    """Core's names of the fields, each with sentences."""
    if isinstance(refusal, NameTaken):
        return {refusal.field: [REASONS["taken"]]}
    if not isinstance(refusal, InvalidInput):
        return {}
    numbers = {"password_min": policy.password_min, "password_max": policy.password_max}
    return {
        field: [REASONS.get(reason, reason).format_map(numbers) if reason in REASONS else reason for reason in reasons]
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
    log.error("database: %s", type(error).__name__, exc_info=error)
    return refuse(ServiceUnavailable())


def apologise(error: Exception) -> Response:
    """A bug. Logged whole under the request's id, silent outside."""
    log.error("unexpected error in request %s", g.get("request_id"), exc_info=error)
    return _answer({"message": SENTENCES["internal_error"], "code": "internal_error"}, 500)


def retry_after_is_sent(status: int) -> bool:
    """Whether answers of this status say when to come back."""
    return status in {429, 503}


def _answer(body: dict[str, Any], status: int, wait: int | None = None) -> Response:
    said = body | ({"request_id": g.get("request_id")} if status >= 500 else {})
    page = _wants_page()
    answer = make_response(render_template("pages/error.html", **said, status=status)) if page else jsonify(said)
    answer.status_code = status
    answer.vary.add("Accept")
    if wait is not None:
        answer.headers["Retry-After"] = str(wait)
    return answer


def _wants_page() -> bool:
    """Whether a browser shows this answer to a person. The API speaks JSON to everybody."""
    accepted = request.accept_mimetypes
    return not f"{request.path}/".startswith("/api/") and accepted["text/html"] > accepted["application/json"]


def _shape(part: str) -> dict[Any, Any]:
    """What this route's contract says about its refusals (app/wire/endpoint.py)."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(getattr(view, "contract", None), part, {})


def _swallow_rest(at_most: int = 8 * 1024 * 1024) -> None:
    """Read what a client is still sending, within reason: answering sooner would cut it off before it reads why."""
    stream = request.environ["wsgi.input"]
    left = min(request.content_length or 0, at_most)
    while left > 0 and (chunk := stream.read(min(left, 64 * 1024))):
        left -= len(chunk)
