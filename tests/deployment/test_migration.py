"""The next version's migration, while this one serves: nobody notices, and /readyz is right in each phase."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from app.database import waiting_without_end
from tests.deployment.site import Site
from tests.faults.crowd import Crowd
from tests.faults.ledger import Ledger, damage
from tests.faults.sandbox import Say
from tests.support.servers import free_port

ROWS = 200_000
FILLED = text(
    "INSERT INTO audit_events (id, at, event, details) SELECT gen_random_uuid(), now(), 'signed_in', '{}'"
    " FROM generate_series(1, :rows) i"
)
NEXT = """
import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "9000"
down_revision = "{latest}"


def upgrade():
    op.add_column("uAuthTable", sa.Column("nickname", sa.String(), nullable=True))
    online.create_index("ix_audit_events_event_at", "audit_events", ["event", "at"])
"""
VALID = text("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_audit_events_event_at'::regclass")
PATIENT = text("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
PLAIN = text("CREATE INDEX ix_plain ON sessions (user_id, created_at)")

pytestmark = pytest.mark.timeout(180)


def ready(site: Site) -> list[int | None]:
    return [each.status("/readyz") for each in site.instances]


def lay_next_version(site: Site) -> Path:
    """As `git pull` does: beside the processes that are running."""
    versions = site.checkout / "migrations/versions"
    latest = max(path.name for path in versions.glob("0*.py")).partition("_")[0]
    (versions / "9000_nicknames.py").write_text(NEXT.format(latest=latest))
    return versions


def test_an_index_that_is_built_in_the_transaction_keeps_people_out(busy: Site) -> None:
    """The control: on a large table it is built for so long."""
    ledger, [name], [token] = Ledger(busy.house), busy.house.names(1), busy.house.invites(1)
    ledger.register(name, token)
    with busy.house.server.engine.begin() as connection:
        connection.execute(PATIENT)
        connection.execute(PLAIN)
        assert ledger.sign_in(name).status == 503
        connection.rollback()
    assert ledger.sign_in(name).status == 200


def test_the_next_versions_migration_runs_under_load_and_nobody_notices(busy: Site, say: Say) -> None:
    with waiting_without_end(), busy.house.server.engine.begin() as connection:
        connection.execute(PATIENT)
        connection.execute(FILLED, {"rows": ROWS})
    crowd = Crowd(busy.house)
    with crowd.at_work() as ledger:
        assert ready(busy) == [200, 200]
        lay_next_version(busy)
        early = replace(busy.instances[0], port=free_port())
        early.start()
        try:
            assert early.status("/readyz") == 503
            begun = time.monotonic()
            upgraded = busy.command("db", "upgrade")
            took = time.monotonic() - begun
            assert upgraded.returncode == 0, upgraded.stderr
            assert early.status("/readyz") == 200
        finally:
            early.end()
        assert ready(busy) == [200, 200]
        time.sleep(1)
        for each in busy.instances:
            each.renew()
        assert ready(busy) == [200, 200]
        time.sleep(1)
    during = [each for each in ledger.entries if begun <= each.begun <= begun + took]
    say(f"{took:.1f} s, {len(during)} requests meanwhile, the slowest {max(each.took for each in during):.2f} s")
    busy.house.let_the_post_go_out()

    assert {each.status for each in ledger.entries} == {200}
    assert damage(ledger) == []
    with busy.house.server.engine.connect() as connection:
        assert connection.execute(VALID).scalar_one() is True
