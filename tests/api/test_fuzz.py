"""Requests made up from the OpenAPI document, good and bad, by a stranger, a member and an admin: answered as it says.
tests/flows/test_described.py asks a running server."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import given
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode
from sqlalchemy import URL

from app import create_app
from app.extensions import db
from app.settings import Settings
from tests.conftest import Databases
from tests.support.examples import examples, say_seed
from tests.support.world import Clock, Person, World, new_app

LEFT_OUT = ["positive_data_acceptance"]
"""No made-up token is alive, and no made-up id is anybody's."""


@pytest.fixture(scope="module")
def visitors(databases: Databases) -> Iterator[list[Person]]:
    """A stranger, a member with a profile, and an admin, in a world without limits."""
    clock = Clock()
    world = World(new_app(databases.new("sqlite"), clock, rate_limits=False), clock)
    cas = world.member("Cas")
    cas.post("/api/v4/auth/onboard", {"first_name": "Cas", "last_name": "Nobody"})
    yield [world.somebody("Eve"), cas, world.admin()]
    with world.app.app_context():
        db.engine.dispose()


described = create_app(Settings(database=URL.create("sqlite"), secret_keys=("a secret of the tests' own",)))
schema = schemathesis.openapi.from_wsgi("/api/v4/openapi.json", described)
schema.config.generation.update(with_security_parameters=False)
OPERATIONS = [found.ok() for found in schema.get_all_operations()]
CHECKED = CHECKS.get_by_names([name for name in CHECKS.get_all_names() if name not in LEFT_OUT])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_every_answer_is_one_that_the_document_promises(
    operation: schemathesis.APIOperation, visitors: list[Person]
) -> None:
    """Operations are pytest's own parameters: schemathesis gives all its tests one name, and xdist runs the first."""

    @examples(5, 100)
    @given(operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE))
    def asked(case: schemathesis.Case) -> None:
        for visitor in visitors:
            stay_signed_in(visitor)
            headers = {"Cookie": f"session={visitor.cookie}"} if visitor.cookie else {}
            case.call_and_validate(checks=CHECKED, app=visitor.world.app, headers=headers)

    say_seed()
    asked()


def stay_signed_in(visitor: Person) -> None:
    """Whoever has just ended their session begins another."""
    if visitor.cookie and visitor.session().status_code == 401:
        assert visitor.sign_in().status_code == 200
