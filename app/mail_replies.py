"""What a mail server says when it does not take a letter, without the secrets that it quotes."""

import smtplib
from collections.abc import Iterable

from sqlalchemy.exc import SQLAlchemyError

from app.redaction import redact_reply

REFUSALS = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)
"""The server answered, and did not take the letter. After anything else it may have it."""


def words(error: Exception, secrets: Iterable[str] = ()) -> str:
    """The mail server's own words, as far as there are any, without tokens and the `secrets` of the letter; of the
    database's, none, as they quote values."""
    if isinstance(error, SQLAlchemyError):
        return type(error).__name__
    replies: list[tuple[int, bytes | str]] = []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        replies = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        replies = [(error.smtp_code, error.smtp_error)]
    said = [f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}" for code, text in replies]
    return redact_reply("; ".join(said) or f"{type(error).__name__}: {error}", secrets)[:500]
