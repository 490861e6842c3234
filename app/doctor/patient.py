"""What is examined: an installation as this terminal sees it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.settings import Settings
from app.unit import utc_now


@dataclass(frozen=True)
class Patient:
    """`url` is asked in place of BASE_URL, a test letter goes to `mail_to`; `room` is how many bytes must be free."""

    settings: Settings
    environment: Mapping[str, str]
    instance: Path
    url: str | None = None
    mail_to: str | None = None
    now: Callable[[], datetime] = utc_now
    room: int = 500 * 1024**2

    @property
    def address(self) -> str:
        return (self.url or self.settings.base_url).rstrip("/")

    @property
    def workers(self) -> str:
        """How many processes gunicorn.conf.py starts, as it was written."""
        return self.environment.get("WEB_CONCURRENCY") or "2"

    @property
    def is_sqlite(self) -> bool:
        return self.settings.database.get_backend_name() == "sqlite"
