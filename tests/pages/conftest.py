"""Pages translate: what they ask of core is promised on both databases elsewhere. Here, the stricter of the two."""

import pytest


@pytest.fixture(params=["postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)
