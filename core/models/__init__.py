"""The tables. Attributes have clean names; the replaced backend's names stand beside them as strings."""

from core.models.accounts import BrowserSession, LoginToken, PasswordReset, Role, User, UserRole
from core.models.base import Base
from core.models.invitations import Invitation, InvitationUse
from core.models.outbox import AttemptCounter, AuditEvent, Letter
from core.models.skating import Club, Coach, Profile, Rink

__all__ = [
    "AttemptCounter",
    "AuditEvent",
    "Base",
    "BrowserSession",
    "Club",
    "Coach",
    "Invitation",
    "InvitationUse",
    "Letter",
    "LoginToken",
    "PasswordReset",
    "Profile",
    "Rink",
    "Role",
    "User",
    "UserRole",
]
