"""Delivers what is owed: a thread in each worker process, or `flask --app wsgi mail work` on its own."""

import logging
import os
import smtplib
from collections.abc import Callable
from datetime import datetime
from email.utils import parseaddr
from threading import Event, Lock, Thread
from typing import Any
from uuid import UUID

from flask import Flask, current_app, render_template
from flask_mail import Message
from sqlalchemy.exc import SQLAlchemyError

from app import links
from app.extensions import mail as smtp
from app.unit import open_unit
from core import invitations, labels, mail, offers, resets
from core.unit import AnyRow, Unit

log = logging.getLogger(__name__)
LOOK_AGAIN_SECONDS = 5.0
"""How long at most another process's letter, or one whose postman died, stays unnoticed."""


class Postman:
    """Sleeps until a letter is owed, sends it, and remembers how that went."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._awake = Event()
        self._starting = Lock()
        self._process: int | None = None

    def wake(self) -> None:
        """Something has just been committed that is due."""
        self._awake.set()

    def start(self) -> None:
        """Make sure that this process has its thread; costs nothing when it has. A forked process starts its own."""
        if self._process == os.getpid() or not self._has_work_to_do():
            return
        with self._starting:
            if self._process != os.getpid():
                self._process = os.getpid()
                self._awake = Event()
                Thread(target=self._work, name="postman", daemon=True).start()

    def work_off(self) -> int:
        """Deliver everything that is due now, in this thread. Returns how many letters were sent."""
        sent = 0
        with self._app.app_context():
            while (outcome := _deliver_one()) is not None:
                sent += outcome == "sent"
        return sent

    def _has_work_to_do(self) -> bool:
        return self._app.extensions["settings"].sends_mail and not self._app.testing

    def _work(self) -> None:
        while True:
            self._awake.clear()
            try:
                self.work_off()
                pause = self._pause()
            except SQLAlchemyError as error:
                log.warning("the outbox cannot be read: %s", type(error).__name__)
                pause = LOOK_AGAIN_SECONDS
            self._awake.wait(pause)

    def _pause(self) -> float:
        with self._app.app_context(), open_unit() as unit:
            due_in = mail.next_due(unit)
        return LOOK_AGAIN_SECONDS if due_in is None else min(max(due_in.total_seconds(), 0.0), LOOK_AGAIN_SECONDS)


def _deliver_one() -> str | None:
    """Send the letter that has been due longest. Returns what became of it, or None when none is due."""
    with open_unit() as unit:
        letter = mail.claim_due(unit)
    if letter is None:
        return None
    try:
        state, reply = _hand_over(letter), None
    except Exception as error:  # noqa: BLE001 - whatever goes wrong with one letter must not stop the others
        reply = _words(error)
        state = "failed" if _is_final(error) else "queued"
        log.warning("letter %s (%s), attempt %s: %s", letter.id, letter.kind, letter.attempts, reply)
    with open_unit() as unit:
        if state == "queued":
            mail.postpone(unit, letter, reply or "")
        else:
            mail.settle(unit, letter.id, state, reply)
    return state


def _hand_over(letter: AnyRow) -> str:
    """Write the letter and give it to the mail server. What the letter carries is committed before it leaves."""
    with open_unit() as unit:
        message = _WRITERS[letter.kind](unit, letter)
    if message is None:
        return "dropped"
    smtp.send(message)
    return "sent"


def _is_final(error: Exception) -> bool:
    """Whether the server said that it will never take this letter. All else (it is away, it does not let us in, it
    wants us to come back, we have a bug) may be better the next time."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError | smtplib.SMTPSenderRefused):
        return error.smtp_code >= 500
    return False


def _words(error: Exception) -> str:
    """The mail server's own words, as far as there are any; of the database's, none, as they quote values."""
    if isinstance(error, SQLAlchemyError):
        return type(error).__name__
    replies: list[tuple[int, bytes | str]] = []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        replies = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        replies = [(error.smtp_code, error.smtp_error)]
    said = [f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}" for code, text in replies]
    return "; ".join(said)[:500] or f"{type(error).__name__}: {error}"[:500]


def _write_reset_link(unit: Unit, letter: AnyRow) -> Message | None:
    link = resets.answer_request(unit, letter.recipient)
    if link is None:
        return None
    about = {"login": link.login, "url": links.reset(link.secret), "minutes": unit.policy.reset_life.seconds // 60}
    return _message(letter, link.email, "Set a new password", "reset_link", about)


def _write_password_changed(unit: Unit, letter: AnyRow) -> Message:
    url = f"{current_app.extensions['settings'].base_url}/forgot"
    return _message(
        letter, letter.recipient, "Your password was changed", "password_changed", letter.data | {"url": url}
    )


def _write_reset_handed_over(unit: Unit, letter: AnyRow) -> Message:
    url = f"{current_app.extensions['settings'].base_url}/forgot"
    return _message(
        letter, letter.recipient, "A reset link was made for you", "reset_handed_over", letter.data | {"url": url}
    )


def _write_coach_invited(unit: Unit, letter: AnyRow) -> Message | None:
    found = _living(unit, letter)
    if found is None:
        return None
    offer = offers.of(unit.look, found)
    if offer.tenant is None:
        return None
    url = links.coach(invitations.add_link(unit, found.id))
    about = {"offer": offer, "part": (offer.part or "").replace("_", " "), "until": found.expires_at, "url": url}
    return _message(letter, letter.recipient, f"Join {offer.tenant} as a coach", "coach_invited", about)


def _write_team_invited(unit: Unit, letter: AnyRow) -> Message | None:
    found = _living(unit, letter)
    if found is None:
        return None
    url = links.team(invitations.add_link(unit, found.id))
    offer = offers.of(unit.look, found)
    about = {"offer": offer, "role": found.roles[0].replace("_", " "), "until": found.expires_at, "url": url}
    return _message(letter, letter.recipient, "You are invited to the team", "team_invited", about)


def _write_label_invited(unit: Unit, letter: AnyRow) -> Message | None:
    if not labels.is_open(unit, UUID(letter.data["invitation"])):
        return None
    about = letter.data | {"url": links.invitations_page(), "until": datetime.fromisoformat(letter.data["until"])}
    return _message(letter, letter.recipient, f"{letter.data['label']} would like you to join", "label_invited", about)


def _living(unit: Unit, letter: AnyRow) -> AnyRow | None:
    """The invitation that a letter is about, unless it was used or revoked before the letter went out."""
    found = invitations.get(unit.look, UUID(letter.data["invitation"]))
    return found if invitations.status_of(found, unit.now) == "active" else None


def _message(letter: AnyRow, to: str, subject: str, template: str, about: dict[str, Any]) -> Message:
    settings = current_app.extensions["settings"]
    domain = parseaddr(settings.mail_sender)[1].rpartition("@")[2] or "localhost"
    message = Message(
        subject,
        recipients=[to],
        body=render_template(f"mail/{template}.txt", **about),
        html=render_template(f"mail/{template}.html", subject=subject, **about),
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    message.msgId = f"<{letter.id}@{domain}>"
    return message


_WRITERS: dict[str, Callable[[Unit, AnyRow], Message | None]] = {
    mail.ResetRequested.kind: _write_reset_link,
    mail.PasswordChanged.kind: _write_password_changed,
    mail.ResetHandedOver.kind: _write_reset_handed_over,
    mail.CoachInvited.kind: _write_coach_invited,
    mail.TeamInvited.kind: _write_team_invited,
    mail.LabelInvited.kind: _write_label_invited,
}
