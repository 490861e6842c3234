"""Where secrets come from."""

import random
from base64 import urlsafe_b64decode

from app.unit import random_secret


def test_no_secret_follows_from_a_seed() -> None:
    made = []
    for _ in range(2):
        random.seed(7)
        made.append(random_secret())

    assert made[0] != made[1]


def test_a_secret_has_256_bits_and_looks_like_no_other() -> None:
    made = [random_secret() for _ in range(1000)]

    assert {len(urlsafe_b64decode(f"{secret}=")) for secret in made} == {32}
    assert len(set(made)) == len({secret[:8] for secret in made}) == 1000
