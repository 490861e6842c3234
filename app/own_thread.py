"""What each process does beside its requests, in one thread of its own."""

import os
from threading import Event, Lock, Thread

from flask import Flask


class OwnThread:
    """Starts `_work` once in each process: a forked one has no threads, and starts its own."""

    name: str

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._awake = Event()
        self._starting = Lock()
        self._process: int | None = None
        self._thread: Thread | None = None
        self._is_stopping = False

    def start(self) -> None:
        """Make sure that this process has its thread; costs nothing when it has."""
        if self._process == os.getpid() or not self._has_work_to_do():
            return
        with self._starting:
            if self._process != os.getpid():
                self._process = os.getpid()
                self._awake = Event()
                self._thread = Thread(target=self._work, name=self.name, daemon=True)
                self._thread.start()

    def stop(self, seconds: float) -> None:
        """Begin nothing more, and wait for what is at hand, but not for longer than this."""
        self._is_stopping = True
        self._awake.set()
        if self._thread:
            self._thread.join(seconds)

    def _has_work_to_do(self) -> bool:
        return not self._app.testing

    def _work(self) -> None:
        raise NotImplementedError
