"""What the pages say in their own words, where the API's are too short for people."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from markupsafe import Markup, escape

SENTENCES = {
    "invalid_credentials": "That name and password do not go together. Please check both and try again.",
    "login_taken": "Somebody here already has this login. Please choose another.",
    "email_taken": "There is already an account with this e-mail address. If it is yours, sign in instead.",
    "current_password_incorrect": "That is not your current password.",
    "mail_not_configured": "This site cannot send mail, so it cannot send you a link. Please ask who runs it.",
    "not_found": "That one was already gone.",
    "already_member": "You have accepted this invitation before.",
    "not_pending": "That invitation is no longer open.",
    "has_label": "You already belong to a label.",
    "already_onboarded": "Your profile was completed a moment ago, in another window. Send this again to change it.",
}

ROLES = {
    "adult": "member",
    "minor": "young skater",
    "label": "label owner",
    "dev": "developer",
    "admin": "administrator",
    "super_admin": "chief administrator",
}
"""Where a role's own name is not what people would say."""

FAULTS = {"current_password_incorrect": {"current": ["Please type it again."]}}


class DeadLink(NamedTuple):
    """What happened, in a title and a sentence, and who can help."""

    title: str
    happened: str
    help: str


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
    "revoked": "That invite link no longer works.",
}
"""Told on the page that a form leads to."""

BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "Chromebook",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}


def moment(at: datetime) -> Markup:
    """A time for people, in UTC; a script shows it in theirs."""
    text = f"{at.astimezone(UTC):%-d %b %Y, %H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), text)


def day(at: datetime) -> str:
    """The calendar day of a moment, where its own offset holds."""
    return f"{at:%-d %B %Y}"


def spoken(role: str) -> str:
    """What people say for a role, or for a part in a tenant."""
    return ROLES.get(role, role.replace("_", " "))


def hours(minutes: int) -> str:
    """How long that is: 1 h 15 min."""
    whole, rest = divmod(minutes, 60)
    return " ".join(filter(None, [f"{whole} h" if whole else "", f"{rest} min" if rest or not whole else ""]))


def suggested_login(email: str | None) -> str:
    """A login that the holder of this address might like. Whether it is free is not looked at: that is for whoever
    asks for it to learn."""
    local = (email or "").partition("@")[0].partition("+")[0]
    return local if re.fullmatch(r"[\w.-]{2,80}", local) else ""


def device(user_agent: str | None) -> str:
    """What a person would call the device that says this of itself."""
    said = user_agent or ""
    browser = next((name for mark, name in BROWSERS.items() if mark in said), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in said), "")
    return " on ".join(filter(None, [browser, system])) or said.partition("/")[0][:40] or "Unknown device"


def marked(text: str) -> Markup:
    """Text in which `this` is code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def listed(things: Iterable[str]) -> str:
    """One, two and three."""
    *first, last = [*things] or [""]
    return f"{', '.join(first)} and {last}" if first else last
