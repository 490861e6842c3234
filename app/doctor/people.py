"""Whether there is an admin and an owner, and how many addresses are confirmed."""

from collections.abc import Iterator

from app.doctor.findings import Finding, fault, note, ok
from app.doctor.patient import Patient
from app.unit import look as committed
from core import addresses, authority


def look(_: Patient) -> Iterator[Finding]:
    if authority.admins(committed):
        yield ok("There is an admin.")
        yield from _owned()
    else:
        yield fault(
            "There is no admin: nobody can invite, or help others.",
            "flask --app wsgi invites create --role owner prints a link that makes one; who has an account already: "
            "flask --app wsgi users grant LOGIN owner",
        )
    yield from _proven()


def _owned() -> Iterator[Finding]:
    if not authority.owners(committed):
        yield note(
            "There is no owner: any admin can close the account of any other.",
            "Give the role to who answers for the place: flask --app wsgi users grant LOGIN owner",
        )


def _proven() -> Iterator[Finding]:
    unproven, people = addresses.count_unproven(committed)
    if unproven:
        yield note(
            f"E-mail addresses that are not confirmed: {unproven}, of {people} accounts.",
            "They get the letter again on their page; flask --app wsgi users prove-address LOGIN confirms one that "
            "you know.",
        )
    else:
        yield ok("All e-mail addresses are confirmed.")
