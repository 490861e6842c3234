"""The desk: people and letters are listed in the order of time."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_letters_created_at_id"), "letters", ["created_at", "id"])
    op.create_index(op.f("ix_uAuthTable_created_at_uSkaterUUID"), "uAuthTable", ["created_at", "uSkaterUUID"])


def downgrade() -> None:
    op.drop_index(op.f("ix_uAuthTable_created_at_uSkaterUUID"), "uAuthTable")
    op.drop_index(op.f("ix_letters_created_at_id"), "letters")
