"""What people and programs are told with a code of a refusal, and about a field at fault. Programs are told it in
English; pages say it in the language that is spoken."""

from collections.abc import Mapping
from typing import Any


class Said(str):
    """A sentence in English that remembers what it was made of, so that it can be said in another language."""

    __slots__ = ("template", "values")

    def __new__(cls, template: str, values: Mapping[str, Any]) -> "Said":
        said = super().__new__(cls, template.format_map(values))
        said.template, said.values = template, values
        return said

    def __getnewargs__(self) -> tuple[str, Mapping[str, Any]]:
        return self.template, self.values


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
    "last_admin": "Somebody else must be an admin first.",
    "own_reset_link": "You cannot make a reset link for your own account. Change your password instead.",
    "roles_conflict": "A minor cannot also be an adult, a coach or a guardian.",
    "account_closed": "The account with this address is closed.",
    "sign_in_required": "There is an account with this address. Sign in to it first, then open the link again.",
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
    "password_breached": "This password was stolen somewhere before: others would try it.",
    "invalid_credentials": "Invalid credentials",
    "current_password_incorrect": "Current password is incorrect",
    "token_invalid": "This sign-in token is invalid, expired or has already been used.",
    "reset_token_invalid": "Invalid or expired reset token",
    "proof_token_invalid": "This link is invalid, expired or has already been used.",
    "proof_code_invalid": "This code is wrong, expired or has already been used.",
    "already_proven": "This e-mail address is already confirmed.",
    "mail_not_configured": "Password reset is not available (email service not configured)",
    "not_signed_in": "Please sign in first.",
    "forbidden": "You are not allowed to do this.",
    "password_change_required": "Please set a new password first.",
    "not_found": "There is nothing here.",
    "not_onboarded": "Please complete your profile first.",
    "already_onboarded": "Onboarding is already complete.",
    "too_many_attempts": "Too many attempts. Please wait a moment and try again.",
    "too_many_letters": "This mailbox has got several invitations today. Please try again tomorrow.",
    "password_stopped": "Too many wrong passwords in a row. Please set a new one with a reset link.",
    "busy": "There is a lot going on right now. Please try again in a few seconds.",
    "overtaken": "Somebody else has recorded the same at this very moment. Please try again.",
    "service_unavailable": "This service is not available right now. Please try again in a few seconds.",
    "schema_not_current": "The database needs its migrations first: flask --app wsgi db upgrade",
    "cross_site_request": "This request comes from a site that is not allowed to make it.",
    "unknown_host": "This server does not answer for this address.",
    "malformed_request": "This request could not be read.",
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
    "breached": "Is known from passwords stolen elsewhere.",
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
    "not_an_address": "This is not an e-mail address.",
    "asked_from_above": "Somebody above you has invited this address.",
    "ranks_above": "The account with this address ranks above you.",
    "taken_from_above": "Somebody above you took this role away from this account.",
    "account_closed": "The account with this address is closed.",
    "excluded_by_minor": "This invitation is for a minor, who cannot also be a coach or a guardian.",
    "too_many_letters": "This mailbox has got several invitations today.",
}
