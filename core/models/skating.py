"""A skater's profile and the directories that it points to."""

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


class Profile(Base):
    """Who a skater is on the ice. A user without one has not finished onboarding."""

    __tablename__ = "uSkaterConfig"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime | None] = mapped_column("date_created")
    skater_id: Mapped[uuid.UUID] = mapped_column("uSkaterUUID", unique=True)
    first_name: Mapped[str | None] = mapped_column("uSkaterFname", String)
    middle_name: Mapped[str | None] = mapped_column("uSkaterMname", String)
    last_name: Mapped[str | None] = mapped_column("uSkaterLname", String)
    zip: Mapped[str | None] = mapped_column("uSkaterZip", String)
    city: Mapped[str | None] = mapped_column("uSkaterCity", String)
    state: Mapped[str | None] = mapped_column("uSkaterState", String)
    country: Mapped[str | None] = mapped_column("uSkaterCountry", String)
    timezone: Mapped[str | None] = mapped_column("uSkaterTZ", String)
    ice_configuration_id: Mapped[uuid.UUID | None] = mapped_column("uSkaterComboIce", unique=True)
    off_ice_configuration_id: Mapped[uuid.UUID | None] = mapped_column("uSkaterComboOff", unique=True)
    rink_id: Mapped[uuid.UUID | None] = mapped_column("uSkaterRinkPref")
    maintenance_hours: Mapped[int | None] = mapped_column("uSkaterMaintPref")
    coach_id: Mapped[uuid.UUID | None] = mapped_column("activeCoach")
    club_id: Mapped[uuid.UUID | None] = mapped_column("org_Club", ForeignKey(Club.id))
    club_joined_at: Mapped[datetime | None] = mapped_column("org_Club_Join_Date")
    usfsa_number: Mapped[int | None] = mapped_column("org_USFSA_number")
    contact_preference: Mapped[str | None] = mapped_column(String)
    share_token: Mapped[uuid.UUID | None] = mapped_column(unique=True)
