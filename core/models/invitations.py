"""Invitations that carry a secret."""

import uuid
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.models.accounts import User
from core.models.base import Base


class Invitation(Base):
    """A link that lets somebody in: `kind` says through which door, `max_uses` 0 means without limit."""

    __tablename__ = "invitations"
    __table_args__ = (Index(None, "created_at", "id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    roles: Mapped[list[str]] = mapped_column(JSON)
    note: Mapped[str | None] = mapped_column(String(500))
    max_uses: Mapped[int]
    uses: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"), index=True)


class InvitationUse(Base):
    """Who came in through an invitation."""

    __tablename__ = "invitation_uses"

    invitation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True, index=True)
    used_at: Mapped[datetime]
