"""Who a skater is on the ice."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, bindparam, column, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError

from core import audit, days
from core.constraints import violated
from core.errors import AlreadyOnboarded, InvalidInput, NotOnboarded
from core.models import Club, Coach, IceSession, Profile, Rink, Sharpening, Skates
from core.models.base import UtcDateTime, named
from core.sessions import SignedIn
from core.tokens import digest
from core.unit import Look, Unit

MOVED_AT_ONCE = 5000
"""Days of the log that one statement moves to another time zone."""
CONTACT_PREFERENCES = ("email", "text", "phone", "social")


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
    given = asdict(newcomer)
    _check(unit, me, given)
    unit.session.add(Profile(skater_id=me.skater_id, created_at=unit.now, **given))
    try:
        unit.session.flush()
    except IntegrityError as error:
        if violated(error, Profile) == ("skater_id",):
            raise AlreadyOnboarded from error
        raise _as_refusal(error) from error
    audit.record(unit, "onboarded", user_id=me.user_id)
    return me.skater_id


def change(unit: Unit, me: SignedIn, changes: Mapping[str, Any]) -> None:
    """Change what is given of a Newcomer's attributes; the rest, and what is so already, stays.

    In another time zone the days of the log stay the days that they were. Refuses what onboarding refuses;
    NotOnboarded without a profile.
    """
    _check(unit, me, changes)
    mine = Profile.skater_id == me.skater_id
    columns = named(Profile, *{"timezone", *changes})
    held = unit.session.execute(select(*columns).where(mine).with_for_update()).one_or_none()
    if held is None:
        raise NotOnboarded
    changed = {name: value for name, value in changes.items() if getattr(held, name) != value}
    if not changed:
        return
    try:
        unit.session.execute(update(Profile).where(mine).values(**changed))
    except IntegrityError as error:
        raise _as_refusal(error) from error
    if "timezone" in changed:
        _move_days(unit, me.skater_id, days.zone(held.timezone), days.zone(changed["timezone"]))
    audit.record(unit, "profile_changed", user_id=me.user_id, fields=sorted(changed))


def zone_of(look: Look, skater_id: uuid.UUID) -> str | None:
    """The time zone of a profile as it is stored, if there is one."""
    found = look(select(*named(Profile, "timezone")).where(Profile.skater_id == skater_id))
    return found[0].timezone if found else None


def set_contact_preference(unit: Unit, me: SignedIn, preference: str | None) -> None:
    """How the skater would rather be reached: one of CONTACT_PREFERENCES, or None. NotOnboarded without a profile."""
    _update(unit, me, contact_preference=preference)


def share(unit: Unit, me: SignedIn) -> uuid.UUID:
    """The token of the card's link, of which there is one at most, whoever races for it: a new one has 128 random bits.
    NotOnboarded without a profile."""
    fresh = uuid.UUID(digest(unit.new_secret())[:32])
    token: uuid.UUID = _update(unit, me, share_token=func.coalesce(Profile.share_token, fresh))
    if token == fresh:
        audit.record(unit, "card_shared", user_id=me.user_id)
    return token


def unshare(unit: Unit, me: SignedIn) -> None:
    """End the card's link at once, if there is one. NotOnboarded without a profile."""
    _update(unit, me, share_token=None)
    audit.record(unit, "card_unshared", user_id=me.user_id)


def _update(unit: Unit, me: SignedIn, **values: Any) -> Any:
    """Write to the own profile in one statement; what then stands there."""
    [attribute] = values
    changed = update(Profile).where(Profile.skater_id == me.skater_id).values(**values)
    row = unit.session.execute(changed.returning(getattr(Profile, attribute))).one_or_none()
    if row is None:
        raise NotOnboarded
    return row[0]


def _move_days(unit: Unit, skater_id: uuid.UUID, old: ZoneInfo, new: ZoneInfo) -> None:
    """Days are kept as the moment at which they begin: in another zone that is another moment. In one transaction, as
    no row says in which zone it was written, and in few statements: the profile's row is held, and who adds a session
    waits for it."""
    for model in (IceSession, Sharpening):
        dated = select(*named(model, "id", "at")).where(model.skater_id == skater_id, model.at.is_not(None))
        found = unit.session.execute(dated).all()
        fresh = {at: days.moved(at, old, new) for at in {row.at for row in found}}
        moved = [(row.id, fresh[row.at]) for row in found if fresh[row.at] != row.at]
        for begin in range(0, len(moved), MOVED_AT_ONCE):
            _write_moments(unit, model, moved[begin : begin + MOVED_AT_ONCE])


def _write_moments(unit: Unit, model: type[IceSession | Sharpening], moved: list[tuple[int, datetime]]) -> None:
    """Write what has moved. PostgreSQL gets one statement with two arrays: one for each row would be as many round
    trips."""
    connection = unit.session.connection()
    if connection.dialect.name != "postgresql":
        one = update(model).where(model.id == bindparam("key")).values(at=bindparam("moment", type_=UtcDateTime))
        connection.execute(one, [{"key": key, "moment": moment} for key, moment in moved])
        return
    keys, moments = zip(*moved, strict=True)
    arrays = (bindparam("keys", list(keys), ARRAY(Integer)), bindparam("moments", list(moments), ARRAY(UtcDateTime)))
    fresh = func.unnest(*arrays).table_valued(column("id", Integer), column("at", UtcDateTime)).render_derived("fresh")
    connection.execute(update(model).where(model.id == fresh.c.id).values(at=fresh.c.at))


def _as_refusal(error: IntegrityError) -> Exception:
    """What is unique about a profile besides its skater."""
    if violated(error, Profile) == ("ice_configuration_id",):
        return InvalidInput({"ice_configuration_id": ["taken"]})
    return error


def _check(unit: Unit, me: SignedIn, given: Mapping[str, Any]) -> None:
    faults = {}
    if "timezone" in given and given["timezone"] not in days.zones():
        faults["timezone"] = ["unknown_time_zone"]
    for field, model in (("coach_id", Coach), ("rink_id", Rink), ("club_id", Club)):
        wanted = given.get(field)
        if wanted and not unit.look(select(model.id).where(model.id == wanted)):
            faults[field] = ["unknown_id"]
    others = select(Skates.id).where(Skates.id == given.get("ice_configuration_id"), Skates.skater_id != me.skater_id)
    if given.get("ice_configuration_id") and unit.look(others):
        faults["ice_configuration_id"] = ["taken"]
    if faults:
        raise InvalidInput(faults)
