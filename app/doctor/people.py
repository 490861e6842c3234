"""Whether somebody is there who can let others in."""

from collections.abc import Iterator

from app.doctor.findings import Finding, fault, ok
from app.doctor.patient import Patient
from app.unit import look as committed
from core import users


def look(_: Patient) -> Iterator[Finding]:
    if users.somebody_is_admin(committed):
        yield ok("There is an admin.")
    else:
        yield fault(
            "There is no admin: nobody can invite, or help others.",
            "flask --app wsgi invites create --role admin prints a link that makes one; who has an account already: "
            "flask --app wsgi users grant LOGIN admin",
        )
