"""Whether somebody is there who can let others in, and whose addresses are confirmed."""

from collections.abc import Iterator

from app.doctor.findings import Finding, fault, note, ok
from app.doctor.patient import Patient
from app.unit import look as committed
from core import addresses, users


def look(_: Patient) -> Iterator[Finding]:
    if users.somebody_is_admin(committed):
        yield ok("There is an admin.")
    else:
        yield fault(
            "There is no admin: nobody can invite, or help others.",
            "flask --app wsgi invites create --role admin prints a link that makes one; who has an account already: "
            "flask --app wsgi users grant LOGIN admin",
        )
    unproven, people = addresses.count_unproven(committed)
    if unproven:
        yield note(
            f"E-mail addresses that are not confirmed: {unproven}, of {people} accounts.",
            "They get the letter again on their page; flask --app wsgi users prove-address LOGIN confirms one that "
            "you know.",
        )
    else:
        yield ok("All e-mail addresses are confirmed.")
