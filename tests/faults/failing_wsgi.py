"""The product with a cheap hash and short patience for mail, in which named points can kill the process.

A file in the folder FAILS_AT, named as a point, kills the next process that comes there; those of the postman name the
recipient too. Answers to requests whose commit was sent and not confirmed carry the header In-Doubt: nobody can know
their outcome.

NAIVE names promises that are kept the way they are usually kept: the controls.
"""

import os
import re
import signal
import smtplib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import local
from typing import Any

from flask import Flask, Response, g, has_request_context
from flask_mail import Message
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import Session

import core.claims
import core.mail
from app import create_app, database, extensions, postman
from app.extensions import db
from app.settings import from_environment
from core.models import Letter
from core.policy import HashCost

LEASE_SECONDS = 5.0
STATEMENTS = {
    "claim": re.compile(r"UPDATE (invitations|password_resets) "),
    "write": re.compile(r'INSERT INTO ("uAuthTable"|invitations) |UPDATE "uAuthTable" '),
    "letter": re.compile(r"INSERT INTO letters "),
}
"""What a request does, by the beginning of its statements."""

folder = Path(os.environ["FAILS_AT"])


class Postbag(local):
    """Who the letter is for that this thread has in its hands."""

    recipient: str | None = None


postbag = Postbag()


def reach(point: str) -> None:
    try:
        (folder / point).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def reach_statement(when: str, statement: str) -> None:
    if has_request_context():
        for name, beginning in STATEMENTS.items():
            if beginning.match(statement):
                reach(f"{when} {name}")


@event.listens_for(Engine, "before_cursor_execute")
def before_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    reach_statement("before", statement)


@event.listens_for(Engine, "after_cursor_execute")
def after_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    reach_statement("after", statement)


@event.listens_for(Engine, "commit")
def before_commit(_: Any) -> None:
    if has_request_context():
        reach("before commit")
        g.in_doubt = True


@event.listens_for(Session, "after_commit")
def after_commit(_: Any) -> None:
    if has_request_context():
        reach("after commit")
        g.in_doubt = False


def then(point: str, act: Callable[..., Any]) -> Callable[..., Any]:
    """The same act, and then the point."""

    def acting(*given: Any, **named: Any) -> Any:
        result = act(*given, **named)
        reach(f"{point} to {postbag.recipient}")
        return result

    return acting


def note_recipient(take: Callable[..., Any]) -> Callable[..., Any]:
    def taking(unit: Any) -> Any:
        letter = take(unit)
        postbag.recipient = letter and letter.recipient
        return letter

    return taking


def send(self: smtplib.SMTP, data: Any) -> None:
    send_whole(self, data)
    if data[-5:] == b"\r\n.\r\n":
        reach(f"after DATA to {postbag.recipient}")


def hand_over(letter: Any, carried: list[str]) -> str:
    reach(f"after letter claim to {letter.recipient}")
    return str(hand_over_safely(letter, carried))


def say_doubt(response: Response) -> Response:
    if g.get("in_doubt"):
        response.headers["In-Doubt"] = "1"
    return response


# The controls.


def send_before_commit(unit: Any, letter: Any, *, to: str, language: str | None = None) -> None:
    """Mail leaves inside the request, before what it tells of is kept."""
    post(unit, letter, to=to, language=language)
    if not isinstance(letter, core.mail.TeamInvited):
        return
    row = unit.session.scalars(select(Letter).where(Letter.recipient == to)).one()
    message = Message("You are invited", recipients=[to], body="Please come.")
    message.msgId = f"<{row.id}@club.test>"
    extensions.mail.send(message)
    row.due_at, row.state = None, "sent"


def claim_at_once(unit: Any, *asked: Any) -> Any:
    """The use is spent in a transaction of its own."""
    with Session(db.engine) as session:
        row = claim(replace(unit, session=session), *asked)
        session.commit()
    return row


def claim_without_lease(unit: Any) -> Any:
    """Who takes a letter takes it out of the queue, and nobody asks what became of it."""
    letter = claim_due(unit)
    if letter is not None:
        unit.session.execute(update(Letter).where(Letter.id == letter.id).values(due_at=None))
    return letter


def naive_mail() -> None:
    core.mail.post = send_before_commit  # type: ignore[assignment]


def naive_invite() -> None:
    core.claims.claim = claim_at_once


def naive_post() -> None:
    core.mail.claim_due = note_recipient(claim_without_lease)


def naive_commit() -> None:
    """Commits are acknowledged before they are on the disk."""
    database.POSTGRESQL_OPTIONS += " -c synchronous_commit=off"


def naive_patience() -> None:
    """Libpq waits for as long as the other side is silent."""
    database.set_wait_callback = lambda _: None  # type: ignore[assignment]


post, claim, claim_due, settle = core.mail.post, core.claims.claim, core.mail.claim_due, core.mail.settle
send_whole, hand_over_safely = smtplib.SMTP.send, postman._hand_over
core.mail.claim_due = then("before letter claim commits", note_recipient(claim_due))
core.mail.settle = then("before sent commits", settle)
postman._hand_over = hand_over
postman._deliver_one = then("after sent commits", postman._deliver_one)
smtplib.SMTP.send = send  # type: ignore[method-assign,assignment]
smtplib.SMTP.data = then("after 250", smtplib.SMTP.data)  # type: ignore[method-assign]
extensions.SMTP_TIMEOUT = 4.0
postman.LOOK_AGAIN_SECONDS = 0.5


def new_app() -> Flask:
    for promise in os.environ.get("NAIVE", "").split():
        globals()[f"naive_{promise}"]()
    settings = from_environment()
    policy = replace(
        settings.policy,
        hash_cost=HashCost(time=1, memory_kib=8, lanes=1),
        letter_lease=timedelta(seconds=LEASE_SECONDS),
        letter_pauses=(timedelta(seconds=1),),
    )
    fresh = create_app(replace(settings, policy=policy))
    fresh.after_request(say_doubt)
    return fresh


app = new_app()
