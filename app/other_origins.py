"""Front ends on other origins (CORS): which of them browsers may show our answers to."""

from typing import Any

from flask import Flask, Response, request
from flask_cors import cross_origin

OPTIONS: dict[str, Any] = {
    "supports_credentials": True,
    "allow_headers": ["Content-Type"],
    "expose_headers": ["Retry-After", "X-Request-ID"],
    "max_age": 600,
    "automatic_options": False,
    "vary_header": False,  # every answer says so: see app/last_resort.py
}


def init_app(app: Flask) -> None:
    """Answers of the API that were asked for from another origin say so if it is a configured one."""
    origins = list(app.extensions["settings"].cors_origins)
    told = cross_origin(**OPTIONS, origins=origins)(lambda response: response)

    @app.after_request
    def tell(response: Response) -> Response:
        """Most requests name no origin, and Flask-CORS is long about finding nothing to do."""
        is_asked = "Origin" in request.headers and request.path.startswith("/api/")
        return told(response) if is_asked else response
