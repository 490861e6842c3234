"""Databases of the backend that this product replaces, made up: as its tool sets them up, and as they grew."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, create_engine, text
from sqlalchemy.pool import NullPool
from werkzeug.security import generate_password_hash

HERE = Path(__file__).parent
VARIANTS = ("set up by the tool", "grown by migrations")

MIA, KIT = "Mía's old password 1", "kit's old password 2"
OLD_HASHES = {
    "scrypt:32768:8:1$YfB4ZqnMRzSbO0sa$MIA": generate_password_hash(MIA, "scrypt:32768:8:1"),
    "pbkdf2:sha256:600000$n0p3yH2Lk8JmTq1c$KIT": generate_password_hash(KIT, "pbkdf2:sha256:600000"),
}
CARD = "60000000-0000-4000-8000-000000000001"
CARD_OF_NOBODY = "60000000-0000-4000-8000-000000000099"
USES_LEFT = {
    "printed-unused-token": 1,
    "printed-club-evening-token": 2,
    "printed-endless-token": 3,  # and more
    "printed-future-token": 1,
}
DEAD = {
    "printed-expired-token": "invite_expired",
    "printed-used-up-token": "invite_used",
    "printed-negative-token": "invite_revoked",
}
RESETS = ("reset-expired-token", "reset-earlier-token", "reset-living-token", "reset-used-token")
SECRETS = (*USES_LEFT, *DEAD, *RESETS)

DAY = "(date_trunc('day', now() AT TIME ZONE 'America/Denver') - interval '{} days')"
IN_UTC = f"({DAY} AT TIME ZONE 'America/Denver' AT TIME ZONE 'UTC')"
CATCH_UP = """
    SELECT format('SELECT setval(%L, max(%I)) FROM %I', pg_get_serial_sequence(quote_ident(t.relname), c.attname),
                  c.attname, t.relname)
    FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid
    WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r'
      AND pg_get_serial_sequence(quote_ident(t.relname), c.attname) IS NOT NULL
"""


def fill(database: URL, variant: str) -> None:
    """Put the tables of a variant, and rows in each, into this empty database."""
    rows = re.sub(r"day\((\d+)\)", lambda found: IN_UTC.format(found[1]), (HERE / "rows.sql").read_text())
    for placeholder, password_hash in OLD_HASHES.items():
        rows = rows.replace(placeholder, password_hash)
    change(database, (HERE / "tables.sql").read_text(), rows)
    if variant == "grown by migrations":
        change(database, (HERE / "grown.sql").read_text())
    else:
        change(database, *(row[0] for row in ask(database, CATCH_UP)))


def change(database: URL, *statements: str) -> None:
    """Run SQL, several statements at once if need be, and commit it."""
    engine = create_engine(database, poolclass=NullPool)
    with engine.begin() as connection:
        for each in statements:
            connection.connection.cursor().execute(each)


def ask(database: URL, query: str) -> list[tuple[object, ...]]:
    engine = create_engine(database, poolclass=NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query.replace(":", "\\:")))]


@contextmanager
def reading(database: URL, table: str) -> Iterator[None]:
    """The replaced backend, still at work: in the middle of a transaction."""
    engine = create_engine(database, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f'SELECT * FROM "{table}"').all()
        yield
