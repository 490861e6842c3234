"""The extensions, not yet bound to an application."""

import smtplib
import ssl
from functools import lru_cache

from flask_mail import Connection, Mail
from flask_security import Security
from flask_sqlalchemy import SQLAlchemy

from core.models import Base

SMTP_TIMEOUT = 10.0
"""Seconds that the mail server may be silent, for each step of a delivery."""


@lru_cache(maxsize=1)
def _trusting(_: ssl.DefaultVerifyPaths) -> ssl.SSLContext:
    """For each place where the authorities that are trusted may stand: reading them takes longer than all else about a
    letter."""
    return ssl.create_default_context()


class CarefulConnection(Connection):
    """Flask-Mail's connection, with a time limit and with the server's certificate checked."""

    def configure_host(self) -> smtplib.SMTP:
        mail = self.mail
        context = _trusting(ssl.get_default_verify_paths()) if mail.use_ssl or mail.use_tls else None
        if mail.use_ssl:
            host: smtplib.SMTP = smtplib.SMTP_SSL(mail.server, mail.port, timeout=SMTP_TIMEOUT, context=context)
        else:
            host = smtplib.SMTP(mail.server, mail.port, timeout=SMTP_TIMEOUT)
        try:
            if mail.use_tls:
                host.starttls(context=context)
            if mail.username and mail.password:
                host.login(mail.username, mail.password)
        except BaseException:
            host.close()
            raise
        return host

    def __exit__(self, *_: object) -> None:
        """Say goodbye. A server that has taken the letter and hangs up first has still taken it."""
        if self.host is not None:
            try:
                self.host.quit()
            except (smtplib.SMTPException, OSError):
                self.host.close()


class CarefulMail(Mail):
    def connect(self) -> Connection:
        return CarefulConnection(super().connect().mail)


db = SQLAlchemy(metadata=Base.metadata)
mail = CarefulMail()
security = Security()
