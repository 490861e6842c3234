"""My profile: who I am on the ice. The same form for the first time and for every change."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import profile_changes
from app.languages.spoken import gettext, translated
from app.pages import doors, words
from app.pages.doors import go
from app.pages.forms import BLANK, Form, form
from app.unit import look, open_unit
from app.visits import me
from app.wire.forms import filled
from app.wire.members import ContactForm, Onboarding, ProfileChange
from core import days, directories, portraits, profiles
from core.errors import AlreadyOnboarded, NotOnboarded
from core.portraits import NOBODY, NOWHERE, full_name
from core.unit import AnyRow

bp = Blueprint("profile", __name__)
Groups = dict[str, list[tuple[str, str]]]
"""What a list offers: under each heading, values and texts."""


def _page(filled_in: Form) -> str:
    portrait = portraits.find(look, me().skater_id) if me().onboarded else None
    held = portrait.profile._asdict() if portrait else {"timezone": "UTC"}
    lists = {"zones": _zones(held["timezone"]), "rinks": _rinks(), "clubs": _clubs(), "coaches": _coaches()}
    done = words.done()
    about: dict[str, Any] = {"held": held, "is_first": portrait is None, "done": done}
    return render_template("pages/profile.html", form=filled_in, ways=profiles.CONTACT_PREFERENCES, **about, **lists)


@bp.get("/profile")
@doors.member
def show() -> ResponseReturnValue:
    return _page(BLANK)


@bp.post("/profile")
@doors.member
@form(_page, AlreadyOnboarded)
def save() -> ResponseReturnValue:
    """Make my profile, or change the one that I have."""
    is_first = not me().onboarded
    if is_first:
        with open_unit() as unit:
            profiles.onboard(unit, me(), filled(Onboarding, request.form).newcomer())
    else:
        profile_changes.change(filled(ProfileChange, request.form).changes())
    return go("home.show", done="onboarded") if is_first else go("profile.show", done="profile")


@bp.post("/profile/contact")
@doors.member
@form(_page, NotOnboarded)
def prefer() -> ResponseReturnValue:
    """Say how I would rather be reached."""
    with open_unit() as unit:
        profiles.set_contact_preference(unit, me(), filled(ContactForm, request.form).contact_preference)
    return go("profile.show", done="contact", _anchor="contact")


@cache
def _all_zones() -> Groups:
    """Places by continent, as people look for them: Berlin under Europe."""
    groups: Groups = {"": [("UTC", "UTC")]}
    for name in sorted(days.zones()):
        continent, _, place = name.partition("/")
        if continent in words.CONTINENTS:
            country, _, city = place.replace("_", " ").rpartition("/")
            groups.setdefault(continent, []).append((name, f"{city} ({country})" if country else city))
    return {group: sorted(zones, key=lambda zone: zone[1]) for group, zones in groups.items()}


def _zones(held: str | None) -> Groups:
    """With the one that is held, should it go by another name than a place's."""
    everywhere = {translated(continent): zones for continent, zones in _all_zones().items()}
    is_listed = held is None or any(held == name for zones in everywhere.values() for name, _ in zones)
    return everywhere if is_listed else {**everywhere, "": [*everywhere[""], (str(held), str(held))]}


def _rinks() -> Groups:
    """Rinks under their states; what stands for no rink comes first."""
    groups: Groups = {}
    for rink in sorted(directories.rinks(look), key=lambda rink: _somewhere(rink.state)):
        place, name = _somewhere(rink.city), words.place(rink.name)
        text = f"{name}, {place}" if place else name or gettext("A rink without a name")
        groups.setdefault(_somewhere(rink.state), []).append((str(rink.id), text))
    return groups


def _clubs() -> Groups:
    return _one_group([(club.id, words.place(club.name)) for club in directories.clubs(look)])


def _coaches() -> Groups:
    found: Sequence[AnyRow] = directories.coaches(look)
    real = [each for each in found if (each.first_name, each.last_name) != (NOBODY, NOBODY)]
    return _one_group([(coach.id, full_name(coach.first_name, coach.last_name)) for coach in real])


def _one_group(entries: list[tuple[UUID, str | None]]) -> Groups:
    return {"": [(str(key), name) for key, name in entries if name]}


def _somewhere(place: str | None) -> str:
    return "" if place in {None, NOWHERE} else str(place)
