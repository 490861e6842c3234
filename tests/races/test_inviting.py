"""Inviting the same person many times at once leaves one record and one open invitation, whatever they do meanwhile.
Over HTTP, against four processes.
"""

import uuid

import requests

from core.models import Coach, Invitation, LabelInvitation, TenantCoach, User
from tests.races.test_exactly_once import LONG, OK
from tests.support.running import House, address, at_once, said
from tests.support.ways import Cookies, asked_by, browser, coach_link, label, newcomer, team_link, tenant
from tests.support.world import AUTH

TEAM = "/api/v4/admin/teams/invitations"
TIMES = 32 if LONG else 8
ROUNDS = 50 if LONG else 3
LABEL_ROUNDS = 50 if LONG else 8
MADE = (201, None)


def invite_coach(house: House, admin: Cookies, email: str, tenant_id: uuid.UUID) -> requests.Response:
    body = {"name": "Cas Lee", "email": email, "role": "coach", "tenant_id": str(tenant_id)}
    return house.server.post("/api/v4/admin/invite-coach", body, cookies=admin)


def invite_team(house: House, admin: Cookies, *emails: str) -> requests.Response:
    return house.server.post(TEAM, {"emails": emails, "role": "designer"}, cookies=admin)


def opens(house: House, link: str) -> str:
    """What the holder of this link is told: "alive", or why not."""
    answer = house.server.get(f"{AUTH}/register/validate-token?token={link.partition('token=')[2]}")
    return "alive" if answer.status_code == 200 else str(answer.json()["code"])


def test_a_coach_invited_many_times_at_once_is_recorded_once_with_one_living_link(house: House) -> None:
    admin, club = browser(house, newcomer(house, "admin")), tenant(house)
    for name in house.names(ROUNDS):
        email = address(name)
        answers = at_once([lambda email=email: invite_coach(house, admin, email, club)] * TIMES)
        assert said(answers) == [MADE] * TIMES
        [coach] = house.rows(Coach, Coach.email == email)
        assert {answer.json()["coach_id"] for answer in answers} == {str(coach.id)}
        assert house.number(TenantCoach, TenantCoach.coach_id == coach.id) == 1
        assert house.number(Invitation, Invitation.email == email) == 1
        told = sorted(opens(house, answer.json()["invite_url"]) for answer in answers)
        assert told == ["alive"] + ["invite_replaced"] * (TIMES - 1)


def test_a_coach_invited_to_many_tenants_at_once_is_recorded_once(house: House) -> None:
    admin, clubs = browser(house, newcomer(house, "admin")), [tenant(house) for _ in range(4)]
    for name in house.names(ROUNDS):
        email = address(name)
        answers = at_once([lambda club=club, email=email: invite_coach(house, admin, email, club) for club in clubs])
        assert said(answers) == [MADE] * len(clubs)
        [coach] = house.rows(Coach, Coach.email == email)
        assert house.number(TenantCoach, TenantCoach.coach_id == coach.id) == len(clubs)
        assert [opens(house, answer.json()["invite_url"]) for answer in answers] == ["alive"] * len(clubs)


def test_inviting_a_coach_again_while_they_register_is_answered_either_way(house: House) -> None:
    admin = browser(house, newcomer(house, "admin"))
    for login in house.names(ROUNDS):
        email = address(login)
        token = coach_link(house, email)
        [coach] = house.rows(Coach, Coach.email == email)
        [place] = house.rows(TenantCoach, TenantCoach.coach_id == coach.id)
        again = [lambda email=email, club=place.tenant_id: invite_coach(house, admin, email, club)] * 3
        *invited, registered = at_once([*again, lambda login=login, token=token: house.server.register(login, token)])
        assert set(said(invited)) <= {MADE, (409, "already_member")}
        assert said([registered]) in ([OK], [(403, "invite_replaced")])
        assert house.number(User, User.email == email) == (registered.status_code == 200)


def test_an_address_invited_to_the_team_many_times_at_once_has_one_open_invitation(house: House) -> None:
    admin = browser(house, newcomer(house, "admin"))
    for name in house.names(ROUNDS):
        email = address(name)
        answers = at_once([lambda email=email: invite_team(house, admin, email)] * TIMES)
        assert said(answers) == [MADE] * TIMES
        outcomes = sorted(answer.json()["items"][0]["outcome"] for answer in answers)
        assert outcomes == ["invited"] + ["reinvited"] * (TIMES - 1)
        assert house.number(Invitation, Invitation.email == email) == 1


def test_lists_of_the_same_addresses_in_any_order_do_not_get_in_each_others_way(house: House) -> None:
    admin = browser(house, newcomer(house, "admin"))
    emails = [address(name) for name in house.names(10)]
    for _ in range(2):
        orders = [emails, emails[::-1], emails[5:] + emails[:5], emails[4::-1] + emails[:4:-1]]
        answers = at_once([lambda order=order: invite_team(house, admin, *order) for order in orders])
        assert said(answers) == [MADE] * len(orders)
        assert house.number(Invitation, Invitation.email.in_(emails)) == len(emails)


def test_an_address_that_accepts_meanwhile_does_not_sink_the_list(house: House) -> None:
    admin = browser(house, newcomer(house, "admin"))
    for _ in range(ROUNDS):
        user = newcomer(house)
        token, others = team_link(house, user.email, ["designer"]), [address(name) for name in house.names(3)]
        theirs = browser(house, user)
        again = [lambda user=user, others=others: invite_team(house, admin, *others, user.email)] * 3
        *invited, accepted = at_once(
            [
                *again,
                lambda token=token, theirs=theirs: house.server.post(
                    f"{TEAM}/accept", {"token": token}, cookies=theirs
                ),
            ]
        )
        assert said(invited) == [MADE] * 3
        assert said([accepted]) in ([OK], [(403, "invite_replaced")])
        outcomes = {answer.json()["items"][-1]["outcome"] for answer in invited}
        assert outcomes <= {"reinvited", "already_member"}
        assert house.number(Invitation, Invitation.email == user.email) == 1


def test_a_label_that_asks_while_the_artist_joins_another_is_refused_or_withdrawn(house: House) -> None:
    (mine, owner), (other, rival) = label(house), label(house)
    for _ in range(LABEL_ROUNDS):
        artist = newcomer(house, "artist")
        cookies, key = browser(house, artist), asked_by(house, mine, owner, artist)
        body, url = {"artistId": str(artist.skater_id)}, f"/api/v4/labels/{other}/invitations"
        accepted, asked = at_once(
            [
                lambda key=key, cookies=cookies: house.server.post(
                    f"/api/v4/invitations/{key}/accept", {}, cookies=cookies
                ),
                lambda body=body, url=url: house.server.post(url, body, cookies=rival),
            ]
        )
        assert said([accepted]) == [OK]
        assert said([asked]) in ([MADE], [(400, "artist_has_label")])
        rows = house.rows(LabelInvitation, LabelInvitation.artist_id == artist.id)
        assert [row.status for row in rows if row.label_id == other] == ["expired"] * (asked.status_code == 201)


def test_one_label_asks_an_artist_once_however_often_at_once(house: House) -> None:
    label_id, owner = label(house)
    for _ in range(ROUNDS):
        artist = newcomer(house, "artist")
        body = {"artistId": str(artist.skater_id)}
        url = f"/api/v4/labels/{label_id}/invitations"
        answers = at_once([lambda body=body, url=url: house.server.post(url, body, cookies=owner)] * 4)
        assert said(answers) == [MADE] + [(400, "already_invited")] * 3
