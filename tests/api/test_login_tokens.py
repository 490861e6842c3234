"""Signing in with the access token that a team invitation gives."""

from datetime import timedelta
from typing import Any

import jwt
import pytest

from app import access_tokens
from app.sealing import key_for
from app.unit import open_unit
from core import logins, users
from core.models import LoginToken
from core.policy import Policy
from tests.api.conftest import NewWorld
from tests.api.test_sessions import is_in
from tests.conftest import Databases
from tests.support.answers import INVALID, apart_from_counters, faults, said
from tests.support.world import AUTH, World

LIFE = Policy().login_token_life
DEAD = (401, "This sign-in token is invalid, expired or has already been used.", "token_invalid")
OLD, NEW = "a secret of last year's", "a secret of this year's"


def secret_for(world: World, login: str) -> str:
    with world.app.app_context(), open_unit(name="cli") as unit:
        return logins.issue_login_token(unit, users.get_by_login(unit.look, login).id)


def token_for(world: World, login: str, life: timedelta = LIFE) -> str:
    secret = secret_for(world, login)
    return access_tokens.seal(world.app.extensions["settings"], secret, world.clock.now, life)


def redeem(world: World, token: Any) -> Any:
    return world.somebody("Cas").post(f"{AUTH}/login/token", {"accessToken": token})


def test_an_access_token_signs_in_once(world: World) -> None:
    world.member("Cas")
    token = token_for(world, "Cas")
    cas, again = world.somebody("Cas"), world.somebody("Cas")

    answer = cas.post(f"{AUTH}/login/token", {"accessToken": token})

    assert (answer.status_code, answer.json) == (
        200,
        {"message": "Login successful", "password_change_required": False},
    )
    assert cas.session().json["login"] == "Cas"
    before = apart_from_counters(world.dump())
    assert said(again.post(f"{AUTH}/login/token", {"accessToken": token})) == DEAD
    assert apart_from_counters(world.dump()) == before
    assert not is_in(again)
    assert is_in(cas)


def test_it_ends_the_browsers_former_session(world: World) -> None:
    dee = world.member("Dee")
    world.member("Cas")

    dee.post(f"{AUTH}/login/token", {"accessToken": token_for(world, "Cas")})

    assert dee.session().json["login"] == "Cas"
    assert len(dee.get(f"{AUTH}/sessions").json["items"]) == 2


def test_it_lives_for_a_quarter_of_an_hour_exactly(world: World) -> None:
    world.member("Cas")
    early, late = token_for(world, "Cas"), token_for(world, "Cas")

    world.clock.later(minutes=15, seconds=-1)
    assert redeem(world, early).status_code == 200
    world.clock.later(seconds=1)
    assert said(redeem(world, late)) == DEAD


def test_the_row_outdates_an_envelope_that_says_otherwise(world: World) -> None:
    world.member("Cas")
    token = token_for(world, "Cas", timedelta(days=1))

    world.clock.later(minutes=15)
    assert said(redeem(world, token)) == DEAD


def test_the_envelope_outdates_a_living_row(world: World) -> None:
    world.member("Cas")
    token = token_for(world, "Cas", timedelta(minutes=5))

    world.clock.later(minutes=5)
    assert said(redeem(world, token)) == DEAD


def test_a_closed_account_is_not_opened_by_it(world: World) -> None:
    world.member("Cas")
    token = token_for(world, "Cas")
    world.app.test_cli_runner().invoke(args=["users", "deactivate", "Cas"])

    assert said(redeem(world, token)) == DEAD


def test_a_password_change_ends_it(world: World) -> None:
    cas = world.member("Cas")
    token = token_for(world, "Cas")
    cas.post(f"{AUTH}/change-password", {"current_password": cas.password, "new_password": "another password"})

    assert said(redeem(world, token)) == DEAD


FORGERIES = {
    "no algorithm": lambda claims, key: jwt.encode(claims, "", "none"),
    "no signature": lambda claims, key: jwt.encode(claims, key, "HS256").rpartition(".")[0] + ".",
    "no algorithm but a signature": lambda claims, key: (
        "eyJhbGciOiJOb25lIn0." + jwt.encode(claims, key).partition(".")[2]
    ),
    "another's signature": lambda claims, key: (
        jwt.encode(claims, key).rpartition(".")[0] + "." + jwt.encode({**claims, "iat": 0}, key).rpartition(".")[2]
    ),
    "another key": lambda claims, key: jwt.encode(claims, b"k" * 32, "HS256"),
    "the key itself": lambda claims, key: jwt.encode(claims, b"a secret of the tests' own".ljust(32), "HS256"),
    "another algorithm": lambda claims, key: jwt.encode(claims, key * 2, "HS512"),
    "another audience": lambda claims, key: jwt.encode({**claims, "aud": "vestibule/other"}, key, "HS256"),
    "another issuer": lambda claims, key: jwt.encode({**claims, "iss": "https://evil.test"}, key, "HS256"),
    "no text inside": lambda claims, key: jwt.encode({**claims, "secret": ["x"]}, key, "HS256"),
    "no envelope": lambda claims, key: claims["secret"],
    "exp": lambda claims, key: jwt.encode(_without("exp", claims), key, "HS256"),
    "aud": lambda claims, key: jwt.encode(_without("aud", claims), key, "HS256"),
    "iss": lambda claims, key: jwt.encode(_without("iss", claims), key, "HS256"),
    "secret": lambda claims, key: jwt.encode(_without("secret", claims), key, "HS256"),
    "unsigned, with what looks like a signature": lambda claims, key: jwt.encode(claims, "", "none") + "A" * 43,
}


def _without(name: str, claims: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in claims.items() if key != name}


@pytest.mark.parametrize("how", FORGERIES)
def test_only_our_own_envelope_is_opened(world: World, how: str) -> None:
    world.member("Cas")
    claims = jwt.decode(token_for(world, "Cas"), options={"verify_signature": False})
    key = key_for(world.app.extensions["settings"].secret_keys[0], access_tokens.PURPOSE)
    assert redeem(world, jwt.encode(claims, key, "HS256")).status_code == 200  # the control
    claims["secret"] = secret_for(world, "Cas")

    assert said(redeem(world, FORGERIES[how](claims, key))) == DEAD
    assert [token.used_at for token in world.rows(LoginToken)].count(None) == 1


GARBAGE = [
    "bnVsbA.e30.eA",
    "x",
    ".",
    "..",
    "a.b.c",
    "\u00e9.\u00e9.\u00e9",
    "\x00",
    "x" * 2000,
    "W1tb" * 400 + "..",
    "bnVsbA.e30.eA",
]


@pytest.mark.parametrize("token", GARBAGE, ids=lambda token: ascii(token)[:20])
def test_garbage_is_refused_in_the_same_words(world: World, token: str) -> None:
    assert said(redeem(world, token)) == DEAD


@pytest.mark.parametrize("token", [None, "", 7, [], "x" * 2001])
def test_a_token_must_be_given(world: World, token: Any) -> None:
    answer = redeem(world, token)

    assert said(answer) == (400, INVALID, "invalid_input")
    assert faults(answer) == {"accessToken"}


def test_keys_rotate_the_first_signs_and_all_verify(databases: Databases, new_world: NewWorld) -> None:
    database = databases.new("sqlite")
    before, between, after = (new_world(database, secret_keys=keys) for keys in ((OLD,), (NEW, OLD), (NEW,)))
    before.member("Cas")

    old, new = token_for(before, "Cas"), token_for(between, "Cas")

    assert said(redeem(after, old)) == DEAD
    assert said(redeem(before, new)) == DEAD
    assert redeem(between, old).status_code == 200
    assert redeem(after, new).status_code == 200
