"""Housekeeping: sessions that have idled out are found by when they were last used."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_sessions_last_seen_at"), "sessions", ["last_seen_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_sessions_last_seen_at"), "sessions")
