"""A skater's season: profile and equipment, time on the ice and off it, sharpenings, memberships and classes."""

import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from sqlalchemy import select, update

from app.demo.cast import SEASON_DAYS, Skater
from app.demo.stage import Stage
from core import days, ice_sessions, profiles
from core.ice_sessions import NewSession
from core.models import Blades, Boots, Camp, ClubMembership, Course, Equipment, Examination, Profile, Sharpening, Skates
from core.profiles import Newcomer
from core.sessions import SignedIn

SHARPEN_HOURS = 22
BOOTS = (("Northlight", "Glide 3", 420.0), ("Kufe", "Solo", 510.0), ("Ashdown", "Edge Pro", 640.0))
BLADES = (("Meridian", "Club", 180.0), ("Sperling", "Arc 8", 290.0))
KINDS = (("Public", 5, 12.0), ("Free Style (Walk On)", 6, 18.0), ("Club Ice", 2, 10.0), ("Coaching Session", 2, 16.0))
GROUP, OFF_ICE = "Group Class", "Off Ice - Concrete or Asphalt"


def begin(stage: Stage, skater: Skater) -> None:
    """Onboard, buy skates, join the club, book the class."""
    me = stage.me(skater.login)
    newcomer = Newcomer(
        **skater.profile,
        coach_id=stage.coach(skater.coach),
        rink_id=stage.rink(skater.rinks[0]),
        club_id=stage.club(skater.club),
        usfsa_number=900_000 + me.user_id,
        maintenance_hours=SHARPEN_HOURS,
    )
    profiles.onboard(stage.unit(days_ago=SEASON_DAYS + 1, by=me), me, newcomer)
    skates_id = _buy_skates(stage, skater, me)
    me = stage.me(skater.login)
    profiles.change(stage.unit(days_ago=SEASON_DAYS, by=me), me, {"ice_configuration_id": skates_id})
    profiles.set_contact_preference(stage.unit(days_ago=SEASON_DAYS, by=me), me, "email")
    _join(stage, skater, me)


def skate(stage: Stage, skater: Skater) -> None:
    """All sessions up to today, and the blades sharpened whenever they need it."""
    me, unit = stage.me(skater.login), stage.unit()
    minutes = 0
    for session in _sessions(stage, skater):
        ice_sessions.add(unit, me.skater_id, session)
        minutes += session.minutes
        if minutes > SHARPEN_HOURS * 60:
            _sharpen(stage, skater, me, session.day, minutes)
            minutes = 0


def today(stage: Stage, skater: Skater) -> date:
    return days.day_of(stage.now, days.zone(skater.profile["timezone"]))


def dice(skater: Skater, what: str) -> Random:
    """The same in every demo."""
    return Random(f"{skater.login} {what}")  # noqa: S311 - no secret comes of it


def _sessions(stage: Stage, skater: Skater) -> Iterator[NewSession]:
    throw, last = dice(skater, "sessions"), today(stage, skater)
    for ago in range(SEASON_DAYS, -1, -1):
        if throw.random() < skater.per_week / 7:
            yield _session(stage, skater, last - timedelta(days=ago), throw)


def _session(stage: Stage, skater: Skater, day: date, throw: Random) -> NewSession:
    rink = throw.choices(skater.rinks, [5, 1][: len(skater.rinks)])[0]
    kind, _, cost = throw.choices(KINDS, [weight for _, weight, _ in KINDS])[0]
    length, coached, chance = throw.choice((45, 60, 60, 75, 90)), 0, throw.random()
    if chance < 0.12:
        kind, cost = GROUP, 0.0
    elif chance < 0.2:
        kind, cost, rink, length = OFF_ICE, 0.0, "Off Ice", 30
    elif kind == "Coaching Session":
        coached = length = 45
    elif throw.random() < skater.coached:
        coached = 30
    return NewSession(
        day=day,
        minutes=length,
        cost=cost,
        coached_minutes=coached,
        coach_cost=coached * 1.2,
        ice_type_id=stage.ice_type(kind),
        rink_id=stage.rink(rink),
        coach_id=stage.coach(_coach(skater, throw)) if coached else None,
    )


def _coach(skater: Skater, throw: Random) -> str:
    """Now and then another one stands in."""
    return skater.coach if throw.random() < 0.85 else "Tom"


def _buy_skates(stage: Stage, skater: Skater, me: SignedIn) -> uuid.UUID:
    throw = dice(skater, "skates")
    name, model, cost = throw.choice(BOOTS)
    bought = {"created_at": stage.unit(days_ago=SEASON_DAYS).now, "skater_id": me.skater_id}
    boots = Boots(id=uuid.uuid4(), name=name, model=model, size=str(throw.randint(36, 43)), cost=cost, **bought)
    name, model, cost = throw.choice(BLADES)
    blades = Blades(id=uuid.uuid4(), name=name, model=model, size="9.5", cost=cost, **bought)
    worn = Skates(id=uuid.uuid4(), boots_id=boots.id, blades_id=blades.id, kind=1, is_active=1, **bought)
    bag = Equipment(manufacturer="Holdall", model="Skate bag", color="blue", cost=59.9, **bought)
    stage.session.add_all([boots, blades, worn, bag])
    stage.session.flush()
    return worn.id


def _sharpen(stage: Stage, skater: Skater, me: SignedIn, day: date, minutes: int) -> None:
    profile = stage.session.scalars(select(Profile).where(Profile.skater_id == me.skater_id)).one()
    worn = stage.session.get_one(Skates, profile.ice_configuration_id)
    stage.session.add(
        Sharpening(
            at=days.start_of(day, days.zone(skater.profile["timezone"])),
            minutes_on=minutes,
            cost=25.0,
            rink_id=profile.rink_id,
            hollow="1/2",
            hours_preferred=SHARPEN_HOURS,
            blades_id=worn.blades_id,
            skates_id=worn.id,
            skater_id=me.skater_id,
        )
    )


def _join(stage: Stage, skater: Skater, me: SignedIn) -> None:
    club_id, rink_id = stage.club(skater.club), stage.rink(skater.rinks[0])
    joined, ends = stage.unit(days_ago=SEASON_DAYS).now, stage.unit(days_ago=SEASON_DAYS - 365).now
    stage.session.execute(update(Profile).where(Profile.skater_id == me.skater_id).values(club_joined_at=joined))
    member = ClubMembership(club_id=club_id, joined_at=joined, expires_at=ends, cost=140.0, skater_id=me.skater_id)
    course = {"rink_id": rink_id, "skater_id": me.skater_id}
    term = {"starts_at": stage.unit(days_ago=140).now, "ends_at": stage.unit(days_ago=56).now}
    stage.session.add_all([member, Course(name="Adult edges, twelve weeks", cost=168.0, **course, **term)])
    if skater.competes:
        weekend = {"starts_at": stage.unit(days_ago=100).now, "ends_at": stage.unit(days_ago=98).now}
        test = Examination(id=uuid.uuid4(), cost=45.0, label="Adult Bronze Moves", level="Adult Bronze")
        test.results, test.at, test.rink_id, test.skater_id = "Pass", stage.unit(days_ago=75).now, rink_id, me.skater_id
        stage.session.add_all([Camp(name="Weekend on edges", cost=210.0, **course, **weekend), test])
