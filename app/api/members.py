"""What members say of themselves."""

from flask import Blueprint

from app import guards, profile_changes
from app.unit import look, open_unit
from app.visits import me
from app.wire.endpoint import endpoint
from app.wire.members import (
    ContactPreference,
    ContactPreferenceSet,
    Onboarded,
    Onboarding,
    Overview,
    ProfileChange,
    overview,
)
from core import portraits, profiles, training, users
from core.errors import AlreadyOnboarded, InvalidInput, NotOnboarded

bp = Blueprint("members", __name__)


@bp.post("/auth/onboard")
@endpoint(body=Onboarding, answer=Onboarded, access=guards.member, refusals=[InvalidInput, AlreadyOnboarded])
def onboard(body: Onboarding) -> Onboarded:
    """Complete the account with a skater's profile, once."""
    with open_unit() as unit:
        skater_id = profiles.onboard(unit, me(), body.newcomer())
    return Onboarded(message="Onboarding complete", skater_id=skater_id)


@bp.get("/members/skater_overview")
@endpoint(answer=Overview, access=guards.member)
def show() -> Overview:
    """My profile, with the names of what it points to."""
    return _shown()


@bp.patch("/members/profile")
@endpoint(body=ProfileChange, answer=Overview, access=guards.member, refusals=[NotOnboarded])
def change(body: ProfileChange) -> Overview:
    """Change what is sent of my profile. In another time zone the days of the log stay what they were."""
    profile_changes.change(body.changes())
    return _shown()


@bp.patch("/members/contact_preference")
@endpoint(body=ContactPreference, answer=ContactPreferenceSet, access=guards.member, refusals=[NotOnboarded])
def prefer(body: ContactPreference) -> ContactPreferenceSet:
    """Say how I would rather be reached."""
    with open_unit() as unit:
        profiles.set_contact_preference(unit, me(), body.contact_preference)
    return ContactPreferenceSet(contact_preference=body.contact_preference)


def _shown() -> Overview:
    total = training.total_minutes(look, me().skater_id)
    return overview(me(), users.phone_of(look, me().user_id), portraits.find(look, me().skater_id), total)
