"""${message}"""

# While this runs, the version before it serves, and for a while afterwards: add what it does not miss, and take away only
# what it does not use. An index on a table that people write to is built by migrations/online.py.

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
