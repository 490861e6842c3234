"""Housekeeping: rows that are dead and needed by nobody go, a bounded batch at a time.

Invitations, who came in by them, and the trail stay for good.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, any_, delete, func, select, union

from core import sessions
from core.models import AttemptCounter, Base, BrowserSession, EmailProof, Letter, LoginToken, PasswordReset
from core.unit import Unit

SWEPT: dict[str, type[Base]] = {
    model.__tablename__: model
    for model in (BrowserSession, PasswordReset, LoginToken, EmailProof, AttemptCounter, Letter)
}
"""What goes once it is dead, by the name of its table."""


def sweep(unit: Unit, table: str) -> int:
    """Delete up to `policy.housekeeping_batch` dead rows of a table and return how many. 0 when there are none left but
    those that somebody else is at: nobody is waited for, so any number may sweep at the same time."""
    model = SWEPT[table]
    for found in _dead(unit, model):
        batch = found.limit(unit.policy.housekeeping_batch).with_for_update(of=model, skip_locked=True)
        gone = delete(model).where(_is_among(unit, _key(model), batch)).returning(_key(model))
        if removed := len(unit.session.execute(gone, execution_options={"synchronize_session": False}).all()):
            return removed
    return 0


def count_dead(unit: Unit, table: str) -> int:
    """How many rows sweep() would delete in all."""
    dead = union(*(found.order_by(None) for found in _dead(unit, SWEPT[table]))).subquery()
    return int(unit.look(select(func.count()).select_from(dead))[0][0])


def _dead(unit: Unit, model: type[Base]) -> tuple[Select[Any], ...]:
    """Keys of what is dead, each select along an index, the oldest first."""
    if model is BrowserSession:
        return sessions.dead(unit)
    if model is Letter:
        old = Letter.created_at <= unit.now - unit.policy.letters_kept
        return (select(Letter.id).where(old, Letter.due_at.is_(None)).order_by(Letter.created_at, Letter.id),)
    moment: Any = AttemptCounter.resets_at if model is AttemptCounter else model.__table__.c.expires_at
    return (select(_key(model)).where(moment <= unit.now).order_by(moment),)


def _is_among(unit: Unit, key: ColumnElement[Any], batch: Select[Any]) -> ColumnElement[bool]:
    """Of a plain IN, PostgreSQL makes a join for which it reads a table of middling size whole."""
    if unit.session.get_bind().dialect.name == "postgresql":
        return key == any_(func.array(batch.scalar_subquery()))
    return key.in_(batch)


def _key(model: type[Base]) -> Any:
    [column] = model.__table__.primary_key
    return column
