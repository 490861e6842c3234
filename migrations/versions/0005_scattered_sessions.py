"""A skater's sessions lie scattered over their table, a page for each: what is counted of them is in the index."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NAME, TABLE, COLUMNS = "ix_ice_time_uSkaterUUID_date", "ice_time", ["uSkaterUUID", "date"]
COUNTED = ["ice_time", "coach_time", "skate_type", "rink_id", "coach_id"]


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(op.f(NAME), TABLE)
        op.create_index(op.f(NAME), TABLE, COLUMNS, postgresql_include=COUNTED)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(op.f(NAME), TABLE)
        op.create_index(op.f(NAME), TABLE, COLUMNS)
