"""Record which links were mailed and who made them, which addresses are proven, who took or closed what."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("uAuthTable", sa.Column("email_proven_at", sa.DateTime(), nullable=True))
    op.add_column("uAuthTable", sa.Column("closed_rank", sa.Integer(), nullable=True))
    op.add_column("invitations", sa.Column("revoked_rank", sa.Integer(), nullable=True))
    _links()
    with op.batch_alter_table("invitation_uses") as batch:
        batch.add_column(sa.Column("link_digest", sa.String(64), nullable=True))
    _resets()
    _roles_taken()
    _email_proofs()
    _proven_by_mailed_resets()


ADOPTED = """
    invitations.kind = 'gate' AND CAST(invitations.roles AS TEXT) = '[]'
    AND EXISTS (SELECT 1 FROM "uAuthTable" WHERE "uAuthTable".id = invitations.created_by AND "uAuthTable".is_active)
    AND NOT EXISTS (
        SELECT 1 FROM user_roles JOIN role ON role.id = user_roles.role_id
        WHERE user_roles.user_id = invitations.created_by AND role.name IN ('admin', 'super_admin', 'owner')
    )
"""
"""Links that a member made in the replaced backend, where there were no admins: the upgrade vouches for them, as the
terminal does for its own. They bring an account and nothing more."""


def _links() -> None:
    with op.batch_alter_table("invitation_links") as batch:
        batch.add_column(sa.Column("mailed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("letter_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("created_by", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_invitation_links_created_by"), "uAuthTable", ["created_by"], ["id"], ondelete="CASCADE"
        )
        batch.create_index(op.f("ix_invitation_links_created_by"), ["created_by"])
    op.execute(
        "UPDATE invitation_links SET created_by ="
        " (SELECT created_by FROM invitations WHERE invitations.id = invitation_links.invitation_id"
        f" AND NOT ({ADOPTED}))"
    )


def _resets() -> None:
    """Links from before may have been mailed or shown: none of them proves anything."""
    with op.batch_alter_table("password_resets") as batch:
        batch.add_column(sa.Column("mailed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("letter_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("created_by", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_password_resets_created_by"), "uAuthTable", ["created_by"], ["id"], ondelete="CASCADE"
        )
        batch.drop_constraint(op.f("uq_password_resets_user_id"), type_="unique")
        batch.create_index(op.f("ix_password_resets_created_by"), ["created_by"])
        batch.create_index(op.f("ix_password_resets_user_id"), ["user_id"])
    op.create_index(
        "ix_password_resets_mailed",
        "password_resets",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("mailed"),
        sqlite_where=sa.text("mailed"),
    )


def _roles_taken() -> None:
    op.create_table(
        "roles_taken",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["uAuthTable.id"], name=op.f("fk_roles_taken_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_roles_taken_role_id")),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_roles_taken")),
    )
    op.create_index(op.f("ix_roles_taken_role_id"), "roles_taken", ["role_id"])


def _email_proofs() -> None:
    op.create_table(
        "email_proofs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("code_digest", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email_key", sa.String(1024), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["uAuthTable.id"], name=op.f("fk_email_proofs_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_proofs")),
        sa.UniqueConstraint("digest", name=op.f("uq_email_proofs_digest")),
        sa.UniqueConstraint("user_id", name=op.f("uq_email_proofs_user_id")),
    )
    op.create_index(op.f("ix_email_proofs_expires_at"), "email_proofs", ["expires_at"])


def _proven_by_mailed_resets() -> None:
    """Who set a password by a reset link reads the mail of that address, unless a link was ever handed over to them.
    All other addresses count as not proven."""
    users = sa.table("uAuthTable", sa.column("id"), sa.column("email_proven_at"))
    columns = (sa.column("at"), sa.column("event"), sa.column("user_id"), sa.column("details", sa.JSON))
    events = sa.table("audit_events", *columns)
    theirs = events.c.user_id == users.c.id
    reset = (theirs, events.c.event == "password_changed", events.c.details["by_reset"].as_boolean().is_(True))
    last = sa.select(sa.func.max(events.c.at)).where(*reset).correlate(users).scalar_subquery()
    handed_over = sa.exists().where(theirs, events.c.event == "reset_link_handed_over").correlate(users)
    mailed = sa.exists().where(*reset).correlate(users)
    op.execute(sa.update(users).where(mailed, ~handed_over).values(email_proven_at=last))


def downgrade() -> None:
    op.drop_table("email_proofs")
    op.drop_table("roles_taken")
    op.drop_index("ix_password_resets_mailed", "password_resets")
    op.execute("DELETE FROM password_resets")
    with op.batch_alter_table("password_resets") as batch:
        batch.drop_constraint(op.f("fk_password_resets_created_by"), type_="foreignkey")
        batch.drop_index(op.f("ix_password_resets_user_id"))
        batch.drop_index(op.f("ix_password_resets_created_by"))
        batch.create_unique_constraint(op.f("uq_password_resets_user_id"), ["user_id"])
        for column in ("mailed", "letter_id", "created_by"):
            batch.drop_column(column)
    with op.batch_alter_table("invitation_uses") as batch:
        batch.drop_column("link_digest")
    with op.batch_alter_table("invitation_links") as batch:
        batch.drop_constraint(op.f("fk_invitation_links_created_by"), type_="foreignkey")
        batch.drop_index(op.f("ix_invitation_links_created_by"))
        for column in ("mailed", "letter_id", "created_by"):
            batch.drop_column(column)
    op.drop_column("invitations", "revoked_rank")
    op.drop_column("uAuthTable", "closed_rank")
    op.drop_column("uAuthTable", "email_proven_at")
