"""From an invite link to an account, or to more rights for the one that I have.

A link's token is in its address, in the page that it opens and in the forms of that page, never in a cookie or another
address. Who has it is spoken to in the invitation's language, unless they chose one themselves.
"""

from collections.abc import Collection
from dataclasses import asdict

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import signing_in
from app.api import registration as api
from app.inviting import count_invite
from app.languages import spoken
from app.languages.spoken import gettext
from app.pages import doors, words
from app.pages.doors import go
from app.pages.forms import BLANK, Form, form
from app.signing_in import present_session
from app.unit import look, open_unit, surroundings
from app.visits import begin_visit, me, recognise, signed_in
from app.wire.accounts import Registration
from app.wire.forms import filled
from app.wire.invitations import TokenAlone
from core import claims, logins, offers, registration, roles, sessions, teams
from core.errors import AlreadyMember, InviteDead, InviteRequired, RolesConflict, SignInRequired
from core.offers import Offer

bp = Blueprint("joining", __name__)
KINDS = (*registration.JOINS, teams.KIND)


def dead_link(refused: Form) -> str:
    """Why the link leads no further. Where it is for another address than that of the account at hand, both are named,
    and the way on."""
    if refused.code == "invite_other_address" and signed_in():
        return render_template(
            "pages/other_account.html", token=given_token(), present=me(), invited=refused.details["invited"]
        )
    dead = words.DEAD_LINKS.get(refused.code, words.DEAD_LINKS["invite_invalid"])
    home, sign_in = ("home.show", gettext("Go home")), ("signing_in.show", gettext("I have an account: sign in"))
    on = home if signed_in() else sign_in
    return render_template("pages/dead_link.html", dead=dead.told(refused.details), next=on)


def given_token() -> str:
    """The link's token, from its address or the form of a page that it opened."""
    return request.values.get("invite_token") or request.values.get("token", "")


def living(token: str, kinds: Collection[str] = KINDS) -> Offer:
    """What the link holds out to whoever is here. InviteRequired without a token; InviteDead, InviteOtherAddress."""
    if not token:
        raise InviteRequired
    offer = offers.find(look, token, surroundings().now(), kinds=kinds)
    spoken.offer(offer.invitation.language)
    person = signed_in()
    claims.check_address(offer.invitation, person.email if person else None)
    return offer


def page(kinds: Collection[str] = KINDS, filled_in: Form = BLANK) -> str:
    """What the link holds out, and how to take it: with the account that is signed in, or with a new one."""
    token = given_token()
    offer = living(token, kinds)
    about = {"offer": offer, "found": offer.invitation, "token": token, "form": filled_in}
    person = signed_in()
    if offer.invitation.kind == teams.KIND:
        way = {} if person else asdict(teams.way_in(look, offer.invitation))
        return render_template("pages/team.html", **about, **way)
    if person:
        if roles.conflict([*person.roles, *offer.invitation.roles]):
            raise RolesConflict
        return render_template(
            "pages/accept.html", **about, me=person, adds=offers.adds(look, offer.invitation, person)
        )
    login = words.suggested_login(offer.invitation.email)
    return render_template("pages/join.html", **about, login=login, password_min=surroundings().policy.password_min)


@bp.get("/coach/onboard")
@bp.get("/join")
@form(dead_link, InviteDead, InviteRequired, RolesConflict, instead=True, like=api.validate_token)
def show() -> ResponseReturnValue:
    """What the invite brings, and the form. Uses nothing up, however often it is opened."""
    count_invite("validate_token_address", given_token())
    return page(registration.JOINS)


@bp.get("/team/join")
@form(dead_link, InviteDead, InviteRequired, instead=True, like=api.validate_token)
def show_team() -> ResponseReturnValue:
    """The place that the link holds out. Mail scanners may open it as often as they like."""
    count_invite("validate_token_address", given_token())
    return page([teams.KIND])


@bp.post("/join")
@form(dead_link, InviteDead, InviteRequired, RolesConflict, instead=True)
@form(lambda refused: page(registration.JOINS, refused), like=api.register)
def join() -> ResponseReturnValue:
    """Make the account and sign this browser in."""
    given = filled(Registration, request.form)
    count_invite("register_address", given.invite_token)
    with open_unit() as unit:
        user_id = registration.register(unit, given.applicant(), given.invite_token)
        secret = sessions.start(unit, user_id, instead_of=present_session())
    begin_visit(secret)
    return go("home.show")


@bp.post("/join/accept")
@doors.member
@form(dead_link, InviteDead, AlreadyMember, RolesConflict, instead=True, like=api.accept)
def accept() -> ResponseReturnValue:
    """Take what the invite offers with the account that is signed in."""
    given = filled(TokenAlone, request.form)
    count_invite("register_address", given.token)
    with open_unit() as unit:
        registration.accept(unit, me(), given.token)
    return go("home.show", done="accepted")


@bp.post("/join/switch")
@form(dead_link, InviteDead, InviteRequired, instead=True, like=api.validate_token)
def switch() -> ResponseReturnValue:
    """Sign out, and show the same link to whoever is here now. For a dead link nobody is signed out."""
    count_invite("validate_token_address", given_token())
    offers.find(look, given_token(), surroundings().now(), kinds=KINDS)
    signing_in.sign_out()
    recognise()
    return page()


@bp.post("/team/join")
@form(dead_link, InviteDead, instead=True, like=api.accept)
@form(lambda refused: page([teams.KIND], refused), SignInRequired, instead=True)
def join_team() -> ResponseReturnValue:
    """Take the place and sign this browser in; home asks a new account for its password first."""
    given = filled(TokenAlone, request.form)
    count_invite("register_address", given.token)
    with open_unit() as unit:
        accepted = teams.accept(unit, given.token, signed_in())
        unit.session.flush()
        begun = logins.redeem_login_token(unit, accepted.login_secret, instead_of=present_session())
    begin_visit(begun.secret)
    return go("home.show", done="accepted")


@bp.get("/join/accept")
@bp.get("/join/switch")
@bp.get("/join/signin")
def lead_home() -> ResponseReturnValue:
    """What answers a form has no address to come back to."""
    return go("home.show")
