"""The OpenAPI 3.1 document, written from the contracts that the endpoints run by."""

import re
import sys
from typing import Any

from apispec import APISpec
from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from app import guards
from app.wire import answering
from app.wire.answering import REF
from app.wire.endpoint import Contract
from core.errors import NotSignedIn
from core.policy import Policy
from core.roles import ALL

ABOUT = """\
Registration by invitation, browser sessions, password recovery, and a skater's log.

Requests that change something carry a JSON body of at most 64 KiB, as `application/json`. Ids are UUIDs. Times are ISO
8601, sent with any offset and answered in UTC where nothing else is said.

Signing in sets a cookie that scripts cannot read (`HttpOnly`, `SameSite=Lax`). Browsers send it by themselves, from a
front end on another origin of the same site with `credentials: "include"`. There is no CSRF token: a request that
changes something is refused with `cross_site_request` unless its `Origin` is this server's own or one that the operator
allows (`CORS_ORIGIN`). Clients that send neither `Origin` nor `Sec-Fetch-Site`, such as curl and mobile apps, pass.

Every error has a `message` for people and a stable `code` for programs, with `errors` by field where fields are at
fault. Each operation lists the codes that may come with each status, and an example of each. A path that is not here
answers 404 `not_found`, another method 405 `method_not_allowed`, a `Host` that the operator has not named 421
`unknown_host`. What stands in front of the product may answer by itself, without such a body: 400, 414 and 431 to what
is no proper request, 502 to 504 while the product is away.

Who tries too often is answered 429 `too_many_attempts`, and `Retry-After` says how many seconds to wait. A 503 may come
from anywhere, while the database is away: nothing was kept, and the same request may be sent again after `Retry-After`.

Long lists come in pages, the newest first: `items` and `next_cursor`. Ask again with `cursor` set to that, and all else
the same, until it is null."""

BOUNDS = {"ge": "minimum", "le": "maximum"}
PATH: dict[str, dict[str, Any]] = {
    "key": {
        "description": "An id, as other answers give it. One that names nothing is answered 404.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "role": {"description": "A role that the person holds.", "schema": {"type": "string", "enum": [*ALL]}},
}


def document(app: Flask, server: str) -> dict[str, Any]:
    """The document for everything that this application answers."""
    spec = APISpec("Vestibule", "4", "3.1.0", info={"description": ABOUT}, servers=[{"url": server}])
    found = [(rule, app.view_functions[rule.endpoint]) for rule in app.url_map.iter_rules()]
    endpoints = sorted((e for e in found if hasattr(e[1], "contract")), key=lambda each: each[0].rule)
    _add_components(spec, app, [view.contract for _, view in endpoints])  # type: ignore[attr-defined]
    for name, about in sorted({_tag(view): sys.modules[view.__module__].__doc__ for _, view in endpoints}.items()):
        spec.tag({"name": name, "description": about})
    policy = app.extensions["surroundings"].policy
    for rule, view in endpoints:
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            spec.path(path, operations={method.lower(): _operation(rule, view, method, policy)})
    return answering.gathered(spec.to_dict())


def _add_components(spec: APISpec, app: Flask, contracts: list[Contract]) -> None:
    cookie = {"type": "apiKey", "in": "cookie", "name": app.extensions["settings"].cookie_name}
    about = "Set by signing in, deleted by signing out. Opaque, and never to be read by scripts."
    spec.components.security_scheme("session", {**cookie, "description": about})
    for kind, parts in answering.components().items():
        for name, part in parts.items():
            getattr(spec.components, kind)(name, part)
    takes = {(model, "validation") for contract in contracts if (model := contract.body)}
    gives = {(model, "serialization") for contract in contracts if (model := contract.answer)}
    everything = sorted(takes | gives, key=lambda pair: pair[0].__name__)
    _, schemas = models_json_schema(everything, ref_template=REF)  # type: ignore[arg-type]
    for name, schema in schemas["$defs"].items():
        spec.components.schema(name, _standard(schema))


def _operation(rule: Rule, view: guards.View, method: str, policy: Policy) -> dict[str, Any]:
    contract: Contract = view.contract  # type: ignore[attr-defined]
    summary, _, more = (view.__doc__ or "").partition(". ")
    operation: dict[str, Any] = {
        "operationId": f"{_tag(view)}_{view.__name__}",
        "summary": summary.rstrip("."),
        "tags": [_tag(view)],
        "responses": answering.responses(contract, method, policy),
    }
    if more:
        operation["description"] = " ".join(more.split())
    if contract.access is not guards.public or NotSignedIn in contract.refusals:
        operation["security"] = [{"session": []}]
    parameters = [{"name": name, "in": "path", "required": True, **PATH[name]} for name in sorted(rule.arguments)]
    parameters += _query(contract.query) if contract.query else []
    if parameters:
        operation["parameters"] = parameters
    if contract.body:
        schema = {"$ref": REF.format(model=contract.body.__name__)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _tag(view: guards.View) -> str:
    return view.__module__.rpartition(".")[2]


def _standard(schema: Any) -> Any:
    """Without titles that only repeat names, and with bounds as JSON Schema names them: pydantic does not, where
    something comes before a number is looked at."""
    if isinstance(schema, list):
        return [_standard(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: part for key, part in schema.items() if key != "title" or not isinstance(part, str)}
    return {BOUNDS.get(key, key): _standard(part) for key, part in kept.items()}


def _query(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = _standard(model.model_json_schema())
    required = schema.get("required", [])
    return [_parameter(name, part, name in required) for name, part in schema["properties"].items()]


def _parameter(name: str, schema: dict[str, Any], required: bool) -> dict[str, Any]:
    """In a query there is no null: what is not sent is left out."""
    kinds = [kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}]
    own = {key: value for key, value in schema.items() if key != "description" and value is not None}
    kind = {"anyOf": kinds} if len(kinds) > 1 else dict(*kinds)
    told = {"description": schema["description"]} if "description" in schema else {}
    return {"name": name, "in": "query", "required": required, **told, "schema": {**own, **kind}}
