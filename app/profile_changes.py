"""Changing a profile: what the API and the pages both do."""

from collections.abc import Mapping
from typing import Any

from app.limits import count_attempt
from app.unit import look, open_unit
from app.visits import me
from core import days, profiles


def change(changes: Mapping[str, Any]) -> None:
    """Change my profile. Another time zone rewrites the whole log, and has a limit. TooManyAttempts, and what
    core.profiles.change says."""
    zone = changes.get("timezone")
    if zone in days.zones() and zone != profiles.zone_of(look, me().skater_id):
        count_attempt("time_zone_account", me().user_id)
    with open_unit() as unit:
        profiles.change(unit, me(), changes)
