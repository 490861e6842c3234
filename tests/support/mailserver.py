"""A real SMTP server on loopback that catches mail, and can be slow, refuse, or go away and come back."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller

from tests.support.servers import free_port


@dataclass
class Post:
    """One delivery: who it was for on the envelope, and what it said."""

    recipients: list[str]
    message: EmailMessage

    def text(self, kind: str = "plain") -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content())


@dataclass
class MailServer:
    """`reply` is what DATA is answered with; `delay` seconds pass before it. It knows nobody called in `refused`, and
    `says` so.
    `options` are aiosmtpd's own, of TLS and logins."""

    port: int = field(default_factory=free_port)
    reply: str = "250 OK"
    delay: float = 0.0
    refused: set[str] = field(default_factory=set)
    says: str = "550 There is nobody of this name here"
    received: list[Post] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    _controller: Controller | None = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return self.says
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        await asyncio.sleep(self.delay)
        if self.reply.startswith("250"):
            message = cast(EmailMessage, message_from_bytes(envelope.content, policy=default))
            self.received.append(Post(list(envelope.rcpt_tos), message))
        return self.reply

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **self.options)
        self._controller.start()

    def stop(self) -> None:
        """Go away; start() comes back on the same port."""
        if self._controller:
            self._controller.stop()
            self._controller = None

    def settings(self) -> dict[str, str]:
        """The environment that makes the product use this server."""
        return {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(self.port)}


@contextmanager
def mail_server(**options: Any) -> Iterator[MailServer]:
    server = MailServer(options=options)
    server.start()
    try:
        yield server
    finally:
        server.stop()
