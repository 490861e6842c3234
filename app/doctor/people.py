"""Whether somebody is there who can let others in, and whom no administrator can take that from."""

from collections.abc import Iterator

from app.doctor.findings import Finding, fault, note, ok
from app.doctor.patient import Patient
from app.unit import look as committed
from core import authority, users


def look(_: Patient) -> Iterator[Finding]:
    if users.somebody_is_admin(committed):
        yield ok("There is an admin.")
        yield from _owned()
    else:
        yield fault(
            "There is no admin: nobody can invite, or help others.",
            "flask --app wsgi invites create --role owner prints a link that makes one; who has an account already: "
            "flask --app wsgi users grant LOGIN owner",
        )


def _owned() -> Iterator[Finding]:
    if not authority.owners(committed):
        yield note(
            "There is no owner: any admin can close the account of any other.",
            "Give the role to who answers for the place: flask --app wsgi users grant LOGIN owner",
        )
