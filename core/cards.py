"""The skater card: a skater's history on one page, for the skater and for whoever was given its link. Read only."""

import calendar
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select

from core import days, minutes, portraits
from core.errors import NotFound, NotOnboarded
from core.minutes import Minutes, rounded
from core.models import Coach, Event, EventEntry, EventType, IceSession, Rink
from core.portraits import NOBODY, NOWHERE, Portrait
from core.unit import AnyRow, Look

RECENT_WEEKS = 13
COMPETITION = "Competition"
PODIUM = 3


@dataclass(frozen=True)
class Lifetime:
    """Everything recorded. `skating_since` is midnight of the first session's day."""

    skating_since: datetime | None
    coached_pct: int
    group_pct: int
    solo_pct: int
    sessions_per_week: float
    avg_session_min: int
    events: int
    entries: int
    podiums: int
    previous_coaches: int


@dataclass(frozen=True)
class LastEvent:
    """The latest competition; `date` as March 2026, `location` as City, ST."""

    name: str
    date: str
    location: str | None


@dataclass(frozen=True)
class Recent:
    """The 13 weeks that end today."""

    coached_pct: int
    group_pct: int
    solo_pct: int
    sessions_per_week: float
    avg_session_min: int
    last_event: LastEvent | None
    distinct_rinks: int
    rinks: list[str]


@dataclass(frozen=True)
class Card:
    """One skater, as of one moment."""

    portrait: Portrait
    lifetime: Lifetime
    recent: Recent


def card_of(look: Look, skater_id: uuid.UUID, now: datetime) -> Card:
    """The skater's own card as of `now`, in three statements; NotOnboarded without a profile."""
    portrait = portraits.find(look, skater_id)
    if portrait is None:
        raise NotOnboarded
    return _card(look, portrait, now)


def shared_card(look: Look, share_token: uuid.UUID, now: datetime) -> Card:
    """The card that is shared under this token; NotFound when none is (any more)."""
    portrait = portraits.find_shared(look, share_token)
    if portrait is None:
        raise NotFound
    return _card(look, portrait, now)


def _card(look: Look, portrait: Portrait, now: datetime) -> Card:
    where = days.zone(portrait.profile.timezone)
    today = days.day_of(now, where)
    window = {
        "skater": portrait.profile.skater_id,
        "since": days.start_of(today - timedelta(weeks=RECENT_WEEKS) + timedelta(days=1), where),
        "until": days.start_of(days.next_day(today), where),
    }
    log = look(_LOG, window)
    competitions = look(_COMPETITIONS, {"skater": portrait.profile.skater_id})
    return Card(portrait, _lifetime(portrait, log, competitions, today, where), _recent(log, competitions, today))


def _lifetime(portrait: Portrait, log: Any, competitions: Any, today: date, where: ZoneInfo) -> Lifetime:
    total = sum((minutes.read(row, "ever") for row in log), Minutes())
    begun = [row.first for row in log if row.first]
    first = days.day_of(min(begun), where) if begun else None
    age = (today - first).days if first else 0
    return Lifetime(
        days.midnight(first, where) if first else None,
        *total.percentages(),
        sessions_per_week=_tenths(7 * total.sessions, max(age, 7)),
        avg_session_min=total.average(),
        events=len(competitions),
        entries=sum(row.entries for row in competitions),
        podiums=sum(row.podiums for row in competitions),
        previous_coaches=len({row.coach_id for row in log if row.taught} - {portrait.profile.coach_id, None}),
    )


def _recent(log: Any, competitions: Any, today: date) -> Recent:
    total = sum((minutes.read(row, "recently") for row in log), Minutes())
    rinks = {row.rink_id: row.rink for row in log if row.sessions_recently and row.rink_id}
    past = [row for row in competitions if row.day <= today]
    return Recent(
        *total.percentages(),
        sessions_per_week=_tenths(total.sessions, RECENT_WEEKS),
        avg_session_min=total.average(),
        last_event=_last_event(max(past, key=lambda row: (row.day, row.name, row.id))) if past else None,
        distinct_rinks=len(rinks),
        rinks=sorted(name for name in rinks.values() if name),
    )


def _last_event(row: AnyRow) -> LastEvent:
    place = ", ".join(part for part in (row.city, row.state) if part and part != NOWHERE)
    return LastEvent(row.name, f"{calendar.month_name[row.day.month]} {row.day.year}", place or None)


def _tenths(numerator: int, denominator: int) -> float:
    """The quotient with one decimal, rounded half up."""
    return rounded(10 * numerator, denominator) / 10


def _log() -> Any:
    """A row for each pair of rink and coach: few, however long the log is."""
    recently: ColumnElement[bool] = and_(IceSession.at >= bindparam("since"), IceSession.at < bindparam("until"))
    is_somebody = or_(Coach.first_name.is_distinct_from(NOBODY), Coach.last_name.is_distinct_from(NOBODY))
    taught = case((and_(func.coalesce(IceSession.coached_minutes, 0) > 0, is_somebody), 1), else_=0)
    return (
        select(
            IceSession.rink_id,
            Rink.name.label("rink"),
            IceSession.coach_id,
            func.min(IceSession.at).label("first"),
            func.sum(taught).label("taught"),
            *minutes.sums("ever"),
            *minutes.sums("recently", recently),
        )
        .outerjoin(Rink, Rink.id == IceSession.rink_id)
        .outerjoin(Coach, Coach.id == IceSession.coach_id)
        .where(IceSession.skater_id == bindparam("skater"))
        .group_by(IceSession.rink_id, Rink.name, IceSession.coach_id)
    )


def _competitions() -> Any:
    """A row for each event at which a competition was entered."""
    on_podium = case((EventEntry.placement.between(1, PODIUM), 1), else_=0)
    return (
        select(
            Event.id,
            Event.name.label("name"),
            Event.day.label("day"),
            Rink.city.label("city"),
            Rink.state.label("state"),
            func.count(EventEntry.id).label("entries"),
            func.sum(on_podium).label("podiums"),
        )
        .join(EventEntry, EventEntry.event_id == Event.id)
        .join(EventType, EventType.id == EventEntry.event_type_id)
        .outerjoin(Rink, Rink.id == Event.rink_id)
        .where(EventEntry.skater_id == bindparam("skater"), Event.skater_id == bindparam("skater"))
        .where(EventType.category == COMPETITION)
        .group_by(Event.id, Event.name, Event.day, Rink.city, Rink.state)
    )


_LOG = _log()
_COMPETITIONS = _competitions()
