"""Invitations: those that carry a secret, and those that wait at somebody's account."""

import uuid
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from core.models.accounts import User
from core.models.base import Base


class Invitation(Base):
    """Lets somebody in: `kind` says through which door, `max_uses` 0 means without limit. One with an `email` is
    personal: nobody else can use it."""

    __tablename__ = "invitations"
    __table_args__ = (Index(None, "created_at", "id"), Index(None, "email_key", "kind"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(1024))
    name: Mapped[str | None] = mapped_column(String(200))
    roles: Mapped[list[str]] = mapped_column(JSON)
    note: Mapped[str | None] = mapped_column(String(500))
    language: Mapped[str | None] = mapped_column(String(20))
    max_uses: Mapped[int]
    uses: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    # The rank (core.roles.rank) of whoever revoked it: a lower one does not renew it.
    revoked_rank: Mapped[int | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"), index=True)


class InvitationLink(Base):
    """A secret that opens an invitation: `mailed` to its address, or shown to `created_by` (None: at the terminal). A
    replaced one is kept, so that its holder can be told."""

    __tablename__ = "invitation_links"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    invitation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
    mailed: Mapped[bool] = mapped_column(server_default=false())
    letter_id: Mapped[uuid.UUID | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)


class InvitationUse(Base):
    """Who came in through an invitation."""

    __tablename__ = "invitation_uses"

    invitation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True, index=True)
    used_at: Mapped[datetime]
    link_digest: Mapped[str | None] = mapped_column(String(64))


class Label(Base):
    __tablename__ = "labels"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    owner_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    created_at: Mapped[datetime]


class LabelArtist(Base):
    """Which label an artist belongs to: the primary key keeps it at one."""

    __tablename__ = "label_artists"

    artist_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    label_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Label.id, ondelete="CASCADE"), index=True)
    joined_at: Mapped[datetime]


class LabelInvitation(Base):
    """A label asks an artist. Pending ones past their end count as expired, whatever the row says."""

    __tablename__ = "label_invitations"
    __table_args__ = (
        UniqueConstraint("label_id", "artist_id"),
        Index(None, "artist_id", "status"),
        Index(None, "created_at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    label_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Label.id, ondelete="CASCADE"))
    artist_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    message: Mapped[str | None] = mapped_column(String(1000))
    status: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"), index=True)
