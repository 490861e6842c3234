"""What members say of themselves, and what their profile page reads."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.wire.bodies import Answer, Lenient, Message, Strict
from app.wire.fields import Id, Name, Place, SmallNumber, Zip, optional, text
from app.wire.training import Clock, clock
from core.portraits import Portrait
from core.profiles import CONTACT_PREFERENCES, Newcomer
from core.sessions import SignedIn

ZONE = "An IANA name such as Europe/Berlin: it says where days begin."
HOURS = "Hours on the ice after which blades are sharpened."


class Onboarding(Lenient):
    first_name: Name
    last_name: Name
    middle_name: optional(Name) = None
    city: optional(Place) = None
    state: optional(Place) = None
    country: optional(Place) = None
    zip: optional(Zip) = None
    timezone: optional(text(64)) = Field(None, description=ZONE)
    coach_id: optional(Id) = None
    rink_id: optional(Id) = None
    club_id: optional(Id) = None
    ice_configuration_id: optional(Id) = Field(
        None, alias="skate_config", description="The skater's pair of boots and blades."
    )
    usfsa_number: optional(SmallNumber) = None
    maintenance_hours: optional(SmallNumber) = Field(None, alias="maint_pref", description=HOURS)

    def newcomer(self) -> Newcomer:
        return Newcomer(**self.model_dump(exclude_none=True))


class ProfileChange(Strict):
    """What is left out stays as it is; null or empty text empties it."""

    first_name: Name = Field(default_factory=str)
    last_name: Name = Field(default_factory=str)
    middle_name: optional(Name) = None
    city: optional(Place) = None
    state: optional(Place) = None
    country: optional(Place) = None
    zip: optional(Zip) = None
    timezone: text(64) = Field(default_factory=str, description=ZONE)
    coach_id: optional(Id) = None
    rink_id: optional(Id) = None
    club_id: optional(Id) = None
    ice_configuration_id: optional(Id) = Field(
        None, alias="skate_config", description="The skater's pair of boots and blades."
    )
    usfsa_number: optional(SmallNumber) = None
    maintenance_hours: optional(SmallNumber) = Field(None, alias="maint_pref", description=HOURS)

    def changes(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


class ContactPreference(Strict):
    contact_preference: Literal[CONTACT_PREFERENCES] | None


class ContactForm(Lenient):
    """The same, as a person states it in a form."""

    contact_preference: optional(Literal[CONTACT_PREFERENCES]) = None


class ContactPreferenceSet(Answer):
    contact_preference: Literal[CONTACT_PREFERENCES] | None


class Onboarded(Message):
    skater_id: UUID = Field(alias="uSkaterUUID")


class UserGeneral(Answer):
    user_first_name: str | None
    user_middle_name: str | None
    user_last_name: str | None
    user_location_city: str | None
    user_location_state: str | None
    user_location_zip: str | None
    user_location_country: str | None


class UserContact(Answer):
    email: str
    phone: str | None
    username: str


class UserMemberships(Answer):
    usfsa_number: int | None
    affiliated_club_name: str | None
    affiliated_club_date: datetime | None


class UserMeta(Answer):
    share_token: UUID | None
    user_creation_date: datetime | None
    user_ice_config: str | None
    user_preferred_maint_hours: int | None
    user_preferred_rink: str | None
    user_preferred_rink_id: UUID | None
    user_primary_coach: str | None
    user_primary_coach_id: UUID | None
    user_roles: list[str]
    user_timezone: str | None
    contact_preference: str | None


class Overview(Answer):
    """The profile page. Without a profile what it would say is null."""

    user_general: UserGeneral
    user_contact: UserContact
    user_memberships: UserMemberships
    user_meta: UserMeta
    total_ice_time: Clock


def overview(me: SignedIn, phone: str | None, portrait: Portrait | None, total: int) -> Overview:
    profile = portrait.profile if portrait else None

    def of(attribute: str) -> Any:
        return getattr(profile, attribute, None)

    return Overview(
        user_general=UserGeneral(
            user_first_name=of("first_name"),
            user_middle_name=of("middle_name"),
            user_last_name=of("last_name"),
            user_location_city=of("city"),
            user_location_state=of("state"),
            user_location_zip=of("zip"),
            user_location_country=of("country"),
        ),
        user_contact=UserContact(email=me.email, phone=phone, username=me.login),
        user_memberships=UserMemberships(
            usfsa_number=of("usfsa_number"),
            affiliated_club_name=portrait.club if portrait else None,
            affiliated_club_date=of("club_joined_at"),
        ),
        user_meta=UserMeta(
            share_token=of("share_token"),
            user_creation_date=of("created_at"),
            user_ice_config=portrait.skates if portrait else None,
            user_preferred_maint_hours=of("maintenance_hours"),
            user_preferred_rink=portrait.rink if portrait else None,
            user_preferred_rink_id=of("rink_id"),
            user_primary_coach=portrait.coach if portrait else None,
            user_primary_coach_id=of("coach_id"),
            user_roles=list(me.roles),
            user_timezone=of("timezone"),
            contact_preference=of("contact_preference"),
        ),
        total_ice_time=clock(total),
    )
