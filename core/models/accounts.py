"""People, their roles, the browsers they are signed in with, and the secrets that open an account."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import Base


class User(Base):
    """A person who can sign in. The quoted names are the replaced backend's columns."""

    __tablename__ = "uAuthTable"
    __table_args__ = (Index(None, "created_at", "uSkaterUUID"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column("aLogin", String(80))
    email: Mapped[str] = mapped_column("aEmail", String(254))
    password_hash: Mapped[str] = mapped_column("aPasswordHash", Text)
    phone: Mapped[str | None] = mapped_column("phone_number", String(20), unique=True)
    skater_id: Mapped[uuid.UUID] = mapped_column("uSkaterUUID", unique=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    # What names are compared by (core/names.py): the database's own lower() knows ASCII only on SQLite.
    login_key: Mapped[str] = mapped_column(String(320), unique=True)
    email_key: Mapped[str] = mapped_column(String(1024), unique=True)
    is_active: Mapped[bool]
    must_change_password: Mapped[bool]
    language: Mapped[str | None] = mapped_column(String(20))
    email_proven_at: Mapped[datetime | None]
    # The rank (core.roles.rank) of whoever closed the account: a lower one does not open it again.
    closed_rank: Mapped[int | None]


class Role(Base):
    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str | None] = mapped_column(String(255))


class UserRole(Base):
    __tablename__ = "user_roles"
    __table_args__ = (UniqueConstraint("user_id", "role_id", name="uq_user_roles"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    role_id: Mapped[int] = mapped_column(ForeignKey(Role.id), index=True)


class RoleTaken(Base):
    """A role that was taken away: by whom it can be given back, and by which invitations it cannot."""

    __tablename__ = "roles_taken"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey(Role.id), primary_key=True, index=True)
    taken_at: Mapped[datetime]
    rank: Mapped[int]


class BrowserSession(Base):
    """One signed-in browser. The cookie's secret is stored as a digest only."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "user_id", "last_seen_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ip: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(300))


class OneTimeSecret:
    """What reset and sign-in tokens have in common: until when, and whether it was spent."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class PasswordReset(OneTimeSecret, Base):
    """A right to set a new password, once. An account has at most one that was mailed; those that were handed over
    (`created_by` None: at the terminal) live beside it."""

    __tablename__ = "password_resets"
    __table_args__ = (
        Index(
            "ix_password_resets_mailed",
            "user_id",
            unique=True,
            postgresql_where=text("mailed"),
            sqlite_where=text("mailed"),
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    mailed: Mapped[bool] = mapped_column(server_default=false())
    letter_id: Mapped[uuid.UUID | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)


class EmailProof(OneTimeSecret, Base):
    """A mailed link and code with which the owner of an account proves its address. An account has one at most."""

    __tablename__ = "email_proofs"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), unique=True)
    code_digest: Mapped[str] = mapped_column(String(64))
    email_key: Mapped[str] = mapped_column(String(1024))
    attempts: Mapped[int]


class LoginToken(OneTimeSecret, Base):
    """A right to sign in once, sealed in the access token that accepting a team invitation answers."""

    __tablename__ = "login_tokens"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
