"""Inviting people: what the API and the pages both do."""

from collections.abc import Sequence

from app import links
from app.letter_limits import count_letter, give_back_letter, letter_to
from app.limits import count_attempt, count_secret
from app.sentences import REASONS
from app.unit import open_unit, surroundings
from app.visits import me
from app.wire.fields import address
from app.wire.invitations import CoachAsked, NewCoach, Outcome
from app.wire.invites import Issued, NewInvite
from core import authority, coaches, invitations, names, teams
from core.errors import TooManyLetters
from core.models import InvitationLink


def count_invite(limit: str, token: str) -> None:
    """Count that somebody opens or uses the link of an invitation. TooManyAttempts."""
    count_secret(limit, InvitationLink, token)


def invite(wish: NewInvite) -> Issued:
    """A new invite link as wished, from whoever is signed in. TooManyAttempts."""
    count_attempt("invite_account", me().user_id)
    with open_unit() as unit:
        authority.act_as_admin(unit, me())
        end = invitations.ending(unit, at=wish.expires_at, seconds=wish.expires_in)
        about = {"roles": wish.roles, "max_uses": wish.max_uses, "note": wish.note, "language": wish.language}
        issued = invitations.issue(unit, expires_at=end, **about)
    return links.invite(issued)


def invite_coach(wish: NewCoach) -> CoachAsked:
    """Ask a coach to join a tenant. TooManyAttempts, TooManyLetters, and what core.coaches.invite says."""
    count_attempt("invite_account", me().user_id)
    with letter_to(wish.email), open_unit() as unit:
        about = {"name": wish.name, "email": wish.email, "part": wish.role, "tenant_id": wish.tenant_id}
        asked = coaches.invite(unit, me(), **about, language=wish.language)
    url = links.coach(asked.link.secret)
    return CoachAsked(
        coach_id=asked.coach_id,
        invite_url=url,
        expires_at=asked.link.expires_at,
        mailed=surroundings().policy.sends_mail,
    )


def invite_team(typed: Sequence[str], role: str, language: str | None) -> list[Outcome]:
    """Ask many addresses at once to join the team, in this language if any: what became of each, an address that is
    there twice asked once. A mailbox that has got enough letters does not sink the others. TooManyAttempts,
    AboveOwnRole."""
    count_attempt("team_invite_account", me().user_id)
    emails = [address(each) for each in typed]
    keys = [names.address_key(email or "") or each for email, each in zip(emails, typed, strict=True)]
    asked: dict[str, tuple[str | None, str]] = {}
    for key, email, each in zip(keys, emails, typed, strict=True):
        asked.setdefault(key, (email, each))
    full, unsent = _counted({key: email for key, (email, _) in asked.items() if email})
    outcomes: dict[str, Outcome] = {}
    try:
        with open_unit() as unit:
            inviting = teams.begin_inviting(unit, me(), [email for email, _ in asked.values() if email])
            for key, (email, each) in asked.items():
                if email is None:
                    verdict = teams.Verdict("invalid", reason="not_an_address")
                elif key in full:
                    verdict = teams.Verdict("invalid", reason="too_many_letters")
                else:
                    verdict = teams.invite(unit, inviting, email, role, language)
                outcomes[key] = outcome(each, verdict)
        unsent = {key: unsent[key] for key in unsent if outcomes[key].outcome not in {"invited", "reinvited"}}
    finally:
        for email in unsent.values():
            give_back_letter(email)
    return [outcomes[key] for key in keys]


def outcome(email: str, verdict: teams.Verdict) -> Outcome:
    """What became of one address, with its link where there is no mail."""
    link = verdict.link
    if link is None:
        return Outcome(email=email, outcome=verdict.outcome, reason=verdict.reason and REASONS[verdict.reason])
    url = None if surroundings().policy.sends_mail else links.team(link.secret)
    return Outcome(email=email, outcome=verdict.outcome, id=link.id, expires_at=link.expires_at, invite_url=url)


def _counted(emails: dict[str, str]) -> tuple[set[str], dict[str, str]]:
    """Count a letter to each of them. Returns the keys of those that have got enough, and the others."""
    full = set()
    for key, email in emails.items():
        try:
            count_letter(email)
        except TooManyLetters:
            full.add(key)
    return full, {key: email for key, email in emails.items() if key not in full}
