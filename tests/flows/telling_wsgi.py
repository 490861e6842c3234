"""A control: answers take as long as what they should not tell. Mail is sent while the visitor waits, and a name that
nobody has costs no hash."""

from app import create_app, extensions
from app.postman import Postman
from core.passwords import Hasher

matches = Hasher.matches


def match_at_once(self: Hasher, password: str, password_hash: str | None) -> bool:
    return password_hash is not None and matches(self, password, password_hash)


def deliver_now(self: Postman) -> None:
    self.work_off()


Hasher.matches = match_at_once  # type: ignore[method-assign]
Postman.wake = deliver_now  # type: ignore[method-assign]
extensions.SMTP_TIMEOUT = 1.0

app = create_app()
