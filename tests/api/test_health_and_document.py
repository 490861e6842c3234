"""What operators and client authors look at first."""

import re
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from app import create_app
from app.errors import STATUS
from app.extensions import db
from app.sentences import SENTENCES
from app.settings import Settings
from app.testing import CHEAP
from app.unit import Surroundings
from app.wire.accounts import Ended
from app.wire.bodies import Answer, Message
from app.wire.endpoint import dumped
from core.errors import Refusal
from core.passwords import Hasher
from tests.conftest import Databases
from tests.support.answers import said
from tests.support.promised import faults_of
from tests.support.world import AUTH, World


class Refused(Message):
    code: str


METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
DOCUMENTATION = {"documentation.show_document", "documentation.show_page"}


def document(world: World) -> dict[str, Any]:
    answer = world.somebody("Anybody").get("/api/v4/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return dict(answer.json)


def operations(world: World) -> dict[tuple[str, str], dict[str, Any]]:
    found = document(world)
    shared = found["components"]["responses"]
    operations = {
        (method.upper(), path): it for path, methods in found["paths"].items() for method, it in methods.items()
    }
    for operation in operations.values():
        for answer in operation["responses"].values():
            if "$ref" in answer:
                answer |= shared[answer["$ref"].rpartition("/")[2]]
    return operations


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_healthy_house_says_so(world: World, path: str) -> None:
    before = world.dump()

    answer = world.somebody("Anybody").get(path)

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert world.dump() == before


def test_without_its_tables_it_is_up_but_not_ready(databases: Databases, engine: str) -> None:
    settings = Settings(database=databases.new(engine), secret_keys=("a secret of the tests' own",), policy=CHEAP)
    app = create_app(settings, Surroundings(CHEAP, Hasher(CHEAP)))

    up, ready = app.test_client().get("/healthz"), app.test_client().get("/readyz")

    assert (up.status_code, up.json) == (200, {"status": "ok"})
    sentence = "The database needs its migrations first: flask --app wsgi db upgrade"
    assert said(ready) == (503, sentence, "schema_not_current")
    assert int(ready.headers["Retry-After"]) > 0
    _dispose(app)


def test_without_a_database_it_is_up_but_not_ready(databases: Databases, engine: str) -> None:
    settings = Settings(database=databases.new(engine), secret_keys=("a secret of the tests' own",), policy=CHEAP)
    name = "/nowhere/at/all.sqlite3" if engine == "sqlite" else "there_is_none"
    settings = Settings(**{**vars(settings), "database": settings.database.set(database=name)})
    app = create_app(settings, Surroundings(CHEAP, Hasher(CHEAP)))

    assert app.test_client().get("/healthz").status_code == 200
    for path in ("/readyz", f"{AUTH}/register/validate-token?token=x"):
        answer = app.test_client().get(path)
        assert said(answer)[::2] == (503, "service_unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert name not in answer.text
    _dispose(app)


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def test_the_document_is_valid_openapi(world: World) -> None:
    found = document(world)

    validate(found)
    assert found["openapi"].startswith("3.1")
    assert found["servers"] == [{"url": "http://localhost:5000"}]


def test_every_route_is_in_the_document_and_no_other(world: World) -> None:
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in world.app.url_map.iter_rules()
        for method in (rule.methods or set()) & METHODS
        if rule.rule.startswith("/api/") and rule.endpoint not in DOCUMENTATION
    }

    assert set(operations(world)) == routes | {("GET", "/healthz"), ("GET", "/readyz")}


def test_every_operation_says_what_it_does_takes_and_answers(world: World) -> None:
    schemas = document(world)["components"]["schemas"]

    for (method, path), operation in operations(world).items():
        assert operation["summary"], path
        assert "500" in operation["responses"], path
        successes = [status for status in operation["responses"] if status.startswith("2")]
        assert len(successes) == 1, path
        assert method == "GET" or {"403", "413", "415"} <= set(operation["responses"]), path
        for status, answer in operation["responses"].items():
            if status == "204":
                assert "content" not in answer
            elif status in successes:
                reference = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
                assert reference in schemas, path
            else:
                general, own = answer["content"]["application/json"]["schema"]["allOf"]
                examples = answer["content"]["application/json"]["examples"]
                assert general == {"$ref": "#/components/schemas/Error"}
                assert own["properties"]["code"]["enum"] == [*examples], path


def test_operations_have_names_of_their_own(world: World) -> None:
    names = [operation["operationId"] for operation in operations(world).values()]

    assert len(names) == len(set(names))


def test_the_document_says_the_sentences_that_are_said(world: World) -> None:
    found = operations(world)[("GET", f"{AUTH}/register/validate-token")]["responses"]["403"]
    examples = found["content"]["application/json"]["examples"]

    answer = world.somebody("Ben").get(f"{AUTH}/register/validate-token")

    assert examples["invite_required"]["value"] == answer.json


def test_every_example_is_an_answer_that_the_document_takes(world: World) -> None:
    for (method, path), operation in operations(world).items():
        for status, answer in operation["responses"].items():
            for code, example in answer.get("content", {}).get("application/json", {}).get("examples", {}).items():
                assert faults_of(method, path, status, example["value"]) == []
                assert example["value"]["code"] == code


AT_THE_TERMINAL = {"overtaken", "tenant_taken"}
"""Codes of what only pages and commands do."""


def test_every_code_that_can_leave_has_an_example(world: World) -> None:
    known = set(document(world)["components"]["schemas"]["ErrorCode"]["enum"])

    assert known == set(SENTENCES) - AT_THE_TERMINAL
    assert {code for refusal in refusals() for code in refusal.codes} - {"refused"} <= known | AT_THE_TERMINAL


def test_control_an_answer_that_the_document_does_not_name_is_seen(world: World) -> None:
    cas = world.somebody("Cas")

    def answering(body: Answer | None, status: int = 200) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(
                world.app.view_functions, "sessions.logout", lambda: dumped(body or Message(message=""), status)
            )
            cas.post(f"{AUTH}/logout")

    answering(None)
    with pytest.raises(AssertionError, match="answered 201"):
        answering(None, 201)
    with pytest.raises(AssertionError, match="was unexpected"):
        answering(Ended(message="", ended=1))
    with pytest.raises(AssertionError, match="is not one of"):
        answering(Refused(message="", code="not_found"), 403)


def refusals(kind: type[Refusal] = Refusal) -> list[type[Refusal]]:
    return [each for child in kind.__subclasses__() for each in (child, *refusals(child))]


@pytest.mark.parametrize("refusal", refusals())
def test_every_refusal_has_a_status_and_each_of_its_codes_a_sentence(refusal: type[Refusal]) -> None:
    assert 400 <= STATUS[refusal] < 600
    for code in refusal.codes:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)
        assert SENTENCES[code]
