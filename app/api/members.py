"""What a member says of themselves."""

from flask import Blueprint

from app import guards
from app.unit import open_unit
from app.visits import me
from app.wire.accounts import Onboarded, Onboarding
from app.wire.endpoint import endpoint
from core import profiles
from core.errors import AlreadyOnboarded, InvalidInput

bp = Blueprint("members", __name__)


@bp.post("/onboard")
@endpoint(body=Onboarding, answer=Onboarded, access=guards.member, refusals=[InvalidInput, AlreadyOnboarded])
def onboard(body: Onboarding) -> Onboarded:
    """Complete the account with a skater's profile, once."""
    with open_unit() as unit:
        skater_id = profiles.onboard(unit, me(), body.newcomer())
    return Onboarded(message="Onboarding complete", skater_id=skater_id)
