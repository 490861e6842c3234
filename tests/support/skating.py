"""Skaters, and what they record, put straight into the database."""

import uuid
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.extensions import db
from core.models import Base, Blades, Boots, Club, Coach, Profile, Rink, Skates
from migrations import reference
from tests.support.routes import ADD, AN_HOUR
from tests.support.world import AUTH, Person, World

ZONES = [
    "America/Denver",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "America/St_Johns",
    "Africa/Cairo",
]
"""West and east of UTC, to the quarter of a day beyond it, with half hours, and with a midnight that is skipped."""

PUBLIC = uuid.UUID("cedbb4e9-ab5b-4a14-a273-fd9783aaac86")
GROUP = uuid.UUID("db32094e-9b0d-42a5-b87f-cd47729b6c65")
"""The kind of ice time whose minutes are all group."""

NO_COACH = reference.NO_COACH["coach_id"]
NO_RINK = reference.NO_RINK["rink_id"]
NAMES = {"first_name": "Cas", "last_name": "Nobody"}


def event_type(number: int) -> uuid.UUID:
    """One of the kinds of entries that migrations bring along."""
    return uuid.UUID(f"b0000000-0000-0000-0000-{number:012x}")


COMPETITION, SHOWCASE, EXHIBITION = event_type(1), event_type(3), event_type(5)


def put(world: World, *rows: Base) -> None:
    """Write these, in this order."""
    with world.app.app_context(), Session(db.engine, expire_on_commit=False) as session, session.begin():
        for row in rows:
            session.add(row)
            session.flush()


def put_many(world: World, model: type[Base], rows: list[dict[str, Any]]) -> None:
    with world.app.app_context(), Session(db.engine) as session, session.begin():
        if rows:
            session.execute(insert(model), rows)


def skater(world: World, name: str = "Cas", zone: str = "UTC", **said: Any) -> Person:
    """A person who is onboarded and signed in, and lives in this time zone."""
    person = world.member(name, phone_number=said.pop("phone_number", ...))
    answer = person.post(f"{AUTH}/onboard", {**NAMES, "first_name": name, "timezone": zone, **said})
    assert answer.status_code == 200, answer.text
    return person


def skater_id(person: Person) -> uuid.UUID:
    return uuid.UUID(person.session().json["uSkaterUUID"])


def on_ice(person: Person, day: date | str, **said: Any) -> TestResponse:
    """Add a session to the log; the answer."""
    return person.post(ADD, {**AN_HOUR, "date": str(day), **said})


def begins(day: date, zone: str) -> datetime:
    """The moment at which this day begins there."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def rink(name: str | None = "Thin Ice", city: str | None = "Denver", state: str | None = "CO") -> Rink:
    return Rink(id=uuid.uuid4(), name=name, city=city, state=state, zip="80202")


def coach(first: str | None, last: str | None, **more: Any) -> Coach:
    return Coach(id=uuid.uuid4(), first_name=first, last_name=last, **more)


def club(name: str = "Denver FSC") -> Club:
    return Club(id=uuid.uuid4(), name=name)


def skates(owner: uuid.UUID) -> tuple[Boots, Blades, Skates]:
    """Boots and blades, worn together."""
    boots = Boots(id=uuid.uuid4(), skater_id=owner, name="Edea", model="Ice Fly", cost=500.0)
    blades = Blades(id=uuid.uuid4(), skater_id=owner, name="John Wilson", model="Gold Seal", cost=640.5)
    return boots, blades, Skates(id=uuid.uuid4(), skater_id=owner, boots_id=boots.id, blades_id=blades.id)


def profile(zone: str = "UTC", **about: Any) -> Profile:
    """A skater without an account."""
    return Profile(**{"skater_id": uuid.uuid4(), "timezone": zone, **NAMES, **about})
