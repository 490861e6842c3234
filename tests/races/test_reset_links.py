"""Reset links made for the same person at the same moment: none is an error, each works, and using one ends all."""

from core.models import PasswordReset, User
from tests.races.test_exactly_once import LONG
from tests.support.running import House, at_once, fresh_password, said
from tests.support.ways import browser, newcomer
from tests.support.world import AUTH

TIMES = 32 if LONG else 8
ROUNDS = 50 if LONG else 4


def test_of_reset_links_made_at_once_each_lives_and_one_is_used(house: House) -> None:
    admin = browser(house, newcomer(house, "admin"))
    for _ in range(ROUNDS):
        ben = newcomer(house)
        path = f"/api/v4/admin/users/{ben.skater_id}/reset-link"
        answers = at_once([lambda path=path: house.server.post(path, {}, cookies=admin)] * TIMES)
        assert said(answers) == [(201, None)] * TIMES
        assert house.number(PasswordReset, PasswordReset.user_id == ben.id) == TIMES
        tokens = [answer.json()["reset_url"].partition("token=")[2] for answer in answers]
        tried = [{"token": token, "new_password": fresh_password()} for token in tokens]
        opened = at_once([lambda body=body: house.server.post(f"{AUTH}/reset-confirm", body) for body in tried])
        assert said(opened) == [(200, None)] + [(400, "reset_token_invalid")] * (TIMES - 1)
        assert house.number(PasswordReset, PasswordReset.user_id == ben.id) == 0
        assert house.number(User, User.id == ben.id) == 1
