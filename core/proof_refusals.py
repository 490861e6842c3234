"""What is refused of those who want to prove an address; core/errors.py has all other refusals."""

from core.errors import Refusal, TokenDead


class ProofTokenDead(TokenDead):
    """A link that proves an address is unknown, spent, replaced or past its day, or the address is no longer that."""

    code = "proof_token_invalid"


class ProofCodeWrong(Refusal):
    """A code that proves an address is not the one that was mailed last, or is dead."""

    code = "proof_code_invalid"


class AlreadyProven(Refusal):
    """The address of this account is proven."""

    code = "already_proven"
