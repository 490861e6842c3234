"""Inviting people: what the API and the pages both do."""

from collections.abc import Sequence

from flask import current_app

from app import links
from app.limits import count_attempt
from app.unit import open_unit
from app.visits import me
from app.wire.fields import address
from app.wire.invitations import CoachAsked, NewCoach, Outcome
from app.wire.invites import Issued, NewInvite
from core import coaches, invitations, names, teams
from core.unit import Unit


def invite(wish: NewInvite) -> Issued:
    """A new invite link as wished, from whoever is signed in. TooManyAttempts."""
    count_attempt("invite_account", me().user_id)
    with open_unit() as unit:
        end = invitations.ending(unit, at=wish.expires_at, seconds=wish.expires_in)
        issued = invitations.issue(unit, roles=wish.roles, max_uses=wish.max_uses, expires_at=end, note=wish.note)
    return links.invite(issued)


def invite_coach(wish: NewCoach) -> CoachAsked:
    """Ask a coach to join a tenant. TooManyAttempts, and what core.coaches.invite says."""
    count_attempt("invite_account", me().user_id)
    with open_unit() as unit:
        asked = coaches.invite(unit, name=wish.name, email=wish.email, part=wish.role, tenant_id=wish.tenant_id)
    url = links.coach(asked.link.secret)
    return CoachAsked(coach_id=asked.coach_id, invite_url=url, expires_at=asked.link.expires_at, mailed=_sends_mail())


def invite_team(typed: Sequence[str], role: str) -> list[Outcome]:
    """Ask many addresses at once to join the team: what became of each, an address that is there twice asked once.
    TooManyAttempts, AboveOwnRole."""
    count_attempt("team_invite_account", me().user_id)
    emails = [address(each) for each in typed]
    keys = [names.canonical(email or "") or each for email, each in zip(emails, typed, strict=True)]
    outcomes: dict[str, Outcome] = {}
    with open_unit() as unit:
        for key, email, each in zip(keys, emails, typed, strict=True):
            if key not in outcomes:
                outcomes[key] = _ask(unit, email, each, role)
    return [outcomes[key] for key in keys]


def outcome(email: str, verdict: teams.Verdict) -> Outcome:
    """What became of one address, with its link where there is no mail."""
    link = verdict.link
    if link is None:
        return Outcome(email=email, outcome=verdict.outcome, reason=verdict.reason)
    url = None if _sends_mail() else links.team(link.secret)
    return Outcome(email=email, outcome=verdict.outcome, id=link.id, expires_at=link.expires_at, invite_url=url)


def _ask(unit: Unit, email: str | None, typed: str, role: str) -> Outcome:
    if email is None:
        return Outcome(email=typed, outcome="invalid", reason="This is not an e-mail address.")
    return outcome(typed, teams.invite(unit, me(), email, role))


def _sends_mail() -> bool:
    return bool(current_app.extensions["settings"].sends_mail)
