"""Goes from area to area. A check that crashes or does not end is a finding like any other, and stops no other."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Thread

from flask import Flask

from app.doctor import (
    address,
    clock,
    configuration,
    cookie,
    counters,
    database,
    keys,
    letters,
    machine,
    mail,
    migrations,
    origins,
    people,
    proxy,
    rights,
)
from app.doctor.findings import FAULT, Finding, fault, note
from app.doctor.patient import Patient

SECONDS = 20.0
"""How long a check may take."""


@dataclass(frozen=True)
class Check:
    """`needs` names areas that must be free of faults, or there is nothing to see here."""

    area: str
    look: Callable[[Patient], Iterable[Finding]]
    needs: tuple[str, ...] = ()


CHECKS = (
    Check("settings", configuration.look),
    Check("secrets", keys.look),
    Check("database", database.look),
    Check("migrations", migrations.look, ("database",)),
    Check("rights", rights.look, ("database", "migrations")),
    Check("clock", clock.look, ("database",)),
    Check("admin", people.look, ("database", "migrations")),
    Check("mail", mail.look),
    Check("letters", letters.look, ("database", "migrations")),
    Check("address", address.look),
    Check("proxy", proxy.look, ("address",)),
    Check("cookie", cookie.look),
    Check("origins", origins.look),
    Check("limits", counters.look),
    Check("machine", machine.look),
)


def examine(
    app: Flask, patient: Patient, checks: Sequence[Check] = CHECKS, seconds: float = SECONDS
) -> Iterator[tuple[str, list[Finding]]]:
    """Each area with what was found there, as soon as it is known."""
    sick: set[str] = set()
    for check in checks:
        if missing := [area for area in check.needs if area in sick]:
            found = [note(f"Not looked at: {missing[0]} must be well first.")]
        else:
            found = _bounded(app, patient, check, seconds)
        if missing or any(each.severity == FAULT for each in found):
            sick.add(check.area)
        yield check.area, found


def _bounded(app: Flask, patient: Patient, check: Check, seconds: float) -> list[Finding]:
    found: list[Finding] = []

    def look() -> None:
        try:
            with app.app_context():
                for each in check.look(patient):
                    found.append(each)  # noqa: PERF402 - what was found before it crashed counts
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in one check must not stop the others
            found.append(_crashed(error))

    thread = Thread(target=look, name=f"doctor {check.area}", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        return [
            *found,
            fault(f"This check did not end within {seconds:g} seconds.", "See what it waits for, then again."),
        ]
    return found


def _crashed(error: Exception) -> Finding:
    said = str(error).strip().partition("\n")[0]
    return fault(
        f"This check failed itself: {type(error).__name__}: {said}",
        "If nothing above explains it, report it with the output of: flask --app wsgi doctor --json",
    )
