"""What skating has cost a skater, by what it was spent on."""

import uuid
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import bindparam, func, literal, select, union_all

from core.models import (
    Blades,
    Boots,
    Camp,
    ClubMembership,
    Course,
    Equipment,
    Event,
    EventCost,
    Examination,
    IceSession,
    Sharpening,
)
from core.unit import Look

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Spending:
    """Lifetime sums in the skater's money, to the cent."""

    classes: Decimal
    camp: Decimal
    coaching: Decimal
    competition: Decimal
    equipment: Decimal
    ice_time: Decimal
    maintenance: Decimal
    membership: Decimal
    performance: Decimal

    @property
    def total(self) -> Decimal:
        return sum(vars(self).values(), Decimal())


def spending(look: Look, skater_id: uuid.UUID) -> Spending:
    """All that was ever recorded, in one statement. Zeros for who has recorded nothing."""
    sums = dict.fromkeys(Spending.__dataclass_fields__, Decimal())
    for row in look(_SPENT, {"skater": skater_id}):
        sums[row.on] += _cents(row.sum or 0.0)
    return Spending(**sums)


def _cents(amount: float) -> Decimal:
    """Money is stored as floating point: what its nearest six decimals say, rounded half up."""
    return Decimal(f"{amount:.6f}").quantize(CENT, ROUND_HALF_UP)


def _sum(on: str, cost: Any, of: Any, *join: Any) -> Any:
    found = select(literal(on).label("on"), func.sum(cost).label("sum")).where(of.skater_id == bindparam("skater"))
    return found.join_from(of, *join) if join else found


_COSTS: dict[str, tuple[Any, ...]] = {
    "classes": (Course,),
    "camp": (Camp,),
    "equipment": (Boots, Blades, Equipment),
    "ice_time": (IceSession,),
    "maintenance": (Sharpening,),
    "membership": (ClubMembership,),
    "performance": (Examination,),
}
_SPENT: Any = union_all(
    *(_sum(on, model.cost, model) for on, models in _COSTS.items() for model in models),
    _sum("coaching", IceSession.coach_cost, IceSession),
    _sum("competition", EventCost.amount * EventCost.quantity, Event, EventCost, EventCost.event_id == Event.id),
).execution_options(prepared="spent")
