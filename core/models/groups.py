"""What people belong to: tenants with their coaches, and the team."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.models.accounts import User
from core.models.base import Base
from core.models.directories import Coach
from core.models.invitations import Invitation


class Tenant(Base):
    """A club, school or rink that coaches work for."""

    __tablename__ = "tenants"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(500), unique=True)
    created_at: Mapped[datetime]


class TenantCoach(Base):
    """A coach's place in a tenant: invited until `joined_at`, then held by `user_id`."""

    __tablename__ = "tenant_coaches"
    __table_args__ = (UniqueConstraint("tenant_id", "coach_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Tenant.id, ondelete="CASCADE"))
    coach_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Coach.id, ondelete="CASCADE"), index=True)
    part: Mapped[str] = mapped_column(String(40))
    invitation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Invitation.id), unique=True)
    joined_at: Mapped[datetime | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"), index=True)


class Team(Base):
    """Who runs the place. There is one, seeded by its migration."""

    __tablename__ = "teams"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))


class TeamMember(Base):
    __tablename__ = "team_members"

    team_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Team.id), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(40))
    joined_at: Mapped[datetime]
