"""The team: invited in bulk, let in by magic link."""

from flask import Blueprint, current_app

from app import access_tokens, desk, guards, inviting
from app.api.sessions import to_id
from app.unit import open_unit, surroundings
from app.visits import me, signed_in
from app.wire.endpoint import endpoint
from app.wire.invitations import NewTeamMembers, Outcome, Outcomes, TeamAccepted, TokenAlone
from app.wire.invites import Invites, PageQuery, asked, shown
from core import resending, teams, trail
from core.errors import AboveOwnRole, AlreadyMember, InviteDead, InviteOtherAddress, NameTaken, NotFound, SignInRequired

bp = Blueprint("teams", __name__)


@bp.post("")
@endpoint(
    body=NewTeamMembers,
    answer=Outcomes,
    status=201,
    access=guards.admin,
    limits=["team_invite_account"],
    refusals=[AboveOwnRole],
)
def invite(body: NewTeamMembers) -> Outcomes:
    """Ask many addresses at once, each with its own outcome: one bad address does not sink the others. Each invited
    address is mailed a link; where there is no mail, the links are in the answer."""
    return Outcomes(items=inviting.invite_team(body.emails, body.role, body.language))


@bp.get("")
@endpoint(query=PageQuery, answer=Invites, access=guards.admin)
def list_issued(query: PageQuery) -> Invites:
    """Who was asked to join the team, newest first, and how it ended."""
    with open_unit() as unit:
        found = trail.list_issued(unit, kind=teams.KIND, **asked(query))
    return shown(found, query.limit)


@bp.delete("/<key>")
@endpoint(status=204, access=guards.admin, refusals=[NotFound, AboveOwnRole])
def revoke(key: str) -> None:
    """End an invitation at once."""
    with open_unit() as unit:
        resending.revoke(unit, me(), to_id(key), teams.KIND)


@bp.post("/<key>/resend")
@endpoint(
    answer=Outcome,
    access=guards.admin,
    limits=["invite_account", "invited_mailbox"],
    refusals=[NotFound, AlreadyMember, AboveOwnRole],
)
def resend(key: str) -> Outcome:
    """Replace the link, also of an expired or revoked invitation, and mail it again."""
    resent = desk.send_again(to_id(key), teams.KIND)
    return inviting.outcome(resent.email or "", teams.Verdict("reinvited", resent.link))


@bp.post("/accept")
@endpoint(
    body=TokenAlone,
    answer=TeamAccepted,
    limits=["login_token_address"],
    refusals=[InviteDead, InviteOtherAddress, NameTaken, SignInRequired],
)
def accept(body: TokenAlone) -> TeamAccepted:
    """Take the place that a link holds out. `accessToken` signs in once within 15 minutes, at `auth/login/token`. A
    link that was not mailed signs in no account that exists: that account must be signed in here."""
    inviting.count_invite("login_token_address", body.token)
    with open_unit() as unit:
        accepted = teams.accept(unit, body.token, signed_in())
    life = surroundings().policy.login_token_life
    settings = current_app.extensions["settings"]
    token = access_tokens.seal(settings, accepted.login_secret, surroundings().now(), life)
    return TeamAccepted(access_token=token, account_created=accepted.account_created)
