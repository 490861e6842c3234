"""The mail queue, for those who run the place."""

from flask import Blueprint

from app import guards
from app.api.sessions import to_id
from app.unit import open_unit
from app.wire import desk as wire
from app.wire.bodies import Message
from app.wire.desk import LetterQuery, Letters
from app.wire.endpoint import endpoint
from core import outbox
from core.errors import NotFound

bp = Blueprint("mails", __name__)


@bp.get("/mails")
@endpoint(query=LetterQuery, answer=Letters, access=guards.admin)
def list_letters(query: LetterQuery) -> Letters:
    """Letters, newest first, with what became of each. Never what stood in them."""
    with open_unit() as unit:
        return wire.shown_letters(outbox.list_letters(unit, **query.asked()), query.limit)


@bp.post("/mails/<key>/retry")
@endpoint(answer=Message, access=guards.admin, refusals=[NotFound])
def retry(key: str) -> Message:
    """Try a letter again at once that waits or was given up."""
    with open_unit() as unit:
        outbox.retry(unit, to_id(key))
    return Message(message="It will be tried again at once.")
