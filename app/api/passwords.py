"""Changing a password, and setting a new one when it is lost."""

from flask import Blueprint

from app import guards, signing_in
from app.wire.accounts import PasswordChange, ResetConfirmation, ResetRequest
from app.wire.bodies import Message
from app.wire.endpoint import endpoint
from core.errors import Busy, MailNotConfigured, PasswordStopped, ResetTokenDead, WeakPassword, WrongCurrentPassword

bp = Blueprint("passwords", __name__)


@bp.post("/change-password")
@endpoint(
    body=PasswordChange,
    answer=Message,
    access=guards.signed_in,
    limits=["change_password_account", "login_in_a_row_account"],
    refusals=[WeakPassword, WrongCurrentPassword, PasswordStopped, Busy],
)
def change_password(body: PasswordChange) -> Message:
    """Set a new password. This session goes on under a new id, all others end. Who must set a new password
    (`password_change_required`) leaves `current_password` out."""
    signing_in.change_password(body.current, body.password)
    return Message(message="Password updated successfully")


@bp.post("/reset-request")
@endpoint(body=ResetRequest, answer=Message, limits=["reset_account", "reset_address"], refusals=[MailNotConfigured])
def request_reset(body: ResetRequest) -> Message:
    """Ask for a reset link by mail. The answer and its time are the same whether anybody has this address or not."""
    signing_in.request_reset(body.email)
    return Message(message="If that email is registered, a reset link has been sent.")


@bp.post("/reset-confirm")
@endpoint(
    body=ResetConfirmation,
    answer=Message,
    limits=["reset_confirm_address"],
    refusals=[ResetTokenDead, WeakPassword, Busy],
)
def confirm_reset(body: ResetConfirmation) -> Message:
    """Set a new password with the token of a reset link. It works once; every session of the account ends."""
    signing_in.confirm_reset(body.token, body.password)
    return Message(message="Password has been reset.")
