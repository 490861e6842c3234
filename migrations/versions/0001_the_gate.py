"""The gate: accounts, sessions, invitations, one-use secrets, the outbox, the trail, a skater's profile."""

import sqlalchemy as sa
from alembic import op

from migrations import legacy

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLES = {
    "adult": "Adult",
    "coach": "Coach",
    "minor": "Minor",
    "guardian": "Guardian",
    "artist": "Artist",
    "label": "Label",
    "designer": "Designer",
    "dev": "Developer",
    "admin": "Admin",
    "super_admin": "Super admin",
    "owner": "Owner",
}


def upgrade() -> None:
    legacy.prepare()
    op.create_table(
        "attempt_counters",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("resets_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempt_counters")),
    )
    with op.batch_alter_table("attempt_counters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_counters_resets_at"), ["resets_at"], unique=False)

    legacy.create_table(
        "coaches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("coach_id", sa.Uuid(), nullable=False),
        sa.Column("coach_Fname", sa.String(), nullable=True),
        sa.Column("coach_Lname", sa.String(), nullable=True),
        sa.Column("coach_rate", sa.Float(), nullable=True),
        sa.Column("coach_usfsa_id", sa.Integer(), nullable=True),
        sa.Column("coach_ijs_id", sa.Integer(), nullable=True),
        sa.Column("coach_phone", sa.Integer(), nullable=True),
        sa.Column("coach_email", sa.String(), nullable=True),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaches")),
        sa.UniqueConstraint("coach_id", name=op.f("uq_coaches_coach_id")),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("last_reply", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letters_due_at"), ["due_at"], unique=False)

    legacy.create_table(
        "locations",
        sa.Column("rink_id", sa.Uuid(), nullable=False),
        sa.Column("rink_name", sa.String(), nullable=True),
        sa.Column("rink_address", sa.String(), nullable=True),
        sa.Column("rink_city", sa.String(), nullable=True),
        sa.Column("rink_state", sa.String(), nullable=True),
        sa.Column("rink_country", sa.String(), nullable=True),
        sa.Column("rink_zip", sa.String(), nullable=False),
        sa.Column("rink_url", sa.String(), nullable=True),
        sa.Column("rink_phone", sa.String(), nullable=True),
        sa.Column("rink_tz", sa.String(), nullable=True),
        sa.Column("data_source", sa.String(), nullable=True),
        sa.Column("date_created", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("rink_id", name=op.f("pk_locations")),
    )
    legacy.create_table(
        "role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    legacy.create_table(
        "uAuthTable",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("aLogin", sa.String(length=80), nullable=False),
        sa.Column("aEmail", sa.String(length=254), nullable=False),
        sa.Column("aPasswordHash", sa.Text(), nullable=False),
        sa.Column("phone_number", sa.String(length=20), nullable=True),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("login_key", sa.String(length=320), nullable=False),
        sa.Column("email_key", sa.String(length=1024), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uAuthTable")),
        sa.UniqueConstraint("email_key", name=op.f("uq_uAuthTable_email_key")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_uAuthTable_fs_uniquifier")),
        sa.UniqueConstraint("login_key", name=op.f("uq_uAuthTable_login_key")),
        sa.UniqueConstraint("phone_number", name=op.f("uq_uAuthTable_phone_number")),
        sa.UniqueConstraint("uSkaterUUID", name=op.f("uq_uAuthTable_uSkaterUUID")),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("ip", sa.String(length=45), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["uAuthTable.id"], name=op.f("fk_audit_events_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_events_at_id"), ["at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_events_user_id"), ["user_id"], unique=False)

    legacy.create_table(
        "club_directory",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("club_name", sa.String(), nullable=True),
        sa.Column("club_home_rink", sa.Uuid(), nullable=True),
        sa.Column("club_cost", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["club_home_rink"], ["locations.rink_id"], name=op.f("fk_club_directory_club_home_rink"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("club_id", name=op.f("pk_club_directory")),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("max_uses", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["uAuthTable.id"], name=op.f("fk_invitations_created_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("digest", name=op.f("uq_invitations_digest")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitations_created_by"), ["created_by"], unique=False)

    op.create_table(
        "login_tokens",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["uAuthTable.id"], name=op.f("fk_login_tokens_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_login_tokens_digest")),
    )
    with op.batch_alter_table("login_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_tokens_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_login_tokens_user_id"), ["user_id"], unique=False)

    op.create_table(
        "password_resets",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["uAuthTable.id"], name=op.f("fk_password_resets_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_resets")),
        sa.UniqueConstraint("digest", name=op.f("uq_password_resets_digest")),
        sa.UniqueConstraint("user_id", name=op.f("uq_password_resets_user_id")),
    )
    with op.batch_alter_table("password_resets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_password_resets_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=True),
        sa.Column("user_agent", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["uAuthTable.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("digest", name=op.f("uq_sessions_digest")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sessions_user_id_last_seen_at"), ["user_id", "last_seen_at"], unique=False)

    legacy.create_table(
        "user_roles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_user_roles_role_id")),
        sa.ForeignKeyConstraint(["user_id"], ["uAuthTable.id"], name=op.f("fk_user_roles_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_roles")),
        sa.UniqueConstraint("user_id", "role_id", name="uq_user_roles"),
    )
    legacy.create_index("user_roles", "role_id")

    op.create_table(
        "invitation_uses",
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name=op.f("fk_invitation_uses_invitation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["uAuthTable.id"], name=op.f("fk_invitation_uses_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("invitation_id", "user_id", name=op.f("pk_invitation_uses")),
    )
    with op.batch_alter_table("invitation_uses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_uses_user_id"), ["user_id"], unique=False)

    legacy.create_table(
        "uSkaterConfig",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("date_created", sa.DateTime(), nullable=True),
        sa.Column("uSkaterUUID", sa.Uuid(), nullable=False),
        sa.Column("uSkaterFname", sa.String(), nullable=True),
        sa.Column("uSkaterMname", sa.String(), nullable=True),
        sa.Column("uSkaterLname", sa.String(), nullable=True),
        sa.Column("uSkaterZip", sa.String(), nullable=True),
        sa.Column("uSkaterCity", sa.String(), nullable=True),
        sa.Column("uSkaterState", sa.String(), nullable=True),
        sa.Column("uSkaterCountry", sa.String(), nullable=True),
        sa.Column("uSkaterTZ", sa.String(), nullable=True),
        sa.Column("uSkaterComboIce", sa.Uuid(), nullable=True),
        sa.Column("uSkaterComboOff", sa.Uuid(), nullable=True),
        sa.Column("uSkaterRinkPref", sa.Uuid(), nullable=True),
        sa.Column("uSkaterMaintPref", sa.Integer(), nullable=True),
        sa.Column("activeCoach", sa.Uuid(), nullable=True),
        sa.Column("org_Club", sa.Uuid(), nullable=True),
        sa.Column("org_Club_Join_Date", sa.DateTime(), nullable=True),
        sa.Column("org_USFSA_number", sa.Integer(), nullable=True),
        sa.Column("contact_preference", sa.String(), nullable=True),
        sa.Column("share_token", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["org_Club"], ["club_directory.club_id"], name=op.f("fk_uSkaterConfig_org_Club")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uSkaterConfig")),
        sa.UniqueConstraint("share_token", name=op.f("uq_uSkaterConfig_share_token")),
        sa.UniqueConstraint("uSkaterComboIce", name=op.f("uq_uSkaterConfig_uSkaterComboIce")),
        sa.UniqueConstraint("uSkaterComboOff", name=op.f("uq_uSkaterConfig_uSkaterComboOff")),
        sa.UniqueConstraint("uSkaterUUID", name=op.f("uq_uSkaterConfig_uSkaterUUID")),
    )
    roles = sa.table("role", sa.column("name"), sa.column("description"))
    present = set(op.get_bind().scalars(sa.select(roles.c.name)))
    missing = [{"name": name, "description": text} for name, text in ROLES.items() if name not in present]
    op.bulk_insert(roles, missing)


def downgrade() -> None:
    legacy.refuse_to_drop()
    op.drop_table("uSkaterConfig")
    with op.batch_alter_table("invitation_uses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_uses_user_id"))

    op.drop_table("invitation_uses")
    with op.batch_alter_table("user_roles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_roles_role_id"))

    op.drop_table("user_roles")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_user_id_last_seen_at"))
        batch_op.drop_index(batch_op.f("ix_sessions_expires_at"))

    op.drop_table("sessions")
    with op.batch_alter_table("password_resets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_password_resets_expires_at"))

    op.drop_table("password_resets")
    with op.batch_alter_table("login_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_tokens_user_id"))
        batch_op.drop_index(batch_op.f("ix_login_tokens_expires_at"))

    op.drop_table("login_tokens")
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitations_created_by"))
        batch_op.drop_index(batch_op.f("ix_invitations_created_at_id"))

    op.drop_table("invitations")
    op.drop_table("club_directory")
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_events_user_id"))
        batch_op.drop_index(batch_op.f("ix_audit_events_at_id"))

    op.drop_table("audit_events")
    op.drop_table("uAuthTable")
    op.drop_table("role")
    op.drop_table("locations")
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letters_due_at"))

    op.drop_table("letters")
    op.drop_table("coaches")
    with op.batch_alter_table("attempt_counters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_counters_resets_at"))

    op.drop_table("attempt_counters")
