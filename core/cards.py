"""The skater card: a skater's history on one page, for the skater and for whoever was given its link. Read only."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from core import days, minutes, portraits
from core.errors import NotFound, NotOnboarded
from core.minutes import ZERO, rounded
from core.models import Coach, Event, EventEntry, EventType, IceSession, Rink
from core.models.base import named
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
    """The latest competition; `location` as City, ST."""

    name: str
    day: date
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
    about = {"skater": portrait.profile.skater_id, "coach": portrait.profile.coach_id}
    window = {
        "since": days.start_of(today - timedelta(weeks=RECENT_WEEKS) + timedelta(days=1), where),
        "until": days.start_of(days.next_day(today), where),
    }
    log = look(_LOG, about | window)
    competitions = look(_COMPETITIONS, {"skater": portrait.profile.skater_id})
    return Card(portrait, _lifetime(log, competitions, today, where), _recent(log, competitions, today))


def _lifetime(log: Any, competitions: Any, today: date, where: ZoneInfo) -> Lifetime:
    total = minutes.read(log, "ever")
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
        previous_coaches=log[0].previous_coaches if log else 0,
    )


def _recent(log: Any, competitions: Any, today: date) -> Recent:
    total = minutes.read(log, "recently")
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
    return LastEvent(row.name, row.day, place or None)


def _tenths(numerator: int, denominator: int) -> float:
    """The quotient with one decimal, rounded half up."""
    return rounded(10 * numerator, denominator) / 10


def _log() -> Any:
    """A row for each rink, few however long the log is; on each how many taught before the present coach."""
    recently = and_(IceSession.at >= bindparam("since"), IceSession.at < bindparam("until"))
    return (
        select(
            IceSession.rink_id,
            select(Rink.name).where(Rink.id == IceSession.rink_id).scalar_subquery().label("rink"),
            _previous_coaches().scalar_subquery().label("previous_coaches"),
            func.min(IceSession.at).label("first"),
            *minutes.sums("ever"),
            *minutes.sums("recently", recently),
        )
        .where(IceSession.skater_id == bindparam("skater"))
        .group_by(IceSession.rink_id)
    )


def _previous_coaches() -> Any:
    session = aliased(IceSession)
    taught = exists().where(
        session.skater_id == bindparam("skater"), session.coach_id == Coach.id, session.coached_minutes > ZERO
    )
    is_somebody = or_(Coach.first_name.is_distinct_from(NOBODY), Coach.last_name.is_distinct_from(NOBODY))
    return select(func.count(Coach.row)).where(taught, is_somebody, Coach.id.is_distinct_from(bindparam("coach")))


def _competitions() -> Any:
    """A row for each event at which a competition was entered."""
    entered = (
        select(
            EventEntry.event_id.label("event_id"),
            func.count().label("entries"),
            func.count().filter(EventEntry.placement.between(1, PODIUM)).label("podiums"),
        )
        .join(EventType, EventType.id == EventEntry.event_type_id)
        .where(EventEntry.skater_id == bindparam("skater"), EventType.category == COMPETITION)
        .group_by(EventEntry.event_id)
        .subquery()
    )
    return (
        select(*named(Event, "id", "name", "day"), *named(Rink, "city", "state"), entered.c.entries, entered.c.podiums)
        .join(entered, entered.c.event_id == Event.id)
        .outerjoin(Rink, Rink.id == Event.rink_id)
        .where(Event.skater_id == bindparam("skater"))
    )


_LOG = _log().execution_options(prepared="card_log")
_COMPETITIONS = _competitions().execution_options(prepared="card_competitions")
