"""The OpenAPI 3.1 document, written from the contracts that the endpoints run by."""

import re
from typing import Any

from apispec import APISpec
from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app import guards
from app.errors import SENTENCES, STATUS, CrossSite, ServiceUnavailable, retry_after_is_sent
from app.wire.endpoint import Contract
from core.errors import Forbidden, InvalidInput, NotSignedIn, PasswordChangeRequired, Refusal, TooManyAttempts

REF = "#/components/schemas/{model}"
ABOUT = (
    "Registration by invitation, browser sessions, password recovery. Requests that change something carry JSON bodies "
    "of at most 64 KiB; signed-in requests carry the session cookie; every error has a `message` for people and a "
    "stable `code` for programs."
)
ERROR = {
    "type": "object",
    "required": ["message", "code"],
    "properties": {
        "message": {"type": "string", "description": "One sentence for a person."},
        "code": {"type": "string", "description": "Stable, for programs."},
        "errors": {
            "type": "object",
            "description": "The fields at fault.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "request_id": {"type": "string", "description": "With a 5xx: what to tell the operator."},
    },
}


def document(app: Flask, server: str) -> dict[str, Any]:
    """The document for everything that this application answers."""
    spec = APISpec("Vestibule", "4", "3.1.0", info={"description": ABOUT}, servers=[{"url": server}])
    spec.components.schema("Error", ERROR)
    cookie = {"type": "apiKey", "in": "cookie", "name": app.extensions["settings"].cookie_name}
    spec.components.security_scheme("session", cookie)
    endpoints = [(rule, app.view_functions[rule.endpoint]) for rule in app.url_map.iter_rules()]
    contracts = [(rule, view, contract) for rule, view in endpoints if (contract := getattr(view, "contract", None))]
    _add_schemas(spec, [contract for _, _, contract in contracts])
    for rule, view, contract in sorted(contracts, key=lambda found: found[0].rule):
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            operation = _operation(view, contract, method, sorted(rule.arguments))
            spec.path(path, operations={method.lower(): operation})
    return spec.to_dict()


def _add_schemas(spec: APISpec, contracts: list[Contract]) -> None:
    takes = {(model, "validation") for contract in contracts if (model := contract.body)}
    gives = {(model, "serialization") for contract in contracts if (model := contract.answer)}
    everything = sorted(takes | gives, key=lambda pair: pair[0].__name__)
    _, schemas = models_json_schema(everything, ref_template=REF)  # type: ignore[arg-type]
    for name, schema in schemas["$defs"].items():
        spec.components.schema(name, schema)


def _operation(view: guards.View, contract: Contract, method: str, path: list[str]) -> dict[str, Any]:
    summary, _, more = (view.__doc__ or "").partition(". ")
    operation: dict[str, Any] = {
        "operationId": f"{view.__module__.rpartition('.')[2]}_{view.__name__}",
        "summary": summary.rstrip("."),
        "tags": [view.__module__.rpartition(".")[2]],
        "responses": _responses(contract, method),
    }
    if more:
        operation["description"] = " ".join(more.split())
    if contract.access is not guards.public:
        operation["security"] = [{"session": []}]
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in path]
    parameters += _query(contract.query) if contract.query else []
    if parameters:
        operation["parameters"] = parameters
    if contract.body:
        schema = {"$ref": REF.format(model=contract.body.__name__)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _query(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema()
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": part}
        for name, part in schema["properties"].items()
    ]


def _responses(contract: Contract, method: str) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Done."}
    if contract.answer:
        schema = {"$ref": REF.format(model=contract.answer.__name__)}
        success["content"] = {"application/json": {"schema": schema}}
    responses: dict[str, Any] = {str(contract.status): success}
    for status, codes in sorted(_codes(contract, method).items()):
        responses[str(status)] = _refusal(contract, status, codes)
    return responses


def _codes(contract: Contract, method: str) -> dict[int, dict[str, str]]:
    """For each status the codes that it may carry, each with its sentence."""
    found: dict[int, dict[str, str]] = {500: {"internal_error": SENTENCES["internal_error"]}}
    for refusal in _refusals(contract, method):
        sentence = contract.says.get(refusal)
        for code in refusal.codes:
            found.setdefault(STATUS[refusal], {})[code] = sentence or SENTENCES[code]
    if method in {"POST", "PUT", "PATCH", "DELETE"}:
        for status, code in ((413, "payload_too_large"), (415, "unsupported_media_type")):
            found[status] = {code: SENTENCES[code]}
    if contract.body:
        found.setdefault(400, {})["invalid_json"] = SENTENCES["invalid_json"]
    return found


def _refusals(contract: Contract, method: str) -> list[type[Refusal]]:
    implied: list[type[Refusal]] = [*contract.refusals, ServiceUnavailable]
    if contract.body or contract.query:
        implied.append(InvalidInput)
    if contract.access is not guards.public:
        implied.append(NotSignedIn)
    if contract.access in {guards.member, guards.admin}:
        implied.append(PasswordChangeRequired)
    if contract.access is guards.admin:
        implied.append(Forbidden)
    if contract.limits:
        implied.append(TooManyAttempts)
    if method not in guards.SAFE_METHODS:
        implied.append(CrossSite)
    return implied


def _refusal(contract: Contract, status: int, codes: dict[str, str]) -> dict[str, Any]:
    extra = contract.extra if status in {401, 403} else {}
    content: dict[str, Any] = {
        "schema": {"$ref": REF.format(model="Error")},
        "examples": {
            code: {"value": {**extra, "message": sentence, "code": code}} for code, sentence in sorted(codes.items())
        },
    }
    answer: dict[str, Any] = {
        "description": " ".join(dict.fromkeys(codes.values())),
        "content": {"application/json": content},
    }
    if retry_after_is_sent(status):
        answer["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    return answer
