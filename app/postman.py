"""Delivers what is owed: a thread in each worker process, or `flask --app wsgi mail work` on its own."""

import logging
import smtplib
import time
from collections.abc import Iterator
from dataclasses import replace

from blinker import Signal
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from app import letters
from app.extensions import mail as smtp
from app.languages.spoken import insist
from app.mail_replies import REFUSALS, words
from app.own_thread import OwnThread
from app.unit import open_unit
from core import mail
from core.unit import AnyRow, Unit

log = logging.getLogger(__name__)
handled = Signal()
"""One attempt to deliver a letter was made, and its `state` is this now."""
LOOK_AGAIN_SECONDS = 5.0
"""How long at most another process's letter, or one whose postman died, stays unnoticed."""

REST = 7
"""How many times as long as it computed for a letter the thread rests then: whoever waits for a page comes first."""
QUIET_SECONDS = 1.0
"""How long nobody has asked this process for anything when it need not rest."""


class Postman(OwnThread):
    """Sleeps until a letter is owed, sends it, and remembers how that went."""

    name = "postman"
    _asked_at = 0.0

    def start(self) -> None:
        """As any thread of its own; comes with every request, which is how it knows that somebody waits."""
        self._asked_at = time.monotonic()
        super().start()

    def wake(self) -> None:
        """Something has just been committed that is due."""
        self._awake.set()

    def work_off(self) -> int:
        """Deliver everything that is due now, in this thread. Returns how many letters were sent."""
        with self._app.app_context():
            return sum(outcome == "sent" for outcome in self._outcomes())

    def _work_off_beside_others(self) -> None:
        with self._app.app_context():
            begun = time.thread_time()
            for _ in self._outcomes():
                if time.monotonic() - self._asked_at < QUIET_SECONDS:
                    time.sleep(REST * (time.thread_time() - begun))
                begun = time.thread_time()

    def _outcomes(self) -> Iterator[str]:
        """Deliver one letter after the other until none is due; what became of each."""
        while not self._is_stopping and (outcome := _deliver_one()) is not None:
            yield outcome

    def _has_work_to_do(self) -> bool:
        return self._app.extensions["settings"].sends_mail and super()._has_work_to_do()

    def _work(self) -> None:
        while not self._is_stopping:
            self._awake.clear()
            try:
                self._work_off_beside_others()
                pause = self._pause()
            except SQLAlchemyError as error:
                log.warning("the outbox cannot be read: %s", type(error).__name__)
                pause = LOOK_AGAIN_SECONDS
            if not self._is_stopping:
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
    carried: list[str] = []
    was_refused = False
    try:
        state, reply = _hand_over(letter, carried), None
    except Exception as error:  # noqa: BLE001 - whatever goes wrong with one letter must not stop the others
        reply, was_refused = words(error, carried), isinstance(error, REFUSALS)
        state = "failed" if _is_final(error) else "queued"
        # The reply itself is for admins: servers like to quote addresses. The letter goes by the beginning of its id.
        about = (letter.id.hex[:8], letter.kind, letter.attempts, type(error).__name__)
        log.warning("letter %s (%s), attempt %s: %s", *about)
    with open_unit() as unit:
        if was_refused:
            mail.end_links(unit, letter.id, carried)
        if state == "queued":
            state = mail.postpone(unit, letter, reply or "")
        else:
            mail.settle(unit, letter.id, state, reply)
    handled.send(current_app._get_current_object(), state=state)  # type: ignore[attr-defined]
    return state


def _hand_over(letter: AnyRow, carried: list[str]) -> str:
    """Write the letter and give it to the mail server. What the letter carries is committed before it leaves, and
    added to `carried`."""
    insist(letter.language)
    with open_unit() as unit:
        message = letters.WRITERS[letter.kind](_noting_secrets(unit, carried), letter)
    if message is None:
        return "dropped"
    smtp.send(message)
    return "sent"


def _noting_secrets(unit: Unit, made: list[str]) -> Unit:
    def new_secret() -> str:
        made.append(unit.new_secret())
        return made[-1]

    return replace(unit, new_secret=new_secret)


def _is_final(error: Exception) -> bool:
    """Whether the server said that it will never take this letter. All else (it is away, it does not let us in, it
    wants us to come back, we have a bug) may be better the next time."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError | smtplib.SMTPSenderRefused):
        return error.smtp_code >= 500
    return False
