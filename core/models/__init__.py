"""The tables. Attributes have clean names; the replaced backend's names stand beside them as strings."""

from core.models.accounts import BrowserSession, LoginToken, PasswordReset, Role, User, UserRole
from core.models.base import Base
from core.models.groups import Team, TeamMember, Tenant, TenantCoach
from core.models.invitations import Invitation, InvitationLink, InvitationUse, Label, LabelArtist, LabelInvitation
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
    "InvitationLink",
    "InvitationUse",
    "Label",
    "LabelArtist",
    "LabelInvitation",
    "Letter",
    "LoginToken",
    "PasswordReset",
    "Profile",
    "Rink",
    "Role",
    "Team",
    "TeamMember",
    "Tenant",
    "TenantCoach",
    "User",
    "UserRole",
]
