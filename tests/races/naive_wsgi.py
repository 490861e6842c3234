"""A control: the product with its promises kept the way they are usually kept, by looking first and writing then.

The pause between the look and the write makes it certain that a race is lost; it hides nothing.
"""

import time
import uuid
from typing import Any

from flask import has_request_context, request
from sqlalchemy import ColumnElement, Select, select, update

import core.addresses
import core.authority
import core.claims
import core.coaches
import core.ice_sessions
import core.invitations
import core.logins
import core.mail
import core.profiles
import core.resets
import core.tokens
import core.users
from core.authority import Account
from core.claims import Claimed
from core.errors import InviteDead
from core.models import Base, Invitation, Letter, Profile, Role, User, UserRole
from core.sessions import SignedIn
from core.unit import AnyRow, Unit

PAUSE = 0.2


def claim_naively(
    unit: Unit, model: type[Base], *still_good: ColumnElement[bool], spend: dict[str, Any]
) -> AnyRow | None:
    found = unit.look(select(*model.__table__.columns).where(*still_good))
    if not found:
        return None
    time.sleep(PAUSE if model is not Letter else PAUSE / 4)
    unit.session.execute(update(model).where(model.__table__.c.id == found[0].id).values(**spend))
    return found[0]


def claim_invitation_naively(unit: Unit, link: AnyRow, holder_id: int | None = None) -> Claimed:
    still_good = (Invitation.id == link.id, core.invitations.is_status("active", unit.now))
    row = claim_naively(unit, Invitation, *still_good, spend={"uses": Invitation.uses + 1})
    if row is None:
        raise InviteDead("invite_used")
    accounts = hold_nobody(unit, link.made_by, holder_id)
    return Claimed(link, accounts.get(link.made_by), accounts.get(holder_id))


def hold_nobody(unit: Unit, *user_ids: int | None) -> dict[int | None, Account]:
    """Read the accounts, and lock none of them."""
    ids = [each for each in user_ids if each is not None]
    found = unit.look(select(*core.authority._LOCKED.selected_columns).where(User.id.in_(ids))) if ids else ()
    roles = select(UserRole.user_id, Role.name.label("name")).join(Role).where(UserRole.user_id.in_(ids))
    held = unit.look(roles) if ids else ()
    return {
        row.id: core.authority._account(row, [each.name for each in held if each.user_id == row.id]) for row in found
    }


def act_as_found(unit: Unit, me: SignedIn, *others: int | None) -> tuple[SignedIn, dict[int | None, Account]]:
    """Go by the roles with which the request came in; what staff make takes its time after that."""
    accounts = hold_nobody(unit, me.user_id, *others)
    if "/admin/" in request.path:
        time.sleep(PAUSE)
    return me, accounts


def hold_naively(unit: Unit, statement: Select[*tuple[Any, ...]], **found: Any) -> AnyRow | None:
    unlocked = select(*statement.selected_columns).where(*statement._where_criteria)
    rows = unit.look(unlocked, found)
    if not unit.session.in_transaction():
        time.sleep(PAUSE)
    return rows[0] if rows else None


def end_nothing(unit: Unit, user_id: int) -> None:
    """In a request, writing comes after looking in every story: on SQLite nothing else is a race."""
    if not has_request_context():
        end_all(unit, user_id)


def look_at_profile(unit: Unit, profile: Select[*tuple[Any, ...]]) -> AnyRow:
    [found] = unit.look(profile)
    time.sleep(PAUSE)
    return found


def prove_naively(unit: Unit, user_id: int, email_key: str, *, how: str = "mail") -> bool:
    """Whoever calls has looked already."""
    unit.session.execute(update(User).where(User.id == user_id).values(email_proven_at=unit.now))
    return True


def share_naively(unit: Unit, me: SignedIn) -> uuid.UUID:
    [row] = unit.look(select(Profile.share_token.label("token")).where(Profile.skater_id == me.skater_id))
    if row.token:
        return row.token
    time.sleep(PAUSE)
    fresh = uuid.uuid4()
    unit.session.execute(update(Profile).where(Profile.skater_id == me.skater_id).values(share_token=fresh))
    return fresh


end_all = core.tokens.end_all
core.authority.hold = hold_nobody
core.authority.act = act_as_found
core.claims.claim = claim_invitation_naively
core.invitations.claim = claim_naively
core.addresses.claim = claim_naively
core.users.prove_address = prove_naively
core.coaches.claim = claim_naively
core.logins.claim = claim_naively
core.resets.claim = claim_naively
core.mail.claim = claim_naively
core.logins._held = hold_naively
core.tokens.end_all = end_nothing
core.ice_sessions._held = look_at_profile
core.profiles.share = share_naively

from tests.support.light_wsgi import app  # noqa: E402

__all__ = ["app"]
