"""A deployment of its own: nothing in it is shared with the rest of the suite, as parts of it are killed."""

import shutil
from collections.abc import Iterator

import pytest

from tests.deployment.site import Site, site
from tests.faults.cluster import Cluster
from tests.faults.conftest import own_cluster, say
from tests.flows.conftest import least, migrated, owner
from tests.support.databases import new_postgresql

__all__ = ["least", "migrated", "own_cluster", "owner", "say"]

NEEDED = ("nginx", "redis-server", "openssl")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = [each for each in NEEDED if shutil.which(each) is None]
    if missing:
        for item in items:
            item.add_marker(pytest.mark.skip(f"not installed: {', '.join(missing)}"))


@pytest.fixture(scope="session")
def busy(own_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """For crowds: they all come from one address, and limits by address would answer first."""
    folder = tmp_path_factory.mktemp("busy")
    with new_postgresql(own_cluster.url) as database, site(database, folder, RATELIMIT_ENABLED="false") as opened:
        yield opened
