"""A right that is taken at the same moment: nothing is made with it afterwards, nothing comes back, and no two requests
wait for each other. Over HTTP, against four processes; the control does not lock the accounts."""

import itertools
import time
from collections.abc import Callable

import pytest
import requests
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.unit import open_unit
from core import authority, first_admin, revocation
from core.errors import LastAdmin
from core.models import Invitation, InvitationLink, PasswordReset, Role, User, UserRole
from core.roles import ADMINS
from tests.races.test_exactly_once import LONG, is_lost
from tests.support.routes import INVITES, TEAM, USERS
from tests.support.running import House, at_once
from tests.support.ways import Cookies, browser, coach_link, newcomer
from tests.support.world import AUTH

ROUNDS = 20 if LONG else 2
MAKERS = 8


def living_links(house: House, user: User) -> int:
    """How many invitations that this account made are still listed as open."""
    made = select(InvitationLink.invitation_id).where(
        InvitationLink.created_by == user.id, InvitationLink.replaced_at.is_(None)
    )
    return house.number(Invitation, Invitation.id.in_(made), Invitation.revoked_at.is_(None))


def ended(house: House, user: User, how: str) -> None:
    with house.app.app_context(), open_unit(name="cli") as unit:
        if how == "closed":
            revocation.deactivate(unit, user.id)
        else:
            revocation.revoke_role(unit, user.id, "admin")


def race_of_makers(house: House, how: str) -> tuple[int, int]:
    """How many links and reset links outlive the right of a maker whose right ends while they are being made."""
    newcomer(house, "admin")
    ann, cas = newcomer(house, "admin"), newcomer(house)
    cookies = browser(house, ann)
    reset = f"{USERS}/{cas.skater_id}/reset-link"
    posts = [INVITES, reset] * (MAKERS // 2)
    answers = at_once(
        [
            *(lambda path=path: house.server.post(path, {}, cookies=cookies).status_code for path in posts),
            lambda: ended(house, ann, how) or 0,
        ]
    )
    assert set(answers) <= {0, 201, 401, 403}, answers
    resets = house.number(PasswordReset, PasswordReset.created_by == ann.id)
    return living_links(house, ann), resets


@pytest.mark.parametrize("how", ["closed", "demoted"])
def test_nothing_is_made_with_a_right_that_has_just_ended(house: House, how: str) -> None:
    """S5 and S26."""
    assert [race_of_makers(house, how) for _ in range(ROUNDS)] == [(0, 0)] * ROUNDS


@pytest.mark.parametrize("how", ["closed", "demoted"])
def test_without_locks_links_are_made_behind_its_back(naive: House, how: str) -> None:
    assert is_lost(lambda: race_of_makers(naive, how) != (0, 0))


MOMENTS = (0.0, 0.01, 0.03, 0.1)
"""Seconds after which the role is taken: before the invitation is looked at, while it is claimed, afterwards."""


def race_for_role(house: House, moment: float) -> bool:
    """Whether an account holds a role that was taken from it while it accepted an older invitation to the same."""
    ben = newcomer(house, "coach")
    token, cookies = coach_link(house, ben.email), browser(house, ben)

    def take() -> int:
        time.sleep(moment)
        with house.app.app_context(), open_unit(name="cli") as unit:
            revocation.revoke_role(unit, ben.id, "coach")
        return 0

    def accept() -> int:
        return house.server.post(f"{AUTH}/invitations/accept", {"token": token}, cookies=cookies).status_code

    taken, accepted = at_once([take, accept])
    assert (taken, accepted) in {(0, 200), (0, 403)}
    coach = select(Role.id).where(Role.name == "coach").scalar_subquery()
    return bool(house.number(UserRole, UserRole.user_id == ben.id, UserRole.role_id == coach))


def test_a_role_that_is_taken_while_it_is_accepted_is_gone(house: House) -> None:
    """S20, at the same moment."""
    assert [race_for_role(house, moment) for moment in MOMENTS * ROUNDS] == [False] * len(MOMENTS) * ROUNDS


def test_without_locks_it_comes_back(naive: House) -> None:
    assert is_lost(lambda: any(race_for_role(naive, moment) for moment in MOMENTS))


def only_admins(house: House, number: int) -> list[User]:
    """So many new admins, and nobody else passes as one."""
    with Session(house.server.engine) as session:
        theirs = select(Role.id).where(Role.name.in_(ADMINS)).scalar_subquery()
        session.execute(delete(UserRole).where(UserRole.role_id.in_(theirs)))
        session.commit()
    return [newcomer(house, "admin") for _ in range(number)]


def test_of_admins_who_close_each_other_at_once_one_remains(house: House) -> None:
    """S23."""
    for _ in range(ROUNDS * 2):
        admins = only_admins(house, 3)
        doors = [browser(house, each) for each in admins]
        pairs = zip(doors, [*admins[1:], admins[0]], strict=True)
        answers = at_once(
            [
                lambda cookies=cookies, other=other: (
                    house.server.post(f"{USERS}/{other.skater_id}/deactivate", {}, cookies=cookies).status_code
                )
                for cookies, other in pairs
            ]
        )
        assert set(answers) <= {200, 401, 403, 409}, answers
        with house.app.app_context(), open_unit(name="cli") as unit:
            assert len(authority.admins(unit.look)) >= 1


def test_of_admins_whom_the_terminal_demotes_at_once_one_remains(house: House) -> None:
    def demote(user: User) -> bool:
        try:
            ended(house, user, "demoted")
        except LastAdmin:
            return False
        return True

    for _ in range(ROUNDS * 2):
        admins = only_admins(house, 4)
        gone = at_once([lambda user=user: demote(user) for user in admins])
        assert sorted(gone) == [False, True, True, True]


def race_of_acts(house: House) -> list[requests.Response]:
    """Three admins act on each other, and guests accept their links, all at once."""
    admins = [newcomer(house, "admin") for _ in range(3)]
    doors = [browser(house, each) for each in admins]
    links = [house.server.post(INVITES, {"max_uses": 0}, cookies=each).json()["token"] for each in doors]
    guests = [browser(house, newcomer(house)) for _ in range(3)]

    def on(other: int, what: str, by: int, **body: str) -> Callable[[], requests.Response]:
        path = f"{USERS}/{admins[other].skater_id}/{what}"
        return lambda: house.server.post(path, body, cookies=doors[by])

    def accept(link: str, guest: Cookies) -> Callable[[], requests.Response]:
        return lambda: house.server.post(f"{AUTH}/invitations/accept", {"token": link}, cookies=guest)

    acts = [on(b, "roles", a, role="coach") for a, b in itertools.permutations(range(3), 2)]
    acts += [accept(link, guest) for link, guest in zip(links, guests, strict=True)]
    acts += [on(b, "reset-link", a) for a, b in ((0, 1), (1, 2), (2, 0))]
    acts += [on(b, "roles", a, role="admin") for a, b in ((0, 2), (2, 1))]
    emails = [each.email for each in admins]
    lists = [emails, emails[::-1]]
    acts += [
        lambda emails=emails, by=by: house.server.post(TEAM, {"emails": emails, "role": "dev"}, cookies=doors[by])
        for by, emails in enumerate(lists)
    ]
    return at_once([*acts, on(1, "deactivate", 0)])


def race_for_the_place(house: House) -> int:
    """How many of those become admins who open links for the first admin at the same moment."""
    only_admins(house, 0)

    def offered() -> str:
        with house.app.app_context(), open_unit(name="cli") as unit:
            issued = first_admin.offer(unit)
        assert issued
        return issued.secret

    links = at_once([offered] * 4)
    answers = at_once([lambda link=link: house.server.register(house.names(1)[0], link) for link in links])
    assert {answer.status_code for answer in answers} <= {200, 403}
    return [answer.status_code for answer in answers].count(200)


def test_of_links_for_the_first_admin_one_makes_one(house: House) -> None:
    """S35."""
    assert [race_for_the_place(house) for _ in range(ROUNDS * 2)] == [1] * ROUNDS * 2


def test_acts_on_the_same_people_in_any_order_do_not_get_in_each_others_way(house: House) -> None:
    """Locks are taken in one order everywhere: no request fails because two wait for each other."""
    for _ in range(ROUNDS * 2):
        assert [answer.text for answer in race_of_acts(house) if answer.status_code >= 500] == []
