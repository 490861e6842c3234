"""The skater card as it goes out. Names follow core's dataclasses."""

import calendar
from datetime import date as calendar_day
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field

from app.wire.bodies import Answer
from core import cards
from core.portraits import Portrait


class FromCore(Answer):
    model_config = ConfigDict(from_attributes=True)


class Identity(FromCore):
    first_name: str | None
    middle_name: str | None
    last_name: str | None
    city: str | None
    state: str | None
    club: str | None
    usfsa_number: int | None
    contact_preference: str | None


class Shares(FromCore):
    """How the minutes divide, in whole percent that add up to 100, or three zeros."""

    coached_pct: int
    group_pct: int
    solo_pct: int
    sessions_per_week: float
    avg_session_min: int


class Lifetime(Shares):
    skating_since: str | None = Field(
        description="Where the skater lives, the first moment of the first day, in ISO 8601."
    )
    events: int
    entries: int
    podiums: int
    previous_coaches: int


def _month(day: calendar_day) -> str:
    return f"{calendar.month_name[day.month]} {day.year}"


class LastEvent(FromCore):
    name: str
    date: Annotated[str, BeforeValidator(_month)] = Field(
        validation_alias="day", description="Its month, for people: October 2026."
    )
    location: str | None


class Recent(Shares):
    last_event: LastEvent | None
    distinct_rinks: int
    rinks: list[str]


class SharedPlaylist(Answer):
    name: str
    token: UUID


class Current(Answer):
    coach: str | None
    home_rink: str | None
    boots: str | None
    blades: str | None
    shared_playlists: list[SharedPlaylist]


class SharedCard(Answer):
    """What anybody with the link sees."""

    identity: Identity
    lifetime: Lifetime
    recent: Recent
    current: Current


class Card(SharedCard):
    share_token: UUID | None = Field(
        description="What opens `members/shared_card/{key}` to anybody; null if nothing does."
    )


class Shared(Answer):
    share_token: UUID


class Unshared(Answer):
    status: Literal["ok"]


def own(card: cards.Card) -> Card:
    return Card(**_parts(card), share_token=card.portrait.profile.share_token)


def shared(card: cards.Card) -> SharedCard:
    return SharedCard(**_parts(card))


def _parts(card: cards.Card) -> dict[str, Any]:
    since = card.lifetime.skating_since
    return {
        "identity": _identity(card.portrait),
        "lifetime": {**vars(card.lifetime), "skating_since": since.isoformat() if since else None},
        "recent": Recent.model_validate(card.recent),
        "current": _current(card.portrait),
    }


def _identity(portrait: Portrait) -> Identity:
    about = {name: getattr(portrait.profile, name) for name in Identity.model_fields if name != "club"}
    return Identity(**about, club=portrait.club)


def _current(portrait: Portrait) -> Current:
    return Current(
        coach=portrait.coach,
        home_rink=portrait.rink,
        boots=portrait.boots,
        blades=portrait.blades,
        shared_playlists=[SharedPlaylist(name=name, token=token) for name, token in portrait.playlists],
    )
