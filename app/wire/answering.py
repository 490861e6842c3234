"""What may be answered to a request, for the OpenAPI document: every status with its body, every code with an example
that is made as the answers themselves are."""

from collections.abc import Callable, Iterable
from typing import Any

from app import guards
from app.errors import STATUS, CrossSite, ServiceUnavailable, body_of, retry_after_is_sent
from app.sentences import SENTENCES
from app.wire import parsing
from app.wire.endpoint import Contract
from app.wire.parsing import Malformed
from core.errors import (
    Forbidden,
    InvalidInput,
    InviteOtherAddress,
    MinorCannotRegister,
    NameTaken,
    NotSignedIn,
    PasswordChangeRequired,
    Refusal,
    TooManyAttempts,
    TooManyLetters,
    WeakPassword,
)
from core.policy import Policy

REF = "#/components/schemas/{model}"
REQUEST_ID = {"$ref": "#/components/headers/X-Request-ID"}
RETRY_AFTER = {"$ref": "#/components/headers/Retry-After"}
HEADERS = {
    "X-Request-ID": {
        "description": "Names this request in the operator's log.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds to wait before the same request may do better.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
}
ERROR = {
    "type": "object",
    "required": ["message", "code"],
    "properties": {
        "message": {"type": "string", "description": "One sentence for a person. It may be worded anew; `code` stays."},
        "code": {"$ref": REF.format(model="ErrorCode")},
        "errors": {
            "type": "object",
            "description": "The fields at fault, by the names that they are sent with: what is wrong with each, in "
            "sentences for a person. It may be empty.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "invited": {
            "type": "string",
            "description": "With `invite_other_address`: whom the invitation is for, masked but for the first letter.",
        },
        "present": {
            "type": "string",
            "description": "With `invite_other_address`: the address that was shown instead.",
        },
        "request_id": {"type": "string", "description": "With a 5xx: what to tell the operator."},
    },
}
CODE = {"type": "string", "description": "What happened, for programs. A code never changes its meaning."}
FAILURES = {"internal_error", *(code for kind, status in STATUS.items() if status >= 500 for code in kind.codes)}
SUCCESS = {200: "Done.", 201: "Made.", 204: "Done; the answer has no body."}

SAMPLES: dict[type[Refusal], Callable[[str], Refusal]] = {
    InvalidInput: lambda _: InvalidInput({}),
    InviteOtherAddress: lambda _: InviteOtherAddress(invited="b•••@club.test", present="ann@club.test"),
    MinorCannotRegister: lambda _: MinorCannotRegister({"roles": ["minor"]}),
    NameTaken: lambda code: NameTaken(code.removesuffix("_taken")),
    TooManyAttempts: lambda _: TooManyAttempts(30),
    TooManyLetters: lambda _: TooManyLetters(30),
    WeakPassword: lambda code: WeakPassword("password", code.removeprefix("password_")),
}
"""How those are made that know more than their code."""


def components() -> dict[str, dict[str, Any]]:
    """What answers are made of, by what APISpec calls its kind."""
    wrong_method = _refused(405, {"method_not_allowed": _plain("method_not_allowed")})
    wrong_method["headers"]["Allow"] = {"description": "What is answered.", "schema": {"type": "string"}}
    return {
        "schema": {"Error": ERROR, "ErrorCode": CODE},
        "header": HEADERS,
        "response": {"MethodNotAllowed": wrong_method},
    }


def gathered(document: dict[str, Any]) -> dict[str, Any]:
    """The document with all codes that it has an example of in one place, and so each answer that is the same for all
    operations."""
    shared, codes = document["components"]["responses"], {"method_not_allowed"}
    for operation in (each for methods in document["paths"].values() for each in methods.values()):
        for status, answer in operation["responses"].items():
            examples = answer.get("content", {}).get("application/json", {}).get("examples", {})
            codes |= examples.keys()
            if len(examples) == 1 and examples[code := min(examples)]["value"] == _plain(code):
                name = code.title().replace("_", "")
                shared[name] = answer
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    document["components"]["schemas"]["ErrorCode"]["enum"] = sorted(codes)
    return document


def responses(contract: Contract, method: str, policy: Policy) -> dict[str, Any]:
    """Every answer of an operation, by its status."""
    success: dict[str, Any] = {"description": SUCCESS[contract.status], "headers": {"X-Request-ID": REQUEST_ID}}
    if contract.answer:
        success["content"] = {"application/json": {"schema": {"$ref": REF.format(model=contract.answer.__name__)}}}
    found = _bodies(contract, method, policy)
    refused = {str(status): _refused(status, bodies, contract.extra) for status, bodies in sorted(found.items())}
    return {str(contract.status): success} | refused


def _bodies(contract: Contract, method: str, policy: Policy) -> dict[int, dict[str, Any]]:
    """For each status the codes that it may carry, each with a body."""
    found: dict[int, dict[str, Any]] = {500: {"internal_error": _plain("internal_error")}}
    for kind in _refusals(contract, method):
        for code in kind.codes:
            body = body_of(_sample(kind, code), contract, policy)
            found.setdefault(STATUS[kind], {})[code] = _named(body, STATUS[kind])
    if contract.body or contract.query:
        found.setdefault(400, {})["invalid_input"] = body_of(Malformed(_faults(contract)), contract, policy)
    if contract.body:
        found[400]["invalid_json"] = _plain("invalid_json")
    found.setdefault(400, {})["malformed_request"] = _plain("malformed_request")
    if not contract.any_host:
        found[421] = {"unknown_host": _plain("unknown_host")}
    found[413] = {"payload_too_large": _plain("payload_too_large")}
    if method not in guards.SAFE_METHODS:
        found[415] = {"unsupported_media_type": _plain("unsupported_media_type")}
    return found


def _refusals(contract: Contract, method: str) -> Iterable[type[Refusal]]:
    yield from contract.refusals
    yield ServiceUnavailable
    if contract.access is not guards.public:
        yield NotSignedIn
    if contract.access in {guards.member, guards.admin}:
        yield PasswordChangeRequired
    if contract.access is guards.admin:
        yield Forbidden
    if contract.limits or (contract.counts_writes and method not in guards.SAFE_METHODS):
        yield TooManyAttempts
    if "invited_mailbox" in contract.limits:
        yield TooManyLetters
    if method not in guards.SAFE_METHODS:
        yield CrossSite


def _sample(kind: type[Refusal], code: str) -> Refusal:
    return SAMPLES[kind](code) if kind in SAMPLES else kind(code)


def _faults(contract: Contract) -> dict[str, list[str]]:
    """What is said of a body without anything in it; or else, of a first field that is none of its kind."""
    model = contract.body or contract.query
    assert model
    first = next(iter(model.model_json_schema()["properties"]))
    for sent in ({}, {first: []}):
        try:
            parsing.validated(model, sent)
        except Malformed as refusal:
            return refusal.fields
    return {}


def _plain(code: str) -> dict[str, Any]:
    """The body of this code where nothing else is to be said."""
    return _named({"message": SENTENCES[code], "code": code}, 500 if code in FAILURES else 400)


def _named(body: dict[str, Any], status: int) -> dict[str, Any]:
    return body | ({"request_id": "5f0c2ab8d1e94c37"} if status >= 500 else {})


def _refused(status: int, bodies: dict[str, Any], extra: dict[str, Any] | None = None) -> dict[str, Any]:
    own = {name: {"const": value} for name, value in (extra or {}).items() if status in {401, 403}}
    code = {"type": "string", "enum": sorted(bodies)}
    narrowed = {"type": "object", "required": ["code", *own], "properties": {"code": code, **own}}
    schema = {"allOf": [{"$ref": REF.format(model="Error")}, narrowed]}
    examples = {code: {"value": body} for code, body in sorted(bodies.items())}
    answer: dict[str, Any] = {
        "description": " ".join(dict.fromkeys(body["message"] for body in bodies.values())),
        "headers": {"X-Request-ID": REQUEST_ID},
        "content": {"application/json": {"schema": schema, "examples": examples}},
    }
    if retry_after_is_sent(status):
        answer["headers"]["Retry-After"] = RETRY_AFTER
    return answer
