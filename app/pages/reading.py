"""The OpenAPI document, laid out for a page that people read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Schemas = Mapping[str, dict[str, Any]]
BOUNDS = {
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "maxItems": "at most {} entries",
}


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    required: bool
    about: str
    place: str = "body"


@dataclass(frozen=True)
class Answer:
    status: str
    fields: list[Field]
    codes: dict[str, str]


@dataclass(frozen=True)
class Operation:
    anchor: str
    method: str
    path: str
    summary: str
    description: str
    signed_in: bool
    parameters: list[Field]
    body: list[Field]
    sample: str
    answers: list[Answer]


def chapters(document: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """The operations of an OpenAPI document under their tags, both in the document's order."""
    found: dict[str, list[Operation]] = {}
    schemas, shared = document["components"]["schemas"], document["components"]["responses"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(_operation(method, path, operation, schemas, shared))
    return found


def _operation(method: str, path: str, said: Mapping[str, Any], schemas: Schemas, shared: Schemas) -> Operation:
    body = _content(said.get("requestBody", {}), schemas)
    return Operation(
        anchor=f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
        method=method.upper(),
        path=path,
        summary=said.get("summary", ""),
        description=said.get("description", ""),
        signed_in="security" in said,
        parameters=[_parameter(each) for each in said.get("parameters", [])],
        body=_fields(body, schemas),
        sample=_sample(body) if "requestBody" in said else "",
        answers=[_answer(status, _resolved(each, shared), schemas) for status, each in said["responses"].items()],
    )


def _content(said: Mapping[str, Any], schemas: Schemas) -> dict[str, Any]:
    schema = said.get("content", {}).get("application/json", {}).get("schema", {})
    return _resolved(schema, schemas)


def _resolved(schema: dict[str, Any], schemas: Schemas) -> dict[str, Any]:
    return schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _fields(schema: Mapping[str, Any], schemas: Schemas) -> list[Field]:
    required = schema.get("required", [])
    fields = schema.get("properties", {}).items()
    return [Field(name, _kind(part), name in required, _about(part, schemas)) for name, part in fields]


def _parameter(said: Mapping[str, Any]) -> Field:
    schema = said["schema"]
    return Field(said["name"], _kind(schema), said["required"], _about(schema, {}), said["in"])


def _kind(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(each) for each in schema["enum"])
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    kind = schema.get("format") or schema.get("type") or "anything"
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _about(schema: Mapping[str, Any], schemas: Schemas) -> str:
    """What else is to be known: the description, the bounds, the default, and what a list's entries hold."""
    parts = [schema, *schema.get("anyOf", [])]
    told = [str(schema.get("description", "")).rstrip(".")]
    told += [sentence.format(part[bound]) for part in parts for bound, sentence in BOUNDS.items() if bound in part]
    if schema.get("default") is not None and schema["default"] != "":
        told.append(f"default {json.dumps(schema['default'])}")
    entry = _resolved(schema.get("items", {}), schemas) if schemas else {}
    if "properties" in entry:
        told.append(f"each with {', '.join(entry['properties'])}")
    return "; ".join(filter(None, told))


def _answer(status: str, said: Mapping[str, Any], schemas: Schemas) -> Answer:
    content = said.get("content", {}).get("application/json", {})
    codes = {code: example["value"]["message"] for code, example in content.get("examples", {}).items()}
    return Answer(status, [] if codes else _fields(_content(said, schemas), schemas), codes)


def _sample(schema: Mapping[str, Any]) -> str:
    """A body to start from: what must be there, and what has a default."""
    required = schema.get("required", [])
    fields = schema.get("properties", {}).items()
    return json.dumps(
        {name: _value(part) for name, part in fields if name in required or part.get("default") is not None},
        indent=2,
    )


def _value(schema: Mapping[str, Any]) -> Any:
    if "default" in schema or "enum" in schema:
        return schema["default"] if "default" in schema else schema["enum"][0]
    return {"array": [], "integer": schema.get("minimum", 0), "boolean": False, "object": {}}.get(
        schema.get("type", ""), ""
    )
