"""Passwords that the replaced backend hashed: they go on, and are hashed anew at the first chance."""

from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.security import generate_password_hash

from app.extensions import db
from core.models import User
from tests.support.answers import said
from tests.support.world import AUTH, PASSWORD, Person, World

METHODS = ["scrypt:1024:8:1", "pbkdf2:sha256:1000", "pbkdf2:sha512:1000", "pbkdf2:sha1:1000"]
WRONG = (401, "Invalid credentials", "invalid_credentials")
NEW = "figure eights at midnight"


def keep(world: World, person: Person, password_hash: str) -> str:
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(update(User).where(User.login == person.name).values(password_hash=password_hash))
    return password_hash


def kept(world: World, person: Person) -> str:
    [row] = [row for row in world.rows(User) if row.login == person.name]
    return str(row.password_hash)


@pytest.mark.parametrize("method", METHODS)
def test_the_first_sign_in_renews_an_old_hash_and_the_password_stays(world: World, method: str) -> None:
    cas, dee = world.member("Cas"), world.member("Dee")
    old, dees = keep(world, cas, generate_password_hash(PASSWORD, method)), kept(world, dee)

    assert world.somebody("Cas").sign_in().status_code == 200

    renewed = kept(world, cas)
    assert renewed.startswith("$argon2id$")
    assert world.somebody("Cas").sign_in().status_code == 200
    assert kept(world, cas) == renewed
    assert kept(world, dee) == dees
    assert said(world.somebody("Cas").sign_in(password=old)) == WRONG
    assert cas.session().status_code == 200  # a session from before goes on


@pytest.mark.parametrize("method", METHODS)
def test_a_wrong_password_neither_opens_nor_renews(world: World, method: str) -> None:
    cas = world.member("Cas")
    old = keep(world, cas, generate_password_hash(PASSWORD, method))

    for wrong in ("wrong", PASSWORD.upper(), PASSWORD + " ", old, old.rpartition("$")[2]):
        assert said(world.somebody("Cas").sign_in(password=wrong)) == WRONG

    assert kept(world, cas) == old


@pytest.mark.parametrize(
    "broken", ["scrypt:1024:8:1$salt", "pbkdf2:nothing:1$a$b", "plain text", PASSWORD, "", "$a$b$"]
)
def test_what_is_no_hash_signs_nobody_in(world: World, broken: str) -> None:
    cas = world.member("Cas")
    keep(world, cas, broken)

    for typed in (PASSWORD, broken or PASSWORD):
        assert said(world.somebody("Cas").sign_in(password=typed)) == WRONG
    assert kept(world, cas) == broken


def test_a_closed_account_is_not_opened_nor_renewed_by_an_old_password(world: World) -> None:
    cas = world.member("Cas")
    old = keep(world, cas, generate_password_hash(PASSWORD, METHODS[0]))
    assert world.terminal("users", "deactivate", "Cas").exit_code == 0

    assert said(world.somebody("Cas").sign_in()) == WRONG
    assert kept(world, cas) == old


def test_an_old_password_can_be_changed(world: World) -> None:
    cas = world.member("Cas")
    keep(world, cas, generate_password_hash(PASSWORD, METHODS[1]))

    def change(current: str) -> Any:
        return cas.post(f"{AUTH}/change-password", {"current_password": current, "new_password": NEW})

    assert change("wrong").status_code == 401
    assert change(PASSWORD).status_code == 200
    assert kept(world, cas).startswith("$argon2id$")
    assert said(world.somebody("Cas").sign_in()) == WRONG
    assert world.somebody("Cas").sign_in(password=NEW).status_code == 200
