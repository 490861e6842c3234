"""Signing in and out, and the devices that are signed in."""

from uuid import UUID

from flask import Blueprint

from app import guards, signing_in
from app.unit import open_unit
from app.visits import me, signed_in
from app.wire.accounts import AccessToken, Credentials, Device, Devices, Ended, LoggedIn, Session
from app.wire.bodies import Message
from app.wire.endpoint import endpoint
from core import sessions
from core.errors import Busy, NotFound, NotSignedIn, PasswordStopped, TokenDead, WrongCredentials

bp = Blueprint("sessions", __name__)


@bp.post("/login")
@endpoint(
    body=Credentials,
    answer=LoggedIn,
    limits=["login_account", "login_in_a_row_account", "login_address", "login_address_hour"],
    refusals=[WrongCredentials, PasswordStopped, Busy],
)
def login(body: Credentials) -> LoggedIn:
    """Sign this browser in. Login or address, in either field; letter case does not matter."""
    begun = signing_in.sign_in(body.name, body.password)
    return LoggedIn(message="Login successful", password_change_required=begun.must_change_password)


@bp.post("/login/token")
@endpoint(body=AccessToken, answer=LoggedIn, limits=["login_token_address"], refusals=[TokenDead])
def login_with_token(body: AccessToken) -> LoggedIn:
    """Sign this browser in with the access token that accepting a team invitation gave. It works once."""
    begun = signing_in.sign_in_with_token(body.token)
    return LoggedIn(message="Login successful", password_change_required=begun.must_change_password)


@bp.get("/session")
@endpoint(answer=Session, refusals=[NotSignedIn], extra={"logged_in": False})
def session() -> Session:
    """Who is signed in with this browser."""
    person = signed_in()
    if person is None:
        raise NotSignedIn
    return Session(
        logged_in=True,
        user_id=person.user_id,
        skater_id=person.skater_id,
        onboarding_complete=person.onboarded,
        login=person.login,
        email=person.email,
        roles=list(person.roles),
        password_change_required=person.must_change_password,
        email_verified=person.email_proven,
    )


@bp.post("/logout")
@endpoint(answer=Message)
def logout() -> Message:
    """Sign this browser out. The cookie is dead even where a copy is kept."""
    signing_in.sign_out()
    return Message(message="Logged out")


@bp.get("/sessions")
@endpoint(answer=Devices, access=guards.member)
def list_sessions() -> Devices:
    """The devices that I am signed in with, the most recently used first."""
    with open_unit() as unit:
        mine = sessions.list_mine(unit, me())
    return Devices(items=[Device(**row._asdict(), current=row.id == me().session_id) for row in mine])


@bp.delete("/sessions/<key>")
@endpoint(answer=Message, access=guards.member, refusals=[NotFound])
def end_session(key: str) -> Message:
    """Sign one of my devices out."""
    with open_unit() as unit:
        sessions.end(unit, me().user_id, to_id(key))
    return Message(message="Session ended")


@bp.delete("/sessions")
@endpoint(answer=Ended, access=guards.member)
def end_other_sessions() -> Ended:
    """Sign all my other devices out."""
    with open_unit() as unit:
        ended = sessions.end_others(unit, me())
    return Ended(message="Other sessions ended", ended=ended)


def to_id(text: str) -> UUID:
    """The id in a path; what is none names nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
