"""Removes what is dead: a thread in each process, or `flask --app wsgi housekeeping` on its own."""

import logging
import time
import uuid
from collections import Counter
from collections.abc import Callable

from blinker import Signal
from sqlalchemy.exc import SQLAlchemyError

from app.own_thread import OwnThread
from app.unit import open_unit
from core import housekeeping

log = logging.getLogger(__name__)
removed = Signal()
"""So many `rows` of a `table` are gone."""
FIRST_AFTER_SECONDS = 300.0
EVERY_SECONDS = 3600.0
SPREAD = 0.2
"""By how much of it a pause is longer at most, so that processes that were started together do not stay together."""

Tell = Callable[[str, int], None]


class Housekeeper(OwnThread):
    """Sleeps for an hour, and then sweeps. That several do so at once does no harm: none waits for another's rows."""

    name = "housekeeper"

    def tidy(self, tell: Tell = lambda table, removed: None) -> Counter[str]:
        """Remove everything that is dead now, in this thread, a transaction for each batch, and `tell` of each. Returns
        how many rows of each table went."""
        gone = Counter(dict.fromkeys(housekeeping.SWEPT, 0))
        with self._app.app_context():
            for table in housekeeping.SWEPT:
                while rows := _sweep_one(table):
                    gone[table] += rows
                    removed.send(self._app, table=table, rows=rows)
                    tell(table, rows)
        return gone

    def _work(self) -> None:
        self._rest(FIRST_AFTER_SECONDS)
        while True:
            try:
                if any((gone := self.tidy()).values()):
                    log.info("removed what was dead: %s", in_words(gone))
            except SQLAlchemyError as error:
                log.warning("nothing could be tidied up: %s", type(error).__name__)
            self._rest(EVERY_SECONDS)

    def _rest(self, seconds: float) -> None:
        self._awake.wait(seconds * (1 + SPREAD * (uuid.uuid4().int % 1000) / 1000))


def in_words(found: Counter[str]) -> str:
    """How many rows of which kind, for people."""
    return ", ".join(f"{number:,} {table.replace('_', ' ')}" for table, number in found.items() if number)


def _sweep_one(table: str) -> int:
    """One batch, and then a rest as long as it took: others want the database too."""
    begun = time.monotonic()
    with open_unit() as unit:
        rows = housekeeping.sweep(unit, table)
    time.sleep(time.monotonic() - begun)
    return rows
