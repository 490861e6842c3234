"""For load balancers, and for people who look whether it is up."""

from typing import Literal

from flask import Blueprint

from app import schema
from app.doctor import mirror
from app.errors import SchemaNotCurrent, ServiceUnavailable
from app.wire.bodies import Answer
from app.wire.endpoint import endpoint

bp = Blueprint("health", __name__)


class Health(Answer):
    status: Literal["ok"]


@bp.get("/healthz")
@endpoint(answer=Health, any_host=True)
def healthz() -> Health:
    """The process is up."""
    mirror.reflect()
    return Health(status="ok")


@bp.get("/readyz")
@endpoint(answer=Health, refusals=[SchemaNotCurrent, ServiceUnavailable], any_host=True)
def readyz() -> Health:
    """The database can be reached and its schema is current."""
    if not schema.is_current():
        raise SchemaNotCurrent
    return Health(status="ok")
