"""What all skaters choose from: rinks, clubs, coaches, kinds of ice time and of events."""

import uuid
from datetime import datetime

from sqlalchemy import Float, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import Base


class Rink(Base):
    __tablename__ = "locations"

    id: Mapped[uuid.UUID] = mapped_column("rink_id", primary_key=True)
    name: Mapped[str | None] = mapped_column("rink_name", String)
    address: Mapped[str | None] = mapped_column("rink_address", String)
    city: Mapped[str | None] = mapped_column("rink_city", String)
    state: Mapped[str | None] = mapped_column("rink_state", String)
    country: Mapped[str | None] = mapped_column("rink_country", String)
    zip: Mapped[str] = mapped_column("rink_zip", String)
    url: Mapped[str | None] = mapped_column("rink_url", String)
    phone: Mapped[str | None] = mapped_column("rink_phone", String)
    timezone: Mapped[str | None] = mapped_column("rink_tz", String)
    data_source: Mapped[str | None] = mapped_column(String)
    created_at: Mapped[datetime | None] = mapped_column("date_created")


class Club(Base):
    __tablename__ = "club_directory"

    id: Mapped[uuid.UUID] = mapped_column("club_id", primary_key=True)
    name: Mapped[str | None] = mapped_column("club_name", String)
    home_rink_id: Mapped[uuid.UUID | None] = mapped_column("club_home_rink", ForeignKey(Rink.id, ondelete="CASCADE"))
    cost: Mapped[float | None] = mapped_column("club_cost", Float)


class Coach(Base):
    __tablename__ = "coaches"

    row: Mapped[int] = mapped_column("id", primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column("coach_id", unique=True)
    first_name: Mapped[str | None] = mapped_column("coach_Fname", String)
    last_name: Mapped[str | None] = mapped_column("coach_Lname", String)
    rate: Mapped[float | None] = mapped_column("coach_rate", Float)
    usfsa_number: Mapped[int | None] = mapped_column("coach_usfsa_id")
    ijs_number: Mapped[int | None] = mapped_column("coach_ijs_id")
    phone: Mapped[int | None] = mapped_column("coach_phone")
    email: Mapped[str | None] = mapped_column("coach_email", String)
    email_key: Mapped[str | None] = mapped_column(String(1024), unique=True)
    skater_id: Mapped[uuid.UUID | None] = mapped_column("uSkaterUUID")


class IceType(Base):
    """What a session on the ice was: public skating, a group class, club ice."""

    __tablename__ = "ice_type"

    id: Mapped[uuid.UUID] = mapped_column("ice_type_id", primary_key=True)
    name: Mapped[str | None] = mapped_column("ice_type", String)


class GoverningBody(Base):
    """Whose rules an event is judged by."""

    __tablename__ = "e_governing_bodies"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    short_name: Mapped[str] = mapped_column(String)
    full_name: Mapped[str | None] = mapped_column(String)


class EventType(Base):
    """What is entered at an event: `category` is Competition, Showcase or Exhibition."""

    __tablename__ = "e_event_types"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(String)
    scoring_system: Mapped[str | None] = mapped_column(String)
    governing_body_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(GoverningBody.id))
    single_mark: Mapped[bool | None]
