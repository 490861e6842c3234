"""An account that is closed at the moment at which somebody comes in."""

import pytest
from sqlalchemy import update

from app.extensions import db
from app.unit import look, open_unit
from core import logins, users
from core.errors import TokenDead, WrongCredentials
from core.models import BrowserSession, LoginToken, User
from tests.support.world import PASSWORD, World


def close(world: World) -> None:
    """As another process sees it that has not ended sessions and tokens yet."""
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(update(User).values(is_active=False))


def test_who_is_closed_while_the_password_is_looked_at_stays_out(world: World) -> None:
    world.member("Cas")
    began = len(world.rows(BrowserSession))
    with world.app.app_context():
        found = users.find_by_login_or_email(look, "Cas")
    close(world)

    with world.app.app_context(), pytest.raises(WrongCredentials), open_unit() as unit:
        logins.log_in(unit, found, PASSWORD)

    assert len(world.rows(BrowserSession)) == began


def test_a_token_that_outlives_the_closing_of_its_account_opens_nothing(world: World) -> None:
    world.member("Cas")
    with world.app.app_context(), open_unit(name="cli") as unit:
        secret = logins.issue_login_token(unit, users.get_by_login(unit.look, "Cas").id)
    close(world)

    with world.app.app_context(), pytest.raises(TokenDead), open_unit() as unit:
        logins.redeem_login_token(unit, secret)

    assert [token.used_at for token in world.rows(LoginToken)] == [None]
