"""What a living invitation holds out, and who holds it out: for whoever has the link, before they say yes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from core import claims, coaches, invitations, names
from core.models import Profile, User
from core.portraits import full_name
from core.sessions import SignedIn
from core.unit import AnyRow, Look


@dataclass(frozen=True)
class Offer:
    """`invitation` has the attributes of an Invitation. `invited_by` is what the maker of its link goes by. Coaches are
    also told the `tenant` and their `part` in it."""

    invitation: AnyRow
    invited_by: str | None
    tenant: str | None = None
    part: str | None = None


_CALLED = (
    select(User.login.label("login"), Profile.first_name.label("first"), Profile.last_name.label("last"))
    .outerjoin(Profile, Profile.skater_id == User.skater_id)
    .where(User.id == bindparam("user"))
    .execution_options(prepared="called")
)


def find(look: Look, secret: str, now: datetime, *, kinds: Collection[str] | None = None) -> Offer:
    """What the living invitation behind `secret` holds out; changes nothing, however often. Refuses as
    claims.peek does."""
    return of(look, claims.peek(look, secret, now, kinds=kinds))


def of(look: Look, invitation: AnyRow) -> Offer:
    """What this invitation holds out."""
    place = coaches.tenant_of(look, invitation.id) if invitation.kind == coaches.KIND else None
    invited_by = _maker(look, invitations.maker_of(look, invitation.id))
    return Offer(invitation, invited_by, place.name, place.part) if place else Offer(invitation, invited_by)


def adds(look: Look, invitation: AnyRow, me: SignedIn) -> list[str]:
    """The roles that this invitation would add to my account; none when I came in through it before."""
    if claims.was_used_by(look, invitation.id, me.user_id):
        return []
    return [role for role in invitation.roles if role not in me.roles]


def _maker(look: Look, user_id: int | None) -> str | None:
    """The name in the profile, else the login, but never an address; None for whoever sat at the terminal."""
    if user_id is None:
        return None
    found = look(_CALLED, {"user": user_id})
    known = [full_name(found[0].first, found[0].last), found[0].login] if found else []
    return next((name for name in known if name and not names.looks_like_address(name)), None)
