"""Inviting coaches: recorded from the first moment, bound to an account when they accept."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from core import authority, granting, invitations, mail, names
from core.authority import Account
from core.errors import AboveOwnRole, AccountClosed, AlreadyMember, NotFound
from core.invitations import Issued
from core.models import Coach, Tenant, TenantCoach, User
from core.models.base import named
from core.sessions import SignedIn
from core.tokens import claim
from core.unit import AnyRow, Look, Unit

KIND = "coach"
PARTS = ("coach", "head_coach", "assistant_coach")
"""What a coach can be in a tenant. Each brings the account role `coach`."""

_ASKED = (
    select(Tenant.name, TenantCoach.part)
    .join(TenantCoach)
    .where(TenantCoach.invitation_id == bindparam("invitation"))
    .execution_options(prepared="place_asked")
)


@dataclass(frozen=True)
class Invited:
    """A coach who has been asked, and the link to hand over."""

    coach_id: uuid.UUID
    link: Issued


def invite(
    unit: Unit,
    me: SignedIn | None,
    *,
    name: str,
    email: str,
    part: str,
    tenant_id: uuid.UUID,
    language: str | None = None,
) -> Invited:
    """Ask a coach to join a tenant; the link is personal to the address, and mailed as well if there is mail. `me` None
    is the terminal.

    They are spoken to in `language`, if there is one. The coach is recorded at once; a record of the same address is
    taken over. Asked again before they accept, the coach keeps the record and gets a new link, and the old one ends.
    Raises NotFound without the tenant, AlreadyMember once they have accepted, AboveOwnRole for an account that ranks
    above me or whose invitation or role a higher rank took back, AccountClosed.
    """
    rank, accounts = authority.act_as_admin(unit, me, *authority.holders_of(unit.look, email))
    _check_account(unit, rank, authority.with_address(accounts, names.address_key(email)))
    one_at_a_time = select(Tenant.id).where(Tenant.id == tenant_id).with_for_update()
    if unit.session.execute(one_at_a_time).one_or_none() is None:
        raise NotFound
    coach_id = _recorded(unit, name, email)
    place = _place(unit, tenant_id, coach_id)
    if place and place.joined_at:
        raise AlreadyMember
    link = _ask_again(unit, rank, place, part, name, language) if place else _ask(unit, name, email, language)
    if not place:
        _open_place(unit, tenant_id, coach_id, part, link)
    mail.post(unit, mail.CoachInvited(str(link.id)), to=email, language=link.language)
    return Invited(coach_id, link)


def join(unit: Unit, invitation: AnyRow, user_id: int) -> None:
    """Bind the coach's record to the account that has just claimed the invitation, and open their place."""
    theirs = (TenantCoach.invitation_id == invitation.id, TenantCoach.joined_at.is_(None))
    place = claim(unit, TenantCoach, *theirs, spend={"joined_at": unit.now, "user_id": user_id})
    if place is None:
        raise AlreadyMember
    [skater_id] = unit.session.scalars(select(User.skater_id).where(User.id == user_id))
    unit.session.execute(update(Coach).where(Coach.id == place.coach_id).values(skater_id=skater_id))


def tenant_of(look: Look, invitation_id: uuid.UUID) -> AnyRow | None:
    """What a coach is asked to join: the tenant's name and the coach's part in it; None once the place is gone."""
    return next(iter(look(_ASKED, {"invitation": invitation_id})), None)


def _check_account(unit: Unit, rank: int, account: Account | None) -> None:
    authority.check_rank(rank, account.rank if account else 0)
    if "coach" in granting.taken_above(unit.look, account.id if account else None, rank):
        raise AboveOwnRole
    if account and not account.is_active:
        raise AccountClosed


def _recorded(unit: Unit, name: str, email: str) -> uuid.UUID:
    key = names.address_key(email)
    if known := _known(unit, key):
        return known
    first, _, last = name.partition(" ")
    coach = Coach(id=uuid.uuid4(), first_name=first, last_name=last, email=email, email_key=key)
    try:
        with unit.session.begin_nested():
            unit.session.add(coach)
    except IntegrityError:  # recorded for another tenant at this very moment
        return unit.session.scalars(select(Coach.id).where(Coach.email_key == key)).one()
    return coach.id


def _known(unit: Unit, key: str) -> uuid.UUID | None:
    """The record of this address. One from before there were invitations has no key yet, and gets it."""
    unnamed = and_(Coach.email_key.is_(None), func.lower(func.trim(Coach.email)) == key)
    theirs = select(*named(Coach, "row", "id")).where(or_(Coach.email_key == key, unnamed))
    found = unit.session.execute(theirs.order_by(Coach.email_key.is_(None), Coach.row).limit(1)).one_or_none()
    if found is None:
        return None
    unnamed_still = (Coach.row == found.row, Coach.email_key.is_(None))
    unit.session.execute(update(Coach).where(*unnamed_still).values(email_key=key))
    return uuid.UUID(str(found.id))


def _place(unit: Unit, tenant_id: uuid.UUID, coach_id: uuid.UUID) -> Any:
    columns = named(TenantCoach, "id", "invitation_id", "joined_at")
    asked = select(*columns).where(TenantCoach.tenant_id == tenant_id, TenantCoach.coach_id == coach_id)
    return unit.session.execute(asked).one_or_none()


def _ask(unit: Unit, name: str, email: str, language: str | None) -> Issued:
    end = invitations.ending(unit)
    return invitations.issue(
        unit, kind=KIND, email=email, name=name, roles=["coach"], expires_at=end, language=language
    )


def _open_place(unit: Unit, tenant_id: uuid.UUID, coach_id: uuid.UUID, part: str, link: Issued) -> None:
    place = TenantCoach(id=uuid.uuid4(), tenant_id=tenant_id, coach_id=coach_id, part=part, invitation_id=link.id)
    unit.session.add(place)


def _ask_again(unit: Unit, rank: int, place: Any, part: str, name: str, language: str | None) -> Issued:
    """The invitation comes before the place, as in joining: all who touch both lock them in this order."""
    waiting = invitations.get(unit.look, place.invitation_id, KIND)
    link = invitations.renew(unit, rank, waiting, name=name, language=language or waiting.language)
    unit.session.execute(update(TenantCoach).where(TenantCoach.id == place.id).values(part=part))
    return link
