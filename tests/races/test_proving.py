"""A proof of an address under races: it works once, and no more codes are compared than it has attempts."""

from dataclasses import replace

from app.testing import CHEAP
from app.unit import open_unit
from core import addresses
from core.models import EmailProof, User
from core.passwords import Hasher
from core.policy import Policy
from tests.races.test_exactly_once import CLIENTS, OK, ROUNDS, is_lost
from tests.support.running import House, at_once, said
from tests.support.ways import browser, newcomer
from tests.support.world import AUTH

LINK, CODE = f"{AUTH}/email/prove", f"{AUTH}/email/prove/code"
HASHER = Hasher(CHEAP)
ATTEMPTS = Policy().proof_attempts


def proof(house: House, user: User) -> addresses.Proof:
    """What the letter to this person would carry, hashed for as little as the server does."""
    with house.app.app_context(), open_unit() as unit:
        made = addresses.issue_proof(replace(unit, hasher=HASHER), user.skater_id, user.email)
    assert made is not None
    return made


def is_proven(house: House, user: User) -> bool:
    [row] = house.rows(User, User.id == user.id)
    return row.email_proven_at is not None


def race_with_link(house: House) -> int:
    """How often one link works."""
    una = newcomer(house)
    body = {"token": proof(house, una).secret}
    answers = at_once([lambda: house.server.post(LINK, body)] * CLIENTS)
    good = sum(answer.status_code == 200 for answer in answers)
    assert said(answers) == [OK] * good + [(400, "proof_token_invalid")] * (CLIENTS - good)
    assert is_proven(house, una)
    return good


def test_a_link_works_once(house: House) -> None:
    assert [race_with_link(house) for _ in range(ROUNDS)] == [1] * ROUNDS


def test_looking_before_writing_lets_a_link_work_more_often(naive: House) -> None:
    assert is_lost(lambda: race_with_link(naive) > 1)


def test_a_code_works_once(house: House) -> None:
    for _ in range(ROUNDS):
        una = newcomer(house)
        cookies, body = browser(house, una), {"code": proof(house, una).code}
        answers = at_once([lambda body=body, cookies=cookies: house.server.post(CODE, body, cookies=cookies)] * CLIENTS)
        assert said(answers) == [OK] + [(400, "proof_code_invalid")] * (CLIENTS - 1)
        assert is_proven(house, una)


def race_with_wrong_codes(house: House) -> int:
    """How many of so many wrong codes are compared."""
    una = newcomer(house)
    cookies, right = browser(house, una), proof(house, una).code
    wrong = [letter * 8 for letter in addresses.ALPHABET[:CLIENTS]]
    answers = at_once([lambda code=code: house.server.post(CODE, {"code": code}, cookies=cookies) for code in wrong])
    assert said(answers) == [(400, "proof_code_invalid")] * len(wrong)
    assert said([house.server.post(CODE, {"code": right}, cookies=cookies)]) == [(400, "proof_code_invalid")]
    [row] = house.rows(EmailProof, EmailProof.user_id == una.id)
    assert not is_proven(house, una)
    return row.attempts


def test_no_more_codes_are_compared_than_there_are_attempts(house: House) -> None:
    assert [race_with_wrong_codes(house) for _ in range(ROUNDS)] == [ATTEMPTS] * ROUNDS


def test_looking_before_writing_compares_more_codes(naive: House) -> None:
    assert is_lost(lambda: race_with_wrong_codes(naive) > ATTEMPTS)


def test_of_proofs_made_at_once_one_lives(house: House) -> None:
    for _ in range(ROUNDS):
        una = newcomer(house)
        secrets = [made.secret for made in at_once([lambda una=una: proof(house, una)] * 8)]
        assert house.number(EmailProof, EmailProof.user_id == una.id) == 1
        answers = [house.server.post(LINK, {"token": secret}) for secret in secrets]
        assert said(answers) == [OK] + [(400, "proof_token_invalid")] * 7


def test_a_link_and_the_closing_of_its_account_do_not_wait_for_each_other(house: House) -> None:
    for _ in range(ROUNDS * 4):
        una = newcomer(house)
        body = {"token": proof(house, una).secret}
        answers = at_once([lambda body=body: house.server.post(LINK, body), lambda una=una: house.close(una.login)])
        assert said(answers[:1]) in ([OK], [(400, "proof_token_invalid")])
        assert is_proven(house, una) == (answers[0].status_code == 200)
