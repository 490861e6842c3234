"""What stands in the database at the moment of asking, and what is running here."""

import platform
import time
from collections.abc import Iterator
from datetime import timedelta
from threading import Lock

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError

from app import schema
from app.unit import look, surroundings
from core import outbox, sessions

KEPT_SECONDS = 15.0
"""So long an answer of the database is good for all who ask: it is not asked more often than that by each process."""
LATELY, JUST_NOW = timedelta(days=2), timedelta(minutes=15)


class Stock:
    """Reads a few figures along indexes, whatever the size of the tables."""

    def __init__(self) -> None:
        self._started = time.time()
        self._turn = Lock()
        self._good_until = 0.0
        self._figures: dict[str, tuple[str, float]] = {}

    def collect(self) -> Iterator[Metric]:
        about = GaugeMetricFamily("vestibule_info", "What runs: newest migration", labels=("schema", "python"))
        about.add_metric((schema.NEWEST, platform.python_version()), 1)
        yield about
        yield GaugeMetricFamily("vestibule_loaded_timestamp_seconds", "When this code was loaded", self._started)
        for name, (says, value) in self._read().items():
            yield GaugeMetricFamily(f"vestibule_{name}", says, value)

    def _read(self) -> dict[str, tuple[str, float]]:
        with self._turn:
            if time.monotonic() >= self._good_until:
                try:
                    self._figures = _figures()
                except SQLAlchemyError:  # it stands in the log of whoever wanted something of it
                    self._figures = {}
                self._figures["database_up"] = ("Whether the database answers", float(bool(self._figures)))
                self._good_until = time.monotonic() + KEPT_SECONDS
            return self._figures


def _figures() -> dict[str, tuple[str, float]]:
    now = surroundings().now()
    letters = outbox.counted(look, since=now - LATELY)
    waited = now - letters.oldest if letters.oldest else timedelta()
    return {
        "letters_owed": ("Letters that are not delivered yet", letters.owed),
        "letters_oldest_seconds": ("How long the oldest of them has waited", waited.total_seconds()),
        "letters_failed": (f"Letters of the last {LATELY.days} days that were given up", letters.failed),
        "sessions_active": (
            f"Sessions used in the last {JUST_NOW.seconds // 60} minutes",
            sessions.count_used(look, now - JUST_NOW),
        ),
    }
