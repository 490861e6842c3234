"""Of any number of racing requests exactly the permitted number succeed: over HTTP, against four processes.

Each race is run on the product and on a control (naive_wsgi) that looks first and writes then, where it must be lost.
LONG=1 in the environment makes every race bigger and runs it more often.
"""

import itertools
from collections.abc import Callable

import pytest
import requests
from sqlalchemy import update

from core.models import BrowserSession, InvitationUse, User
from tests.support.examples import LONG
from tests.support.running import House, address, at_once, fresh_password, said
from tests.support.servers import wait_for
from tests.support.world import AUTH, PASSWORD

CLIENTS = 64 if LONG else 16
ROUNDS = 100 if LONG else 2
LOSING_ROUNDS = 5
"""In so many rounds the control must have broken its promise at least once."""

USED = (403, "invite_used")
OK = (200, None)


def race_for_invite(house: House, uses: int) -> int:
    """How many accounts an invitation with so many uses makes."""
    token, names = house.invite(max_uses=uses), house.names(CLIENTS)
    answers = at_once([lambda name=name: house.server.register(name, token) for name in names])
    made = house.accounts(names)
    assert said(answers) == [OK] * made + [USED] * (CLIENTS - made)
    assert len({answer.text for answer in answers if answer.status_code == 403}) <= 1
    assert said([house.server.register(house.names(1)[0], token)]) == [USED]
    invitation = house.invitation(token)
    assert invitation.uses == made == house.number(InvitationUse, InvitationUse.invitation_id == invitation.id)
    return made


@pytest.mark.parametrize("uses", [1, 5])
def test_an_invite_makes_as_many_accounts_as_it_has_uses(house: House, uses: int) -> None:
    assert [race_for_invite(house, uses) for _ in range(ROUNDS)] == [uses] * ROUNDS


@pytest.mark.parametrize("uses", [1, 5])
def test_looking_before_writing_makes_more_accounts(naive: House, uses: int) -> None:
    assert is_lost(lambda: race_for_invite(naive, uses) > uses)


def spelled(name: str) -> list[str]:
    """One address, as five people could write it."""
    wide, local = "\uff23\uff2c\uff35\uff22.test", name.lower()
    return [
        f"{name}@Club.test",
        f" {local}@club.test ",
        f"{name.upper()}@CLUB.test",
        f"{local}@{wide}",
        f"{local}@club\u3002test",
    ]


def test_one_address_gets_one_account_and_the_others_give_their_use_back(house: House) -> None:
    def race_for_address() -> None:
        token, names = house.invite(max_uses=CLIENTS), house.names(CLIENTS)
        body = {"aPasswordHash": PASSWORD, "invite_token": token}
        spellings = itertools.cycle(spelled(names[0]))
        answers = at_once(
            [
                lambda name=name, email=email: house.server.post(
                    f"{AUTH}/register", {**body, "aLogin": name, "aEmail": email}
                )
                for name, email in zip(names, spellings, strict=False)
            ]
        )
        assert said(answers) == [OK] + [(409, "email_taken")] * (CLIENTS - 1)
        assert house.accounts(names) == 1
        assert house.invitation(token).uses == 1

    for _ in range(ROUNDS):
        race_for_address()


def test_one_login_gets_one_account_whatever_its_letter_case(house: House) -> None:
    token, [name] = house.invite(max_uses=50), house.names(1)
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in name)
    logins = [name, name.upper(), f" {name.lower()} ", wide, name.replace("s", "\u017f")] * 2
    emails = [address(each) for each in house.names(len(logins))]
    body = {"aPasswordHash": PASSWORD, "invite_token": token}
    answers = at_once(
        [
            lambda login=login, email=email: house.server.post(
                f"{AUTH}/register", {**body, "aLogin": login, "aEmail": email}
            )
            for login, email in zip(logins, emails, strict=True)
        ]
    )
    assert said(answers) == [OK] + [(409, "login_taken")] * (len(logins) - 1)
    assert house.invitation(token).uses == house.number(User, User.login_key == name.lower()) == 1


@pytest.mark.parametrize("engine", ["postgresql"])
def test_without_the_databases_constraint_one_address_gets_two_accounts(naive: House) -> None:
    [one, other], token = naive.names(2), naive.invite(max_uses=2)
    theirs = {"aEmail": address(one), "aPasswordHash": PASSWORD, "invite_token": token}
    table, constraint = User.__table__.name, "uq_uAuthTable_email_key"

    def alter(change: str) -> None:
        with naive.server.engine.begin() as connection:
            connection.exec_driver_sql(f'ALTER TABLE "{table}" {change}')

    alter(f'DROP CONSTRAINT "{constraint}"')
    try:
        acts = [
            lambda name=name: naive.server.post(f"{AUTH}/register", {**theirs, "aLogin": name}) for name in (one, other)
        ]
        assert said(at_once(acts)) == [OK, OK]
        with naive.server.engine.begin() as connection:
            connection.execute(update(User).where(User.login == other).values(email_key=address(other)))
    finally:
        alter(f'ADD CONSTRAINT "{constraint}" UNIQUE (email_key)')


def test_revoking_during_registrations_leaves_as_many_accounts_as_uses(house: House) -> None:
    admin = house.server.sign_in(house.admin())

    def race_with_revoking() -> None:
        token, names = house.invite(max_uses=0), house.names(CLIENTS)
        url = f"{house.server.url}/api/v4/admin/invites/{house.invitation(token).id}"

        def revoke_once_somebody_is_in() -> requests.Response:
            wait_for(lambda: house.invitation(token).uses)
            return requests.delete(url, cookies=admin, timeout=30)

        registrations = [lambda name=name: house.server.register(name, token) for name in names]
        *answers, revoked = at_once([*registrations, revoke_once_somebody_is_in])
        made = house.accounts(names)
        assert revoked.status_code == 204
        assert said(answers) == [OK] * made + [(403, "invite_revoked")] * (CLIENTS - made)
        assert house.invitation(token).uses == made >= 1
        assert said([house.server.register(house.names(1)[0], token)]) == [(403, "invite_revoked")]

    for _ in range(ROUNDS):
        race_with_revoking()


def race_for_reset(house: House) -> int:
    """How many of so many new passwords one reset token sets. None but the last of them signs in."""
    name = house.member()
    token, passwords = house.reset_token(name), [fresh_password() for _ in range(CLIENTS)]
    confirm = f"{AUTH}/reset-confirm"
    answers = at_once(
        [lambda new=new: house.server.post(confirm, {"token": token, "new_password": new}) for new in passwords]
    )
    good = [new for answer, new in zip(answers, passwords, strict=True) if answer.status_code == 200]
    assert said(answers) == [OK] * len(good) + [(400, "reset_token_invalid")] * (CLIENTS - len(good))
    again = house.server.post(confirm, {"token": token, "new_password": fresh_password()})
    assert said([again]) == [(400, "reset_token_invalid")]
    opening = at_once([lambda new=new: house.opens(name, new) for new in [*passwords, PASSWORD]])
    assert [new for new, opens in zip([*passwords, PASSWORD], opening, strict=True) if opens] == good or len(good) > 1
    return len(good)


def test_one_reset_token_sets_one_password(house: House) -> None:
    assert [race_for_reset(house) for _ in range(ROUNDS)] == [1] * ROUNDS


def test_looking_before_writing_accepts_more_passwords(naive: House) -> None:
    assert is_lost(lambda: race_for_reset(naive) > 1)


def race_for_sign_in(house: House) -> int:
    """How many sessions one access token begins."""
    name = house.member()
    body = {"accessToken": house.access_token(name)}
    answers = at_once([lambda: house.server.post(f"{AUTH}/login/token", body) for _ in range(CLIENTS)])
    [user] = house.rows(User, User.login == name)
    begun = house.number(BrowserSession, BrowserSession.user_id == user.id)
    assert said(answers) == [OK] * begun + [(401, "token_invalid")] * (CLIENTS - begun)
    assert said([house.server.post(f"{AUTH}/login/token", body)]) == [(401, "token_invalid")]
    return begun


def test_one_access_token_begins_one_session(house: House) -> None:
    assert [race_for_sign_in(house) for _ in range(ROUNDS)] == [1] * ROUNDS


def test_looking_before_writing_begins_more_sessions(naive: House) -> None:
    assert is_lost(lambda: race_for_sign_in(naive) > 1)


def race_for_password(house: House) -> int:
    """How many of four devices change one current password."""
    name = house.member()
    devices = [(house.server.sign_in(name), fresh_password()) for _ in range(4)]
    answers = at_once(
        [
            lambda cookies=cookies, new=new: house.server.post(
                f"{AUTH}/change-password", {"current_password": PASSWORD, "new_password": new}, cookies=cookies
            )
            for cookies, new in devices
        ]
    )
    good = [new for answer, (_, new) in zip(answers, devices, strict=True) if answer.status_code == 200]
    assert {status for status, _ in said(answers)} <= {200, 401}
    opening = [new for _, new in [*devices, (None, PASSWORD)] if house.opens(name, new)]
    assert opening == good or len(good) > 1
    return len(good)


def test_of_two_password_changes_one_wins(house: House) -> None:
    assert [race_for_password(house) for _ in range(ROUNDS)] == [1] * ROUNDS


def test_looking_before_writing_changes_one_password_twice(naive: House) -> None:
    assert is_lost(lambda: race_for_password(naive) > 1)


def test_of_racing_onboardings_one_wins(house: House) -> None:
    body = {"first_name": "Cas", "last_name": "Nobody"}
    for _ in range(ROUNDS):
        cookies = house.server.sign_in(house.member())
        answers = at_once(
            [lambda cookies=cookies: house.server.post(f"{AUTH}/onboard", body, cookies=cookies) for _ in range(4)]
        )
        assert said(answers) == [OK] + [(409, "already_onboarded")] * 3


def is_lost(promise_is_broken: Callable[[], bool]) -> bool:
    return any(promise_is_broken() for _ in range(LOSING_ROUNDS))
