"""The environment as a whole."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from app.doctor.findings import Finding, fault, ok, warning
from app.doctor.patient import Patient
from app.environment import is_elsewhere
from app.settings import BadSettings

MAKE_A_KEY = 'python3 -c "import secrets; print(secrets.token_hex(32))"'
COMMANDS = {
    "FLASK_SECRET_KEY": f"Set FLASK_SECRET_KEY to what this prints: {MAKE_A_KEY}",
    "FLASK_DEBUG": "Unset FLASK_DEBUG.",
}


def look(patient: Patient) -> Iterator[Finding]:
    settings = patient.settings
    yield ok(f"All settings make sense, for {'production' if settings.production else 'development'}.")
    if not settings.production and is_elsewhere(urlsplit(settings.base_url).hostname):
        yield warning(
            "BASE_URL is a public address, but this runs as development: unsafe defaults are let pass.",
            "Set FLASK_ENV=production.",
        )
    if urlsplit(settings.reset_url_base).hostname != urlsplit(settings.base_url).hostname:
        yield ok(f"Reset links lead to another host than all others: {settings.reset_url_base}")


def faults_in(bad: BadSettings) -> list[Finding]:
    """What stops the start, each variable for itself."""
    return [fault(f"{each}.", _fix(each)) for each in bad.faults]


def _fix(said: str) -> str:
    name, _, problem = said.partition(" ")
    if problem.startswith("must"):
        return COMMANDS.get(
            name,
            f"Set {name} so; docs/self-hosting.md says what it means.",
        )
    return f"Correct {said}."
