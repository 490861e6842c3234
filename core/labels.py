"""Labels and their artists: asked, not joined in silence; at most one label an artist."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from core import audit, authority, granting, mail, names, users
from core.errors import ArtistAsked, ArtistTaken, Forbidden, NoLongerFree, NotFound, NotPending
from core.models import Label, LabelArtist, LabelInvitation, Role, User, UserRole
from core.models.base import named
from core.sessions import SignedIn
from core.tokens import claim
from core.unit import AnyRow, Look, Unit

STATUSES = ("pending", "accepted", "declined", "expired")


@dataclass(frozen=True)
class Asked:
    """An invitation as both sides see it."""

    id: uuid.UUID
    label_id: uuid.UUID
    label: str
    skater_id: uuid.UUID
    artist: str
    message: str | None
    status: str
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None


def create(unit: Unit, name: str, owner_login: str) -> uuid.UUID:
    """A new label of this owner, who gets the role for it. NotFound when nobody has this login."""
    owner = users.get_by_login(unit.look, owner_login)
    unit.session.add(label := Label(id=uuid.uuid4(), name=name, owner_id=owner.id, created_at=unit.now))
    granting.grant_roles(unit, owner.id, ["label"])
    audit.record(unit, "label_created", user_id=owner.id, label=str(label.id), name=name)
    return label.id


def invite(unit: Unit, me: SignedIn, label_id: uuid.UUID, artist_id: uuid.UUID, message: str | None) -> Asked:
    """Ask an artist to join my label. One that declined, or let it expire, may be asked again.

    NotFound without the label or the artist, Forbidden when the label is not mine, ArtistTaken, ArtistAsked.
    """
    _mine(unit.look, me, label_id)
    artist = _artist(unit.look, artist_id)
    me, accounts = authority.act(unit, me, artist.id)
    _mine(unit.look, me, label_id)
    if not accounts[artist.id].is_active or "artist" not in accounts[artist.id].roles:
        raise NotFound
    if unit.look(select(LabelArtist.artist_id).where(LabelArtist.artist_id == artist.id)):
        raise ArtistTaken
    invitation_id = _ask(unit, label_id, artist.id, message)
    _record(unit, "label_invited", artist.id, invitation_id)
    [asked] = _found(unit, unit.session.execute(_all().where(LabelInvitation.id == invitation_id)).all())
    letter = mail.LabelInvited(str(asked.id), asked.artist, asked.label, message, asked.expires_at.isoformat())
    mail.post(unit, letter, to=artist.email, language=artist.language)
    return asked


def addressee(look: Look, me: SignedIn, label_id: uuid.UUID, artist_id: uuid.UUID) -> str:
    """Whom the letter would go to if my label asked this artist. Refuses what invite() refuses at first."""
    _mine(look, me, label_id)
    return str(_artist(look, artist_id).email)


def list_sent(
    unit: Unit, me: SignedIn, label_id: uuid.UUID, *, after: tuple[datetime, uuid.UUID] | None = None, limit: int = 200
) -> list[Asked]:
    """List up to `limit` that my label has asked, newest first, behind the place `after`. NotFound, Forbidden."""
    _mine(unit.look, me, label_id)
    return _page(unit, _all().where(LabelInvitation.label_id == label_id), after, limit)


def list_received(
    unit: Unit, me: SignedIn, *, after: tuple[datetime, uuid.UUID] | None = None, limit: int = 200
) -> list[Asked]:
    """List up to `limit` labels that have asked me, newest first, behind the place `after`."""
    return _page(unit, _all().where(LabelInvitation.artist_id == me.user_id), after, limit)


def list_all(
    unit: Unit,
    *,
    status: str | None = None,
    q: str | None = None,
    after: tuple[datetime, uuid.UUID] | None = None,
    limit: int = 50,
) -> list[Asked]:
    """The trail of all labels' invitations: up to `limit`, newest first, of one status if given, whose label or artist
    contains `q`, behind the place `after` in that order."""
    query = _all()
    if status:
        query = query.where(_is(status, unit.now))
    if q:
        by_name = Label.name.icontains(q, autoescape=True)
        by_login = (User.login_key.contains(key, autoescape=True) for key in names.search_keys(q))
        query = query.where(or_(by_name, *by_login))
    return _page(unit, query, after, limit)


def is_open(unit: Unit, invitation_id: uuid.UUID) -> bool:
    """Whether the artist can still say yes."""
    both = select(LabelInvitation.label_id, LabelInvitation.artist_id)
    found = unit.look(both.where(LabelInvitation.id == invitation_id, _is_living(unit.now)))
    return bool(found) and _could_ask(unit, found[0].label_id, found[0].artist_id)


def accept(unit: Unit, me: SignedIn, invitation_id: uuid.UUID) -> None:
    """Join the label that asks. My other pending invitations are withdrawn.

    NotFound when it is not mine, NotPending when it was decided, its time is over, or it could not be sent today: I
    am no artist any more, or the label's owner may not ask. NoLongerFree when I belong to a label, also when two
    acceptances race: I am claimed before the invitation is, in this order everywhere.
    """
    asked = _addressed(unit, me, invitation_id)
    [owner] = unit.look(select(Label.owner_id).where(Label.id == asked.label_id))
    authority.act(unit, me, owner.owner_id)
    if not _could_ask(unit, asked.label_id, me.user_id):
        raise NotPending
    unit.session.add(LabelArtist(artist_id=me.user_id, label_id=asked.label_id, joined_at=unit.now))
    try:
        unit.session.flush()
    except IntegrityError as error:
        raise NoLongerFree from error
    _decide(unit, invitation_id, "accepted")
    others = (LabelInvitation.artist_id == me.user_id, LabelInvitation.status == "pending")
    withdrawn = update(LabelInvitation).where(*others).values(status="expired", decided_at=unit.now)
    for other in unit.session.scalars(withdrawn.returning(LabelInvitation.id)).all():
        _record(unit, "label_withdrawn", me.user_id, other)
    _record(unit, "label_accepted", me.user_id, invitation_id)


def decline(unit: Unit, me: SignedIn, invitation_id: uuid.UUID) -> None:
    """Say no. NotFound when it is not mine, NotPending when it was decided or its time is over."""
    _addressed(unit, me, invitation_id)
    _decide(unit, invitation_id, "declined")
    _record(unit, "label_declined", me.user_id, invitation_id)


def _mine(look: Look, me: SignedIn, label_id: uuid.UUID) -> None:
    found = look(select(Label.owner_id).where(Label.id == label_id))
    if not found:
        raise NotFound
    if found[0].owner_id != me.user_id or "label" not in me.roles:
        raise Forbidden


def _could_ask(unit: Unit, label_id: uuid.UUID, artist_id: int) -> bool:
    """Whether this label could ask this artist today, as far as roles go: both sides' accounts are open."""
    holds = select(User.id).join(UserRole, UserRole.user_id == User.id).join(Role).where(User.is_active)
    owner = holds.join(Label, Label.owner_id == User.id).where(Label.id == label_id, Role.name == "label")
    artist = holds.where(User.id == artist_id, Role.name == "artist")
    return bool(unit.look(owner)) and bool(unit.look(artist))


def _artist(look: Look, skater_id: uuid.UUID) -> AnyRow:
    artists = (
        select(*named(User, "id", "login", "email", "language")).join(UserRole, UserRole.user_id == User.id).join(Role)
    )
    found = look(artists.where(User.skater_id == skater_id, User.is_active, Role.name == "artist"))
    if not found:
        raise NotFound
    return found[0]


def _ask(unit: Unit, label_id: uuid.UUID, artist_id: int, message: str | None) -> uuid.UUID:
    fresh = {
        "message": message,
        "status": "pending",
        "created_at": unit.now,
        "expires_at": unit.now + unit.policy.invite_life,
        "decided_at": None,
        "created_by": unit.visitor.user_id,
    }
    theirs = (LabelInvitation.label_id == label_id, LabelInvitation.artist_id == artist_id)
    ended = (LabelInvitation.status != "accepted", ~_is_living(unit.now))
    again = claim(unit, LabelInvitation, *theirs, *ended, spend=fresh)
    if again:
        return uuid.UUID(str(again.id))
    first = LabelInvitation(id=uuid.uuid4(), label_id=label_id, artist_id=artist_id, **fresh)
    unit.session.add(first)
    try:
        unit.session.flush()
    except IntegrityError as error:
        raise ArtistAsked from error
    return first.id


def _addressed(unit: Unit, me: SignedIn, invitation_id: uuid.UUID) -> AnyRow:
    mine = (LabelInvitation.id == invitation_id, LabelInvitation.artist_id == me.user_id)
    found = unit.look(select(LabelInvitation.label_id).where(*mine))
    if not found:
        raise NotFound
    return found[0]


def _decide(unit: Unit, invitation_id: uuid.UUID, status: str) -> None:
    living = (LabelInvitation.id == invitation_id, _is_living(unit.now))
    if claim(unit, LabelInvitation, *living, spend={"status": status, "decided_at": unit.now}) is None:
        raise NotPending


def _is_living(now: datetime) -> ColumnElement[bool]:
    return and_(LabelInvitation.status == "pending", LabelInvitation.expires_at > now)


def _is(status: str, now: datetime) -> ColumnElement[bool]:
    over = and_(LabelInvitation.status == "pending", LabelInvitation.expires_at <= now)
    if status == "expired":
        return or_(LabelInvitation.status == status, over)
    return and_(LabelInvitation.status == status, ~over)


def _all() -> Select[*tuple[Any, ...]]:
    own = ("id", "label_id", "message", "status", "created_at", "expires_at", "decided_at")
    both = (Label.name.label("label"), *named(User, "skater_id"), User.login.label("artist"))
    joined = select(*named(LabelInvitation, *own), *both).select_from(LabelInvitation).join(Label)
    return joined.join(User, User.id == LabelInvitation.artist_id).order_by(
        LabelInvitation.created_at.desc(), LabelInvitation.id.desc()
    )


def _page(
    unit: Unit, query: Select[*tuple[Any, ...]], after: tuple[datetime, uuid.UUID] | None, limit: int
) -> list[Asked]:
    if after:
        query = query.where(tuple_(LabelInvitation.created_at, LabelInvitation.id) < after)
    return _found(unit, unit.look(query.limit(limit)))


def _found(unit: Unit, rows: Sequence[AnyRow]) -> list[Asked]:
    asked = [Asked(**row._mapping) for row in rows]
    return [replace(each, status="expired") if _is_over(each, unit.now) else each for each in asked]


def _is_over(asked: Asked, now: datetime) -> bool:
    return asked.status == "pending" and asked.expires_at <= now


def _record(unit: Unit, event: str, artist_id: int, invitation_id: uuid.UUID) -> None:
    audit.record(unit, event, user_id=artist_id, invitation=str(invitation_id))
