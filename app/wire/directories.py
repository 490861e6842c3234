"""What skaters choose from, as lists without an envelope: the existing front end reads them so."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import Field, RootModel

from app.wire.bodies import Answer, Strict
from app.wire.fields import Id, Place, optional
from core.unit import AnyRow


class RinkEntry(Answer):
    rink_id: UUID
    rink_name: str | None
    rink_city: str | None
    rink_state: str | None


class ClubEntry(Answer):
    club_id: UUID
    club_name: str | None


class CoachEntry(Answer):
    coach_id: UUID
    first_name: str | None = Field(alias="coach_Fname")
    last_name: str | None = Field(alias="coach_Lname")
    coach_rate: float | None


class IceTypeEntry(Answer):
    ice_type_id: UUID
    ice_type: str | None


class Rinks(RootModel[list[RinkEntry]]):
    pass


class Clubs(RootModel[list[ClubEntry]]):
    pass


class Coaches(RootModel[list[CoachEntry]]):
    pass


class IceTypes(RootModel[list[IceTypeEntry]]):
    pass


class RinkQuery(Strict):
    id: optional(Id) = None
    state: optional(Place) = None


def rinks(rows: Sequence[AnyRow]) -> Rinks:
    entries = [RinkEntry(rink_id=r.id, rink_name=r.name, rink_city=r.city, rink_state=r.state) for r in rows]
    return Rinks(entries)


def clubs(rows: Sequence[AnyRow]) -> Clubs:
    return Clubs([ClubEntry(club_id=row.id, club_name=row.name) for row in rows])


def coaches(rows: Sequence[AnyRow]) -> Coaches:
    entries = [
        CoachEntry(coach_id=row.id, first_name=row.first_name, last_name=row.last_name, coach_rate=row.rate)
        for row in rows
    ]
    return Coaches(entries)


def ice_types(rows: Sequence[AnyRow]) -> IceTypes:
    return IceTypes([IceTypeEntry(ice_type_id=row.id, ice_type=row.name) for row in rows])
