"""What a check finds: how bad it is, what is wrong and what to do, in a sentence each."""

from dataclasses import dataclass

OK, NOTE, WARNING, FAULT = SEVERITIES = ("ok", "note", "warning", "fault")


@dataclass(frozen=True)
class Finding:
    severity: str
    says: str
    do: str | None = None


def ok(says: str) -> Finding:
    return Finding(OK, says)


def note(says: str, do: str | None = None) -> Finding:
    return Finding(NOTE, says, do)


def warning(says: str, do: str) -> Finding:
    return Finding(WARNING, says, do)


def fault(says: str, do: str) -> Finding:
    return Finding(FAULT, says, do)


def worse(serious: bool, says: str, do: str) -> Finding:
    """A fault where it is `serious`, elsewhere a warning."""
    return fault(says, do) if serious else warning(says, do)
