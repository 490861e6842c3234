"""Delivers what is owed: a thread in each worker process, or `flask --app wsgi mail work` on its own."""

import logging
import smtplib
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from blinker import Signal
from flask import current_app, render_template
from flask_mail import Message
from sqlalchemy.exc import SQLAlchemyError

from app import links
from app.extensions import mail as smtp
from app.languages.spoken import current, gettext, insist
from app.mail_replies import REFUSALS, words
from app.own_thread import OwnThread
from app.quoting import unlinked
from app.unit import open_unit
from app.wire.fields import on_envelopes
from core import addresses, invitations, labels, mail, offers, resets, users
from core.unit import TERMINAL, AnyRow, Unit

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
        message = _WRITERS[letter.kind](_noting_secrets(unit, carried), letter)
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


def _write_reset_link(unit: Unit, letter: AnyRow) -> Message | None:
    link = resets.answer_request(unit, letter.recipient, letter.created_at, letter_id=letter.id)
    if link is None:
        return None
    insist(link.language or letter.language)
    about = {"login": link.login, "url": links.reset(link.secret), "minutes": unit.policy.reset_life.seconds // 60}
    return _message(letter, link.email, gettext("Set a new password"), "reset_link", about)


def _write_address_to_prove(unit: Unit, letter: AnyRow) -> Message | None:
    proof = addresses.issue_proof(unit, UUID(letter.data["account"]), letter.recipient)
    if proof is None:
        return None
    insist(proof.language or letter.language)
    about = {"proof": proof, "url": links.prove(proof.secret), "hours": unit.policy.proof_life // timedelta(hours=1)}
    return _message(letter, proof.email, gettext("Confirm your e-mail address"), "address_to_prove", about)


def _write_password_changed(unit: Unit, letter: AnyRow) -> Message:
    return _notice(letter, gettext("Your password was changed"), "password_changed")


def _write_reset_handed_over(unit: Unit, letter: AnyRow) -> Message:
    by = None if letter.data["by"] == TERMINAL else letter.data["by"]
    return _notice(letter, gettext("A reset link was made for you"), "reset_handed_over", by=by)


def _write_signed_in_by_link(unit: Unit, letter: AnyRow) -> Message:
    return _notice(letter, gettext("An invitation signed in to your account"), "signed_in_by_link")


def _notice(letter: AnyRow, subject: str, template: str, **changed: Any) -> Message:
    url = f"{current_app.extensions['settings'].base_url}/forgot"
    return _message(letter, letter.recipient, subject, template, letter.data | {"url": url} | changed)


def _write_coach_invited(unit: Unit, letter: AnyRow) -> Message | None:
    found = _living(unit, letter)
    if found is None:
        return None
    offer = offers.of(unit.look, found)
    if offer.tenant is None:
        return None
    to, url = _addressee(unit, found), links.coach(invitations.add_mailed_link(unit, found.id, letter.id))
    about = {"by": offer.invited_by, "place": offer.tenant, "part": offer.part, "name": found.name}
    about |= {"until": found.expires_at, "url": url}
    return _message(letter, to, gettext("Join {place} as a coach", place=offer.tenant), "coach_invited", about)


def _write_team_invited(unit: Unit, letter: AnyRow) -> Message | None:
    found = _living(unit, letter)
    if found is None:
        return None
    to, url = _addressee(unit, found), links.team(invitations.add_mailed_link(unit, found.id, letter.id))
    about = {"by": offers.of(unit.look, found).invited_by, "role": found.roles[0]}
    about |= {"until": found.expires_at, "url": url}
    return _message(letter, to, gettext("You are invited to the team"), "team_invited", about)


def _write_label_invited(unit: Unit, letter: AnyRow) -> Message | None:
    if not labels.is_open(unit, UUID(letter.data["invitation"])):
        return None
    about = letter.data | {"url": links.invitations_page(), "until": datetime.fromisoformat(letter.data["until"])}
    subject = gettext("{label} would like you to join", label=letter.data["label"])
    return _message(letter, letter.recipient, subject, "label_invited", about)


def _living(unit: Unit, letter: AnyRow) -> AnyRow | None:
    """The invitation that a letter is about, unless it was used or revoked before the letter went out."""
    found = invitations.get(unit.look, UUID(letter.data["invitation"]))
    return found if invitations.status_of(found, unit.now) == "active" else None


def _addressee(unit: Unit, invited: AnyRow) -> str:
    """Whom a personal link is sent to: the account that it lets in, in its language and at the address that it has
    itself, if there is one. What was typed reads the same to us and can still be somebody else's mailbox."""
    account = users.find_by_email(unit.look, invited.email)
    if account and account.language:
        insist(account.language)
    return str(account.email if account else invited.email)


def _message(letter: AnyRow, to: str, subject: str, template: str, about: dict[str, Any]) -> Message:
    """Write the letter. All texts in it but our own `url` may be what people typed: none of them becomes a link."""
    plain = {name: unlinked(text) for name, text in about.items() if isinstance(text, str) and name != "url"}
    about, subject = about | plain, unlinked(subject)
    settings = current_app.extensions["settings"]
    domain = parseaddr(settings.mail_sender)[1].rpartition("@")[2] or "localhost"
    message = Message(
        subject,
        recipients=[on_envelopes(to)],
        body=render_template(f"mail/{template}.txt", **about),
        html=render_template(f"mail/{template}.html", subject=subject, **about),
        extra_headers={"Auto-Submitted": "auto-generated", "Content-Language": current().code},
    )
    message.msgId = f"<{letter.id}@{domain}>"
    return message


_WRITERS: dict[str, Callable[[Unit, AnyRow], Message | None]] = {
    mail.ResetRequested.kind: _write_reset_link,
    mail.PasswordChanged.kind: _write_password_changed,
    mail.ResetHandedOver.kind: _write_reset_handed_over,
    mail.AddressToProve.kind: _write_address_to_prove,
    mail.SignedInByLink.kind: _write_signed_in_by_link,
    mail.CoachInvited.kind: _write_coach_invited,
    mail.TeamInvited.kind: _write_team_invited,
    mail.LabelInvited.kind: _write_label_invited,
}
