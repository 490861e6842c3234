"""A believable club for a development database: a season of data to see everything with. Nobody in it exists."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app import links
from app.demo import cast, competitions, doors, ice, music
from app.demo.stage import PASSWORD, Stage
from core import first_admin, invitations, profiles, reference
from core.models import User
from core.reference import Given
from core.sessions import SignedIn
from core.unit import Unit


@dataclass(frozen=True)
class Filled:
    """What whoever looks around needs: the password that all have, who is who, links to try, a shared card."""

    password: str
    people: list[cast.Person]
    links: list[doors.Link]
    shared_card: str


def has_room(unit: Unit) -> bool:
    """Whether nobody has an account yet whom the demo would mingle with."""
    return unit.session.scalars(select(User.id).limit(1)).first() is None


def fill(unit: Unit) -> Filled:
    """Play the season up to now, in this one transaction. The same each time, but for ids and secrets."""
    stage = Stage(unit)
    owner = _begin(stage)
    for kind, rows in (("rinks", cast.RINKS), ("clubs", cast.CLUBS), ("coaches", cast.COACHES)):
        _list(stage, kind, rows)
    opened = doors.open_all(stage, owner)
    for skater in cast.SKATERS:
        ice.begin(stage, skater)
        ice.skate(stage, skater)
        competitions.enter(stage, skater)
    opened.append(doors.make_label(stage))
    music.collect(stage, cast.SKATERS[0])
    card = _share(stage, cast.SKATERS[0])
    stage.sign_everybody_out()
    return Filled(PASSWORD, cast.everybody(), opened, card)


def _begin(stage: Stage) -> SignedIn:
    """The first account becomes the owner; links that were offered to a first admin end."""
    invitations.revoke_first_admin(stage.unit())
    offered = first_admin.offer(stage.unit(days_ago=284))
    assert offered is not None
    return stage.register(cast.OWNER, offered.secret, days_ago=283)


def _list(stage: Stage, kind: str, rows: list[dict[str, Any]]) -> None:
    unit = stage.unit(days_ago=282)
    given = [Given(number, row) for number, row in enumerate(rows, 2)]
    reference.carry_out(unit, reference.compare(unit, kind, given))


def _share(stage: Stage, skater: cast.Skater) -> str:
    me = stage.me(skater.login)
    return links.card(profiles.share(stage.unit(days_ago=20, by=me), me))
