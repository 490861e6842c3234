"""What the pages say in their own words, where the API's are too short for people. Tables are in English; what is shown
of them is said in the language that is spoken."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from flask import request

from app.languages.spoken import gettext, translated

SENTENCES = {
    "invalid_credentials": "That name and password do not go together. Please check both and try again.",
    "login_taken": "Somebody here already has this login. Please choose another.",
    "email_taken": "There is already an account with this e-mail address. If it is yours, sign in instead.",
    "current_password_incorrect": "That is not your current password.",
    "password_stopped": "Too many wrong passwords in a row were tried for this name, so none is looked at any more. "
    "Choose “I forgot my password” to set a new one.",
    "mail_not_configured": "This site cannot send mail, so it cannot send you a link. Please ask who runs it.",
    "proof_code_invalid": "That is not the code of the newest letter. Please check it, or have another letter sent.",
    "not_found": "That one was already gone.",
    "already_member": "You have accepted this invitation before.",
    "not_pending": "That invitation is no longer open.",
    "has_label": "You already belong to a label.",
    "already_onboarded": "Your profile was completed a moment ago, in another window. Send this again to change it.",
}

ROLES = {
    "adult": "member",
    "coach": "coach",
    "guardian": "guardian",
    "minor": "young skater",
    "artist": "artist",
    "label": "label owner",
    "designer": "designer",
    "dev": "developer",
    "admin": "administrator",
    "super_admin": "chief administrator",
    "owner": "owner",
    "head_coach": "head coach",
    "assistant_coach": "assistant coach",
}
"""What people say for a role, or for a part in a tenant."""

WAYS = {"email": "email", "text": "text", "phone": "phone", "social": "social media"}
"""How somebody would rather be reached."""

ANSWERS = {"pending": "pending", "accepted": "accepted", "declined": "declined", "expired": "expired"}
"""What became of a label's invitation."""

PLACES = {"Off Ice": "Off Ice", "No Club": "No Club"}
"""What stands for no rink and no club; all other places have names of their own."""

CONTINENTS = {
    name: name
    for name in ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
}
"""Where time zones are."""

ERRORS = {
    403: "This is not open to you",
    404: "There is nothing here",
    405: "That does not work here",
    413: "That is too much at once",
    429: "Please wait a moment",
    500: "That was our fault",
    503: "Back in a moment",
}
"""The titles of pages that refuse, by their status."""

FAULTS = {"current_password_incorrect": {"current": ["Please type it again."]}}


class DeadLink(NamedTuple):
    """What happened, in a title and a sentence, and who can help."""

    title: str
    happened: str
    help: str

    def told(self, details: Mapping[str, str]) -> "DeadLink":
        """In the language that is spoken."""
        return DeadLink(*(gettext(said, **details) for said in self))


DEAD_LINKS = {
    "invite_required": DeadLink(
        "You need an invite to join",
        "This community is invite-only: you join with a personal link from somebody who is already in.",
        "Ask your coach, your club or whoever told you about it for an invite link.",
    ),
    "invite_expired": DeadLink(
        "This invite has run out",
        "Invite links work for a limited time, and this one's time is over.",
        "Ask the person who gave you this link for a new one.",
    ),
    "invite_used": DeadLink(
        "This invite has been used",
        "Each link lets in a certain number of people, and this one is used up. If you used it, you have an account.",
        "If it was not you, ask the person who gave you this link for a new one.",
    ),
    "invite_replaced": DeadLink(
        "There is a newer link",
        "This link was replaced by another one, which was sent to you later.",
        "Use the newest link that you have. If you cannot find it, ask for a new one.",
    ),
    "invite_other_address": DeadLink(
        "This invite is for somebody else",
        "It is for {invited}, not for {present}.",
        "Join with the address that the invite was sent to, or ask whoever sent it for one to your address.",
    ),
    "invite_revoked": DeadLink(
        "This invite was withdrawn",
        "The people who run this community have ended this link.",
        "If you think that is a mistake, ask the person who gave you this link for a new one.",
    ),
    "already_member": DeadLink(
        "You have accepted this already",
        "This invite did its work the first time: your account has what it brings.",
        "There is nothing left to do here.",
    ),
    "roles_conflict": DeadLink(
        "This invite does not fit your account",
        "It is for a minor, and your account is that of an adult, a coach or a guardian.",
        "Ask the person who gave you this link for another one.",
    ),
    "invite_invalid": DeadLink(
        "We do not know this invite",
        "The link may have lost a piece on its way: some mail and chat programs cut long links in two.",
        "Open it again, whole. If that does not help, ask the person who gave you this link for a new one.",
    ),
}

DEAD_RESET = DeadLink(
    "This link no longer works",
    "A link for a new password works once and for a limited time, and a newer one ends the older ones.",
    "Ask for a new link: it takes a minute.",
)

DEAD_PROOF = DeadLink(
    "This link no longer works",
    "A link that confirms an address works once and for a limited time, and a newer letter ends the older ones.",
    "If your address is not confirmed yet, your page tells you so, and sends you another letter.",
)

DONE = {
    "password": "Your new password is set. Your other devices have been signed out.",
    "reset": "Your new password is set. Sign in with it now.",
    "signed-out": "You are signed out.",
    "device": "That device is signed out.",
    "devices": "All your other devices are signed out.",
    "accepted": "You are in.",
    "onboarded": "Thank you. Your profile is complete, and you have a skater card.",
    "profile": "Your profile is saved.",
    "contact": "Saved: this is how people will reach you.",
    "shared": "Your card has a link now. Whoever has the link can see the card.",
    "unshared": "Your card is no longer shared: its link has stopped working.",
    "declined": "You have said no. The label can see that.",
    "address": "Thank you. Your e-mail address is confirmed.",
    "letter": "A letter with a new link and a new code is on its way. The one before no longer works.",
    "revoked": "That invite link no longer works.",
}
"""Told on the page that a form leads to."""


def done(*tables: dict[str, str]) -> str | None:
    """What was just done, told on the page that it led to: by these tables, or else the common one."""
    key = request.args.get("done", "")
    return next((translated(table[key]) for table in (*tables, DONE) if key in table), None)


def spoken(role: str) -> str:
    """What people say for a role, or for a part in a tenant."""
    return translated(ROLES.get(role, role.replace("_", " ")))


def way(preference: str) -> str:
    """What people say for a way of being reached."""
    return translated(WAYS.get(preference, preference))


def place(name: str | None) -> str:
    """A rink or club by its name."""
    return translated(PLACES[name]) if name in PLACES else name or ""


def suggested_login(email: str | None) -> str:
    """A login that the holder of this address might like. Whether it is free is not looked at: that is for whoever
    asks for it to learn."""
    local = (email or "").partition("@")[0].partition("+")[0]
    return local if re.fullmatch(r"[\w.-]{2,80}", local) else ""
