"""The training log as the existing front end reads and writes it."""

from datetime import date
from typing import Any

from pydantic import Field

from app.wire.bodies import Answer, Strict
from app.wire.fields import Count, Day, Id, Money, SessionMinutes, optional
from app.wire.long_answers import LongAnswer
from core import training
from core.ice_sessions import NewSession
from core.minutes import Minutes
from core.spending import Spending


class Clock(Answer):
    """A length of time."""

    hours: int
    minutes: int


class Ratio(Answer):
    coached: Clock
    practice: Clock
    group: Clock


class Spend(Answer):
    """Lifetime sums, each with two decimals."""

    classes: str = Field(alias="class")
    camp: str
    coaching: str
    competition: str
    equipment: str
    ice_time: str
    maintenance: str
    membership: str
    performance: str
    total: str


class Charts(Answer):
    """This month, the twelve months that end with it, and an average month of the three before it."""

    monthly_ratio: Ratio
    yearly_ratio: Ratio
    baseline_ratio: Ratio
    spend: Spend


class BladeClock(Answer):
    """Time on the blades since they were last sharpened, what is left of the interval that the skater set, and that
    interval."""

    active_minutes: Clock
    remaining_minutes: Clock
    clock_minutes: Clock


class SessionRow(Answer):
    """`date` is the skater's own day, without a time that a browser could move to another."""

    date: date | None
    ice_time: int = Field(description="Minutes.")
    ice_cost: float
    ice_type: str | None
    coach_time: int = Field(description="Minutes.")
    coach: str | None
    rink_name: str | None
    rink_city: str | None
    rink_state: str | None


class DashboardAnswer(Answer):
    total_time: Clock
    charts: Charts
    maintenance: BladeClock
    baseline_monthly_avg: float = Field(description="Sessions a month, over the three months before this one.")
    session_table: list[SessionRow]


class Graph(Answer):
    """A point a month, oldest first. Times in hours; competitions 1 in months with one, else 0."""

    months: list[str]
    ice_time: list[float]
    practice: list[float]
    coach_time: list[float]
    group_sessions: list[float]
    competitions: list[int]


class IceTimeAnswer(Answer):
    total_time: Clock
    fsc_graph: Graph
    session_table: list[SessionRow]


class GraphQuery(Strict):
    months_back: Count = Field(0, ge=0, le=600, description="How many months before this one the graph ends.")
    window: Count = Field(12, ge=1, le=120, description="How many months it shows.")


class IceTimeEntry(Strict):
    day: Day = Field(alias="date", description="The skater's own day.")
    minutes: SessionMinutes = Field(alias="ice_time", ge=1, description="Minutes on the ice.")
    cost: Money = Field(alias="ice_cost")
    coached_minutes: SessionMinutes = Field(
        alias="coach_time", ge=0, description="Minutes, at most those of the session."
    )
    coach_cost: Money
    ice_type_id: Id = Field(alias="skate_type", description="One of `lookup/ice_types`.")
    rink_id: Id = Field(description="One of `public/rinks`.")
    coach_id: optional(Id) = Field(description="One of `lookup/coaches`; empty when nobody coached.")

    def session(self) -> NewSession:
        return NewSession(**self.model_dump())


class Added(Answer):
    ice_time_id: int
    timestamp: str = Field(description="Where the skater lives, the first moment of its day, in ISO 8601.")


def dashboard(found: training.Dashboard, spent: Spending) -> LongAnswer:
    head = DashboardAnswer(
        total_time=clock(found.total),
        charts=Charts(
            monthly_ratio=_ratio(found.month),
            yearly_ratio=_ratio(found.year),
            baseline_ratio=_ratio(found.baseline),
            spend=_spend(spent),
        ),
        maintenance=BladeClock(
            active_minutes=clock(found.sharpened_minutes),
            remaining_minutes=clock(max(found.allowed_minutes - found.sharpened_minutes, 0)),
            clock_minutes=clock(found.allowed_minutes),
        ),
        baseline_monthly_avg=found.baseline_sessions,
        session_table=[],
    )
    return LongAnswer(head, map(_rows, found.sessions))


def ice_time(found: training.IceTime) -> LongAnswer:
    spent = [month.minutes for month in found.months]
    graph = Graph(
        months=[training.month_label(month.first_day) for month in found.months],
        ice_time=[each.total / 60 for each in spent],
        practice=[each.solo / 60 for each in spent],
        coach_time=[each.coached / 60 for each in spent],
        group_sessions=[each.group / 60 for each in spent],
        competitions=[int(month.competed) for month in found.months],
    )
    head = IceTimeAnswer(total_time=clock(found.total), fsc_graph=graph, session_table=[])
    return LongAnswer(head, map(_rows, found.sessions))


def clock(minutes: int) -> Clock:
    hours, rest = divmod(minutes, 60)
    return Clock(hours=hours, minutes=rest)


def _ratio(spent: Minutes) -> Ratio:
    return Ratio(coached=clock(spent.coached), practice=clock(spent.solo), group=clock(spent.group))


def _spend(spent: Spending) -> Spend:
    sums: dict[str, Any] = {**vars(spent), "total": spent.total}
    return Spend(**{name: f"{amount:.2f}" for name, amount in sums.items()})


def _rows(sessions: list[training.Session]) -> list[SessionRow]:
    return [
        SessionRow(
            date=each.day,
            ice_time=each.minutes,
            ice_cost=each.cost,
            ice_type=each.ice_type,
            coach_time=each.coached_minutes,
            coach=each.coach,
            rink_name=each.rink,
            rink_city=each.city,
            rink_state=each.state,
        )
        for each in sessions
    ]
