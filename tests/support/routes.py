"""Every route of the API, as its document lists them, with bodies that would change something."""

from typing import Any

from migrations import reference
from tests.support.world import AUTH, PASSWORD, World

INVITES = "/api/v4/admin/invites"
NOBODYS = "7b7a3c52-8d0e-4c1b-9f5e-2a61d0c4e9aa"
"""An id that nothing has."""

COACH = "/api/v4/admin/invite-coach"
TEAM = "/api/v4/admin/teams/invitations"
LABEL = f"/api/v4/labels/{NOBODYS}/invitations"
USERS = "/api/v4/admin/users"
GRANT = f"{USERS}/{NOBODYS}/roles"
EVENTS = "/api/v4/admin/audit"
MAILS = "/api/v4/admin/mails"
MEMBERS = "/api/v4/members"
CARD = f"{MEMBERS}/skater_card"
SHARE = f"{CARD}/share"
SHARED = f"{MEMBERS}/shared_card"
PROFILE = f"{MEMBERS}/profile"
PREFERENCE = f"{MEMBERS}/contact_preference"
OVERVIEW = f"{MEMBERS}/skater_overview"
DASHBOARD = f"{MEMBERS}/dashboard"
ICE_TIME = f"{MEMBERS}/ice_time"
ADD = "/api/v4/submit/add_icetime"
PUBLIC_ICE = "cedbb4e9-ab5b-4a14-a273-fd9783aaac86"
"""A kind of ice time that migrations bring along, as is what stands for no rink and no coach."""

AN_HOUR = {
    "date": "2026-11-19",
    "ice_time": 60,
    "ice_cost": 12.5,
    "coach_time": 0,
    "coach_cost": 0,
    "skate_type": PUBLIC_ICE,
    "rink_id": str(reference.NO_RINK["rink_id"]),
    "coach_id": None,
}
"""What a skater says of an hour on the ice yesterday."""


def operations(world: World) -> dict[tuple[str, str], dict[str, Any]]:
    """Method and path of every operation in the OpenAPI document, ids filled in."""
    document = world.app.test_client().get("/api/v4/openapi.json").json
    return {
        (method.upper(), path.replace("{key}", NOBODYS).replace("{role}", "coach")): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def changing(world: World) -> list[tuple[str, str]]:
    return [(method, path) for method, path in operations(world) if method != "GET"]


def good_body(world: World, path: str) -> dict[str, Any] | None:
    """A body with which this path does what it is for; None for one that takes none."""
    if path == f"{AUTH}/register":
        return world.somebody("Ben").form(world.invite())
    return {
        f"{AUTH}/login": {"aLogin": "Ann", "aPasswordHash": PASSWORD},
        f"{AUTH}/login/token": {"accessToken": "a.b.c"},
        f"{AUTH}/change-password": {"current_password": PASSWORD, "new_password": "figure eights at midnight"},
        f"{AUTH}/reset-request": {"email": "ann@club.test"},
        f"{AUTH}/reset-confirm": {"token": "x", "new_password": "figure eights at midnight"},
        f"{AUTH}/email/prove": {"token": "x"},
        f"{AUTH}/email/prove/code": {"code": "x"},
        f"{AUTH}/onboard": {"first_name": "Ann", "last_name": "Admin"},
        INVITES: {},
        COACH: {"name": "Mary Novak", "email": "mary@club.test", "role": "coach", "tenant_id": NOBODYS},
        TEAM: {"emails": ["dev@club.test"], "role": "dev"},
        f"{TEAM}/accept": {"token": "x"},
        f"{AUTH}/invitations/accept": {"token": "x"},
        LABEL: {"artistId": NOBODYS},
        GRANT: {"role": "coach"},
        PROFILE: {"city": "Den Haag"},
        PREFERENCE: {"contact_preference": "email"},
        ADD: AN_HOUR,
    }.get(path)
