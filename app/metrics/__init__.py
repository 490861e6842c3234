"""What Prometheus reads at /metrics, if METRICS_TOKEN is set. Where it is not, nothing of this is loaded,
nobody counts, and there is no such page."""

import logging
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request, request_started
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app import errors, housekeeper, postman
from app.metrics.numbers import Numbers
from app.metrics.stock import Stock

log = logging.getLogger(__name__)
bp = Blueprint("metrics", __name__)
ROUTE = "vestibule.route"
"""Where the template of a request's route stands in its WSGI environment."""
REFUSED = "Present METRICS_TOKEN: Authorization: Bearer …\n"
GONE = "The folder of the numbers is gone: restart the product.\n"


class Watch:
    """Counts each request by what it came to. The outermost layer, so that nothing is answered past it."""

    def __init__(self, app: Callable[..., Iterable[bytes]], numbers: Numbers) -> None:
        self._app, self._numbers = app, numbers

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun, statuses = time.perf_counter(), [""]

        def start(status: str, *more: Any) -> Any:
            statuses.append(status[:3])
            return start_response(status, *more)

        body = self._app(environ, start)
        took = time.perf_counter() - begun
        self._numbers.request(environ.get(ROUTE), environ["REQUEST_METHOD"], statuses[-1], took)
        return body


def init_app(app: Flask) -> None:
    """Count what happens in this application, and show it to who has the token."""
    numbers = Numbers()
    app.extensions.update(metrics=numbers, stock=Stock())
    app.wsgi_app = Watch(app.wsgi_app, numbers)  # type: ignore[method-assign]
    app.extensions["surroundings"].hasher.watch(numbers.hashing)
    errors.refused.connect(numbers.refusal, app, weak=False)
    postman.handled.connect(numbers.letter, app, weak=False)
    housekeeper.removed.connect(numbers.removed, app, weak=False)
    request_started.connect(_name_route, app)
    app.register_blueprint(bp)


def _name_route(_: Flask) -> None:
    if request.url_rule:
        request.environ[ROUTE] = request.url_rule.rule


@bp.get("/metrics")
def metrics() -> Response:
    """All numbers, in Prometheus' text format."""
    if not _has_token():
        errors.log_refusal("metrics_token_missing", 401)
        return Response(REFUSED, 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
    try:
        counted = current_app.extensions["metrics"].collected()
    except ValueError:
        log.warning("the folder of the metrics is gone")
        return Response(GONE, 503, mimetype="text/plain")
    lines = generate_latest(counted) + generate_latest(current_app.extensions["stock"])
    return Response(lines, content_type=CONTENT_TYPE_LATEST)


metrics.any_host = True  # type: ignore[attr-defined]  # monitoring asks each instance itself, by its address


def _has_token() -> bool:
    shown = request.authorization
    token = shown.token if shown and shown.type == "bearer" else None
    return secrets.compare_digest((token or "").encode(), current_app.extensions["settings"].metrics_token.encode())
