"""Every "no" the house can say. A refusal has a stable code and data; sentences and statuses are app/errors.py's."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar


class Refusal(Exception):
    """Something asked for will not be done; nothing of it has been kept."""

    code = "refused"
    codes: ClassVar[tuple[str, ...]]
    """All that an instance may carry."""
    details: Mapping[str, str] = MappingProxyType({})
    """What else the refused may know."""

    def __init_subclass__(cls) -> None:
        if "codes" not in vars(cls):
            cls.codes = (cls.code,)

    def __init__(self, code: str | None = None) -> None:
        super().__init__(code or self.code)
        if code:
            self.code = code


class InvalidInput(Refusal):
    """One or more fields make no sense: `fields` maps a core name to reason codes."""

    code = "invalid_input"

    def __init__(self, fields: Mapping[str, list[str]], code: str | None = None) -> None:
        super().__init__(code)
        self.fields = dict(fields)


class WeakPassword(InvalidInput):
    """A new password that the rules do not allow: `field` is at fault for `reason`."""

    codes = (
        "password_too_short",
        "password_too_long",
        "password_own_name",
        "password_too_common",
        "password_breached",
    )

    def __init__(self, field: str, reason: str) -> None:
        super().__init__({field: [reason]}, code=f"password_{reason}")


class MinorCannotRegister(InvalidInput):
    code = "minor_cannot_register"


class InviteRequired(Refusal):
    """Registration was tried without any invitation."""

    code = "invite_required"


class InviteDead(Refusal):
    """The invitation admits nobody (any more): invite_invalid, _expired, _used or _revoked."""

    code = "invite_invalid"
    codes: ClassVar[tuple[str, ...]] = (
        "invite_invalid",
        "invite_expired",
        "invite_used",
        "invite_revoked",
        "invite_replaced",
    )


class InviteOtherAddress(InviteDead):
    """A personal invitation, and somebody else's address: both sides are named, the invited one masked."""

    code = "invite_other_address"
    codes = ("invite_other_address",)

    def __init__(self, *, invited: str, present: str) -> None:
        super().__init__()
        self.details = {"invited": invited, "present": present}


class NameTaken(Refusal):
    """`field` (login, email or phone) belongs to somebody else."""

    codes = ("login_taken", "email_taken", "phone_taken")

    def __init__(self, field: str) -> None:
        super().__init__(f"{field}_taken")
        self.field = field


class WrongCredentials(Refusal):
    code = "invalid_credentials"


class WrongCurrentPassword(Refusal):
    code = "current_password_incorrect"


class TokenDead(Refusal):
    """A reset or sign-in token is unknown, spent or past its hour."""

    code = "token_invalid"


class ResetTokenDead(TokenDead):
    code = "reset_token_invalid"


class MailNotConfigured(Refusal):
    code = "mail_not_configured"


class NotSignedIn(Refusal):
    code = "not_signed_in"


class Forbidden(Refusal):
    code = "forbidden"


class PasswordChangeRequired(Refusal):
    """Signed in, but only to set a new password first."""

    code = "password_change_required"


class NotFound(Refusal):
    code = "not_found"


class NotOnboarded(NotFound):
    """There is no skater's profile yet."""

    code = "not_onboarded"


class AlreadyOnboarded(Refusal):
    code = "already_onboarded"


class AlreadyMember(Refusal):
    """This person has what the invitation would bring."""

    code = "already_member"


class AboveOwnRole(Refusal):
    """Nobody grants a role above their own."""

    code = "above_own_role"


class LastOwner(Refusal):
    """Somebody must remain who owns the place."""

    code = "last_owner"


class LastAdmin(Refusal):
    """At least one open account must remain that passes as an admin."""

    code = "last_admin"


class OwnResetLink(Refusal):
    """Nobody makes a reset link for their own account: it would replace the present password without knowing it."""

    code = "own_reset_link"


class RolesConflict(Refusal):
    """The roles exclude each other (core.roles.conflict)."""

    code = "roles_conflict"


class AccountClosed(Refusal):
    code = "account_closed"


class SignInRequired(Refusal):
    """A link that was shown rather than mailed proves no mailbox: the account of its address must be signed in."""

    code = "sign_in_required"


class TenantTaken(Refusal):
    code = "tenant_taken"


class ArtistTaken(Refusal):
    code = "artist_has_label"


class ArtistAsked(Refusal):
    """The artist has a pending invitation from this label."""

    code = "already_invited"


class NotPending(Refusal):
    """A label's invitation was decided, or its time is over."""

    code = "not_pending"


class NoLongerFree(Refusal):
    """The artist has joined a label meanwhile."""

    code = "has_label"


class TooManyAttempts(Refusal):
    """Tried too often: worth another try in `retry_after` seconds."""

    code = "too_many_attempts"

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class TooManyLetters(TooManyAttempts):
    """This mailbox was sent as many invitations as it may get for now."""

    code = "too_many_letters"


class PasswordStopped(Refusal):
    """Too many wrong passwords in a row: none is looked at any more, until a new one is set by a reset link."""

    code = "password_stopped"


class Busy(Refusal):
    """Too much costly work is under way; worth another try in a few seconds."""

    code = "busy"


class Overtaken(Refusal):
    """Somebody else has recorded the same at this very moment."""

    code = "overtaken"
