"""What the API and the pages both do for those who run the place: links that are shown this once."""

from uuid import UUID

from app import links
from app.letter_limits import letter_to
from app.limits import count_attempt
from app.unit import look, open_unit, surroundings
from app.visits import me
from app.wire.desk import Resent, ResetHandedOver
from core import invitations, people, resending


def resend(key: UUID) -> Resent:
    """Send an invitation again, and return the fresh link for its issuer. Raises what send_again does."""
    resent = send_again(key)
    url = links.INVITES.get(resent.kind, links.join)(resent.link.secret)
    return Resent(
        roles=list(resent.roles),
        note=resent.note,
        left=resent.left,
        id=resent.link.id,
        kind=resent.kind,
        email=resent.email,
        invite_url=url,
        expires_at=resent.link.expires_at,
        language=resent.link.language,
        mailed=resent.kind != invitations.GATE and surroundings().policy.sends_mail,
        qr_svg=links.qr_svg(url),
    )


def send_again(key: UUID, kind: str | None = None) -> resending.Resent:
    """Replace the link of an invitation, of this kind if given, and mail it again if it is personal. TooManyAttempts,
    TooManyLetters, and what core.resending says."""
    count_attempt("invite_account", me().user_id)
    with letter_to(_addressee(key)), open_unit() as unit:
        return resending.resend(unit, me(), key, kind)


def _addressee(key: UUID) -> str | None:
    """Whom this invitation is mailed to when I send it again: nobody, if it is not personal or not mine to send.
    NotFound."""
    found = invitations.get(look, key)
    is_personal = found.kind != invitations.GATE
    return str(found.email) if is_personal and resending.may_resend(me(), found) else None


def hand_over_reset(key: UUID) -> ResetHandedOver:
    """A reset link for somebody who cannot get mail."""
    count_attempt("invite_account", me().user_id)
    with open_unit() as unit:
        made = people.make_reset_link(unit, me(), key)
    return reset_link(made)


def reset_link(made: people.HandedOver) -> ResetHandedOver:
    url = links.reset(made.secret)
    about = {"login": made.login, "expires_at": made.expires_at, "language": made.language}
    return ResetHandedOver(reset_url=url, qr_svg=links.qr_svg(url), **about)
