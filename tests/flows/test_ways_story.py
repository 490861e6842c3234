"""Coaches, the team and artists come in, over HTTP, by the letters that arrive, on both databases."""

import html
import json
import re
from datetime import UTC, datetime, timedelta

import requests

from app.unit import open_unit
from core import users
from core.models import Coach, Letter, TenantCoach
from tests.flows.test_story import letter_to, letters_to, link_in
from tests.support.mailserver import Post
from tests.support.running import House, address, fresh_password, said
from tests.support.servers import wait_for
from tests.support.ways import Cookies, browser, newcomer, tenant
from tests.support.world import AUTH, PASSWORD

COACHES = "/api/v4/admin/invite-coach"
TEAM = "/api/v4/admin/teams/invitations"
TO_TEAM = "You are invited to the team"
SECRETS = re.compile(r"passwor[dt]|passphrase|credential|session=|accessToken|eyJ", re.IGNORECASE)


def roles_of(house: House, cookies: Cookies) -> set[str]:
    return set(house.server.get(f"{AUTH}/session", cookies=cookies).json()["roles"])


def at_the_terminal(house: House, *words: str) -> str:
    """The id of what a terminal command has made."""
    return str(json.loads(house.server.command(*words, "--json"))["id"])


def secret_in(letter: Post, base: str) -> str:
    """The secret of the link in a letter; it leads where it should, and nothing else in the letter opens anything."""
    link = link_in(letter)
    place, _, secret = link.partition("?token=")
    assert place == base
    for kind in ("plain", "html"):
        words = html.unescape(letter.text(kind)).replace(link, "")
        assert not SECRETS.search(words)
        assert secret not in words
        assert not re.search(r"[\w-]{32,}", words)
    return secret


def ask_team(house: House, admin: Cookies, *emails: str) -> list[dict[str, str]]:
    answer = house.server.post(TEAM, {"emails": emails, "role": "designer"}, cookies=admin)
    assert answer.status_code == 201
    return list(answer.json()["items"])


def ask_coach(house: House, admin: Cookies, email: str, club: str) -> requests.Response:
    body = {"name": "Cas Lee", "email": email, "role": "head_coach", "tenant_id": club}
    return house.server.post(COACHES, body, cookies=admin)


def prove(house: House, name: str) -> None:
    """Let the address of this person be proven."""
    with house.app.app_context(), open_unit(name="cli") as unit:
        users.prove_address(unit, users.get_by_login(unit.look, name).id, address(name))


def enter_team(house: House, token: str) -> tuple[bool, requests.Response]:
    """Accept a team link and sign in with what that gives: whether an account was made, and the sign-in."""
    accepted = house.server.post(f"{TEAM}/accept", {"token": token})
    assert accepted.status_code == 200, accepted.text
    entered = house.server.post(f"{AUTH}/login/token", {"accessToken": accepted.json()["accessToken"]})
    assert entered.status_code == 200
    return accepted.json()["accountCreated"], entered


def test_a_coach_joins_a_club_by_the_mailed_link(house: House) -> None:
    server, [login] = house.server, house.names(1)
    admin = browser(house, newcomer(house, "admin"))
    club = at_the_terminal(house, "tenants", "create", f"Club of {login}")

    asked = ask_coach(house, admin, address(login), club)
    assert asked.status_code == 201
    token = secret_in(letter_to(house, login, f"Join Club of {login} as a coach"), f"{server.url}/coach/onboard")
    on_screen = asked.json()["invite_url"].partition("?token=")[2]
    assert token != on_screen
    shown = server.get(f"{AUTH}/register/validate-token?token={token}").json()
    assert (shown["kind"], shown["email"], shown["name"]) == ("coach", address(login), "Cas Lee")

    # The link is personal, and both of them are one invitation.
    [stranger] = house.names(1)
    assert server.register(stranger, token).json()["code"] == "invite_other_address"
    assert server.register(login, token).status_code == 200
    assert server.register(stranger, on_screen).json()["code"] == "invite_used"
    cookies = server.sign_in(login)
    assert "coach" in roles_of(house, cookies)
    [coach] = house.rows(Coach, Coach.email == address(login))
    [place] = house.rows(TenantCoach, TenantCoach.coach_id == coach.id)
    me = server.get(f"{AUTH}/session", cookies=cookies).json()
    assert (str(coach.id), str(coach.skater_id)) == (asked.json()["coach_id"], me["uSkaterUUID"])
    assert (str(place.tenant_id), place.part, place.user_id) == (club, "head_coach", me["user_id"])
    assert said([ask_coach(house, admin, address(login), club)]) == [(409, "already_member")]


def test_the_team_comes_in_by_letters_in_bulk(house: House) -> None:
    server, logins = house.server, house.names(3)
    admin, known = browser(house, newcomer(house, "admin")), house.member()
    names = [known, *logins]
    emails = [*map(address, names), "no address", "two@@signs.test"]
    prove(house, known)

    outcomes = ask_team(house, admin, *emails)
    assert [(each["email"], each["outcome"]) for each in outcomes] == [
        *((address(name), "invited") for name in names),
        ("no address", "invalid"),
        ("two@@signs.test", "invalid"),
    ]
    tokens = {name: secret_in(letter_to(house, name, TO_TEAM), f"{server.url}/team/join") for name in names}
    assert len(set(tokens.values())) == len(names)
    assert not {"no address", "two@@signs.test"} & {to for post in house.mail.received for to in post.recipients}

    # Somebody new must set a password first; then everything opens.
    new = logins[0]
    created, entered = enter_team(house, tokens[new])
    assert (created, entered.json()["password_change_required"]) == (True, True)
    cookies = {"session": entered.cookies["session"]}
    assert said([server.get(f"{AUTH}/sessions", cookies=cookies)]) == [(403, "password_change_required")]
    assert house.session(cookies) == 200
    password = fresh_password()
    changed = server.post(f"{AUTH}/change-password", {"new_password": password}, cookies=cookies)
    assert changed.status_code == 200
    assert server.get(f"{AUTH}/sessions", cookies={"session": changed.cookies["session"]}).status_code == 200
    assert house.session(cookies) == 401
    assert roles_of(house, server.sign_in(address(new), password)) == {"designer"}

    # Somebody known whose address was never proven: who has the mailbox sets a new password.
    unproven = house.member()
    kept = server.sign_in(unproven)
    ask_team(house, admin, address(unproven))
    created, entered = enter_team(house, secret_in(letter_to(house, unproven, TO_TEAM), f"{server.url}/team/join"))
    assert (created, entered.json()["password_change_required"]) == (False, True)
    assert house.session(kept) == 401
    assert not house.opens(unproven, PASSWORD)

    # Somebody known whose address is proven keeps all they have.
    created, entered = enter_team(house, tokens[known])
    assert (created, entered.json()["password_change_required"]) == (False, False)
    assert roles_of(house, server.sign_in(known)) == {"adult", "designer"}
    again = server.post(f"{TEAM}/accept", {"token": tokens[known]})
    assert said([again]) == [(403, "invite_used")]
    assert [each["outcome"] for each in ask_team(house, admin, *emails)][:3] == [
        "already_member",
        "already_member",
        "reinvited",
    ]


def test_an_artist_joins_a_label_that_was_made_at_the_terminal(house: House) -> None:
    server, owner = house.server, house.member()
    label = at_the_terminal(house, "labels", "create", "--owner", owner, f"Label of {owner}")
    artist = newcomer(house, "artist")
    asked = server.post(
        f"/api/v4/labels/{label}/invitations", {"artistId": str(artist.skater_id)}, cookies=server.sign_in(owner)
    )
    assert (asked.status_code, asked.json()["status"]) == (201, "pending")

    notice = letter_to(house, artist.login, f"Label of {owner} would like you to join")
    assert link_in(notice) == f"{server.url}/invitations"
    assert not SECRETS.search(notice.text())
    cookies = browser(house, artist)
    [waiting] = server.get("/api/v4/invitations", cookies=cookies).json()["items"]
    assert (waiting["id"], waiting["labelName"]) == (asked.json()["id"], f"Label of {owner}")
    accepted = server.post(f"/api/v4/invitations/{waiting['id']}/accept", {}, cookies=cookies)
    assert accepted.status_code == 200
    [decided] = server.get("/api/v4/invitations", cookies=cookies).json()["items"]
    assert decided["status"] == "accepted"


def test_links_die_with_the_account_of_whoever_issued_them(house: House) -> None:
    admin, names = newcomer(house, "admin"), house.names(2)
    cookies = browser(house, admin)
    club = str(tenant(house))
    coach_link = ask_coach(house, cookies, address(names[0]), club).json()["invite_url"].partition("?token=")[2]
    ask_team(house, cookies, address(names[1]))
    team_link = secret_in(letter_to(house, names[1], TO_TEAM), f"{house.server.url}/team/join")

    house.close(admin.login)

    assert said([house.server.register(names[0], coach_link)]) == [(403, "invite_revoked")]
    assert said([house.server.post(f"{TEAM}/accept", {"token": team_link})]) == [(403, "invite_revoked")]


def test_letters_of_what_was_revoked_meanwhile_are_never_sent(house: House) -> None:
    admin, [revoked, orphan, kept] = newcomer(house, "admin"), house.names(3)
    cookies, second = browser(house, admin), newcomer(house, "admin")
    club = str(tenant(house))
    house.mail.stop()
    try:
        [asked, _] = ask_team(house, cookies, address(revoked), address(kept))
        assert ask_coach(house, browser(house, second), address(orphan), club).status_code == 201
        wait_for(lambda: all(rests(house, name) for name in (revoked, orphan, kept)), 60)
        gone = requests.delete(f"{house.server.url}{TEAM}/{asked['id']}", cookies=cookies, timeout=30)
        assert gone.status_code == 204
        house.close(second.login)
    finally:
        house.mail.start()
    wait_for(lambda: letters_to(house, kept), 60)
    wait_for(lambda: [state(house, name) for name in (revoked, orphan, kept)] == ["dropped", "dropped", "sent"], 60)
    assert letters_to(house, revoked) + letters_to(house, orphan) == []


def letter_row(house: House, name: str) -> Letter:
    [row] = house.rows(Letter, Letter.recipient == address(name))
    return row


def rests(house: House, name: str) -> bool:
    """Whether the letter was tried, and is in nobody's hands for some time to come: one that is being handed over
    while its invitation is revoked still goes out."""
    row = letter_row(house, name)
    return row.state == "queued" and row.attempts > 0 and row.due_at > datetime.now(UTC) + timedelta(seconds=1)


def state(house: House, name: str) -> str:
    return str(letter_row(house, name).state)
