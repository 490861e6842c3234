"""Who a skater is on the ice."""

import uuid
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import audit
from core.constraints import violated
from core.errors import AlreadyOnboarded, InvalidInput
from core.models import Club, Coach, Profile, Rink
from core.sessions import SignedIn
from core.unit import Unit


@dataclass(frozen=True)
class Newcomer:
    """What a person says of themselves after registering. Time zones are IANA names."""

    first_name: str
    last_name: str
    middle_name: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    zip: str | None = None
    timezone: str = "UTC"
    coach_id: uuid.UUID | None = None
    rink_id: uuid.UUID | None = None
    club_id: uuid.UUID | None = None
    ice_configuration_id: uuid.UUID | None = None
    usfsa_number: int | None = None
    maintenance_hours: int | None = None


def onboard(unit: Unit, me: SignedIn, newcomer: Newcomer) -> uuid.UUID:
    """Give the account its profile, once, and return the skater's id.

    Refuses an unknown time zone, rink, club or coach (InvalidInput), an equipment configuration that is somebody
    else's, and a second onboarding (AlreadyOnboarded), also when two race.
    """
    if me.onboarded:
        raise AlreadyOnboarded
    _check(unit, newcomer)
    unit.session.add(Profile(skater_id=me.skater_id, created_at=unit.now, **asdict(newcomer)))
    try:
        unit.session.flush()
    except IntegrityError as error:
        taken = violated(error, Profile)
        if taken == ("ice_configuration_id",):
            raise InvalidInput({"ice_configuration_id": ["taken"]}) from error
        if taken == ("skater_id",):
            raise AlreadyOnboarded from error
        raise
    audit.record(unit, "onboarded", user_id=me.user_id)
    return me.skater_id


def _check(unit: Unit, newcomer: Newcomer) -> None:
    faults = {}
    if newcomer.timezone not in _zones():
        faults["timezone"] = ["unknown_time_zone"]
    for field, model in (("coach_id", Coach), ("rink_id", Rink), ("club_id", Club)):
        wanted = getattr(newcomer, field)
        if wanted and not _exists(unit, model, wanted):
            faults[field] = ["unknown_id"]
    if faults:
        raise InvalidInput(faults)


def _exists(unit: Unit, model: Any, wanted: uuid.UUID) -> bool:
    return bool(unit.look(select(model.id).where(model.id == wanted)))


@cache
def _zones() -> set[str]:
    return available_timezones()
