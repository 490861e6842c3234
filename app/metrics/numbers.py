"""The numbers that grow while things happen.

Under gunicorn each process counts in files of its own, and whoever is asked adds all of them up. A process that takes
another's place goes on in its files, so no sum ever falls, and no file is left over.
"""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

log = logging.getLogger(__name__)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
UNMATCHED = "unmatched"
"""The route of all that no route takes."""
SECONDS = (0.005, 0.025, 0.1, 0.25, 1, 2.5, 10)
IN_MEMORY = "/dev/shm"  # noqa: S108 - our folder there has a name that nobody can guess, and is closed to others
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus_client looks for the folder; made here, whatever it was before."""
FILES = ("counter", "histogram", "gauge_livesum")
FILE_SIZE = 1 << 20
"""More than all routes need, and taken at once: a full disk must not be noticed by who writes to a mapped file, as that
is killed."""


class Numbers:
    """Counts in this process's memory, or together with others once somebody calls share()."""

    def __init__(self) -> None:
        self._is_off = False
        self._folder: Path | None = None
        self._place: int | None = None
        disable_created_metrics()
        self._make()

    def _make(self) -> None:
        def counter(name: str, says: str, *labels: str) -> Counter:
            return Counter(f"vestibule_{name}", says, labels, registry=self._registry)

        self._registry = CollectorRegistry()
        self._requests = counter("requests", "Requests answered", "route", "method", "status")
        self._seconds = Histogram(
            "vestibule_request_seconds",
            "Time until the answer",
            ("route", "method"),
            registry=self._registry,
            buckets=SECONDS,
        )
        self._refusals = counter("refusals", "Requests refused, by the code in the answer", "code")
        self._letters = counter("letters_handled", "Attempts to deliver a letter, by what came of it", "state")
        self._removed = counter("rows_removed", "Dead rows that housekeeping removed", "table")
        self._hashes = Gauge(
            "vestibule_hashes",
            "Passwords being hashed (running), and with those that wait for a slot (pending)",
            ("state",),
            registry=self._registry,
            multiprocess_mode="livesum",
        )

    def request(self, route: str | None, method: str, status: str, seconds: float) -> None:
        """One request answered. How long a preflight or a HEAD took is no news."""
        route, method = route or UNMATCHED, method if method in METHODS else "other"
        self._count(lambda: self._requests.labels(route, method, status).inc())
        if method not in {"HEAD", "OPTIONS"}:
            self._count(lambda: self._seconds.labels(route, method).observe(seconds))

    def refusal(self, _: Any, code: str) -> None:
        self._count(lambda: self._refusals.labels(code).inc())

    def letter(self, _: Any, state: str) -> None:
        self._count(lambda: self._letters.labels(state).inc())

    def removed(self, _: Any, table: str, rows: int) -> None:
        self._count(lambda: self._removed.labels(table).inc(rows))

    @contextmanager
    def hashing(self, state: str) -> Iterator[None]:
        """While a password waits for its hash, or has a slot."""
        self._count(lambda: self._hashes.labels(state).inc())
        try:
            yield
        finally:
            self._count(lambda: self._hashes.labels(state).dec())

    def _count(self, act: Callable[[], None]) -> None:
        """Whatever goes wrong with a number must not harm what is counted."""
        if self._is_off:
            return
        try:
            act()
        except Exception as error:
            self._is_off = True
            log.error("this process counts no more: %s", error, exc_info=not isinstance(error, OSError))

    def collected(self) -> CollectorRegistry:
        """What to show: all processes' numbers. ValueError when their folder is gone."""
        if self._folder is None:
            return self._registry
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self._folder))
        return registry

    def share(self, taken: Collection[int]) -> int:
        """For gunicorn's main process: whoever is forked next counts in a place of its own, none of those `taken`.
        Returns which. Who finds no room for its files does not count."""
        place = min(set(range(len(taken) + 1)) - set(taken))
        try:
            self._reserve(self._folder or self._move_to_files(), place)
        except OSError as error:
            log.warning("the next process will not count for /metrics: %s", error.strerror)
            self._is_off = True
        else:
            self._is_off = False
        self._place = place
        return place

    def _move_to_files(self) -> Path:
        """Nothing is counted in them by the process that does so: its copies in forked ones would be out of date."""
        where = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
        self._folder = Path(tempfile.mkdtemp(prefix="vestibule-metrics-", dir=where))
        os.environ[FOLDER] = str(self._folder)
        values.ValueClass = values.MultiProcessValue(lambda: self._place)
        self._make()
        return self._folder

    def _reserve(self, folder: Path, place: int) -> None:
        for path in [folder / f"{kind}_{place}.db" for kind in FILES]:
            if not path.exists():
                _make_room(path)

    def leave(self, place: int) -> None:
        """For gunicorn's main process: who had this place has ended."""
        if self._folder:
            mark_process_dead(place, str(self._folder))

    def close(self) -> None:
        """For gunicorn's main process, when it ends."""
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)


def _make_room(path: Path) -> None:
    with path.open("xb") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, FILE_SIZE)
        except OSError:
            path.unlink()
            raise
