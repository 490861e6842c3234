"""What skaters choose from: rinks, clubs, coaches, kinds of ice time."""

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select

from core.models import Club, Coach, IceType, Rink
from core.models.base import named
from core.unit import AnyRow, Look


def rinks(look: Look, *, rink_id: uuid.UUID | None = None, state: str | None = None) -> Sequence[AnyRow]:
    """All rinks by name, or those of this id or state (letter case aside)."""
    shown = select(*named(Rink, "id", "name", "city", "state"))
    if rink_id:
        shown = shown.where(Rink.id == rink_id)
    if state:
        shown = shown.where(func.lower(Rink.state) == state.lower())
    return _by_name(look(shown))


def clubs(look: Look) -> Sequence[AnyRow]:
    """All clubs by name."""
    return _by_name(look(select(*named(Club, "id", "name"))))


def coaches(look: Look) -> Sequence[AnyRow]:
    """All coaches by last name, never their address or number. `rate` is by the hour."""
    found = look(select(*named(Coach, "id", "first_name", "last_name", "rate")))
    return sorted(found, key=lambda row: (_key(row.last_name), _key(row.first_name), row.id))


def ice_types(look: Look) -> Sequence[AnyRow]:
    """All kinds of ice time by name."""
    return _by_name(look(select(*named(IceType, "id", "name"))))


def _by_name(rows: Sequence[AnyRow]) -> Sequence[AnyRow]:
    """In the same order on every database: each has its own idea of the alphabet."""
    return sorted(rows, key=lambda row: (_key(row.name), row.id))


def _key(name: str | None) -> str:
    return (name or "").casefold()
