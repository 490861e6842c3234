"""Links for people: always from configuration, never from what a request says of itself."""

from typing import Any
from uuid import UUID

from flask import current_app

from app.settings import Settings
from app.wire.invites import Issued
from core import coaches, invitations, teams


def invite(issued: invitations.Issued) -> Issued:
    """What the issuer of an invitation is given, this once: the token, its link and the link's picture."""
    url = join(issued.secret)
    return Issued(
        id=issued.id,
        token=issued.secret,
        invite_url=url,
        expires_at=issued.expires_at,
        max_uses=issued.max_uses,
        qr_svg=qr_svg(url),
    )


def qr_svg(url: str) -> str:
    """The link as a QR code, an SVG picture."""
    return _qr(url).svg_inline(scale=6, border=4)


def qr_picture(url: str) -> str:
    """The link as a QR code that an <img> takes as its address."""
    return _qr(url).svg_data_uri(scale=6, border=4, light="#fff")


def qr_png(url: str) -> str:
    """The same as pixels, for programs that take no SVG."""
    return _qr(url).png_data_uri(scale=16, border=4)


def _qr(url: str) -> Any:
    import segno  # here, because few processes ever draw one

    return segno.make(url, error="m")


def join(secret: str) -> str:
    return f"{_base()}/join?token={secret}"


def coach(secret: str) -> str:
    return f"{_base()}/coach/onboard?token={secret}"


def team(secret: str) -> str:
    return f"{_base()}/team/join?token={secret}"


def invitations_page() -> str:
    return f"{_base()}/invitations"


def reset(secret: str) -> str:
    settings: Settings = current_app.extensions["settings"]
    return f"{settings.reset_url_base}?token={secret}"


def prove(secret: str) -> str:
    return f"{_base()}/email/prove?token={secret}"


def card(share_token: UUID) -> str:
    return f"{_base()}/card/{share_token}"


def _base() -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.base_url


INVITES = {coaches.KIND: coach, teams.KIND: team}
"""Where the links of other invitations than the gate's lead."""
