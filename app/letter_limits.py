"""How many letters one mailbox gets, whoever sends them."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.limits import count_attempt, give_back_attempt
from app.unit import surroundings
from core.errors import TooManyAttempts, TooManyLetters
from core.mailboxes import mailbox


def count_letter(address: str, apart: str = "") -> None:
    """Count one more letter of invitation to this mailbox, whoever sends it, of a kind that counts `apart` if given.
    TooManyLetters. Without mail there are none."""
    if surroundings().policy.sends_mail:
        try:
            count_attempt("invited_mailbox", apart + mailbox(address))
        except TooManyAttempts as refusal:
            raise TooManyLetters(refusal.retry_after) from None


def give_back_letter(address: str, apart: str = "") -> None:
    """Take back a letter that was counted and is not sent after all."""
    if surroundings().policy.sends_mail:
        give_back_attempt(apart + mailbox(address), "invited_mailbox")


@contextmanager
def letter_to(address: str | None, apart: str = "") -> Iterator[None]:
    """Count the letter that is sent in this block, unless the block fails or there is no addressee. TooManyLetters."""
    if address is None:
        yield
        return
    count_letter(address, apart)
    try:
        yield
    except Exception:
        give_back_letter(address, apart)
        raise


def may_ask_for_proof(address: str) -> bool:
    """Count one more letter that asks this mailbox for a proof, and tell whether it may be sent."""
    try:
        count_attempt("proof_mailbox", mailbox(address))
    except TooManyAttempts:
        return False
    return True
