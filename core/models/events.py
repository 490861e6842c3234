"""Competitions, showcases and exhibitions, and what was entered there."""

import uuid
from datetime import date

from sqlalchemy import Float, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import Base
from core.models.directories import Club, Coach, EventType, Rink
from core.models.skating import Profile, Skates


class Event(Base):
    __tablename__ = "e_events"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column("event_label", String)
    day: Mapped[date] = mapped_column("event_date")
    rink_id: Mapped[uuid.UUID | None] = mapped_column("event_location", ForeignKey(Rink.id, ondelete="SET NULL"))
    club_id: Mapped[uuid.UUID | None] = mapped_column("hosting_club", ForeignKey(Club.id, ondelete="SET NULL"))
    coach_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Coach.id, ondelete="SET NULL"))
    notes: Mapped[str | None] = mapped_column(Text)
    skater_id: Mapped[uuid.UUID] = mapped_column(
        "uSkaterUUID", ForeignKey(Profile.skater_id, ondelete="CASCADE"), index=True
    )
    skates_id: Mapped[uuid.UUID | None] = mapped_column("uSkaterConfig", ForeignKey(Skates.id, ondelete="SET NULL"))


class EventEntry(Base):
    """One start at an event, with its result."""

    __tablename__ = "e_event_entries"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Event.id, ondelete="CASCADE"), index=True)
    day: Mapped[date | None] = mapped_column("entry_date")
    segment: Mapped[str | None] = mapped_column("event_segment", String)
    level: Mapped[str | None] = mapped_column("event_level", String)
    event_type_id: Mapped[uuid.UUID | None] = mapped_column("event_type", ForeignKey(EventType.id))
    placement: Mapped[int | None]
    field_size: Mapped[int | None]
    majority: Mapped[str | None] = mapped_column(String)
    total_score: Mapped[float | None] = mapped_column("total_segment_score", Float)
    status: Mapped[str] = mapped_column(String)
    source_url: Mapped[str | None] = mapped_column(String)
    video_url: Mapped[str | None] = mapped_column(String)
    results: Mapped[str | None] = mapped_column("event_results", String)
    skater_id: Mapped[uuid.UUID] = mapped_column(
        "uSkaterUUID", ForeignKey(Profile.skater_id, ondelete="CASCADE"), index=True
    )


class EventCost(Base):
    """One line of what an event cost: `amount` for each of `quantity`."""

    __tablename__ = "e_event_costs"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Event.id, ondelete="CASCADE"), index=True)
    category: Mapped[str] = mapped_column(String)
    note: Mapped[str | None] = mapped_column(String)
    amount: Mapped[float] = mapped_column(Float)
    quantity: Mapped[int]
