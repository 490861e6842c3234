"""The OpenAPI document, held against every answer that any test of the API gets."""

import json
import re
from functools import cache
from typing import Any
from urllib.parse import quote

import jsonschema_rs
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import URL
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from app import create_app
from app.settings import Settings
from app.wire import openapi

DESCRIBED = ("/api/v4/", "/healthz/", "/readyz/")


class Promised(FlaskClient):
    """A client that takes no answer which the document does not promise: by status, body, code and headers."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **kwargs)
        check(self.application, answer)
        return answer


def check(app: Flask, answer: TestResponse) -> None:
    """Fail unless the document names this answer."""
    request = answer.request
    method = {"HEAD": "GET"}.get(request.method, request.method)
    if method == "OPTIONS" or not f"{request.path}/".startswith(DESCRIBED):
        return
    if answer.mimetype == "text/html" and not request.path.startswith("/api/"):
        return  # to a person who looks whether it is up
    found = _operation(app, method, request.path)
    if found is None:
        assert answer.status_code >= 400, (method, request.path, answer.status)
        faults = _faults(_validator("#/components/schemas/Error"), answer.json) if request.method != "HEAD" else []
        assert faults == [], f"{answer.text[:300]}\n{faults}"
    elif found != "undescribed":
        _is_promised(*found, answer)


def _operation(app: Flask, method: str, path: str) -> Any:
    """Path and method in the document; None where there is no operation."""
    try:
        rule, _ = app.url_map.bind("localhost").match(path, method, return_rule=True)
    except HTTPException:
        return None
    template = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(rule))
    return (template, method.lower()) if template in strict()["paths"] else "undescribed"


def _is_promised(path: str, method: str, answer: TestResponse) -> None:
    operation, status = strict()["paths"][path][method], str(answer.status_code)
    said = f"{method.upper()} {path} answered {status}: {answer.text[:300]}"
    assert status in operation["responses"], f"{said}\nThe document has {sorted(operation['responses'])}"
    promised = operation["responses"][status]
    missing = {name for name in promised["headers"] if name not in answer.headers}
    assert missing == set(), f"{said}\nwithout {missing}"
    if "content" in promised and answer.request.method != "HEAD":
        assert answer.mimetype == "application/json", said
        faults = faults_of(method, path, status, answer.json)
        assert faults == [], f"{said}\n{faults}"
    elif "content" not in promised:
        assert answer.data == b"", said


def faults_of(method: str, path: str, status: str, body: Any) -> list[str]:
    """What the document does not promise of this body."""
    escaped = quote(path.replace("~", "~0").replace("/", "~1"), safe="~")
    place = f"#/paths/{escaped}/{method.lower()}/responses/{status}/content/application~1json/schema"
    return _faults(_validator(place), body)


def _faults(validator: Any, body: Any) -> list[str]:
    return [f"{[*fault.instance_path]}: {fault.message}" for fault in validator.iter_errors(body)]


@cache
def _validator(place: str) -> Any:
    everything = {"$ref": place, "components": strict()["components"], "paths": strict()["paths"]}
    return jsonschema_rs.Draft202012Validator(everything, validate_formats=True)


def described() -> dict[str, Any]:
    """The document of a product with settings as they are."""
    settings = Settings(database=URL.create("sqlite"), secret_keys=("a secret of the tests' own",))
    return openapi.document(create_app(settings), "http://localhost:5000")


@cache
def strict() -> dict[str, Any]:
    """The document, in which what is not named may not be there."""
    said = json.loads(json.dumps(described()))  # as a client reads it
    for name, schema in said["components"]["schemas"].items():
        if "properties" in schema and name != "Error":
            schema["additionalProperties"] = False
    for methods in said["paths"].values():
        for operation in methods.values():
            for answer in operation["responses"].values():
                if "$ref" in answer:
                    answer |= said["components"]["responses"][answer.pop("$ref").rpartition("/")[2]]
                schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
                if "allOf" in schema:
                    schema["unevaluatedProperties"] = False
    return said
