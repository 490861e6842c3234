"""Ready-made people and invitations for tests of the personal ways in, at no hash's cost where none matters."""

import uuid
from collections.abc import Collection
from typing import Any

from app.unit import open_unit
from core import coaches, granting, labels, sessions, teams, tenants, users
from core.models import User
from tests.support.running import House, address

NO_PASSWORD = "nobody's hash"
Cookies = dict[str, str]


def newcomer(house: House, *granted: str, email: str | None = None) -> User:
    """Somebody with an account and these roles, whose password nobody has."""
    [name] = house.names(1)
    with house.app.app_context(), open_unit(name="cli") as unit:
        user = users.create(
            unit, login=name, email=email or address(name), phone=None, password_hash=NO_PASSWORD + uuid.uuid4().hex
        )
        granting.grant_roles(unit, user.id, ["adult", *granted])
    return user


def browser(house: House, user: User) -> Cookies:
    """The cookies of a browser in which this person is signed in."""
    with house.app.app_context(), open_unit(name="cli") as unit:
        return {"session": sessions.start(unit, user.id)}


def tenant(house: House) -> uuid.UUID:
    with house.app.app_context(), open_unit(name="cli") as unit:
        return tenants.create(unit, f"Club {uuid.uuid4()}")


def coach_link(house: House, email: str) -> str:
    """The secret of a link that makes the holder of this address a coach of a tenant of its own."""
    place = tenant(house)
    with house.app.app_context(), open_unit(name="cli") as unit:
        return coaches.invite(unit, None, name="Cas Lee", email=email, part="coach", tenant_id=place).link.secret


def team_link(house: House, email: str, roles: Collection[str] = ("admin",)) -> str:
    """The secret of a link that lets the holder of this address into the team."""
    return house.invite(kind=teams.KIND, email=email, roles=roles)


def label(house: House) -> tuple[uuid.UUID, Cookies]:
    """A new label, and the browser of its owner."""
    owner = newcomer(house)
    with house.app.app_context(), open_unit(name="cli") as unit:
        label_id = labels.create(unit, f"Label of {owner.login}", owner.login)
    return label_id, browser(house, owner)


def asked_by(house: House, label_id: uuid.UUID, owner: Cookies, artist: User) -> str:
    """The id of a new invitation of this artist by this label."""
    body: dict[str, Any] = {"artistId": str(artist.skater_id)}
    answer = house.server.post(f"/api/v4/labels/{label_id}/invitations", body, cookies=owner)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
