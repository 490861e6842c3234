"""Confirming an e-mail address: with the mailed link, or the mailed code on one's own page."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import proving
from app.api import addresses as api
from app.languages import spoken
from app.languages.spoken import gettext
from app.pages import doors, home, words
from app.pages.doors import go
from app.pages.forms import Form, form
from app.wire.accounts import AddressCode, AddressProof
from app.wire.forms import filled
from core.errors import InvalidInput, MailNotConfigured
from core.proof_refusals import AlreadyProven, ProofCodeWrong, ProofTokenDead

bp = Blueprint("address", __name__)


def _dead_link(_: Form) -> str:
    spoken.go_on()
    on = ("home.show", gettext("Go to my page"))
    return render_template("pages/dead_link.html", dead=words.DEAD_PROOF.told({}), next=on)


def _asking(refused: Form) -> str:
    return home.page(address=refused)


@bp.get("/email/prove")
@form(_dead_link, ProofTokenDead, instead=True, like=api.prove)
def show() -> ResponseReturnValue:
    """The question whose account it is. The link is spent by the answer, not by being opened."""
    token = request.args.get("token", "")
    account = proving.peek(token)
    spoken.offer(account.language)
    return render_template("pages/prove.html", account=account, token=token)


@bp.post("/email/prove")
@form(_dead_link, ProofTokenDead, InvalidInput, instead=True, like=api.prove)
def confirm() -> ResponseReturnValue:
    proving.by_link(filled(AddressProof, request.form).token)
    return go("address.confirmed")


@bp.get("/email/confirmed")
def confirmed() -> ResponseReturnValue:
    """Needs no account: whoever opened the link may be signed in elsewhere, or nowhere."""
    return render_template("pages/proven.html")


@bp.post("/email/code")
@doors.member
@form(_asking, ProofCodeWrong)
def type_code() -> ResponseReturnValue:
    proving.by_code(filled(AddressCode, request.form).code)
    return go("home.show", done="address")


@bp.post("/email/send")
@doors.member
@form(_asking, AlreadyProven, MailNotConfigured)
def send_again() -> ResponseReturnValue:
    proving.send_again()
    return go("home.show", done="letter", _anchor="address")
