"""The training log: what a skater has recorded, added up for the pages that show it, and one session more."""

import calendar
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select

from core import days, minutes
from core.cards import COMPETITION
from core.minutes import Minutes
from core.models import Coach, Event, EventEntry, EventType, IceSession, IceType, Profile, Rink, Sharpening
from core.portraits import full_name
from core.unit import AnyRow, Look, LookInBatches

BASELINE_MONTHS = 3
YEAR_MONTHS = 12
MINUTES_OF_AN_HOUR = 60


@dataclass(frozen=True)
class Session:
    """A row of the session table: one time on the ice, on a day of the skater's."""

    day: date | None
    minutes: int
    cost: float
    ice_type: str | None
    coached_minutes: int
    coach: str | None
    rink: str | None
    city: str | None
    state: str | None


@dataclass(frozen=True)
class Dashboard:
    """Minutes of this month, of the twelve months that end with it, and of an average month of the three before it
    (`baseline`, whose `sessions` are `baseline_sessions`, with one decimal); minutes on the blades since they were last
    sharpened, and how many the skater allows them. `sessions` are those of this month, read when they are asked for."""

    total: int
    month: Minutes
    year: Minutes
    baseline: Minutes
    baseline_sessions: float
    sharpened_minutes: int
    allowed_minutes: int
    sessions: Iterator[list[Session]]


@dataclass(frozen=True)
class Month:
    """One month of the graph; `competed` when a competition was entered in it."""

    first_day: date
    minutes: Minutes
    competed: bool


@dataclass(frozen=True)
class IceTime:
    """The months of the graph, all sessions, and the minutes of them all. `sessions` are read when they are asked for,
    a few at a time."""

    total: int
    months: list[Month]
    sessions: Iterator[list[Session]]


def dashboard(look: Look, batches: LookInBatches, skater_id: uuid.UUID, now: datetime) -> Dashboard:
    """The numbers of this month and what to compare them with. Zeros for who has recorded nothing."""
    where, hours = _zone_and_hours(look, skater_id)
    today = days.day_of(now, where)
    month, soon = days.month_start(today), days.month_start(today, -1)
    begins = {
        "month": month,
        "soon": soon,
        "year": days.month_start(today, YEAR_MONTHS - 1),
        "baseline": days.month_start(today, BASELINE_MONTHS),
    }
    log = look(_SUMS, {"skater": skater_id, **{name: days.start_of(day, where) for name, day in begins.items()}})
    before = minutes.read(log, "baseline")
    return Dashboard(
        total=minutes.read(log, "ever").total,
        month=minutes.read(log, "month"),
        year=minutes.read(log, "year"),
        baseline=_average(before),
        baseline_sessions=minutes.rounded(10 * before.sessions, BASELINE_MONTHS) / 10,
        sharpened_minutes=_since_sharpening(look, skater_id),
        allowed_minutes=MINUTES_OF_AN_HOUR * hours,
        sessions=_sessions(batches, skater_id, where, _within(where, month, soon)),
    )


def ice_time(
    look: Look, batches: LookInBatches, skater_id: uuid.UUID, now: datetime, *, months_back: int, window: int
) -> IceTime:
    """`window` months for the graph, the last of them `months_back` before this one; and all sessions."""
    where, _ = _zone_and_hours(look, skater_id)
    today = days.day_of(now, where)
    firsts = [days.month_start(today, back) for back in range(months_back + window - 1, months_back - 2, -1)]
    competed = {days.month_start(day) for day in _competition_days(look, skater_id, firsts[0], firsts[-1])}
    spent = dict.fromkeys(firsts, Minutes())
    sums = (IceSession.at.label("at"), *minutes.sums("day"))
    within = (IceSession.skater_id == skater_id, _within(where, firsts[0], firsts[-1]))
    for rows in batches(select(*sums).where(*within).group_by(IceSession.at)):
        for row in rows:
            spent[days.month_start(days.day_of(row.at, where))] += minutes.read([row], "day")
    [ever] = look(select(*minutes.sums("ever")).where(IceSession.skater_id == skater_id))
    months = [Month(first, spent[first], first in competed) for first, _ in pairwise(firsts)]
    return IceTime(ever.total_ever, months, _sessions(batches, skater_id, where))


def total_minutes(look: Look, skater_id: uuid.UUID) -> int:
    """All minutes on the ice."""
    [row] = look(select(*minutes.sums("ever")).where(IceSession.skater_id == skater_id))
    return int(row.total_ever)


def month_label(first_day: date) -> str:
    """As the graph writes it: Nov '26."""
    return f"{calendar.month_abbr[first_day.month]} '{first_day.year % 100:02d}"


def _zone_and_hours(look: Look, skater_id: uuid.UUID) -> tuple[ZoneInfo, int]:
    """Where the skater's days begin, and after how many hours blades are to be sharpened."""
    rows = look(
        select(Profile.timezone.label("zone"), Profile.maintenance_hours.label("hours")).where(
            Profile.skater_id == skater_id
        )
    )
    return (days.zone(rows[0].zone), rows[0].hours or 0) if rows else (days.zone(None), 0)


def _within(where: ZoneInfo, first: date, until: date) -> ColumnElement[bool]:
    """Sessions on the days from `first` on and before `until`."""
    return and_(IceSession.at >= days.start_of(first, where), IceSession.at < days.start_of(until, where))


def _average(spent: Minutes) -> Minutes:
    """An average month of the baseline, each part rounded half up."""
    coached, group, solo = (minutes.rounded(part, BASELINE_MONTHS) for part in (spent.coached, spent.group, spent.solo))
    return Minutes(coached + group + solo, group, coached)


def _since_sharpening(look: Look, skater_id: uuid.UUID) -> int:
    """Minutes on the ice since the day of the last sharpening; 0 when the blades were never sharpened."""
    return minutes.read(look(_SINCE_SHARPENING, {"skater": skater_id}), "since").total


def _competition_days(look: Look, skater_id: uuid.UUID, first: date, until: date) -> list[date]:
    entered = (
        select(Event.day.label("day"))
        .join(EventEntry, EventEntry.event_id == Event.id)
        .join(EventType, EventType.id == EventEntry.event_type_id)
        .where(EventEntry.skater_id == skater_id, Event.skater_id == skater_id, EventType.category == COMPETITION)
        .where(Event.day >= first, Event.day < until)
    )
    return [row.day for row in look(entered.distinct())]


def _sessions(
    batches: LookInBatches, skater_id: uuid.UUID, where: ZoneInfo, *within: ColumnElement[bool]
) -> Iterator[list[Session]]:
    """The session table, newest first."""
    for rows in batches(_TABLE.where(IceSession.skater_id == skater_id, *within)):
        yield [_session(row, where) for row in rows]


def _session(row: AnyRow, where: ZoneInfo) -> Session:
    return Session(
        day=days.day_of(row.at, where) if row.at else None,
        minutes=row.minutes or 0,
        cost=row.cost or 0.0,
        ice_type=row.ice_type,
        coached_minutes=row.coached_minutes or 0,
        coach=full_name(row.coach_first, row.coach_last),
        rink=row.rink,
        city=row.city,
        state=row.state,
    )


def _of_mine(*columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    return select(*columns).where(IceSession.skater_id == bindparam("skater"))


def _between(first: str, until: str) -> ColumnElement[bool]:
    return and_(IceSession.at >= bindparam(first), IceSession.at < bindparam(until))


_SUMS = _of_mine(
    *minutes.sums("ever"),
    *minutes.sums("month", _between("month", "soon")),
    *minutes.sums("year", _between("year", "soon")),
    *minutes.sums("baseline", _between("baseline", "month")),
).execution_options(prepared="dashboard_sums")
_LAST_SHARPENING = select(func.max(Sharpening.at)).where(Sharpening.skater_id == bindparam("skater")).scalar_subquery()
_SINCE_SHARPENING = (
    _of_mine(*minutes.sums("since"))
    .where(IceSession.at >= _LAST_SHARPENING)
    .execution_options(prepared="since_sharpening")
)
_TABLE: Select[*tuple[Any, ...]] = (
    select(
        IceSession.at.label("at"),
        IceSession.minutes.label("minutes"),
        IceSession.cost.label("cost"),
        IceSession.coached_minutes.label("coached_minutes"),
        IceType.name.label("ice_type"),
        Coach.first_name.label("coach_first"),
        Coach.last_name.label("coach_last"),
        Rink.name.label("rink"),
        Rink.city.label("city"),
        Rink.state.label("state"),
    )
    .outerjoin(IceType, IceType.id == IceSession.ice_type_id)
    .outerjoin(Coach, Coach.id == IceSession.coach_id)
    .outerjoin(Rink, Rink.id == IceSession.rink_id)
    .order_by(IceSession.at.desc().nulls_last(), IceSession.id.desc())
)
