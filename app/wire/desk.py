"""What those see and send who run the place: people, the trail of events, the mail queue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.wire import cursors
from app.wire.bodies import CURSOR, Answer, Strict
from app.wire.fields import Count, optional, text
from core import audit, outbox, people
from core.roles import ALL


class ListQuery(Strict):
    q: optional(text(200)) = None
    limit: Count = Field(50, ge=1, le=200, description="How many at most.")
    cursor: optional(text(200)) = Field(None, description=CURSOR)

    def asked(self) -> dict[str, Any]:
        """What the query asks of the lists in core: one more than a page, to know whether there is another."""
        own = self.model_dump(exclude={"limit", "cursor"})
        return {**own, "after": cursors.read(self.cursor), "limit": self.limit + 1}


class PeopleQuery(ListQuery):
    q: optional(text(200)) = Field(None, description="Part of a login, address or name.")
    role: optional(Literal[ALL]) = None
    status: optional(Literal[people.STATUSES]) = None


class EventQuery(ListQuery):
    q: optional(text(200)) = Field(None, description="Part of a login or address, of who did it or whom it concerns.")
    event: optional(text(60)) = Field(None, description="The name of an event, whole: signed_in.")


class LetterQuery(ListQuery):
    q: optional(text(200)) = Field(None, description="Part of an address.")
    state: optional(Literal[outbox.STATES]) = None


class RoleGrant(Strict):
    role: Literal[ALL]


class PersonEntry(Answer):
    id: UUID
    login: str
    email: str
    name: str | None
    roles: list[str]
    is_active: bool
    email_verified: bool = Field(description="Whether the address is known to be its owner's.")
    created_at: datetime
    last_seen_at: datetime | None
    devices: int = Field(description="How many browsers are signed in.")


class People(Answer):
    items: list[PersonEntry]
    next_cursor: str | None


class ResetHandedOver(Answer):
    login: str
    reset_url: str = Field(description="Shown this once.")
    expires_at: datetime
    qr_svg: str = Field(description="The link as a QR code, an SVG picture.")
    language: str | None = Field(description="What the account is spoken to in.")


class EventEntry(Answer):
    id: UUID
    at: datetime
    event: str
    actor: str | None = Field(
        description="The login of who did it; `@terminal` at the terminal, null when nobody was signed in."
    )
    login: str | None = Field(description="The login of whom it concerns.")
    ip: str | None
    details: dict[str, Any] = Field(description="What else was noted; each event has its own.")


class Events(Answer):
    items: list[EventEntry]
    next_cursor: str | None


class LetterEntry(Answer):
    id: UUID
    kind: str = Field(description="The name of the letter.")
    recipient: str
    state: Literal[outbox.STATES]
    attempts: int
    created_at: datetime
    due_at: datetime | None = Field(description="When it is tried next; null when it is not.")
    last_reply: str | None = Field(description="In the mail server's own words.")
    invitation: UUID | None


class Letters(Answer):
    items: list[LetterEntry]
    next_cursor: str | None


class Resent(Answer):
    id: UUID
    kind: Literal["gate", "coach", "team"]
    email: str | None
    roles: list[str]
    note: str | None
    language: str | None
    left: int = Field(description="How many it lets in yet; 0 means without limit.")
    invite_url: str = Field(description="Shown this once.")
    expires_at: datetime | None
    mailed: bool = Field(description="Whether the link is on its way by mail as well.")
    qr_svg: str = Field(description="The link as a QR code, an SVG picture.")


def person(found: people.Person) -> PersonEntry:
    return PersonEntry(**vars(found))


def shown_people(found: Sequence[people.Person], limit: int) -> People:
    page, next_cursor = cursors.page(found, limit)
    return People(items=[person(each) for each in page], next_cursor=next_cursor)


def shown_events(found: Sequence[audit.Happened], limit: int) -> Events:
    page, next_cursor = cursors.page(found, limit)
    items = [EventEntry(at=each.created_at, **vars(each)) for each in page]
    return Events(items=items, next_cursor=next_cursor)


def shown_letters(found: Sequence[outbox.Owed], limit: int) -> Letters:
    page, next_cursor = cursors.page(found, limit)
    return Letters(items=[LetterEntry(**vars(each)) for each in page], next_cursor=next_cursor)
