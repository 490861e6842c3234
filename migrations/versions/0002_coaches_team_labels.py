"""Coaches with their tenants, the team, labels; an invitation may have several links."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("name_key", name=op.f("uq_tenants_name_key")),
    )
    op.create_table(
        "labels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["uAuthTable.id"], name=op.f("fk_labels_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
    )
    with op.batch_alter_table("labels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_labels_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "invitation_links",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name=op.f("fk_invitation_links_invitation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_invitation_links")),
    )
    with op.batch_alter_table("invitation_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_links_invitation_id"), ["invitation_id"], unique=False)

    op.create_table(
        "label_artists",
        sa.Column("artist_id", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["artist_id"], ["uAuthTable.id"], name=op.f("fk_label_artists_artist_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["label_id"], ["labels.id"], name=op.f("fk_label_artists_label_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("artist_id", name=op.f("pk_label_artists")),
    )
    with op.batch_alter_table("label_artists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_label_artists_label_id"), ["label_id"], unique=False)

    op.create_table(
        "label_invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("label_id", sa.Uuid(), nullable=False),
        sa.Column("artist_id", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=1000), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["artist_id"], ["uAuthTable.id"], name=op.f("fk_label_invitations_artist_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["uAuthTable.id"], name=op.f("fk_label_invitations_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["label_id"], ["labels.id"], name=op.f("fk_label_invitations_label_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_invitations")),
        sa.UniqueConstraint("label_id", "artist_id", name=op.f("uq_label_invitations_label_id_artist_id")),
    )
    with op.batch_alter_table("label_invitations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_label_invitations_artist_id_status"), ["artist_id", "status"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_label_invitations_created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_label_invitations_created_by"), ["created_by"], unique=False)

    teams = op.create_table(
        "teams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
    )
    op.bulk_insert(teams, [{"id": uuid.uuid4(), "name": "Team"}])
    op.create_table(
        "team_members",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("joined_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_team_members_team_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["uAuthTable.id"], name=op.f("fk_team_members_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_team_members")),
    )
    with op.batch_alter_table("team_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_members_team_id"), ["team_id"], unique=False)

    op.create_table(
        "tenant_coaches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("coach_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", sa.DateTime(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["coach_id"], ["coaches.coach_id"], name=op.f("fk_tenant_coaches_coach_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitations.id"], name=op.f("fk_tenant_coaches_invitation_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_tenant_coaches_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["uAuthTable.id"], name=op.f("fk_tenant_coaches_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant_coaches")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_tenant_coaches_invitation_id")),
        sa.UniqueConstraint("tenant_id", "coach_id", name=op.f("uq_tenant_coaches_tenant_id_coach_id")),
    )
    with op.batch_alter_table("tenant_coaches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tenant_coaches_coach_id"), ["coach_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tenant_coaches_user_id"), ["user_id"], unique=False)

    with op.batch_alter_table("coaches", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email_key", sa.String(length=1024), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_coaches_email_key"), ["email_key"])

    op.execute(
        "INSERT INTO invitation_links (digest, invitation_id, created_at)"
        " SELECT digest, id, created_at FROM invitations"
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=254), nullable=True))
        batch_op.add_column(sa.Column("email_key", sa.String(length=1024), nullable=True))
        batch_op.add_column(sa.Column("name", sa.String(length=200), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_invitations_digest"), type_="unique")
        batch_op.create_index(batch_op.f("ix_invitations_email_key_kind"), ["email_key", "kind"], unique=False)
        batch_op.drop_column("digest")


def downgrade() -> None:
    with op.batch_alter_table("coaches", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_coaches_email_key"), type_="unique")
        batch_op.drop_column("email_key")

    with op.batch_alter_table("tenant_coaches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tenant_coaches_user_id"))
        batch_op.drop_index(batch_op.f("ix_tenant_coaches_coach_id"))

    op.drop_table("tenant_coaches")
    with op.batch_alter_table("team_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_team_members_team_id"))

    op.drop_table("team_members")
    op.drop_table("teams")
    with op.batch_alter_table("label_invitations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_label_invitations_created_by"))
        batch_op.drop_index(batch_op.f("ix_label_invitations_created_at_id"))
        batch_op.drop_index(batch_op.f("ix_label_invitations_artist_id_status"))

    op.drop_table("label_invitations")
    with op.batch_alter_table("label_artists", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_label_artists_label_id"))

    op.drop_table("label_artists")
    # Only the gate's invitations fit the earlier tables, each with one living link.
    op.execute("DELETE FROM invitation_uses WHERE invitation_id IN (SELECT id FROM invitations WHERE kind <> 'gate')")
    op.execute("DELETE FROM invitation_links WHERE invitation_id IN (SELECT id FROM invitations WHERE kind <> 'gate')")
    op.execute("DELETE FROM invitations WHERE kind <> 'gate'")
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest", sa.String(length=64), nullable=True))
    op.execute(
        "UPDATE invitations SET digest = (SELECT min(digest) FROM invitation_links"
        " WHERE invitation_id = invitations.id AND replaced_at IS NULL)"
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.alter_column("digest", existing_type=sa.String(length=64), nullable=False)
        batch_op.drop_index(batch_op.f("ix_invitations_email_key_kind"))
        batch_op.create_unique_constraint(batch_op.f("uq_invitations_digest"), ["digest"])
        batch_op.drop_column("name")
        batch_op.drop_column("email_key")
        batch_op.drop_column("email")

    with op.batch_alter_table("invitation_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_links_invitation_id"))

    op.drop_table("invitation_links")
    with op.batch_alter_table("labels", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_labels_owner_id"))

    op.drop_table("labels")
    op.drop_table("tenants")
