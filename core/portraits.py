"""Who a skater is, with the names of all that the profile points to: one statement, the same for card and profile."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, select

from core.models import Blades, Boots, Club, Coach, Playlist, PlaylistTrack, Profile, Rink, Skates, User
from core.models.base import named
from core.unit import AnyRow, Look

NOBODY = "-"
"""First and last name of the entry that stands for no coach."""
NOWHERE = "-"
"""City and state of the entry that stands for no rink."""


@dataclass(frozen=True)
class Portrait:
    """`profile` has the attributes of a Profile; what is not chosen, or no longer there, is None."""

    profile: AnyRow
    club: str | None
    coach: str | None
    rink: str | None
    boots: str | None
    blades: str | None
    playlists: list[tuple[str, uuid.UUID]]
    """Name and token of the shared ones with a track, oldest first."""

    @property
    def skates(self) -> str | None:
        """Boots and blades in one line."""
        return " / ".join(part for part in (self.boots, self.blades) if part) or None


def find(look: Look, skater_id: uuid.UUID) -> Portrait | None:
    """The skater's own portrait, or None before onboarding."""
    return _one(look(_BY_SKATER, {"key": skater_id}))


def find_shared(look: Look, share_token: uuid.UUID) -> Portrait | None:
    """Whose card is shared under this token, or None; a closed account shows none."""
    return _one(look(_BY_TOKEN, {"key": share_token}))


def full_name(first: str | None, last: str | None) -> str | None:
    """Both names as they are spoken, or None when there is none."""
    return " ".join(part for part in (first, last) if part) or None


def _one(rows: Any) -> Portrait | None:
    if not rows:
        return None
    row = rows[0]
    is_somebody = (row.coach_first, row.coach_last) != (NOBODY, NOBODY)
    return Portrait(
        profile=row,
        club=row.club,
        coach=full_name(row.coach_first, row.coach_last) if is_somebody else None,
        rink=row.rink,
        boots=full_name(row.boots_name, row.boots_model),
        blades=full_name(row.blades_name, row.blades_model),
        playlists=[(each.playlist, each.playlist_token) for each in rows if each.playlist_token],
    )


def _portrait(whose: ColumnElement[bool]) -> Any:
    has_track = exists().where(PlaylistTrack.playlist_id == Playlist.id)
    is_shared = and_(Playlist.skater_id == Profile.skater_id, Playlist.share_token.is_not(None), has_track)
    worn = and_(Skates.id == Profile.ice_configuration_id, Skates.skater_id == Profile.skater_id)
    return (
        select(
            *named(Profile, *_PROFILE),
            Club.name.label("club"),
            Coach.first_name.label("coach_first"),
            Coach.last_name.label("coach_last"),
            Rink.name.label("rink"),
            Boots.name.label("boots_name"),
            Boots.model.label("boots_model"),
            Blades.name.label("blades_name"),
            Blades.model.label("blades_model"),
            Playlist.name.label("playlist"),
            Playlist.share_token.label("playlist_token"),
        )
        .outerjoin(Club, Club.id == Profile.club_id)
        .outerjoin(Coach, Coach.id == Profile.coach_id)
        .outerjoin(Rink, Rink.id == Profile.rink_id)
        .outerjoin(Skates, worn)
        .outerjoin(Boots, Boots.id == Skates.boots_id)
        .outerjoin(Blades, Blades.id == Skates.blades_id)
        .outerjoin(Playlist, is_shared)
        .where(whose)
        .order_by(Playlist.created_at, Playlist.id)
    )


_PROFILE = (
    "skater_id",
    "created_at",
    "first_name",
    "middle_name",
    "last_name",
    "zip",
    "city",
    "state",
    "country",
    "timezone",
    "rink_id",
    "maintenance_hours",
    "coach_id",
    "club_id",
    "club_joined_at",
    "usfsa_number",
    "contact_preference",
    "share_token",
)
_IS_CLOSED = exists().where(User.skater_id == Profile.skater_id, ~User.is_active)
_BY_SKATER = _portrait(Profile.skater_id == bindparam("key")).execution_options(prepared="portrait")
_SHARED = and_(Profile.share_token == bindparam("key"), ~_IS_CLOSED)
_BY_TOKEN = _portrait(_SHARED).execution_options(prepared="shared_portrait")
