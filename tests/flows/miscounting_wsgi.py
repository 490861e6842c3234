"""A control: attempts are counted as they often are, by reading the counter, adding one, and writing it back.

The pause between makes it certain that others come in between; it hides nothing.
"""

import time
from typing import Any

from app import create_app
from app.limits import DatabaseStorage

count = DatabaseStorage.incr


def miscount(storage: DatabaseStorage, key: str, expiry: int, amount: int = 1) -> Any:
    seen = storage.get(key)
    time.sleep(0.1)
    return count(storage, key, expiry, amount + seen - storage.get(key))


DatabaseStorage.incr = miscount  # type: ignore[method-assign]

app = create_app()
