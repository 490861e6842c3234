"""Letters are followed to a real mail server."""

from collections.abc import Iterator

import pytest

from tests.support.office import Office, office
from tests.support.world import World


@pytest.fixture
def post(world: World) -> Iterator[Office]:
    """An office that is open, on each database in turn."""
    with office(world) as opened:
        yield opened.open()
