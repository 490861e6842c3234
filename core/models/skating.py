"""A skater's profile, and what a skater records: sessions, equipment, memberships, classes."""

import uuid
from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import Base
from core.models.directories import Club, Coach, EventType, IceType, Rink


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


class Owned:
    """What belongs to one skater and goes with the skater's profile."""

    skater_id: Mapped[uuid.UUID | None] = mapped_column(
        "uSkaterUUID", ForeignKey(Profile.skater_id, ondelete="CASCADE"), index=True
    )


class Boots(Owned, Base):
    __tablename__ = "uSkaterBoots"

    id: Mapped[uuid.UUID] = mapped_column("bootsID", primary_key=True)
    created_at: Mapped[datetime | None] = mapped_column("date_created")
    name: Mapped[str | None] = mapped_column("bootsName", String)
    model: Mapped[str | None] = mapped_column("bootsModel", String)
    size: Mapped[str | None] = mapped_column("bootsSize", String)
    cost: Mapped[float | None] = mapped_column("bootsPurchaseAmount", Float)


class Blades(Owned, Base):
    __tablename__ = "uSkaterBlades"

    id: Mapped[uuid.UUID] = mapped_column("bladesID", primary_key=True)
    created_at: Mapped[datetime | None] = mapped_column("date_created")
    name: Mapped[str | None] = mapped_column("bladesName", String)
    model: Mapped[str | None] = mapped_column("bladesModel", String)
    size: Mapped[str | None] = mapped_column("bladesSize", String)
    cost: Mapped[float | None] = mapped_column("bladesPurchaseAmount", Float)


class Skates(Owned, Base):
    """Boots and blades as they are worn together."""

    __tablename__ = "uSkateConfig"

    id: Mapped[uuid.UUID] = mapped_column("sConfigID", primary_key=True)
    created_at: Mapped[datetime | None] = mapped_column("date_created")
    blades_id: Mapped[uuid.UUID | None] = mapped_column("uSkaterBladesID")
    boots_id: Mapped[uuid.UUID | None] = mapped_column("uSkaterBootsID")
    kind: Mapped[int | None] = mapped_column("sConfigType")
    is_active: Mapped[int | None] = mapped_column("sActiveFlag")


class Equipment(Owned, Base):
    """What else was bought."""

    __tablename__ = "uSkaterEquipment"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime | None] = mapped_column("date_created")
    manufacturer: Mapped[str | None] = mapped_column("equip_manufacturer", String)
    model: Mapped[str | None] = mapped_column("equip_model", String)
    notes: Mapped[str | None] = mapped_column("equip_notes", String)
    size: Mapped[str | None] = mapped_column("equip_size", String)
    color: Mapped[str | None] = mapped_column("equip_color", String)
    vendor: Mapped[str | None] = mapped_column("equip_vendor", String)
    cost: Mapped[float | None] = mapped_column("equip_cost", Float)
    url: Mapped[str | None] = mapped_column("equip_url", String)


COUNTED = ("ice_time", "coach_time", "skate_type", "rink_id", "coach_id")
"""What is counted of a session: in the index, because a skater's sessions lie scattered over the table."""


class IceSession(Base):
    """Time on the ice. `at` is midnight of its day, in the skater's time zone; minutes and money as typed."""

    __tablename__ = "ice_time"
    __table_args__ = (Index(None, "uSkaterUUID", "date", postgresql_include=COUNTED),)

    id: Mapped[int] = mapped_column("ice_time_id", primary_key=True)
    at: Mapped[datetime | None] = mapped_column("date")
    minutes: Mapped[int | None] = mapped_column("ice_time")
    cost: Mapped[float | None] = mapped_column("ice_cost", Float)
    ice_type_id: Mapped[uuid.UUID | None] = mapped_column("skate_type", ForeignKey(IceType.id, ondelete="CASCADE"))
    coached_minutes: Mapped[int | None] = mapped_column("coach_time")
    coach_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Coach.id, ondelete="CASCADE"))
    coach_cost: Mapped[float | None] = mapped_column(Float)
    has_video: Mapped[int | None]
    has_notes: Mapped[int | None]
    rink_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Rink.id, ondelete="CASCADE"))
    skater_id: Mapped[uuid.UUID | None] = mapped_column(
        "uSkaterUUID", ForeignKey(Profile.skater_id, ondelete="CASCADE")
    )
    skates_id: Mapped[uuid.UUID | None] = mapped_column("uSkaterConfig", ForeignKey(Skates.id, ondelete="CASCADE"))
    skater_kind: Mapped[int | None] = mapped_column("uSkaterType")


class Sharpening(Owned, Base):
    """Blades sharpened; `at` is midnight of its day, as with a session."""

    __tablename__ = "maintenance"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime | None] = mapped_column("m_date")
    minutes_on: Mapped[int | None] = mapped_column("m_hours_on")
    cost: Mapped[float | None] = mapped_column("m_cost", Float)
    rink_id: Mapped[uuid.UUID | None] = mapped_column("m_location")
    notes: Mapped[str | None] = mapped_column("m_notes", String)
    hollow: Mapped[str | None] = mapped_column("m_roh", String)
    hours_preferred: Mapped[float | None] = mapped_column("m_pref_hours", Float)
    blades_id: Mapped[uuid.UUID | None] = mapped_column("uSkaterBladesID", ForeignKey(Blades.id, ondelete="CASCADE"))
    skates_id: Mapped[uuid.UUID | None] = mapped_column("uSkaterConfig", ForeignKey(Skates.id, ondelete="CASCADE"))


class ClubMembership(Owned, Base):
    __tablename__ = "club_members"

    id: Mapped[int] = mapped_column(primary_key=True)
    club_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Club.id, ondelete="CASCADE"))
    joined_at: Mapped[datetime | None] = mapped_column("joined_date")
    expires_at: Mapped[datetime | None] = mapped_column("expiration_date")
    cost: Mapped[float | None] = mapped_column("membership_fee", Float)


class Course(Owned, Base):
    """A season of group classes."""

    __tablename__ = "classes_school"

    id: Mapped[int] = mapped_column(primary_key=True)
    rink_id: Mapped[uuid.UUID | None] = mapped_column("location_id", ForeignKey(Rink.id, ondelete="CASCADE"))
    cost: Mapped[float | None] = mapped_column("class_cost", Float)
    name: Mapped[str | None] = mapped_column("class_name", String)
    starts_at: Mapped[datetime | None] = mapped_column("date_start")
    ends_at: Mapped[datetime | None] = mapped_column("date_end")


class Camp(Owned, Base):
    __tablename__ = "classes_camp"

    id: Mapped[int] = mapped_column(primary_key=True)
    rink_id: Mapped[uuid.UUID | None] = mapped_column("location_id", ForeignKey(Rink.id, ondelete="CASCADE"))
    cost: Mapped[float | None] = mapped_column("camp_cost", Float)
    name: Mapped[str | None] = mapped_column("camp_name", String)
    starts_at: Mapped[datetime | None] = mapped_column("date_start")
    ends_at: Mapped[datetime | None] = mapped_column("date_end")


class Examination(Owned, Base):
    """A test that was skated."""

    __tablename__ = "e_tests"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    cost: Mapped[float | None] = mapped_column("test_cost", Float)
    label: Mapped[str | None] = mapped_column("test_label", String)
    level: Mapped[str | None] = mapped_column("test_level", String)
    event_type_id: Mapped[uuid.UUID | None] = mapped_column("test_type", ForeignKey(EventType.id, ondelete="CASCADE"))
    results: Mapped[str | None] = mapped_column("test_results", String)
    at: Mapped[datetime | None] = mapped_column("test_date")
    rink_id: Mapped[uuid.UUID | None] = mapped_column("test_location", ForeignKey(Rink.id, ondelete="CASCADE"))
    skates_id: Mapped[uuid.UUID | None] = mapped_column("uSkaterConfig", ForeignKey(Skates.id, ondelete="CASCADE"))
