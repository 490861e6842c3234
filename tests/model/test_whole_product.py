"""The whole product does what a small model of it says, whatever is done in whatever order, and so does no product that
has lost one of its protections. LONG=1 takes fifty thousand steps on each database, from a seed that it prints; SEED=…
takes the same ones again, SHRINK=1 looks for the shortest way to what went wrong.
"""

import os
import secrets
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from core import claims, invitations, labels, resets, revocation, sessions, tokens
from core.models import Invitation
from tests.model.machine import Machine
from tests.support.examples import LONG
from tests.support.routes import changing
from tests.support.world import World

STEPS = 40
FEW = settings(
    max_examples=3,
    stateful_step_count=STEPS,
    derandomize=True,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink] if os.environ.get("SHRINK") else [Phase.generate],
)
MANY = settings(FEW, max_examples=int(os.environ.get("STEPS", 50_000)) // STEPS, derandomize=False)
UNTIL_IT_FAILS = settings(FEW, max_examples=400 if LONG else 60, phases=[Phase.generate])


def play(world: World, chosen: settings) -> set[tuple[str, str]]:
    """Which routes were tried."""
    tried: set[tuple[str, str]] = set()

    def new_machine() -> Machine:
        return Machine(world, tried)

    if not chosen.derandomize:
        number = int(os.environ.get("SEED") or secrets.randbelow(2**32))
        print(f"SEED={number}")
        seed(number)(new_machine)
    run_state_machine_as_test(new_machine, settings=chosen)
    return tried


@pytest.fixture(autouse=True)
def _no_limits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """They have tests of their own, tests/api/test_limits.py."""
    monkeypatch.setattr(world.app.extensions["limits"], "_rules", {})


@pytest.mark.timeout(0 if LONG else 120)
def test_everything_happens_as_the_model_says(world: World) -> None:
    tried = play(world, MANY if LONG else FEW)
    assert not LONG or {endpoint for _, endpoint in tried} >= {endpoint(world, *each) for each in changing(world)}


def endpoint(world: World, method: str, path: str) -> str:
    found, _ = world.app.url_map.bind("localhost").match(path, method=method)
    return str(found)


def used_is_no_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """An invitation lets in more people than it has uses."""
    of, is_status = invitations.status_of, invitations.is_status
    active = Invitation.revoked_at.is_(None)
    monkeypatch.setattr(invitations, "status_of", lambda *row: {"used": "active"}.get(of(*row), of(*row)))
    monkeypatch.setattr(
        invitations,
        "is_status",
        lambda status, now: active if status == "active" else is_status(status, now),
    )


def kept(module: Any, name: str, act: Any) -> Any:
    """What this module sees of another, with one act that does nothing."""
    return SimpleNamespace(**{**vars(module), name: act})


CONTROLS = {
    "a used invitation is taken again": used_is_no_reason,
    "sessions outlive a reset": lambda patch: patch.setattr(resets, "sessions", kept(sessions, "end_all", do_nothing)),
    "reset links outlive a new password": lambda patch: patch.setattr(
        resets, "tokens", kept(tokens, "end_all", do_nothing)
    ),
    "sessions outlive the account": lambda patch: patch.setattr(
        revocation, "sessions", kept(sessions, "end_all", do_nothing)
    ),
    "links outlive their issuer's rights": lambda patch: patch.setattr(revocation, "_made", lambda *_, **__: []),
    "anybody takes what is for another address": lambda patch: patch.setattr(claims, "check_address", do_nothing),
    "a label may ask without the right to": lambda patch: patch.setattr(labels, "_could_ask", lambda *_: True),
}


SOON_FOUND = ["sessions outlive a reset", "anybody takes what is for another address"]


def do_nothing(*_: Any, **__: Any) -> int:
    return 0


@pytest.mark.timeout(0 if LONG else 120)
@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("lost", CONTROLS if LONG else SOON_FOUND)
def test_a_product_without_one_of_its_protections_is_found_out(
    world: World, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    CONTROLS[lost](monkeypatch)
    with pytest.raises(AssertionError):
        play(world, UNTIL_IT_FAILS)
