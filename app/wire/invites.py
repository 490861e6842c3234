"""The bodies of /api/v4/admin/invites."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.wire import cursors
from app.wire.bodies import CURSOR, Answer, Lenient, Strict
from app.wire.fields import POLICY, Count, InviteLanguage, Moment, PlaceName, optional, text
from core import trail
from core.invitations import STATUSES
from core.roles import MEMBERS, conflict
from core.trail import LATEST, Listed


class NewInvite(Strict):
    max_uses: int = Field(1, ge=0, le=POLICY.invite_uses_max, description="0 means without limit.")
    expires_at: optional(Moment) = Field(
        None, description=f"Within a year. Without this and `expires_in` a link lives {POLICY.invite_life.days} days."
    )
    expires_in: optional(int) = Field(
        None, ge=1, le=int(POLICY.invite_life_max.total_seconds()), description="Seconds. Instead of `expires_at`."
    )
    roles: list[Literal[MEMBERS]] = Field([], max_length=20, description="What whoever comes in through it becomes.")
    note: optional(text(500)) = Field(None, description="For those who run the place; guests do not see it.")
    language: InviteLanguage = None

    @model_validator(mode="after")
    def _ends_once(self) -> "NewInvite":
        if self.expires_at and self.expires_in:
            raise PydanticCustomError("ends_twice", "Give either expires_at or expires_in.", {"field": "expires_at"})
        return self


class InviteForm(Lenient):
    """The same wish, as a person states it in a form."""

    max_uses: Count = Field(1, ge=0, le=POLICY.invite_uses_max)
    days: Count = Field(POLICY.invite_life.days, ge=1, le=POLICY.invite_life_max.days)
    roles: list[Literal[MEMBERS]] = Field([], max_length=20)
    note: optional(text(500)) = None
    language: InviteLanguage = None

    @model_validator(mode="after")
    def _go_together(self) -> "InviteForm":
        if conflict(self.roles):
            sentence = "A minor cannot also be an adult, a coach or a guardian."
            raise PydanticCustomError("roles_conflict", sentence, {"field": "roles"})
        return self

    def wish(self) -> NewInvite:
        seconds = self.days * 24 * 60 * 60
        same = self.model_dump(include={"max_uses", "roles", "note", "language"})
        return NewInvite(expires_in=seconds, **same)


class NewTenant(Lenient):
    place: PlaceName


class PageQuery(Strict):
    status: optional(Literal[STATUSES]) = None
    q: optional(text(200)) = Field(None, description="Part of an address, name, note or issuer.")
    limit: Count = Field(50, ge=1, le=200, description="How many at most.")
    cursor: optional(text(200)) = Field(None, description=CURSOR)


class InviteQuery(PageQuery):
    kind: optional(Literal["gate", "coach", "team"]) = None


class Issued(Answer):
    id: UUID
    token: str = Field(description="Shown this once.")
    invite_url: str
    expires_at: datetime | None
    max_uses: int = Field(description="0 means without limit.")
    qr_svg: str = Field(description="The link as a QR code, an SVG picture.")


class Guest(Answer):
    login: str
    at: datetime


class Invite(Answer):
    id: UUID
    kind: Literal["gate", "coach", "team"]
    status: Literal[STATUSES]
    email: str | None = Field(description="Whom it is for; null where anybody may use it.")
    name: str | None
    roles: list[str]
    note: str | None
    language: str | None
    max_uses: int = Field(description="0 means without limit.")
    uses: int
    created_at: datetime
    created_by: str | None = Field(description="The login of who issued it; null at the terminal.")
    expires_at: datetime | None
    revoked_at: datetime | None
    registered: list[Guest] = Field(
        max_length=LATEST,
        description=f"The latest {LATEST} who came in with it, the latest last; `…/<id>/registered` has all.",
    )


class Invites(Answer):
    items: list[Invite]
    next_cursor: str | None


class Guests(Answer):
    items: list[Guest]
    next_cursor: str | None


class GuestQuery(Strict):
    limit: Count = Field(50, ge=1, le=200, description="How many at most.")
    cursor: optional(text(200)) = Field(None, description=CURSOR)

    def asked(self) -> dict[str, Any]:
        """One more than a page, to know whether there is another."""
        return {"after": cursors.read(self.cursor), "limit": self.limit + 1}


def guests(found: Sequence[trail.Guest], limit: int) -> Guests:
    page, next_cursor = cursors.page(found, limit)
    return Guests(items=[Guest(login=each.login, at=each.created_at) for each in page], next_cursor=next_cursor)


def shown(found: Sequence[Listed], limit: int) -> Invites:
    """One page of what was found, which has one more than the limit if there is another page."""
    page, next_cursor = cursors.page(found, limit)
    items = [
        Invite(**vars(each) | {"registered": [Guest(login=who, at=at) for who, at in each.registered]}) for each in page
    ]
    return Invites(items=items, next_cursor=next_cursor)


def asked(query: PageQuery) -> dict[str, Any]:
    """What the query asks of the lists in core: one more than a page, to know whether there is another."""
    after = cursors.read(query.cursor)
    return {"status": query.status, "q": query.q, "after": after, "limit": query.limit + 1}
