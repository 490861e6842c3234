"""There is always an owner, however many leave at the same moment and by whatever door."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.unit import open_unit
from core import revocation
from core.errors import LastOwner
from core.models import Role, User, UserRole
from core.unit import Unit
from tests.support.running import House, at_once
from tests.support.ways import newcomer

ROUNDS = 8


def deactivated(unit: Unit, user_id: int) -> None:
    revocation.deactivate(unit, user_id)


def demoted(unit: Unit, user_id: int) -> None:
    revocation.revoke_role(unit, user_id, "owner")


Farewell = Callable[[Unit, int], None]


def only_owners(house: House, number: int) -> list[User]:
    """So many new owners, and nobody else is one."""
    with Session(house.server.engine) as session:
        owner = select(Role.id).where(Role.name == "owner").scalar_subquery()
        session.execute(delete(UserRole).where(UserRole.role_id == owner))
        session.commit()
    return [newcomer(house, "owner") for _ in range(number)]


def active_owners(house: House) -> int:
    owners = select(User.id).join(UserRole, UserRole.user_id == User.id).join(Role)
    with Session(house.server.engine) as session:
        return len(session.scalars(owners.where(Role.name == "owner", User.is_active)).all())


def said_farewell(house: House, user: User, leave: Farewell) -> bool:
    try:
        with house.app.app_context(), open_unit(name="cli") as unit:
            leave(unit, user.id)
    except LastOwner:
        return False
    return True


@pytest.mark.parametrize(
    "ways",
    [[deactivated] * 3, [demoted] * 3, [deactivated, demoted, demoted]],
    ids=["deactivated", "demoted", "one or the other"],
)
def test_of_owners_who_leave_at_once_one_remains(house: House, ways: list[Farewell]) -> None:
    for _ in range(ROUNDS):
        owners = only_owners(house, len(ways))
        left = at_once(
            [
                lambda user=user, leave=leave: said_farewell(house, user, leave)
                for user, leave in zip(owners, ways, strict=True)
            ]
        )
        assert (sorted(left), active_owners(house)) == ([False, True, True], 1)
