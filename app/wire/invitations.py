"""The bodies of all invitations but the gate's (app/wire/invites.py)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.wire import cursors
from app.wire.bodies import Answer, Lenient, Message, Strict
from app.wire.fields import Count, Email, InviteLanguage, Token, lines, optional, text
from app.wire.invites import GuestQuery, PageQuery
from core.coaches import PARTS
from core.labels import STATUSES, Asked
from core.teams import ROLES


class NewCoach(Strict):
    name: text(200)
    email: Email
    role: Literal[PARTS] = Field(description="Their part in the tenant.")
    tenant_id: UUID = Field(strict=False, description="A club, school or rink, made at the terminal or the desk.")
    language: InviteLanguage = None


class CoachAsked(Answer):
    coach_id: UUID
    invite_url: str = Field(description="Shown this once.")
    expires_at: datetime
    mailed: bool = Field(description="Whether the link is on its way by mail as well.")


class NewTeamMembers(Strict):
    emails: list[str] = Field(min_length=1, max_length=200, description="What is no address is answered as invalid.")
    role: Literal[ROLES]
    language: InviteLanguage = None


class Outcome(Answer):
    email: str
    outcome: Literal["invited", "reinvited", "already_member", "invalid"]
    reason: str | None = Field(None, description="Why it is invalid, for a person.")
    id: UUID | None = None
    expires_at: datetime | None = None
    invite_url: str | None = Field(None, description="Where there is no mail: the link to hand over.")


class Outcomes(Answer):
    items: list[Outcome]


class TokenAlone(Strict):
    token: Token = Field(description="What stands in an invite link behind `?token=`.")


class TeamAccepted(Answer):
    access_token: str = Field(alias="accessToken", description="Signs in once, at `auth/login/token`.")
    account_created: bool = Field(alias="accountCreated", description="False for who had an account of this address.")


class Joined(Message):
    kind: Literal["gate", "coach"]
    roles: list[str] = Field(description="What it brought.")


class NewLabelInvitation(Strict):
    artist_id: UUID = Field(alias="artistId", strict=False, description="The artist's `uSkaterUUID`.")
    message: optional(lines(1000)) = None


class LabelInvitation(Answer):
    id: UUID
    label_id: UUID = Field(alias="labelId")
    label: str = Field(alias="labelName")
    skater_id: UUID = Field(alias="artistId")
    artist: str = Field(alias="artistLogin")
    message: str | None
    status: Literal[STATUSES]
    created_at: datetime = Field(alias="createdAt")
    expires_at: datetime = Field(alias="expiresAt")
    decided_at: datetime | None = Field(alias="decidedAt")


class LabelInvitations(Answer):
    items: list[LabelInvitation]
    next_cursor: str | None = Field(None, description="Null at the end, and where all are in one page.")


class LabelTrailQuery(PageQuery):
    status: optional(Literal[STATUSES]) = None
    q: optional(text(200)) = Field(None, description="Part of the label's or the artist's name.")


def from_label(asked: Asked) -> LabelInvitation:
    return LabelInvitation(**vars(asked))


class LabelPage(GuestQuery):
    """Who asks without a query sees the newest 200, which is all for most. Other keys are ignored, as they were when
    there was no query."""

    model_config = Lenient.model_config

    limit: Count = Field(200, ge=1, le=200, description="How many at most.")


def from_labels(found: Sequence[Asked], limit: int) -> LabelInvitations:
    """One page of what was found, which has one more than the limit if there is another page."""
    page, next_cursor = cursors.page(found, limit)
    return LabelInvitations(items=[from_label(each) for each in page], next_cursor=next_cursor)
