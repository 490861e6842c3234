"""What the database says, in the model's words: each of these returns what the model has, and what is there."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import jwt

from core.models import (
    Base,
    BrowserSession,
    EmailProof,
    IceSession,
    Invitation,
    InvitationLink,
    InvitationUse,
    LabelArtist,
    LabelInvitation,
    Letter,
    LoginToken,
    PasswordReset,
    Profile,
    Role,
    RoleTaken,
    TeamMember,
    TenantCoach,
    User,
    UserRole,
)
from core.models.base import named
from core.tokens import digest
from tests.model.reference import Invite, Once
from tests.model.stories import Product

CHANGING: tuple[type[Base], ...] = (
    User,
    UserRole,
    RoleTaken,
    BrowserSession,
    EmailProof,
    Invitation,
    InvitationLink,
    InvitationUse,
    LabelArtist,
    LabelInvitation,
    Letter,
    LoginToken,
    PasswordReset,
    Profile,
    IceSession,
    TeamMember,
    TenantCoach,
)
TABLES = {model: named(model, *(each.key for each in model.__mapper__.column_attrs)) for model in (Role, *CHANGING)}
"""All that requests change, but for counters and the trail."""

Rows = dict[type[Base], list[Any]]
Compared = tuple[Any, Any]


def people(model: Product, rows: Rows) -> Compared:
    """Accounts and rights (I5), nobody twice under any name (I7)."""
    held = _roles(rows)
    there = {
        row.email_key: (
            (row.login, row.is_active, row.must_change_password, held.get(row.id, set())),
            (row.email_proven_at is not None, row.closed_rank),
        )
        for row in rows[User]
    }
    names = [name for row in rows[User] for name in {row.login_key, row.email_key}]
    assert len(names) == len(set(names))
    accounts = model.accounts.values()
    return {
        each.email: ((each.login, each.active, each.must_change, each.roles), (each.proven, each.closed_by))
        for each in accounts
    }, there


def taken(model: Product, rows: Rows) -> Compared:
    """What was taken from whom, and by which rank; what is held was not taken."""
    email, called = _emails(rows), {row.id: row.name for row in rows[Role]}
    there = {(email[row.user_id], called[row.role_id]): (row.taken_at, row.rank) for row in rows[RoleTaken]}
    wanted = {(each.email, role): lost for each in model.accounts.values() for role, lost in each.taken.items()}
    return wanted, there


def sessions(model: Product, rows: Rows) -> Compared:
    """No session but those that a secret began in that browser (I1); none of a closed account (I4)."""
    email = _emails(rows)
    there = {row.digest: (email[row.user_id], row.created_at, row.last_seen_at) for row in rows[BrowserSession]}
    assert not {row.user_id for row in rows[BrowserSession]} & {row.id for row in rows[User] if not row.is_active}
    return {digest(key): (each.email, each.begun, each.seen) for key, each in model.sessions.items()}, there


def invitations(model: Product, rows: Rows) -> Compared:
    """Used as often as somebody came in (I2), and open no longer than said (I3)."""
    email = _emails(rows)
    links = Counter(row.invitation_id for row in rows[InvitationLink])
    living = Counter(row.invitation_id for row in rows[InvitationLink] if row.replaced_at is None)
    makers = {row.invitation_id: email.get(row.created_by) for row in rows[InvitationLink] if row.replaced_at is None}
    there = {
        str(row.id): Invite(
            str(row.id),
            row.kind,
            row.email_key,
            set(row.roles),
            row.max_uses,
            row.expires_at,
            email.get(row.created_by),
            row.uses,
            row.revoked_at is not None,
            links[row.id],
            living[row.id],
            row.revoked_rank,
            makers[row.id],
            row.created_at,
        )
        for row in rows[Invitation]
    }
    return model.invites, there


def uses(model: Product, rows: Rows) -> Compared:
    """Each account came in through an invitation (I2)."""
    email = _emails(rows)
    there = {(str(row.invitation_id), email[row.user_id]) for row in rows[InvitationUse]}
    assert {who for _, who in there} == set(email.values())
    assert Counter(key for key, _ in there) == Counter({str(row.id): row.uses for row in rows[Invitation] if row.uses})
    return model.uses, there


def secrets(model: Product, rows: Rows) -> Compared:
    """What opens an account (I3), which must be open (I4)."""
    email, closed = _emails(rows), {row.id for row in rows[User] if not row.is_active}
    assert not closed & {row.user_id for row in (*rows[PasswordReset], *rows[LoginToken])}
    resets = {
        row.digest: Once(email[row.user_id], row.expires_at, mailed=row.mailed, maker=email.get(row.created_by))
        for row in rows[PasswordReset]
    }
    tokens = {row.digest: Once(email[row.user_id], row.expires_at, row.used_at is not None) for row in rows[LoginToken]}
    expected = {_inside(key): each for key, each in model.tokens.items()}
    return ({digest(key): each for key, each in model.resets.items()}, expected), (resets, tokens)


def proofs(model: Product, rows: Rows) -> Compared:
    """Whose address is proven, and what can prove one."""
    email = _emails(rows)
    proven = {row.email_key for row in rows[User] if row.email_proven_at}
    there = {row.digest: Once(email[row.user_id], row.expires_at, row.used_at is not None) for row in rows[EmailProof]}
    wanted = {digest(key): each for key, each in model.proofs.items()}
    return ({each.email for each in model.accounts.values() if each.proven}, wanted), (proven, there)


def groups(model: Product, rows: Rows) -> Compared:
    email = _emails(rows)
    asked = {str(row.id): (str(row.label_id), email[row.artist_id], row.status) for row in rows[LabelInvitation]}
    artists = {email[row.artist_id]: str(row.label_id) for row in rows[LabelArtist]}
    team = {email[row.user_id]: row.role for row in rows[TeamMember]}
    places = {(str(row.invitation_id), email.get(row.user_id)) for row in rows[TenantCoach]}
    wanted = {each.id: (each.label, each.email, each.status) for each in model.asked.values()}
    return (wanted, model.artists, model.team, set(model.places.values())), (asked, artists, team, places)


def skaters(model: Product, rows: Rows) -> Compared:
    email = {row.skater_id: row.email_key for row in rows[User]}
    hours = Counter(email[row.skater_id] for row in rows[IceSession])
    there = {
        email[row.skater_id]: {
            "city": row.city,
            "contact": row.contact_preference,
            "share": str(row.share_token) if row.share_token else None,
            "hours": hours[email[row.skater_id]],
        }
        for row in rows[Profile]
    }
    return {each.email: each.profile for each in model.accounts.values() if each.profile is not None}, there


def letters(model: Product, rows: Rows) -> Compared:
    """Each to the address of whom it is about (I6)."""
    there = Counter((row.kind, row.recipient.casefold(), row.state) for row in rows[Letter])
    return Counter((each.kind, each.to, each.state) for each in model.letters), there


ALL: tuple[Callable[[Product, Rows], Compared], ...] = (
    people,
    taken,
    sessions,
    invitations,
    uses,
    secrets,
    proofs,
    groups,
    skaters,
    letters,
)


def _emails(rows: Rows) -> dict[int | None, str]:
    return {row.id: row.email_key for row in rows[User]}


def _roles(rows: Rows) -> dict[int, set[str]]:
    called = {row.id: row.name for row in rows[Role]}
    held: dict[int, set[str]] = {}
    for row in rows[UserRole]:
        held.setdefault(row.user_id, set()).add(called[row.role_id])
    return held


def _inside(access_token: str) -> str:
    secret = jwt.decode(access_token, options={"verify_signature": False})["secret"]
    return digest(secret)
