"""Time on the ice, written into the log."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, select

from core import days
from core.errors import InvalidInput, NotOnboarded
from core.models import Coach, IceSession, IceType, Profile, Rink, Skates
from core.portraits import NOBODY
from core.unit import AnyRow, Unit

ADULT = 1
"""The kind of skater that the replaced backend notes with each session."""


@dataclass(frozen=True)
class NewSession:
    """What a skater says of a time on the ice. Minutes; money as paid; `coach_id` None when nobody coached."""

    day: date
    minutes: int
    cost: float
    coached_minutes: int
    coach_cost: float
    ice_type_id: uuid.UUID
    rink_id: uuid.UUID
    coach_id: uuid.UUID | None


def add(unit: Unit, skater_id: uuid.UUID, new: NewSession) -> tuple[int, datetime]:
    """Record it on its day in the skater's time zone; returns its number and the moment that day begins.

    Refuses more coached minutes than minutes, coached minutes without a coach, and a kind of ice time, rink or coach
    that is not in the directories (InvalidInput); NotOnboarded without a profile.
    """
    _check(unit, new)
    zone, skates_id = _held(unit, _place_and_skates(skater_id))
    at = days.start_of(new.day, days.zone(zone))
    session = IceSession(
        at=at,
        minutes=new.minutes,
        cost=new.cost,
        coached_minutes=new.coached_minutes,
        coach_cost=new.coach_cost,
        ice_type_id=new.ice_type_id,
        rink_id=new.rink_id,
        coach_id=new.coach_id or _nobody(unit),
        skater_id=skater_id,
        skates_id=skates_id,
        has_video=0,
        has_notes=0,
        skater_kind=ADULT,
    )
    unit.session.add(session)
    unit.session.flush()
    return session.id, at


def _check(unit: Unit, new: NewSession) -> None:
    faults = {}
    if new.coached_minutes > new.minutes:
        faults["coached_minutes"] = ["more_than_the_session"]
    if new.coached_minutes and not new.coach_id:
        faults["coach_id"] = ["coach_missing"]
    for field, model in (("ice_type_id", IceType), ("rink_id", Rink), ("coach_id", Coach)):
        wanted = getattr(new, field)
        if wanted and not unit.look(select(model.id).where(model.id == wanted)):
            faults[field] = ["unknown_id"]
    if faults:
        raise InvalidInput(faults)


def _place_and_skates(skater_id: uuid.UUID) -> Select[str | None, uuid.UUID | None]:
    worn = and_(Skates.id == Profile.ice_configuration_id, Skates.skater_id == Profile.skater_id)
    return select(Profile.timezone, Skates.id).outerjoin(Skates, worn).where(Profile.skater_id == skater_id)


def _held(unit: Unit, profile: Select[*tuple[Any, ...]]) -> AnyRow:
    """The profile, held as it is until the unit ends: a change of the time zone moves all sessions, and must see the
    one that is added."""
    found = unit.session.execute(profile.with_for_update(read=True, of=Profile)).one_or_none()
    if found is None:
        raise NotOnboarded
    return found


def _nobody(unit: Unit) -> uuid.UUID | None:
    """The entry that stands for no coach, which the replaced backend's tables count on."""
    nobody = select(Coach.id).where(Coach.first_name == NOBODY, Coach.last_name == NOBODY).order_by(Coach.row)
    return unit.session.scalars(nobody.limit(1)).first()
