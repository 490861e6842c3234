"""The bodies of /api/v4/auth. Historic wire names live here, as aliases, and nowhere deeper."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.languages import CODES
from app.wire.bodies import Answer, Lenient, Message
from app.wire.fields import (
    Email,
    Login,
    NewPassword,
    Password,
    Phone,
    Token,
    optional,
    text,
)
from core.errors import InviteRequired
from core.registration import Applicant

CHANGE_FIRST = "Until a new password is set (`auth/change-password`) every other request answers 403."


class Registration(Lenient):
    login: Login = Field(alias="aLogin", description="Any name but an e-mail address; letter case does not matter.")
    email: Email = Field(alias="aEmail", description="For a personal invitation: the address that it is for.")
    password: NewPassword = Field(alias="aPasswordHash", description="The password itself, despite the name.")
    invite_token: Token = Field(description="What stands in an invite link behind `?token=`.")
    phone: optional(Phone) = Field(None, alias="phone_number")
    roles: list[text(40)] = Field(
        ["adult"],
        max_length=20,
        description="Any of adult, coach and guardian. Roles that the invitation brings are added to these.",
    )

    @classmethod
    def gate(cls, sent: dict[str, Any]) -> None:
        """Without an invitation nothing else of the body is looked at."""
        if sent.get("invite_token") in (None, ""):
            raise InviteRequired

    def applicant(self) -> Applicant:
        return Applicant(self.login, self.email, self.password, self.phone, self.roles)


class Credentials(Lenient):
    login: optional(text(320)) = Field(None, alias="aLogin", description="Login or e-mail address.")
    email: optional(text(320)) = Field(None, alias="aEmail", description="E-mail address or login.")
    password: Password = Field(alias="aPasswordHash", description="The password itself, despite the name.")

    @model_validator(mode="after")
    def _names_somebody(self) -> "Credentials":
        if not (self.login or self.email):
            raise PydanticCustomError("missing", "Login or e-mail address is required.", {"field": "aLogin"})
        return self

    @property
    def name(self) -> str:
        return self.login or self.email or ""


class AccessToken(Lenient):
    token: str = Field(
        alias="accessToken", min_length=1, max_length=2000, description="What accepting a team invitation gave."
    )


class PasswordChange(Lenient):
    current: Password | None = Field(
        None, alias="current_password", description="Left out by whom `password_change_required` asks for a new one."
    )
    password: NewPassword = Field(alias="new_password")


class ResetRequest(Lenient):
    email: text(320)


class ResetConfirmation(Lenient):
    token: Token = Field(description="What stands in a reset link behind `?token=`.")
    password: NewPassword = Field(alias="new_password")


class AddressProof(Lenient):
    token: Token = Field(description="What stands in the letter's link behind `?token=`.")


class AddressCode(Lenient):
    code: text(100) = Field(description="Eight letters and digits; case, blanks and hyphens do not matter.")


class TokenQuery(Lenient):
    token: str = Field("", description="What stands in an invite link behind `?token=`.")


class LanguageChoice(Lenient):
    language: Literal[CODES]


class Preview(Answer):
    valid: Literal[True]
    kind: Literal["gate", "coach", "team"] = Field(
        description="A gate link registers anybody; the others are personal. One of `team` is accepted, not registered "
        "with, at `admin/teams/invitations/accept`."
    )
    email: str | None = Field(description="Whom it is for; null where anybody may use it.")
    name: str | None
    roles: list[str] = Field(description="What it brings.")
    expires_at: datetime | None
    invited_by: str | None = Field(description="The name or login of who issued it, never their address.")
    tenant: str | None = Field(description="For coaches: what they are asked to join.")
    part: str | None = Field(description="For coaches: their part in it.")
    language: str | None = Field(description="What whoever has the link is to be spoken to in.")


class LoggedIn(Message):
    password_change_required: bool = Field(description=CHANGE_FIRST)


class Session(Answer):
    logged_in: Literal[True]
    user_id: int
    skater_id: UUID = Field(alias="uSkaterUUID", description="The id of this account wherever accounts have one.")
    onboarding_complete: bool = Field(description="Whether there is a skater's profile.")
    login: str
    email: str
    roles: list[str]
    password_change_required: bool = Field(description=CHANGE_FIRST)
    email_verified: bool = Field(description="Whether the address is known to be its owner's.")


class Device(Answer):
    id: UUID
    created_at: datetime
    last_seen_at: datetime
    ip: str | None
    user_agent: str | None
    current: bool = Field(description="Whether it is the one that asks.")


class Devices(Answer):
    items: list[Device]
    next_cursor: None = Field(None, description="Always: all devices are in one page.")


class Ended(Message):
    ended: int = Field(description="How many sessions.")
