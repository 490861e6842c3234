"""Mail that is owed, and the trail of what happened."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.models.accounts import User
from core.models.base import Base


class Letter(Base):
    """Mail that is owed: written in the transaction that owes it, sent later. Holds no secret at any time.

    `due_at` is null once nothing more will be done about it: sent, dropped (nobody to send it to) or failed.
    """

    __tablename__ = "letters"
    __table_args__ = (Index(None, "created_at", "id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(320))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    language: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    attempts: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    last_reply: Mapped[str | None] = mapped_column(Text)


class AuditEvent(Base):
    """One thing that happened to an account or an invitation, and who did it."""

    __tablename__ = "audit_events"
    __table_args__ = (Index(None, "at", "id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(60))
    actor: Mapped[str | None] = mapped_column(String(120))
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"), index=True)
    ip: Mapped[str | None] = mapped_column(String(45))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)


class AttemptCounter(Base):
    """How often something was tried in the present window; outlives the refusal that it leads to."""

    __tablename__ = "attempt_counters"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    attempts: Mapped[int]
    resets_at: Mapped[datetime] = mapped_column(index=True)
