"""The tables. Attributes have clean names; the replaced backend's names stand beside them as strings."""

from core.models.accounts import (
    BrowserSession,
    EmailProof,
    LoginToken,
    PasswordReset,
    Role,
    RoleTaken,
    User,
    UserRole,
)
from core.models.base import Base
from core.models.directories import Club, Coach, EventType, GoverningBody, IceType, Rink
from core.models.events import Event, EventCost, EventEntry
from core.models.groups import Team, TeamMember, Tenant, TenantCoach
from core.models.invitations import Invitation, InvitationLink, InvitationUse, Label, LabelArtist, LabelInvitation
from core.models.music import Playlist, PlaylistTrack, Track
from core.models.outbox import AttemptCounter, AuditEvent, Letter
from core.models.skating import (
    Blades,
    Boots,
    Camp,
    ClubMembership,
    Course,
    Equipment,
    Examination,
    IceSession,
    Profile,
    Sharpening,
    Skates,
)

__all__ = [
    "AttemptCounter",
    "AuditEvent",
    "Base",
    "Blades",
    "Boots",
    "BrowserSession",
    "Camp",
    "Club",
    "ClubMembership",
    "Coach",
    "Course",
    "EmailProof",
    "Equipment",
    "Event",
    "EventCost",
    "EventEntry",
    "EventType",
    "Examination",
    "GoverningBody",
    "IceSession",
    "IceType",
    "Invitation",
    "InvitationLink",
    "InvitationUse",
    "Label",
    "LabelArtist",
    "LabelInvitation",
    "Letter",
    "LoginToken",
    "PasswordReset",
    "Playlist",
    "PlaylistTrack",
    "Profile",
    "Rink",
    "Role",
    "RoleTaken",
    "Sharpening",
    "Skates",
    "Team",
    "TeamMember",
    "Tenant",
    "TenantCoach",
    "Track",
    "User",
    "UserRole",
]
