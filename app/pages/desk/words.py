"""What the desk says to those who run the place. Tables are in English; what is shown of them is said in the language
that is spoken."""

from flask import url_for
from markupsafe import Markup

from app.languages.spoken import gettext, ngettext, translated
from app.pages.filters import in_a_row, listed, login_mark, said, system_mark
from app.wire.desk import LetterEntry
from core.audit import Happened
from core.unit import TERMINAL

SENTENCES = {
    "invalid_input": "Something here needs another look.",
    "not_found": "That one was already gone, or was done before.",
    "already_member": "It has been accepted meanwhile: there is nothing left to send.",
    "above_own_role": "That is above your own role. Ask somebody who ranks higher.",
    "last_owner": "Somebody must own the place. Make another person owner first.",
    "last_admin": "This is the only administrator. Make another person administrator first.",
    "own_reset_link": "You cannot make a reset link for yourself. Change your password on your account page.",
    "roles_conflict": "A minor cannot also be an adult, a coach or a guardian. Take that role away first.",
    "account_closed": "The account with this address is closed. Open it again first.",
    "tenant_taken": "There is one of this name already.",
}

DONE = {
    "revoked": "That link no longer works.",
    "place": "It is made. Now you can invite coaches to it.",
    "granted": "The role is given. It counts from now on.",
    "taken": "The role is taken away.",
    "closed": "The account is closed: signed out everywhere, its links ended.",
    "opened": "The account is open again. The old password still works.",
    "signed-out": "Signed out everywhere.",
    "retried": "It is being tried again. Look at this page again in a few seconds.",
}

ROLES = {
    "adult": "adult",
    "coach": "coach",
    "guardian": "guardian",
    "minor": "minor",
    "artist": "artist",
    "label": "label",
    "designer": "designer",
    "dev": "developer",
    "admin": "admin",
    "super_admin": "super admin",
    "owner": "owner",
}
KINDS = {"gate": "link", "coach": "coach", "team": "team"}
STATUSES = {"active": "open", "used": "used up", "expired": "run out", "revoked": "revoked"}
PARTS = {"coach": "Coach", "head_coach": "Head coach", "assistant_coach": "Assistant coach"}

LETTERS = {
    "reset_requested": "Link for a new password",
    "password_changed": "Notice: password changed",
    "reset_handed_over": "Notice: reset link handed over",
    "address_to_prove": "Link and code to confirm an address",
    "signed_in_by_link": "Notice: signed in with an invitation",
    "coach_invited": "Invitation as a coach",
    "team_invited": "Invitation to the team",
    "label_invited": "A label's invitation",
}
LETTER_STATES = {
    "queued": "waiting",
    "sending": "being sent",
    "sent": "sent",
    "dropped": "not needed",
    "failed": "given up",
}
ACCOUNTS = {"active": "open", "deactivated": "closed"}

EVENTS = {
    "signed_in": "{whom} signed in.",
    "user_registered": "{whom} joined.",
    "invitation_accepted": "{whom} accepted an invitation.",
    "roles_granted": "{whom} got the role {roles}, from {who}.",
    "roles_granted by_link": "{whom} got the role {roles} by an invitation from {by}.",
    "address_proven": "{whom} confirmed their e-mail address.",
    "address_taken_over": "The owner of the mailbox took over the account of {whom} with an invitation.",
    "role_revoked": "{who} took the role {role} from {whom}.",
    "user_deactivated": "{who} closed the account of {whom}.",
    "user_activated": "{who} opened the account of {whom} again.",
    "signed_out": "{whom} signed out.",
    "session_ended": "{whom} signed one of their other browsers out.",
    "other_sessions_ended": "{whom} signed all their other browsers out.",
    "signed_out_by_admin": "{who} signed {whom} out everywhere.",
    "reset_link_made": "A link for a new password was made for {whom}.",
    "reset_link_handed_over": "{who} made a reset link to hand over to {whom}.",
    "password_changed": "{whom} changed the password.",
    "password_changed by_reset": "{whom} set a new password with a reset link.",
    "address_proven hand": "{who} confirmed the e-mail address of {whom}.",
    "invitation_issued": "{who} made an invitation.",
    "invitation_issued gate": "{who} made an invite link.",
    "invitation_issued coach": "{who} invited a coach.",
    "invitation_issued team": "{who} invited somebody to the team.",
    "invitation_renewed": "{who} made a fresh link for an invitation.",
    "invitation_renewed gate": "{who} made an invite link anew.",
    "invitation_renewed coach": "{who} invited a coach again.",
    "invitation_renewed team": "{who} invited somebody to the team again.",
    "invitation_revoked": "{who} revoked an invitation.",
    "invitation_revoked gate": "{who} revoked an invite link.",
    "invitation_revoked coach": "{who} revoked the invitation of a coach.",
    "invitation_revoked team": "{who} revoked an invitation to the team.",
    "letter_given_up": "A letter was given up: the mail page says why.",
    "letter_retried": "{who} had a letter tried again.",
    "reference_loaded": "{who} loaded a list of rinks, clubs, coaches or ice types.",
    "onboarded": "{whom} filled in a profile.",
    "profile_changed": "{whom} changed the profile.",
    "card_shared": "{whom} shared the skater card.",
    "card_unshared": "{whom} stopped sharing the skater card.",
    "tenant_created": "{who} added a club, school or rink.",
    "label_created": "{who} made a label for {whom}.",
    "label_invited": "{who} asked {whom} to join a label.",
    "label_withdrawn": "A label's invitation of {whom} ended.",
    "label_accepted": "{whom} joined a label.",
    "label_declined": "{whom} said no to a label.",
}
"""What an event of the trail means, for some by the kind of invitation or the way in its details."""

EVENT_NAMES = {name: name.replace("_", " ").capitalize() for name in sorted({key.partition(" ")[0] for key in EVENTS})}
"""The events that can be asked for."""


def told(happened: Happened) -> Markup:
    """One event in a sentence; one that has none is shown as it is, with what is known of it."""
    whom = person_link(happened.login) if happened.login else None
    kind = _variant(happened)
    sentence = EVENTS.get(f"{happened.event} {kind}") or EVENTS.get(happened.event)
    if sentence is None:
        by = _who(happened) if happened.actor else None
        return in_a_row(filter(None, [happened.event, by, whom]))
    granted = listed(role_name(role) for role in happened.details.get("roles", []))
    taken = role_name(str(happened.details.get("role", "")))
    by = happened.details.get("by")
    return said(
        sentence,
        who=_who(happened),
        whom=whom or system_mark(gettext("An account")),
        roles=granted,
        role=taken,
        by=person_link(by) if by else system_mark(gettext("the terminal")),
    )


def _variant(happened: Happened) -> str:
    """Which sentence of EVENTS it is, of those that an event has."""
    if happened.event == "roles_granted" and happened.details.get("invitation"):
        return "by_link"
    return "by_reset" if happened.details.get("by_reset") else str(happened.details.get("kind", ""))


def person_link(login: str) -> Markup:
    """A login that leads to its person."""
    return login_mark(login, url_for("desk.people.show", q=login))


def issuer(login: str | None) -> Markup:
    """Who made an invitation: an account, or somebody at the terminal."""
    return person_link(login) if login else system_mark(gettext("the terminal"))


def role_name(role: str) -> str:
    return translated(ROLES.get(role, role))


def kind_name(kind: str) -> str:
    return translated(KINDS.get(kind, kind))


def letter_name(kind: str) -> str:
    return translated(LETTERS.get(kind, kind))


def letter_state(letter: LetterEntry) -> str:
    """What became of a letter, in a word or two."""
    if letter.state == "queued" and letter.attempts:
        return gettext("will be tried again")
    return translated(LETTER_STATES.get(letter.state, letter.state))


def people_left(number: int) -> str:
    """How many a link lets in; 0 is any number."""
    return ngettext("one person", "{number} people", number) if number else gettext("as many people as come")


def _who(happened: Happened) -> Markup:
    is_giver = happened.event == "roles_granted"
    if happened.actor == TERMINAL:
        return system_mark(gettext("somebody at the terminal") if is_giver else gettext("Somebody at the terminal"))
    if happened.actor is None:
        return system_mark(gettext("the invitation") if is_giver else gettext("Somebody"))
    return person_link(happened.actor)
