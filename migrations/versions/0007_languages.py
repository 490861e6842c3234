"""Languages: of an account, of an invitation, of a letter that is owed. None is that of the house."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("uAuthTable", "invitations", "letters")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("language", sa.String(length=20), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "language")
