"""Requests made up from the OpenAPI document, good and bad: answered as the document says."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import URL

from app import create_app
from app.extensions import db
from tests.conftest import Databases
from tests.support.world import Clock, Person, Settings, World, new_app

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance, content_type_conformance]


@pytest.fixture(scope="module")
def ann(databases: Databases) -> Iterator[Person]:
    """An admin in a world without limits."""
    clock = Clock()
    world = World(new_app(databases.new("sqlite"), clock, rate_limits=False), clock)
    yield world.admin()
    with world.app.app_context():
        db.engine.dispose()


described = create_app(Settings(database=URL.create("sqlite"), secret_keys=("a secret of the tests' own",)))
schema = schemathesis.openapi.from_wsgi("/api/v4/openapi.json", described)


@schema.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_the_document_promises(case: schemathesis.Case, ann: Person) -> None:
    if ann.session().status_code == 401:
        assert ann.sign_in().status_code == 200

    case.call_and_validate(checks=CHECKS, app=ann.world.app, cookies={"session": ann.cookie})
