"""The training log."""

from flask import Blueprint

from app import guards
from app.limits import count_attempt
from app.unit import look, look_in_batches, open_unit, surroundings
from app.visits import me
from app.wire import training as wire
from app.wire.endpoint import endpoint
from app.wire.long_answers import LongAnswer
from app.wire.training import Added, DashboardAnswer, GraphQuery, IceTimeAnswer, IceTimeEntry
from core import ice_sessions, training
from core.errors import NotOnboarded
from core.spending import spending

bp = Blueprint("training", __name__)


@bp.get("/members/dashboard")
@endpoint(answer=DashboardAnswer, access=guards.member, limits=["log_reads_account"])
def dashboard() -> LongAnswer:
    """This month on the ice, what to compare it with, what was spent, and how long the blades have been on."""
    count_attempt("log_reads_account", me().user_id)
    found = training.dashboard(look, look_in_batches, me().skater_id, surroundings().now())
    return wire.dashboard(found, spending(look, me().skater_id))


@bp.get("/members/ice_time")
@endpoint(query=GraphQuery, answer=IceTimeAnswer, access=guards.member, limits=["log_reads_account"])
def ice_time(query: GraphQuery) -> LongAnswer:
    """Months of time on the ice for a graph, and all sessions."""
    count_attempt("log_reads_account", me().user_id)
    now, span = surroundings().now(), query.model_dump()
    return wire.ice_time(training.ice_time(look, look_in_batches, me().skater_id, now, **span))


@bp.post("/submit/add_icetime")
@endpoint(body=IceTimeEntry, answer=Added, status=201, access=guards.member, refusals=[NotOnboarded])
def add(body: IceTimeEntry) -> Added:
    """Add a session to my log, on its day where I live."""
    with open_unit() as unit:
        number, at = ice_sessions.add(unit, me().skater_id, body.session())
    return Added(ice_time_id=number, timestamp=at.isoformat())
