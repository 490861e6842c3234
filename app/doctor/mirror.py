"""Asked by the doctor of this very installation, a running product says how that request arrived. The question is
sealed for a minute; who holds one learns of their own requests and nothing else."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from flask import Response, after_this_request, current_app, request

from app.client_address import UNREADABLE, forwarded_for
from app.sealing import seal, unseal
from app.settings import Settings
from app.unit import surroundings

PURPOSE = "vestibule/doctor"
ASKED, SEEN = "X-Vestibule-Doctor", "X-Vestibule-Seen"
LIFE = timedelta(minutes=1)


@dataclass(frozen=True)
class Seen:
    """`scheme` and `address` as the product believes them, `chain` what X-Forwarded-For said, `proxies` how many of it
    are believed; `unreadable` is what a trusted proxy wrote there that is no address, `host` what Host said."""

    scheme: str
    address: str
    chain: list[str]
    proxies: int
    unreadable: str | None = None
    host: str = ""


def question(settings: Settings, now: datetime) -> dict[str, str]:
    """The header that asks."""
    return {ASKED: seal(settings, PURPOSE, {}, now, LIFE)}


def understood(answer: str | None) -> Seen | None:
    """What the header of the answer said, if there is one."""
    return Seen(**json.loads(answer)) if answer else None


def reflect() -> None:
    """Answer this request with how it arrived, if our doctor asks."""
    settings: Settings = current_app.extensions["settings"]
    if unseal(settings, PURPOSE, request.headers.get(ASKED, ""), surroundings().now()) is None:
        return
    chain = [each for each in forwarded_for(request.environ) if each]
    unreadable, host = request.environ.get(UNREADABLE), request.headers.get("Host", "")
    seen = Seen(request.scheme, request.remote_addr or "", chain, settings.trusted_proxies, unreadable, host)

    @after_this_request
    def tell(response: Response) -> Response:
        response.headers[SEEN] = json.dumps(asdict(seen))
        return response
