"""How many examples a property is tried on: few by default and the same ones in each run, so that a change is judged by
what it does; many others with LONG=1. SEED=… repeats a run; it is printed with a failure."""

import os
import random
from collections.abc import Callable
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase

LONG = bool(os.environ.get("LONG"))
SEED = int(os.environ.get("SEED") or (random.randrange(2**32) if LONG else 1))


def examples(few: int, many: int) -> Callable[[Any], Any]:
    """Try a property on so many examples. Those that fail are not made smaller by default: each costs many requests."""
    phases = [Phase.explicit, Phase.generate, *([Phase.shrink] if LONG else [])]
    tried = hypothesis.settings(
        max_examples=many if LONG else few,
        deadline=None,
        database=None,
        print_blob=True,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )

    def decorate(test: Any) -> Any:
        return hypothesis.seed(SEED)(tried(test))

    return decorate


def say_seed() -> None:
    """What to repeat a failed run with: pytest shows it beside the failure."""
    print(f"SEED={SEED}")
