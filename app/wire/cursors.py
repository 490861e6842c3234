"""Places in a list that is ordered by time and id, as opaque text."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

from core.errors import InvalidInput


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
