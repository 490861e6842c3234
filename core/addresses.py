"""Proving that an account's address is its owner's: with a mailed link, or the mailed code typed while signed in."""

import re
import unicodedata
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, exists, func, null, select
from sqlalchemy.exc import IntegrityError

from core import mail, names, users
from core.errors import NotFound
from core.models import EmailProof, User
from core.models.base import named
from core.proof_refusals import AlreadyProven, ProofTokenDead
from core.sessions import SignedIn
from core.tokens import claim, digest
from core.unit import AnyRow, Look, Unit

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What codes are made of: 32 characters, none of which looks like another."""
CODE_LENGTH = 8
_BETWEEN = re.compile(r"[\s\u2010-\u2015\u2212_.-]+")


@dataclass(frozen=True)
class Proof:
    """What a letter that asks for a proof must carry. `code` is in two groups, as people read it."""

    login: str
    email: str
    secret: str
    code: str
    language: str | None


_ACCOUNTS = select(
    *named(User, "id", "skater_id", "login", "email", "email_key", "is_active", "email_proven_at", "language")
)
_BY_ID = _ACCOUNTS.where(User.id == bindparam("id"))


def ask_for_proof(unit: Unit, user_id: int) -> None:
    """Queue one letter that asks the owner of an account to prove its address, if it is not proven and the account is
    open. Sees accounts that this unit has made."""
    user = unit.execute(_BY_ID, {"id": user_id}).one_or_none()
    if user is not None and _can_be_proven(user):
        mail.post(unit, mail.AddressToProve(str(user.skater_id)), to=user.email, language=user.language)


def send_again(unit: Unit, me: SignedIn) -> None:
    """Queue the letter once more. AlreadyProven."""
    if me.email_proven:
        raise AlreadyProven
    ask_for_proof(unit, me.user_id)


def issue_proof(unit: Unit, skater_id: uuid.UUID, address: str) -> Proof | None:
    """Make the one living proof of an account, named by its skater's id; an earlier one ends. None when the account is
    closed, its address is proven, or is no longer the one that the letter goes to."""
    found = unit.look(_ACCOUNTS.where(User.skater_id == skater_id))
    user = found[0] if found else None
    if user is None or not _can_be_proven(user) or user.email_key != names.address_key(address):
        return None
    secret, code = unit.new_secret(), _fresh_code(unit.new_secret())
    _keep(unit, user, digest(secret), code)
    return Proof(user.login, user.email, secret, f"{code[:4]}-{code[4:]}", user.language)


def peek(unit: Unit, secret: str) -> AnyRow:
    """The account whose address this link can prove; changes nothing, however often. ProofTokenDead."""
    account = select(*named(User, "login", "email", "language")).join(EmailProof, EmailProof.user_id == User.id)
    found = unit.look(account.where(EmailProof.digest == digest(secret), *_living(unit)))
    if not found:
        raise ProofTokenDead
    return found[0]


def prove_by_link(unit: Unit, secret: str) -> None:
    """Spend a living link: the address that it was mailed to is proven. It signs nobody in. ProofTokenDead."""
    link = (EmailProof.digest == digest(secret), *_living(unit))
    proof = claim(unit, EmailProof, *link, spend={"used_at": unit.now})
    if proof is None or not users.prove_address(unit, proof.user_id, proof.email_key, how="link"):
        raise ProofTokenDead


def prove_by_code(unit: Unit, me: SignedIn, typed: str) -> bool:
    """Prove my address with the mailed code. Returns whether it was right, and refuses nothing itself: a refusal would
    roll back the attempt that it costs. What cannot be a code costs none.

    One statement counts the attempt and spends the code, so that no more than `policy.proof_attempts` of any number of
    racing codes are compared.
    """
    code = _as_kept(typed)
    found = unit.look(select(EmailProof.digest).where(EmailProof.user_id == me.user_id, *_living(unit)))
    if not found or len(code) != CODE_LENGTH or not set(code) <= set(ALPHABET):
        return False
    is_right = EmailProof.code_digest == _stretched(unit, code, found[0].digest)
    attempt = {
        "attempts": EmailProof.attempts + case((is_right, 0), else_=1),
        "used_at": case((is_right, unit.now), else_=null()),
    }
    mine = (EmailProof.user_id == me.user_id, EmailProof.digest == found[0].digest)
    proof = claim(unit, EmailProof, *mine, *_living(unit), spend=attempt)
    if proof is None or proof.used_at is None:
        return False
    return users.prove_address(unit, proof.user_id, proof.email_key, how="code")


def prove_by_hand(unit: Unit, user_id: int) -> None:
    """Note that the operator knows an account's address to be its owner's. NotFound for a closed account,
    AlreadyProven."""
    user = unit.execute(_BY_ID, {"id": user_id}).one_or_none()
    if user is None or not user.is_active:
        raise NotFound
    if not users.prove_address(unit, user_id, user.email_key, how="hand"):
        raise AlreadyProven


def count_unproven(look: Look) -> tuple[int, int]:
    """How many open accounts have an address that is not proven, and how many there are in all."""
    unproven = func.count().filter(User.email_proven_at.is_(None))
    [row] = look(select(unproven.label("unproven"), func.count().label("all")).where(User.is_active))
    return row.unproven, row.all


def _can_be_proven(user: Any) -> bool:
    return bool(user.is_active and user.email_proven_at is None)


def _living(unit: Unit) -> tuple[ColumnElement[bool], ...]:
    """What makes a proof good: not spent, not too old, not guessed at too often, and still of the unproven address that
    it was mailed to, of an open account."""
    account = exists().where(
        User.id == EmailProof.user_id,
        User.email_key == EmailProof.email_key,
        User.is_active,
        User.email_proven_at.is_(None),
    )
    return (
        EmailProof.used_at.is_(None),
        EmailProof.expires_at > unit.now,
        EmailProof.attempts < unit.policy.proof_attempts,
        account.correlate(EmailProof),
    )


def _fresh_code(secret: str) -> str:
    """40 bits of a fresh secret, five at a time."""
    bits = int(digest(secret)[:10], 16)
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in range(CODE_LENGTH))


def _as_kept(typed: str) -> str:
    """A code without what people put between its characters, in capitals."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", typed)).upper()


def _stretched(unit: Unit, code: str, of: str) -> str:
    """What is stored instead of a code: 40 bits could be tried out if it were hashed as fast as a link is (ASVS
    6.5.2). The digest of the link `of` its own letter is the salt."""
    return unit.hasher.stretched(code, bytes.fromhex(of))


def _keep(unit: Unit, user: AnyRow, link_digest: str, code: str) -> None:
    """Instead of what the account has, or as its first. Of two at the same moment the later one stays."""
    fresh = {
        "digest": link_digest,
        "code_digest": _stretched(unit, code, link_digest),
        "email_key": user.email_key,
        "attempts": 0,
        "created_at": unit.now,
        "expires_at": unit.now + unit.policy.proof_life,
        "used_at": None,
    }
    theirs = EmailProof.user_id == user.id
    if claim(unit, EmailProof, theirs, spend=fresh):
        return
    try:
        with unit.session.begin_nested():
            unit.session.add(EmailProof(id=uuid.uuid4(), user_id=user.id, **fresh))
    except IntegrityError:
        claim(unit, EmailProof, theirs, spend=fresh)
