"""Compare addresses by their mail domains, and logins by what can be seen of them; name the terminal in the trail.

Acts of the terminal were recorded as those of "cli", which an account can be called as well. They become "@terminal",
which no login can be, unless there was an account of that login at that moment: what cannot be told apart stays.
"""

from alembic import op

from migrations import keys
from migrations.rekeying import rekey

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    rekey(keys.login_key, keys.address_key)
    op.execute(
        "UPDATE audit_events SET actor = '@terminal' WHERE actor = 'cli' AND NOT EXISTS"
        ' (SELECT 1 FROM "uAuthTable" u WHERE u."aLogin" = \'cli\' AND u.created_at <= audit_events.at)'
    )


def downgrade() -> None:
    rekey(keys.folded, lambda address: keys.folded(keys.address_key(address)))
    op.execute("UPDATE audit_events SET actor = 'cli' WHERE actor = '@terminal'")
