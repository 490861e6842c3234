"""The trail of events, for those who run the place."""

from flask import Blueprint

from app import guards
from app.unit import open_unit
from app.wire import desk as wire
from app.wire.desk import EventQuery, Events
from app.wire.endpoint import endpoint
from core import audit

bp = Blueprint("events", __name__)


@bp.get("/audit")
@endpoint(query=EventQuery, answer=Events, access=guards.admin)
def list_events(query: EventQuery) -> Events:
    """What happened to accounts and invitations, newest first, and who did it."""
    with open_unit() as unit:
        return wire.shown_events(audit.list_events(unit, **query.asked()), query.limit)
