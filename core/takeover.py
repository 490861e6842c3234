"""An account whose address was never proven, and the holder of a mailed link who has just proven it."""

from sqlalchemy import update

from core import audit, mail, revocation, sessions, tokens
from core.authority import Account
from core.models import Profile, User
from core.unit import Unit


def let_in(unit: Unit, account: Account, password_hash: str) -> None:
    """Let the holder of a mailed link in with a locked account that they are not signed in to, and queue a letter that
    tells its owner.

    A proven account keeps its password and sessions. Of an unproven one nobody knows who made it: its sessions, its
    outstanding secrets, what it made and what it shared end, and its password becomes one that nobody knows and that
    must be replaced.
    """
    if not account.is_proven:
        tokens.end_all(unit, account.id)
        sessions.end_all(unit, account.id)
        revocation.end_made_by(unit, account.id)
        void = {"password_hash": password_hash, "must_change_password": True, "updated_at": unit.now}
        unit.session.execute(update(User).where(User.id == account.id).values(**void))
        shared = update(Profile).where(Profile.skater_id == account.skater_id).values(share_token=None)
        unit.session.execute(shared)
        audit.record(unit, "address_taken_over", user_id=account.id)
    notice = mail.SignedInByLink(account.login, unit.now.isoformat(), password_void=not account.is_proven)
    mail.post(unit, notice, to=account.email, language=account.language)
