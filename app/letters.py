"""What each kind of letter says, and to whom: written when it is sent, with the secret that it carries."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from flask import current_app, render_template
from flask_mail import Message

from app import links
from app.languages.spoken import current, gettext, insist
from app.letter_limits import may_ask_for_proof
from app.quoting import unlinked
from app.wire.fields import on_envelopes
from core import addresses, invitations, labels, mail, offers, resets, users
from core.unit import TERMINAL, AnyRow, Unit


def _write_reset_link(unit: Unit, letter: AnyRow) -> Message | None:
    link = resets.answer_request(unit, letter.recipient, letter.created_at, letter_id=letter.id)
    if link is None:
        return None
    insist(link.language or letter.language)
    about = {"login": link.login, "url": links.reset(link.secret), "minutes": unit.policy.reset_life.seconds // 60}
    return _message(letter, link.email, gettext("Set a new password"), "reset_link", about)


def _write_address_to_prove(unit: Unit, letter: AnyRow) -> Message | None:
    if not may_ask_for_proof(letter.recipient):
        return None
    proof = addresses.issue_proof(unit, UUID(letter.data["account"]), letter.recipient)
    if proof is None:
        return None
    insist(proof.language or letter.language)
    about = {"login": proof.login, "email": proof.email, "code": proof.code, "url": links.prove(proof.secret)}
    about |= {"hours": unit.policy.proof_life // timedelta(hours=1)}
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
    """Write the letter. All texts in it but our own `url` and the addressee's `email` may be what people typed: none of
    them becomes a link."""
    kept = {"url", "email"}
    plain = {name: unlinked(text) for name, text in about.items() if isinstance(text, str) and name not in kept}
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


WRITERS: dict[str, Callable[[Unit, AnyRow], Message | None]] = {
    mail.ResetRequested.kind: _write_reset_link,
    mail.PasswordChanged.kind: _write_password_changed,
    mail.ResetHandedOver.kind: _write_reset_handed_over,
    mail.AddressToProve.kind: _write_address_to_prove,
    mail.SignedInByLink.kind: _write_signed_in_by_link,
    mail.CoachInvited.kind: _write_coach_invited,
    mail.TeamInvited.kind: _write_team_invited,
    mail.LabelInvited.kind: _write_label_invited,
}
