"""Places in a list that is ordered by time and id, as opaque text."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from uuid import UUID

from core.errors import InvalidInput


class Listed(Protocol):
    """What such a list is made of."""

    @property
    def id(self) -> UUID: ...

    @property
    def created_at(self) -> datetime: ...


T = TypeVar("T", bound=Listed)


def page(found: Sequence[T], limit: int) -> tuple[Sequence[T], str | None]:
    """The first `limit` of what was found, and the next_cursor if there is more; looked for was one more than that."""
    shown = found[:limit]
    return shown, write(shown[-1].created_at, shown[-1].id) if len(found) > limit else None


def write(at: datetime, key: UUID) -> str:
    return urlsafe_b64encode(f"{at.isoformat()} {key}".encode()).decode()


def read(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The place that write() made the cursor of; InvalidInput for anything else."""
    if cursor is None:
        return None
    try:
        at, key = urlsafe_b64decode(cursor.encode()).decode().split(" ")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC), UUID(key)
    except (ValueError, OverflowError):
        raise InvalidInput({"cursor": ["not_a_cursor"]}) from None
