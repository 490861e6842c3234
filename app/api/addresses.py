"""Proving that an account's e-mail address is its owner's."""

from flask import Blueprint

from app import guards, proving
from app.wire.accounts import AddressCode, AddressProof
from app.wire.bodies import Message
from app.wire.endpoint import endpoint
from core.errors import Busy, MailNotConfigured
from core.proof_refusals import AlreadyProven, ProofCodeWrong, ProofTokenDead

bp = Blueprint("addresses", __name__)
CONFIRMED = "Your e-mail address is confirmed."
NO_MAIL = {MailNotConfigured: "No letter can be sent (email service not configured)"}


@bp.post("/email/prove")
@endpoint(body=AddressProof, answer=Message, limits=["prove_address"], refusals=[ProofTokenDead])
def prove(body: AddressProof) -> Message:
    """Confirm an account's address with the token of the mailed link. It works once, for 24 hours, and signs nobody
    in."""
    proving.by_link(body.token)
    return Message(message=CONFIRMED)


@bp.post("/email/prove/code")
@endpoint(body=AddressCode, answer=Message, access=guards.member, refusals=[ProofCodeWrong, Busy])
def prove_with_code(body: AddressCode) -> Message:
    """Confirm my address with the code of the letter that was sent last. After five wrong ones it takes a new
    letter."""
    proving.by_code(body.code)
    return Message(message=CONFIRMED)


@bp.post("/email/prove/send")
@endpoint(
    answer=Message,
    access=guards.member,
    limits=["prove_account"],
    refusals=[AlreadyProven, MailNotConfigured],
    says=NO_MAIL,
)
def send_again() -> Message:
    """Have the letter with link and code sent to me once more; it ends those of the letter before."""
    proving.send_again()
    return Message(message="A letter is on its way to you.")
