"""What a server loads before its first request: no more than requests need, and nothing that a fork would break."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.servers import ROOT

NOT_NEEDED = {
    "alembic",
    "apispec",
    "dns",
    "flask_migrate",
    "mako",
    "polib",
    "prometheus_client",
    "pygments",
    "redis",
    "segno",
}
LOOK = """
import json, sys, psutil, wsgi
me = psutil.Process()
print(json.dumps([sorted(sys.modules), me.num_threads(), len(me.net_connections()), len(me.open_files())]))
"""


def loaded(url: str) -> tuple[set[str], int, int, int]:
    """The modules of a fresh process that has loaded the product, its threads, sockets and open files."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": url,
        "FLASK_SECRET_KEY": "s" * 32,
    }
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    modules, threads, sockets, files = json.loads(done.stdout)
    return set(modules), threads, sockets, files


@pytest.mark.parametrize("url", ["sqlite:///{folder}/club.sqlite3", "postgresql://nobody@127.0.0.1:1/club"])
def test_loading_the_product_needs_no_tool_of_the_terminal_and_leaves_nothing_that_a_fork_would_break(
    tmp_path: Path, url: str
) -> None:
    modules, threads, sockets, files = loaded(url.format(folder=tmp_path))

    assert {"app", "sqlalchemy", "pydantic"} <= modules
    assert {name.partition(".")[0] for name in modules} & NOT_NEEDED == set()
    assert {name for name in modules if name.startswith(("app.cli.", "app.demo"))} == set()
    assert (threads, sockets, files) == (1, 0, 0)
