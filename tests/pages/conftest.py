"""Pages translate: what they ask of core is promised on both databases elsewhere. Here the stricter one is enough."""

import pytest

from tests.api.conftest import new_world

__all__ = ["new_world"]


@pytest.fixture(params=["postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)
