"""Proving an e-mail address: what the API and the pages both do."""

from app.limits import count_attempt, count_secret
from app.signing_in import require_mail
from app.unit import open_unit, surroundings
from app.visits import me
from core import addresses
from core.models import EmailProof
from core.proof_refusals import ProofCodeWrong
from core.unit import AnyRow


def is_asked_for() -> bool:
    """Whether my pages ask me to prove my address: it is not proven, and a letter can be sent."""
    return not me().email_proven and surroundings().policy.sends_mail


def peek(token: str) -> AnyRow:
    """Return the account whose address this link proves. ProofTokenDead, TooManyAttempts."""
    count_secret("prove_address", EmailProof, token)
    with open_unit() as unit:
        return addresses.peek(unit, token)


def by_link(token: str) -> None:
    """Prove the address that this link was mailed to. ProofTokenDead, TooManyAttempts."""
    count_secret("prove_address", EmailProof, token)
    with open_unit() as unit:
        addresses.prove_by_link(unit, token)


def by_code(code: str) -> None:
    """Prove my address with the mailed code. ProofCodeWrong, once the attempt that it cost is committed."""
    with open_unit() as unit:
        is_proven = addresses.prove_by_code(unit, me(), code)
    if not is_proven:
        raise ProofCodeWrong


def send_again() -> None:
    """Have the letter sent to me once more. MailNotConfigured, AlreadyProven, TooManyAttempts."""
    require_mail()
    count_attempt("prove_account", me().user_id)
    with open_unit() as unit:
        addresses.send_again(unit, me())
