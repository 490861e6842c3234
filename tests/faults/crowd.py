"""People who do this and that, all at once, and write down what they see."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Event, Thread

from tests.faults.ledger import Entry, Ledger
from tests.support.running import House

PAUSE_SECONDS = 0.04
"""Between what one of them does and the next, on average."""


class Somebody(Thread):
    """Brings friends along, signs in as one of them, looks who they are, loses passwords; never two at once."""

    def __init__(self, crowd: "Crowd", seed: int) -> None:
        super().__init__(daemon=True)
        self._crowd, self._ledger, self._random = crowd, crowd.ledger, random.Random(seed)
        self._members: list[str] = []
        self._cookies: dict[str, str] = {}

    def run(self) -> None:
        acts = [self.bring] * 3 + [self.sign_in] * 3 + [self.look] * 6 + [self.lose] * 1
        while not self._crowd.is_over.is_set():
            self._random.choice(acts)()
            time.sleep(self._random.expovariate(1 / PAUSE_SECONDS))

    def bring(self) -> None:
        try:
            token = self._crowd.tokens.get_nowait()
        except Empty:  # whoever waited for one here would wait for good
            return
        [name] = self._ledger.house.names(1)
        entry = self._ledger.register(name, token)
        if entry.outcome == "yes":
            self._members.append(name)

    def sign_in(self) -> None:
        if self._members:
            name = self._random.choice(self._members)
            entry = self._ledger.sign_in(name)
            if entry.cookie:
                self._cookies[name] = entry.cookie

    def look(self) -> None:
        if self._cookies:
            name = self._random.choice(sorted(self._cookies))
            entry = self._ledger.session(name, self._cookies[name])
            if entry.status == 401:
                raise AssertionError(f"{name} was signed out by nobody")

    def lose(self) -> None:
        if self._members:
            self._ledger.request_reset(self._random.choice(self._members))


class Crowd:
    def __init__(self, house: House, people: int = 8, invitations: int = 3000) -> None:
        self.ledger, self.is_over = Ledger(house), Event()
        self.tokens: SimpleQueue[str] = SimpleQueue()
        for token in house.invites(invitations):
            self.tokens.put(token)
        self._people = [Somebody(self, seed) for seed in range(people)]

    @contextmanager
    def at_work(self) -> Iterator[Ledger]:
        for each in self._people:
            each.start()
        try:
            yield self.ledger
        finally:
            self.is_over.set()
            for each in self._people:
                each.join(60)


def repeat(ledger: Ledger) -> list[Entry]:
    """Everybody whose registration came to nothing, or who does not know, tries again with the same."""
    done = {each.who for each in ledger.of("register", "yes")}
    again = [each for each in ledger.of("register", "no", "unknown") if each.who not in done]
    return [ledger.register(each.who, each.secret or "") for each in again]
