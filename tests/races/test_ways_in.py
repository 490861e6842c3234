"""What coaches, the team and artists are promised holds when everything happens at the same moment: over HTTP, against
four processes. Where a claim decides, the race is also run on a control (naive_wsgi), where it must be lost.
"""

import uuid

import requests

from core.models import (
    BrowserSession,
    Coach,
    InvitationUse,
    LabelArtist,
    LabelInvitation,
    LoginToken,
    TeamMember,
    TenantCoach,
    User,
)
from tests.races.test_exactly_once import LONG, OK, USED, is_lost
from tests.support.running import House, address, at_once, said
from tests.support.ways import Cookies, asked_by, browser, coach_link, label, newcomer, team_link
from tests.support.world import AUTH, PASSWORD

TEAM = "/api/v4/admin/teams/invitations"
ACCEPTS = 32 if LONG else 12
EXCHANGES = GUESTS = 32 if LONG else 8
ROUNDS = 50 if LONG else 3
LABEL_ROUNDS = 50 if LONG else 10
DEAD = (401, "token_invalid")
HAS_LABEL = (409, "has_label")


def accepts_of_a_team_link(house: House, email: str, cookies: Cookies | None = None) -> list[requests.Response]:
    body = {"token": team_link(house, email)}
    answers = at_once([lambda: house.server.post(f"{TEAM}/accept", body, cookies=cookies)] * ACCEPTS)
    assert said([house.server.post(f"{TEAM}/accept", body, cookies=cookies)]) == [USED]
    return answers


def one_got_in(answers: list[requests.Response]) -> bool:
    """One accepted, all others were told that the link is used, in the same words."""
    refusals = {answer.text for answer in answers if answer.status_code == 403}
    return said(answers) == [OK] + [USED] * (len(answers) - 1) and len(refusals) == 1


def check_membership(house: House, email: str) -> None:
    """One account, one membership, one use, one token to sign in with."""
    [user] = house.rows(User, User.email == email)
    assert house.number(TeamMember, TeamMember.user_id == user.id) == 1
    assert house.number(InvitationUse, InvitationUse.user_id == user.id) == 1
    assert house.number(LoginToken, LoginToken.user_id == user.id) == 1


def test_one_team_link_makes_one_account(house: House) -> None:
    for name in house.names(ROUNDS):
        answers = accepts_of_a_team_link(house, address(name))
        assert one_got_in(answers)
        assert [a.json()["accountCreated"] for a in answers if a.status_code == 200] == [True]
        check_membership(house, address(name))


def test_one_team_link_makes_one_membership_of_an_account(house: House) -> None:
    for _ in range(ROUNDS):
        user = newcomer(house)
        answers = accepts_of_a_team_link(house, user.email, browser(house, user))
        assert one_got_in(answers)
        assert [a.json()["accountCreated"] for a in answers if a.status_code == 200] == [False]
        check_membership(house, user.email)


def test_looking_before_writing_lets_more_into_the_team(naive: House) -> None:
    assert is_lost(lambda: not one_got_in(accepts_of_a_team_link(naive, address(naive.names(1)[0]))))
    assert is_lost(lambda: not one_got_in(_accepts_of_a_member(naive)))


def _accepts_of_a_member(house: House) -> list[requests.Response]:
    user = newcomer(house)
    return accepts_of_a_team_link(house, user.email, browser(house, user))


def test_two_newcomers_whose_addresses_begin_alike_both_get_in(house: House) -> None:
    for name in house.names(ROUNDS):
        bodies = [{"token": team_link(house, f"{name}@{club}.test")} for club in ("club", "rink", "school", "team")]
        answers = at_once([lambda body=body: house.server.post(f"{TEAM}/accept", body) for body in bodies])
        assert said(answers) == [OK] * 4


def race_for_session(house: House) -> int:
    """How many sessions the access token of one accepted link begins."""
    user = newcomer(house)
    mine = browser(house, user)
    accepted = house.server.post(f"{TEAM}/accept", {"token": team_link(house, user.email)}, cookies=mine)
    body = {"accessToken": accepted.json()["accessToken"]}
    answers = at_once([lambda: house.server.post(f"{AUTH}/login/token", body)] * EXCHANGES)
    begun = house.number(BrowserSession, BrowserSession.user_id == user.id) - 1
    assert said(answers) == [OK] * begun + [DEAD] * (EXCHANGES - begun)
    return begun


def test_one_access_token_of_the_team_begins_one_session(house: House) -> None:
    assert [race_for_session(house) for _ in range(ROUNDS)] == [1] * ROUNDS


def test_looking_before_writing_begins_more_sessions_of_the_team(naive: House) -> None:
    assert is_lost(lambda: race_for_session(naive) > 1)


def registrations(house: House, email: str) -> list[requests.Response]:
    """What comes of many people with one coach's link and address, each with a login of their own."""
    body = {"aEmail": email, "aPasswordHash": PASSWORD, "invite_token": coach_link(house, email)}
    logins = house.names(GUESTS)
    return at_once(
        [lambda login=login: house.server.post(f"{AUTH}/register", {**body, "aLogin": login}) for login in logins]
    )


def check_place(house: House, email: str) -> None:
    """One account is bound to the coach's record, through one use."""
    [user] = house.rows(User, User.email == email)
    [coach] = house.rows(Coach, Coach.email == email)
    [place] = house.rows(TenantCoach, TenantCoach.coach_id == coach.id)
    assert (coach.skater_id, place.user_id) == (user.skater_id, user.id)
    assert house.number(InvitationUse, InvitationUse.invitation_id == place.invitation_id) == 1


def test_one_coach_link_binds_one_new_account(house: House) -> None:
    for name in house.names(ROUNDS):
        assert one_got_in(registrations(house, address(name)))
        check_place(house, address(name))


def test_looking_before_writing_misleads_coaches(naive: House) -> None:
    assert is_lost(lambda: not one_got_in(registrations(naive, address(naive.names(1)[0]))))


def test_one_coach_link_binds_the_account_that_accepts_while_others_register(house: House) -> None:
    for login in house.names(ROUNDS):
        user = newcomer(house)
        token, browsers = coach_link(house, user.email), [browser(house, user) for _ in range(4)]
        form = {"aEmail": user.email, "aPasswordHash": PASSWORD, "invite_token": token, "aLogin": login}
        register = [lambda form=form: house.server.post(f"{AUTH}/register", form)] * 4
        accept = [
            lambda cookies=cookies, token=token: house.server.post(
                f"{AUTH}/invitations/accept", {"token": token}, cookies=cookies
            )
            for cookies in browsers
        ]
        answers = at_once([*register, *accept])
        accepted = said(answers[4:])
        assert accepted[0] == OK
        assert set(accepted[1:]) <= {USED, (409, "already_member")}
        assert set(said(answers[:4])) <= {USED, (409, "email_taken")}
        check_place(house, user.email)
        assert house.invitation(token).uses == 1


def test_an_artist_joins_one_label_however_many_ask(house: House) -> None:
    offers = [label(house) for _ in range(3)]
    for _ in range(LABEL_ROUNDS):
        artist = newcomer(house, "artist")
        cookies = browser(house, artist)
        asked = [asked_by(house, label_id, owner, artist) for label_id, owner in offers]
        accepts = [
            lambda key=key, cookies=cookies: house.server.post(f"/api/v4/invitations/{key}/accept", {}, cookies=cookies)
            for key in asked[:2] * 3
        ]
        answers = at_once(accepts)
        assert said(answers) == [OK] + [HAS_LABEL] * 5
        [joined] = house.rows(LabelArtist, LabelArtist.artist_id == artist.id)
        rows = house.rows(LabelInvitation, LabelInvitation.artist_id == artist.id)
        states = {row.label_id: row.status for row in rows}
        assert states.pop(joined.label_id) == "accepted"
        assert set(states.values()) == {"expired"}
        won = asked[[answer.status_code for answer in answers].index(200) % 2]
        assert [row.id for row in rows if row.status == "accepted"] == [uuid.UUID(won)]


def test_an_artist_who_accepts_and_declines_at_once_does_one_of_them(house: House) -> None:
    label_id, owner = label(house)
    for _ in range(ROUNDS):
        artist = newcomer(house, "artist")
        cookies, key = browser(house, artist), asked_by(house, label_id, owner, artist)
        answers = at_once(
            [
                lambda act=act, key=key, cookies=cookies: house.server.post(
                    f"/api/v4/invitations/{key}/{act}", {}, cookies=cookies
                )
                for act in ("accept", "decline")
            ]
        )
        assert said(answers) == [OK, (409, "not_pending")]
        joined = house.number(LabelArtist, LabelArtist.artist_id == artist.id)
        assert joined == (answers[0].status_code == 200)
