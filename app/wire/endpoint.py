"""The decorator that makes a view an endpoint: guards it, parses what comes in, dumps what goes out, and says so in the
OpenAPI document."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Response, abort, current_app, request
from pydantic import BaseModel

from app import guards
from app.limits import count_write
from app.wire import parsing
from app.wire.bodies import Answer
from app.wire.long_answers import LongAnswer
from core.errors import Refusal


@dataclass(frozen=True)
class Contract:
    """What an endpoint takes and answers; app/wire/openapi.py writes it down, app/errors.py speaks its words."""

    access: Callable[[guards.View], guards.View]
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    answer: type[Answer] | None
    status: int
    limits: Sequence[str]
    refusals: Sequence[type[Refusal]]
    says: dict[type[Refusal], str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    any_host: bool = False

    @property
    def address_limits(self) -> list[str]:
        """The limits that count a network address, not an account."""
        return [name for name in self.limits if not name.endswith(("_account", "_mailbox"))]

    @property
    def counts_writes(self) -> bool:
        """Whether what a signed-in account changes here is counted by the limit of all its writes: where no limit of
        the endpoint's own counts the account."""
        has_own = any(name.endswith("_account") for name in self.limits)
        return self.access is not guards.public and not has_own

    @property
    def wire_names(self) -> dict[str, str]:
        """Core's names of fields, and what they are called in this body."""
        fields = self.body.model_fields if self.body else {}
        return {name: info.alias or name for name, info in fields.items()}


def endpoint(
    *,
    access: Callable[[guards.View], guards.View] = guards.public,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    answer: type[Answer] | None = None,
    status: int = 200,
    limits: Sequence[str] = (),
    refusals: Sequence[type[Refusal]] = (),
    says: dict[type[Refusal], str] | None = None,
    extra: dict[str, Any] | None = None,
    any_host: bool = False,
) -> Callable[[guards.View], guards.View]:
    """Make a view an endpoint. The view gets `body` and `query` as models and returns an Answer, also a LongAnswer, or
    nothing for 204.

    `limits` are named here and counted by the view, which knows for whom: what could not be parsed is not counted.
    `says` and `extra` are this endpoint's own words and keys in the bodies of its refusals. An endpoint for `any_host`
    also answers requests that name a host of nobody's.
    """
    contract = Contract(access, body, query, answer, status, limits, refusals, says or {}, extra or {}, any_host)

    def decorate(view: guards.View) -> guards.View:
        @wraps(view)
        def answered(**path: Any) -> Response:
            if contract.counts_writes:
                count_write()
            result = view(**path, **_parsed(contract))
            if isinstance(result, LongAnswer):
                return result.response(status)
            return Response(status=status, mimetype="application/json") if result is None else dumped(result, status)

        guarded = wraps(view)(access(answered))
        guarded.contract = contract  # type: ignore[attr-defined]
        return guarded

    return decorate


def dumped(result: Answer, status: int = 200) -> Response:
    """An Answer as a JSON response, by its wire names."""
    text = result.model_dump_json(by_alias=True) + "\n"
    return current_app.response_class(text, status, mimetype="application/json")


def _parsed(contract: Contract) -> dict[str, BaseModel]:
    parsed: dict[str, BaseModel] = {}
    if contract.query:
        parsed["query"] = parsing.query(contract.query, request.args)
    if contract.body:
        if request.mimetype != "application/json":
            abort(415)
        parsed["body"] = parsing.body(contract.body, request.get_data())
    elif request.method not in guards.SAFE_METHODS and request.get_data() and request.mimetype != "application/json":
        abort(415)
    return parsed
