"""Taking a place in the team: with a link and nothing else."""

import re
from typing import Any

import jwt
import pytest

from app import access_tokens
from app.sealing import key_for
from core import teams
from core.models import LoginToken, TeamMember, User
from tests.api.test_coach_invitations import ask as ask_coach
from tests.api.test_team_invitations import ACCEPT, accept, ask
from tests.api.test_team_links import sent
from tests.support.answers import INVALID, apart_from_counters, faults, said
from tests.support.world import AUTH, PASSWORD, Person, World, token_in, token_of

CHANGE_FIRST = (403, "Please set a new password first.", "password_change_required")
DEAD = "Invalid or expired invite token."
TOKEN_DEAD = (401, "This sign-in token is invalid, expired or has already been used.", "token_invalid")


def invited(world: World, email: str = "bea@club.test", role: str = "designer") -> str:
    """The token with which an owner invites this address."""
    return sent(world, world.member("Olga", "owner"), email, role)[1]


def sign_in(person: Person, access_token: str) -> Any:
    return person.post(f"{AUTH}/login/token", {"accessToken": access_token})


def account(world: World, email: str) -> Any:
    [row] = [row for row in world.rows(User) if row.email_key == email]
    return row


def test_who_has_no_account_gets_one_that_asks_for_a_password(world: World) -> None:
    token, bea = invited(world, role="dev"), world.somebody("bea")

    answer = accept(bea, token)

    assert answer.status_code == 200
    assert set(answer.json) == {"accessToken", "accountCreated"}
    assert answer.json["accountCreated"] is True
    assert "Set-Cookie" not in answer.headers
    row = account(world, "bea@club.test")
    assert (row.login, row.must_change_password, row.is_active) == ("bea", True, True)
    assert [(member.user_id, member.role) for member in world.rows(TeamMember)] == [(row.id, "dev")]

    signed_in = sign_in(bea, answer.json["accessToken"])
    assert signed_in.json == {"message": "Login successful", "password_change_required": True}
    assert (bea.session().json["roles"], bea.session().json["password_change_required"]) == (["dev"], True)


def test_until_then_every_other_door_is_closed(world: World) -> None:
    token, bea = invited(world, role="admin"), world.somebody("bea")
    sign_in(bea, accept(bea, token).json["accessToken"])

    for path in (f"{AUTH}/sessions", "/api/v4/admin/invites", "/api/v4/admin/teams/invitations", "/api/v4/invitations"):
        assert said(bea.get(path)) == CHANGE_FIRST
    assert said(bea.post(f"{AUTH}/onboard", {"first_name": "Bea", "last_name": "B"})) == CHANGE_FIRST
    assert bea.post(f"{AUTH}/change-password", {"new_password": "figure eights at midnight"}).status_code == 200

    assert bea.get("/api/v4/admin/invites").status_code == 200
    assert bea.session().json["password_change_required"] is False
    assert world.somebody("bea").sign_in(password="figure eights at midnight").status_code == 200


@pytest.mark.parametrize("name", ["bea", "bea@club.test"])
def test_nobody_signs_in_to_the_new_account_with_a_guess(world: World, name: str) -> None:
    accept(world.somebody("Bea"), invited(world))

    for guess in ("bea", "bea@club.test", PASSWORD, "None", "null", "0" * 16, "password"):
        body = {"aLogin": name, "aPasswordHash": guess}
        assert world.somebody("Eve").post(f"{AUTH}/login", body).status_code == 401


def test_random_passwords_have_sixteen_characters_and_do_not_repeat() -> None:
    made = {teams._random_password() for _ in range(200)}

    assert len(made) == 200
    assert all(re.fullmatch(r"[A-Za-z0-9]{16}", password) for password in made)


def test_a_login_that_is_taken_gets_digits_behind_it(world: World) -> None:
    world.member("BEA", aEmail="another@club.test")

    assert accept(world.somebody("Eve"), invited(world)).status_code == 200

    assert re.fullmatch(r"bea-\d{6}", account(world, "bea@club.test").login)


def test_every_address_makes_a_login(world: World) -> None:
    olga = world.member("Olga", "owner")

    for local in ("x" * 64, "b.e+a_1-2'3", "1", "o'bea"):
        email = f"{local}@club.test"
        assert accept(world.somebody("Bea"), sent(world, olga, email)[1]).status_code == 200
        assert account(world, email).login == local


@pytest.mark.parametrize("here", ["signed in", "signed out"])
def test_an_account_of_that_address_is_untouched_but_for_role_and_membership(world: World, here: str) -> None:
    bea = world.member("Bea", "artist")
    world.prove(bea)
    token = invited(world, "BEA@club.test", role="admin")
    before = vars(account(world, "bea@club.test"))

    answer = accept(bea if here == "signed in" else world.somebody("Bea"), token)

    assert answer.json["accountCreated"] is False
    after = vars(account(world, "bea@club.test"))
    assert {**after, "_sa_instance_state": None} == {**before, "_sa_instance_state": None}
    assert set(bea.session().json["roles"]) == {"adult", "artist", "admin"}
    phone = world.somebody("Bea")
    assert sign_in(phone, answer.json["accessToken"]).json["password_change_required"] is False
    assert bea.sign_in().status_code == 200
    assert [member.role for member in world.rows(TeamMember)] == ["admin"]


def test_a_place_is_taken_once(world: World) -> None:
    token = invited(world)
    accept(world.somebody("Bea"), token)
    before = apart_from_counters(world.dump())

    assert said(accept(world.somebody("Bea"), token)) == (403, DEAD, "invite_used")
    assert apart_from_counters(world.dump()) == before


BODIES: list[tuple[Any, set[str]]] = [
    ({}, {"token"}),
    ({"token": ""}, {"token"}),
    ({"token": 7}, {"token"}),
    ({"token": "x" * 201}, {"token"}),
    ({"token": ..., "email": "eve@club.test"}, {"email"}),
    ({"token": ..., "role": "owner"}, {"role"}),
    ({"token": ..., "password": PASSWORD, "aLogin": "eve"}, {"password", "aLogin"}),
]


def test_the_token_comes_alone(world: World) -> None:
    token = invited(world)
    before = apart_from_counters(world.dump())

    for body, named in BODIES:
        sent_body = {key: token if value is ... else value for key, value in body.items()}
        answer = world.somebody("Bea").post(ACCEPT, sent_body)
        assert said(answer) == (400, INVALID, "invalid_input"), body
        assert faults(answer) == named
    assert apart_from_counters(world.dump()) == before


@pytest.mark.parametrize("how", ["demoted", "deactivated"])
def test_an_invitation_is_worth_no_more_than_its_issuer(world: World, how: str) -> None:
    token = invited(world, role="super_admin")
    world.member("Second", "owner")
    if how == "demoted":
        world.terminal("users", "grant", "Olga", "admin")
        assert world.terminal("users", "revoke", "Olga", "owner").exit_code == 0
    else:
        assert world.terminal("users", "deactivate", "Olga").exit_code == 0
    before = apart_from_counters(world.dump())

    assert said(accept(world.somebody("Bea"), token)) == (403, DEAD, "invite_revoked")
    assert apart_from_counters(world.dump()) == before


def test_what_its_issuer_may_still_grant_stays_good(world: World) -> None:
    token = invited(world, role="admin")
    world.member("Second", "owner")
    world.terminal("users", "grant", "Olga", "admin")
    world.terminal("users", "revoke", "Olga", "owner")

    assert accept(world.somebody("Bea"), token).status_code == 200


def test_a_closed_account_is_not_opened_by_an_invitation(world: World) -> None:
    world.member("Bea")
    token = invited(world)
    world.terminal("users", "deactivate", "Bea")
    before = apart_from_counters(world.dump())

    assert said(accept(world.somebody("Bea"), token)) == (403, DEAD, "invite_revoked")
    assert apart_from_counters(world.dump()) == before


def test_who_is_somebody_else_is_told_both_sides(world: World) -> None:
    token, eve = invited(world), world.member("Eve")
    before = apart_from_counters(world.dump())

    answer = accept(eve, token)

    assert said(answer) == (403, DEAD, "invite_other_address")
    assert (answer.json["invited"], answer.json["present"]) == ("b•••@club.test", "eve@club.test")
    assert apart_from_counters(world.dump()) == before


def test_a_link_lives_for_seven_days_exactly(world: World) -> None:
    token = invited(world)

    world.clock.later(days=7)
    assert said(accept(world.somebody("Bea"), token)) == (403, DEAD, "invite_expired")
    world.clock.later(seconds=-1)
    assert accept(world.somebody("Bea"), token).status_code == 200


def test_each_kind_of_link_opens_its_own_door_only(world: World) -> None:
    team, bea = invited(world), world.member("Bea")
    coach = token_of(ask_coach(world.admin(), world.tenant())["invite_url"])
    gate = world.invite()
    before = apart_from_counters(world.dump())

    assert said(world.somebody("Bea").register(team)) == (403, DEAD, "invite_invalid")
    assert said(bea.post(f"{AUTH}/invitations/accept", {"token": team})) == (403, DEAD, "invite_invalid")
    for token in (coach, gate, "x" * 43):
        assert said(accept(bea, token)) == (403, DEAD, "invite_invalid")
    assert apart_from_counters(world.dump()) == before


def test_the_access_token_signs_in_once_within_a_quarter_of_an_hour(world: World) -> None:
    ask(world.member("Olga", "owner"), "bea@club.test", "cas@club.test")
    early, late = (accept(world.somebody("X"), token_in(letter)).json["accessToken"] for letter in world.deliver())
    eve = world.somebody("Eve")

    world.clock.later(minutes=15, seconds=-1)
    assert sign_in(world.somebody("Bea"), early).status_code == 200
    assert said(sign_in(eve, early)) == TOKEN_DEAD
    world.clock.later(seconds=1)
    assert said(sign_in(eve, late)) == TOKEN_DEAD


def test_the_access_token_is_refused_unless_it_is_ours_untouched(world: World) -> None:
    token = accept(world.somebody("Bea"), invited(world)).json["accessToken"]
    head, payload, signature = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False})
    key = key_for(world.app.extensions["settings"].secret_keys[0], access_tokens.PURPOSE)
    assert claims["exp"] - claims["iat"] == 15 * 60
    forged = {
        "unsigned": jwt.encode(claims, "", "none"),
        "without its signature": f"{head}.{payload}.",
        "foreign key": jwt.encode(claims, b"k" * 32, "HS256"),
        "other audience": jwt.encode({**claims, "aud": "vestibule/other"}, key, "HS256"),
        "longer life": f"{head}.{jwt.encode({**claims, 'exp': 2**40}, b'k' * 32).split('.')[1]}.{signature}",
        "bare": claims["secret"],
    }

    for how, each in forged.items():
        assert said(sign_in(world.somebody("Eve"), each)) == TOKEN_DEAD, how
    assert [row.used_at for row in world.rows(LoginToken)] == [None]
    assert sign_in(world.somebody("Bea"), token).status_code == 200
