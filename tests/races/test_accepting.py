"""Accounts that accept at the same moment: an invitation is used as often as it may be, by each account once, and
nobody who was let in or turned away sees an error. Over HTTP, against four processes.
"""

import requests

from core.models import InvitationUse, UserRole
from tests.races.test_exactly_once import LONG, OK, USED, is_lost
from tests.support.running import House, at_once, said
from tests.support.ways import Cookies, browser, coach_link, newcomer, team_link
from tests.support.world import AUTH

ACCOUNTS = 32 if LONG else 8
ROUNDS = 50 if LONG else 1
TAKEN = (409, "already_member")


def accept(house: House, token: str, cookies: Cookies) -> requests.Response:
    return house.server.post(f"{AUTH}/invitations/accept", {"token": token}, cookies=cookies)


def race_for_roles(house: House, uses: int) -> int:
    """How many accounts get what an invitation with so many uses brings."""
    token, users = house.invite(max_uses=uses, roles=["coach"]), [newcomer(house) for _ in range(ACCOUNTS)]
    browsers = [browser(house, user) for user in users]
    answers = at_once([lambda cookies=cookies: accept(house, token, cookies) for cookies in browsers])
    got = house.number(UserRole, UserRole.user_id.in_([user.id for user in users])) - ACCOUNTS
    assert said(answers) == [OK] * got + [USED] * (ACCOUNTS - got)
    invitation = house.invitation(token)
    assert invitation.uses == got == house.number(InvitationUse, InvitationUse.invitation_id == invitation.id)
    assert said([accept(house, token, browser(house, newcomer(house)))]) == [USED]
    return got


def test_an_invitation_is_accepted_as_often_as_it_has_uses(house: House) -> None:
    assert [race_for_roles(house, uses) for uses in (1, 5) * ROUNDS] == [1, 5] * ROUNDS


def test_looking_before_writing_lets_more_accept(naive: House) -> None:
    assert is_lost(lambda: race_for_roles(naive, 1) > 1)


def test_one_account_accepts_once_in_however_many_browsers(house: House) -> None:
    for _ in range(ROUNDS):
        token, user = house.invite(max_uses=0, roles=["coach"]), newcomer(house)
        browsers = [browser(house, user) for _ in range(ACCOUNTS)]
        answers = at_once([lambda cookies=cookies, token=token: accept(house, token, cookies) for cookies in browsers])
        assert said(answers) == [OK] + [TAKEN] * (ACCOUNTS - 1)
        assert house.invitation(token).uses == 1
        assert house.number(UserRole, UserRole.user_id == user.id) == 2


def test_many_invitations_that_bring_one_role_are_all_accepted_by_one_account(house: House) -> None:
    for _ in range(ROUNDS):
        user = newcomer(house)
        cookies, tokens = browser(house, user), [house.invite(roles=["coach"]) for _ in range(ACCOUNTS)]
        answers = at_once([lambda token=token, cookies=cookies: accept(house, token, cookies) for token in tokens])
        assert said(answers) == [OK] * ACCOUNTS
        assert house.number(UserRole, UserRole.user_id == user.id) == 2


def test_a_role_that_many_give_at_once_is_held_once(house: House) -> None:
    admin, user = browser(house, newcomer(house, "admin")), newcomer(house)
    url = f"/api/v4/admin/users/{user.skater_id}/roles"
    answers = at_once([lambda: house.server.post(url, {"role": "artist"}, cookies=admin)] * ACCOUNTS)
    assert said(answers) == [OK] * ACCOUNTS
    assert house.number(UserRole, UserRole.user_id == user.id) == 2


def test_who_accepts_while_the_invitation_is_revoked_is_in_or_not(house: House) -> None:
    admin = browser(house, newcomer(house, "admin"))
    for _ in range(ROUNDS):
        for make, path in (
            (coach_link, f"{AUTH}/invitations/accept"),
            (team_link, "/api/v4/admin/teams/invitations/accept"),
        ):
            user = newcomer(house)
            token, cookies = make(house, user.email), browser(house, user)
            url = f"{house.server.url}/api/v4/admin/invites/{house.invitation(token).id}"
            accepts = [
                lambda path=path, token=token, cookies=cookies: house.server.post(
                    path, {"token": token}, cookies=cookies
                )
            ]
            revoke = [lambda url=url: requests.delete(url, cookies=admin, timeout=30)]
            *answers, revoked = at_once(accepts * 4 + revoke)
            row = house.invitation(token)
            got = house.number(InvitationUse, InvitationUse.invitation_id == row.id)
            assert (revoked.status_code, row.revoked_at is not None) in {(204, True), (403, False)}
            assert [answer.status_code for answer in answers].count(200) == got == row.uses <= 1
            codes = {code for status, code in said(answers) if status != 200}
            assert codes <= {"invite_used", "invite_revoked", "already_member"}
