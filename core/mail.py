"""Mail that is owed: promised in a transaction, delivered after it, kept until somebody has it.

A letter holds no secret: what a letter must carry is made when it is sent (see resets.answer_request).
"""

import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import delete, insert, select, update

from core import audit
from core.models import EmailProof, InvitationLink, Letter, PasswordReset
from core.tokens import claim, digest
from core.unit import AnyRow, Unit


@dataclass(frozen=True)
class ResetRequested:
    """Somebody asked for a reset link for this address, which may be nobody's."""

    kind: ClassVar[str] = "reset_requested"


@dataclass(frozen=True)
class PasswordChanged:
    """A notice to the account's owner."""

    kind: ClassVar[str] = "password_changed"
    login: str
    at: str
    by_reset: bool


@dataclass(frozen=True)
class ResetHandedOver:
    """A notice to the account's owner: somebody who runs the place has made a reset link to hand over."""

    kind: ClassVar[str] = "reset_handed_over"
    login: str
    by: str
    at: str


@dataclass(frozen=True)
class AddressToProve:
    """Asks the owner of an account, named by its skater's id, to prove its address with a link or a code."""

    kind: ClassVar[str] = "address_to_prove"
    account: str


@dataclass(frozen=True)
class SignedInByLink:
    """A notice to the account's owner: a mailed link let somebody in, and made the password void if the address had
    not been proven."""

    kind: ClassVar[str] = "signed_in_by_link"
    login: str
    at: str
    password_void: bool


@dataclass(frozen=True)
class CoachInvited:
    """A personal link to join a tenant as a coach."""

    kind: ClassVar[str] = "coach_invited"
    invitation: str


@dataclass(frozen=True)
class TeamInvited:
    """A personal link to join the team."""

    kind: ClassVar[str] = "team_invited"
    invitation: str


@dataclass(frozen=True)
class LabelInvited:
    """A label asks an artist, who answers when signed in."""

    kind: ClassVar[str] = "label_invited"
    invitation: str
    login: str
    label: str
    message: str | None
    until: str


_OWED = insert(Letter).execution_options(prepared="letter_owed")

Notice = PasswordChanged | ResetHandedOver | SignedInByLink
Kind = Notice | ResetRequested | AddressToProve | CoachInvited | TeamInvited | LabelInvited


def post(unit: Unit, letter: Kind, *, to: str, language: str | None = None) -> None:
    """Owe one letter to the address `to`, in a language if it has one; it becomes due when the unit commits. Marks the
    session, so that whoever commits it can wake the postman. In a house without mail nothing is owed."""
    if not unit.policy.sends_mail:
        return
    row = {
        "id": uuid.uuid4(),
        "kind": letter.kind,
        "recipient": to,
        "data": asdict(letter),
        "language": language,
        "created_at": unit.now,
        "due_at": unit.now,
        "attempts": 0,
        "state": "queued",
    }
    unit.execute(_OWED, row)
    unit.session.info["letters_owed"] = True


def claim_due(unit: Unit) -> AnyRow | None:
    """Lease the letter that has been due longest, or None. Until the lease ends nobody else is given it;
    a postman that dies meanwhile leaves it due again."""
    longest_due = (
        select(Letter.id)
        .where(Letter.due_at <= unit.now)
        .order_by(Letter.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    lease: dict[str, Any] = {
        "due_at": unit.now + unit.policy.letter_lease,
        "attempts": Letter.attempts + 1,
        "state": "sending",
    }
    return claim(unit, Letter, Letter.id == longest_due, spend=lease)


def settle(unit: Unit, letter_id: uuid.UUID, state: str, reply: str | None = None) -> None:
    """Nothing more will be done about this letter: it was `sent`, `dropped` or `failed`, which stands in the trail."""
    _write(unit, letter_id, state=state, due_at=None, reply=reply)
    if state == "failed":
        audit.record(unit, "letter_given_up", user_id=None, letter=str(letter_id))


def postpone(unit: Unit, letter: AnyRow, reply: str) -> str:
    """Try again after a pause that grows with the attempts; give up a day after the letter was owed. Returns what state
    that is."""
    if unit.now - letter.created_at > unit.policy.letter_life:
        settle(unit, letter.id, "failed", reply)
        return "failed"
    pause = unit.policy.letter_pauses[min(letter.attempts, len(unit.policy.letter_pauses)) - 1]
    _write(unit, letter.id, state="queued", due_at=unit.now + pause, reply=reply)
    return "queued"


def end_links(unit: Unit, letter_id: uuid.UUID, secrets: Iterable[str]) -> None:
    """End the links with these secrets, which an attempt to deliver the letter carried and the mail server refused:
    nobody has them but the mail server. Links of other letters, and those that were shown, stay."""
    digests = [digest(secret) for secret in secrets]
    carried = (InvitationLink.digest.in_(digests), InvitationLink.letter_id == letter_id)
    living = update(InvitationLink).where(*carried, InvitationLink.replaced_at.is_(None))
    unit.session.execute(living.values(replaced_at=unit.now))
    for model in (PasswordReset, EmailProof):
        unit.session.execute(delete(model).where(model.digest.in_(digests)))


def next_due(unit: Unit) -> timedelta | None:
    """How long until the next letter is due, or None when none is owed."""
    owed = select(Letter.due_at).where(Letter.due_at.is_not(None)).order_by(Letter.due_at)
    first = unit.look(owed.limit(1))
    return first[0].due_at - unit.now if first else None


def _write(unit: Unit, letter_id: uuid.UUID, *, state: str, due_at: datetime | None, reply: str | None) -> None:
    values = {"state": state, "due_at": due_at, "last_reply": reply}
    unit.session.execute(update(Letter).where(Letter.id == letter_id).values(**values))
