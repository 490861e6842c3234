"""Events that skaters went to, or will: entries, placements, what it cost."""

import uuid
from datetime import timedelta

from sqlalchemy import select

from app.demo.cast import Skater
from app.demo.ice import dice, today
from app.demo.stage import Stage
from core.models import Event, EventCost, EventEntry, EventType, Profile

EVENTS = (
    ("Alpenglow Classic", -150, "Alpenglow Ice Center", "Competition"),
    ("Front Range Adult Open", -45, "Tabernash Ice Barn", "Competition"),
    ("Lindenhof Pokal", -80, "Eishalle Lindenhof", "Competition"),
    ("Foothills Invitational", 35, "Alpenglow Ice Center", "Competition"),
    ("Gala on Ice", -20, "Eishalle Lindenhof", "Showcase"),
)
"""Name, days from now, rink, category; skaters compete by number."""

SEGMENTS = ("Free Skate", "Compulsory")


def enter(stage: Stage, skater: Skater) -> None:
    """All events of this skater; those ahead have entries without result."""
    me = stage.me(skater.login)
    profile = stage.session.scalars(select(Profile).where(Profile.skater_id == me.skater_id)).one()
    for number in skater.competes:
        name, days_from_now, rink, category = EVENTS[number]
        event = Event(
            id=uuid.uuid4(),
            name=name,
            day=today(stage, skater) + timedelta(days=days_from_now),
            rink_id=stage.rink(rink),
            club_id=stage.club(skater.club),
            coach_id=profile.coach_id,
            skater_id=profile.skater_id,
            skates_id=profile.ice_configuration_id,
        )
        stage.session.add(event)
        stage.session.flush()
        stage.session.add_all([*_entries(stage, skater, event, category), *_costs(event)])


def _entries(stage: Stage, skater: Skater, event: Event, category: str) -> list[EventEntry]:
    throw = dice(skater, event.name)
    kind = select(EventType.id).where(EventType.category == category).order_by(EventType.scoring_system, EventType.id)
    kind_id, is_over = stage.session.scalars(kind).first(), event.day <= today(stage, skater)
    entries = []
    for segment in SEGMENTS if category == "Competition" else SEGMENTS[:1]:
        entry = EventEntry(id=uuid.uuid4(), event_id=event.id, day=event.day, segment=segment, level="Adult Bronze")
        entry.event_type_id, entry.skater_id, entry.status = kind_id, event.skater_id, "Committed"
        if is_over:
            entry.field_size = throw.randint(4, 9)
            entry.placement, entry.status = throw.randint(1, entry.field_size), "Scored"
        entries.append(entry)
    return entries


def _costs(event: Event) -> list[EventCost]:
    lines = (("Entry fee", 95.0, 1), ("Coaching", 60.0, 1), ("Practice ice", 18.0, 2))
    return [
        EventCost(id=uuid.uuid4(), event_id=event.id, category=category, amount=amount, quantity=quantity)
        for category, amount, quantity in lines
    ]
