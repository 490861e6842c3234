"""A sandbox for faults: nothing in it is shared with the rest of the suite, as everything in it is killed."""

from collections.abc import Iterator

import pytest

from tests.faults.cluster import Cluster, cluster
from tests.faults.sandbox import Sandbox, Say, sandbox


@pytest.fixture(scope="session")
def say(request: pytest.FixtureRequest) -> Say:
    """Tell those who watch how far it is."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    return lambda text: reporter.write_line(f"    {text}") if reporter else None


@pytest.fixture(scope="session")
def own_cluster() -> Iterator[Cluster]:
    with cluster() as own:
        yield own


@pytest.fixture(scope="session")
def failing(own_cluster: Cluster, say: Say) -> Iterator[Sandbox]:
    """The product, with points at which it can be killed."""
    with sandbox(own_cluster, say) as opened:
        yield opened


@pytest.fixture(scope="session")
def careless(own_cluster: Cluster, say: Say) -> Iterator[Sandbox]:
    """The control: the product with each of its promises kept naively."""
    with sandbox(own_cluster, say, workers=2, NAIVE="invite mail post commit patience") as opened:
        yield opened


@pytest.fixture(autouse=True)
def _calm(request: pytest.FixtureRequest) -> None:
    """No test meets what an earlier one has left behind."""
    for name in {"failing", "careless"} & set(request.fixturenames):
        request.getfixturevalue(name).wait_until_calm()
