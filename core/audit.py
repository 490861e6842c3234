"""The trail: one row per security event, in the transaction of the event itself."""

import uuid
from typing import Any

from core.models import AuditEvent
from core.unit import Unit


def record(unit: Unit, event: str, *, user_id: int | None, **details: Any) -> None:
    """Note that `event` happened to the account `user_id`, by whom and from where. Details hold no secret."""
    unit.session.add(
        AuditEvent(
            id=uuid.uuid4(),
            at=unit.now,
            event=event,
            actor=unit.visitor.name,
            user_id=user_id,
            ip=unit.visitor.ip,
            details=details,
        )
    )
