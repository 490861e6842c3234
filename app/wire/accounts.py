"""The bodies of /api/v4/auth. Historic wire names live here, as aliases, and nowhere deeper."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

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


class Registration(Lenient):
    login: Login = Field(alias="aLogin")
    email: Email = Field(alias="aEmail")
    password: NewPassword = Field(alias="aPasswordHash", description="The password itself, despite the name.")
    invite_token: Token
    phone: optional(Phone) = Field(None, alias="phone_number")
    roles: list[text(40)] = Field(["adult"], max_length=20)

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
    token: str = Field(alias="accessToken", min_length=1, max_length=2000)


class PasswordChange(Lenient):
    current: Password | None = Field(None, alias="current_password")
    password: NewPassword = Field(alias="new_password")


class ResetRequest(Lenient):
    email: text(320)


class ResetConfirmation(Lenient):
    token: Token
    password: NewPassword = Field(alias="new_password")


class TokenQuery(Lenient):
    token: str = ""


class Preview(Answer):
    valid: bool
    kind: str
    email: str | None
    name: str | None
    roles: list[str]
    expires_at: datetime | None
    invited_by: str | None = Field(description="The name or login of who issued it, never their address.")
    tenant: str | None = Field(description="For coaches: what they are asked to join.")
    part: str | None = Field(description="For coaches: their part in it.")


class LoggedIn(Message):
    password_change_required: bool


class Session(Answer):
    logged_in: bool
    user_id: int
    skater_id: UUID = Field(alias="uSkaterUUID")
    onboarding_complete: bool
    login: str
    email: str
    roles: list[str]
    password_change_required: bool


class Device(Answer):
    id: UUID
    created_at: datetime
    last_seen_at: datetime
    ip: str | None
    user_agent: str | None
    current: bool


class Devices(Answer):
    items: list[Device]
    next_cursor: None = None


class Ended(Message):
    ended: int
