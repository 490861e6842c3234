"""Taken is taken: what ends together with a role or an account, so that nothing gives it back or outlives it.

Locks the accounts first (core/authority.py). What ends by itself at the moment of use, because its claim asks for the
right again, is ended here as well, so that lists tell the truth.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, delete, select, update

from core import audit, authority, invitations, roles, sessions, tokens
from core.authority import Account
from core.errors import LastAdmin, LastOwner, NotFound
from core.models import (
    Invitation,
    InvitationLink,
    Label,
    LabelArtist,
    LabelInvitation,
    PasswordReset,
    Role,
    RoleTaken,
    TeamMember,
    TenantCoach,
    User,
    UserRole,
)
from core.unit import AnyRow, Look, Unit


def revoke_role(
    unit: Unit, user_id: int, role: str, rank: int = roles.TERMINAL_RANK, held: Account | None = None
) -> None:
    """Take a role away, and end what would give it back or outlive it.

    - Sessions that began with more power end, so that the longer life of a member's does not revive them.
    - Open personal invitations of its address that hold the role out are revoked; links for anybody do not give it.
    - What the account made and could not make any more ends: invitations, reset links that it handed over.
    - The membership that the role stood for ends.

    Nobody below this `rank` gives it back. `held` is the account if the unit has locked it together with all admins.
    Raises NotFound when it was not held, LastOwner and LastAdmin when nobody would be left.
    """
    account = held or _hold_with_admins(unit, user_id)
    if role not in account.roles:
        raise NotFound
    left = [each for each in account.roles if each != role]
    _check_not_last(unit, account, left)
    role_id = unit.session.scalars(select(Role.id).where(Role.name == role)).one()
    unit.session.execute(delete(UserRole).where(UserRole.user_id == user_id, UserRole.role_id == role_id))
    unit.session.merge(RoleTaken(user_id=user_id, role_id=role_id, taken_at=unit.now, rank=rank))
    unit.session.flush()
    made: list[AnyRow] = []
    if role in roles.STAFF_RANK:
        tokens.end_all(unit, user_id)
        sessions.end_all(unit, user_id)
        made = _made(unit, user_id, beyond=roles.rank(left))
    addressed = [row for row in _addressed_to(unit, account) if role in row.roles]
    invitations.end(unit, [*made, *addressed], rank)
    _end_memberships(unit, user_id, role, left)
    audit.record(unit, "role_revoked", user_id=user_id, role=role)


def deactivate(unit: Unit, user_id: int, rank: int = roles.TERMINAL_RANK, held: Account | None = None) -> int:
    """Close an account at once: end its sessions and secrets, what it made, and the open invitations of its address.
    Nobody below this `rank` opens it again. `held` as in revoke_role. Returns how many open invitations of its own were
    revoked. Raises LastOwner and LastAdmin when nobody would be left."""
    account = held or _hold_with_admins(unit, user_id)
    _check_not_last(unit, account, [])
    tokens.end_all(unit, user_id)
    sessions.end_all(unit, user_id)
    made = _made(unit, user_id)
    invitations.end(unit, [*made, *_addressed_to(unit, account)], rank)
    _end_label_invitations(unit, user_id)
    closed_before = 0 if account.is_active else account.closed_rank or 0
    closed = {"is_active": False, "updated_at": unit.now, "closed_rank": max(rank, closed_before)}
    unit.session.execute(update(User).where(User.id == user_id).values(**closed))
    audit.record(unit, "user_deactivated", user_id=user_id)
    return len(made)


def activate(unit: Unit, user_id: int, rank: int = roles.TERMINAL_RANK) -> None:
    """Open a closed account again; the person signs in with the old password. Raises AboveOwnRole when a higher `rank`
    than this closed it."""
    account = authority.hold(unit, user_id)[user_id]
    if not account.is_active:
        authority.check_rank(rank, account.closed_rank or 0)
    opened = {"is_active": True, "updated_at": unit.now, "closed_rank": None}
    unit.session.execute(update(User).where(User.id == user_id).values(**opened))
    audit.record(unit, "user_activated", user_id=user_id)


def end_made_by(unit: Unit, user_id: int) -> None:
    """End what this account made: its open invitations, its label's, and the reset links that it handed over."""
    invitations.end(unit, _made(unit, user_id), roles.ADMIN_RANK)
    _end_label_invitations(unit, user_id)


def loss(
    look: Look, user_id: int, held: Collection[str], left: Collection[str] = ()
) -> type[LastOwner | LastAdmin] | None:
    """Return why this open account cannot lose what it holds down to what is left: nobody else owns the place, or
    nobody else passes as an admin."""
    if "owner" in held and "owner" not in left and authority.owners(look) == {user_id}:
        return LastOwner
    runs = roles.passes_as_admin(held) and not roles.passes_as_admin(left)
    return LastAdmin if runs and authority.admins(look) == {user_id} else None


def _hold_with_admins(unit: Unit, user_id: int) -> authority.Account:
    """Lock an account, and all admins with it, in one pass: of two farewells at once the second sees the first. Who
    becomes an admin after that only adds to them."""
    return authority.hold(unit, user_id, *authority.admins(unit.look))[user_id]


def _check_not_last(unit: Unit, account: authority.Account, left: Collection[str]) -> None:
    """Refuse (LastOwner, LastAdmin) to leave this account no more than these roles; see loss."""
    refusal = loss(unit.look, account.id, account.roles, left) if account.is_active else None
    if refusal:
        raise refusal


def _made(unit: Unit, user_id: int, beyond: int = 0) -> list[AnyRow]:
    """Delete the reset links that this account handed over, and return the open invitations whose living link it made,
    as far as a rank of `beyond` may not make them."""
    if beyond < roles.ADMIN_RANK:
        unit.session.execute(delete(PasswordReset).where(PasswordReset.created_by == user_id))
    living = select(InvitationLink.invitation_id).where(
        InvitationLink.created_by == user_id, InvitationLink.replaced_at.is_(None)
    )
    found = unit.session.execute(_open(unit).where(Invitation.id.in_(living))).all()
    return [row for row in found if roles.rank_to_give(row.roles) > beyond]


def _addressed_to(unit: Unit, account: Account) -> list[AnyRow]:
    """Return the open invitations that are personal to this account's address."""
    return list(unit.session.execute(_open(unit).where(Invitation.email_key == account.email_key)).all())


def _end_memberships(unit: Unit, user_id: int, role: str, left: list[str]) -> None:
    """End what stands for the role: the team is who holds a staff role, a tenant's coaches hold `coach`, a label's
    artists `artist`."""
    if role in roles.STAFF_RANK and not roles.rank(left):
        unit.session.execute(delete(TeamMember).where(TeamMember.user_id == user_id))
    if role == "coach":
        unit.session.execute(delete(TenantCoach).where(TenantCoach.user_id == user_id))
    if role == "artist":
        unit.session.execute(delete(LabelArtist).where(LabelArtist.artist_id == user_id))
    if role in {"artist", "label"}:
        _end_label_invitations(unit, user_id)


def _end_label_invitations(unit: Unit, user_id: int) -> None:
    """Expire the open invitations that this account's labels sent, and those that it received as an artist."""
    own = select(Label.id).where(Label.owner_id == user_id)
    theirs = LabelInvitation.label_id.in_(own) | (LabelInvitation.artist_id == user_id)
    pending = update(LabelInvitation).where(theirs, LabelInvitation.status == "pending")
    ended = pending.values(status="expired", decided_at=unit.now)
    shown = (LabelInvitation.id, LabelInvitation.artist_id)
    for row in unit.session.execute(ended.returning(*shown)).all():
        audit.record(unit, "label_withdrawn", user_id=row.artist_id, invitation=str(row.id))


def _open(unit: Unit) -> Select[*tuple[Any, ...]]:
    return select(*Invitation.__table__.columns).where(invitations.is_status("active", unit.now))
