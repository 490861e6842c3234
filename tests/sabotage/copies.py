"""Copies of the house to break: the files that git knows, in a folder of their own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.sabotage.sabotages import ROOT

LONGEST_SECONDS = 180
UNNOTICED, NOTICED = 0, 1
"""What pytest exits with when all tests pass, and when one fails. All else: there was nothing to run."""


@dataclass(frozen=True)
class Outcome:
    """What the tests said: `why` is the first fault that they found, or why there was nothing to run."""

    status: int
    why: str
    seconds: float


class Copy:
    """The house, as it is now, in a folder that is gone afterwards."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self._folder = folder
        self._environment = {**os.environ, **environment}
        self._environment.pop("PYTHONPATH", None)
        known = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        listed = subprocess.run(known, cwd=ROOT, capture_output=True, check=True, text=True).stdout
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)

    @contextmanager
    def with_files(self, changed: Mapping[str, str]) -> Iterator[None]:
        """While the block runs, these files have another text."""
        for name, text in changed.items():
            (self._folder / name).write_text(text)
        try:
            yield
        finally:
            for name in changed:  # with its former time, by which Python knows that what it compiled is good again
                shutil.copy2(ROOT / name, self._folder / name)

    def run(self, tests: Sequence[str], seconds: float = LONGEST_SECONDS) -> Outcome:
        """What these tests say of the copy, up to the first fault."""
        command = [sys.executable, "-m", "pytest", "-n", "0", "-x", "--tb=short", *tests]
        begun = time.monotonic()
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        with subprocess.Popen(command, cwd=self._folder, env=self._environment, start_new_session=True, **pipes) as run:
            try:
                said, _ = run.communicate(timeout=seconds)
            except BaseException as error:
                os.killpg(run.pid, signal.SIGKILL)  # with all the servers that it has started
                if not isinstance(error, subprocess.TimeoutExpired):
                    raise
                return Outcome(-1, f"not done after {seconds:.0f} s", seconds)
        return Outcome(run.returncode, _first_fault(said), time.monotonic() - begun)


def _first_fault(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    found = [line for line in lines if line.startswith(("E  ", "ERROR"))] or lines[-1:]
    return found[0].removeprefix("E").strip()[:150] if found else ""
