"""What mail servers say and what is logged holds no secret, however it is quoted."""

import base64
import logging
import quopri
import re
import smtplib
from collections.abc import Callable
from html import escape
from typing import Any
from unittest.mock import patch
from urllib.parse import quote
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.logs import describe
from app.mail_replies import words
from app.redaction import redact, redact_line
from app.unit import random_secret
from core.models import InvitationLink, Letter, PasswordReset
from tests.api.test_mails import UNKNOWN, ask_for_reset, listed, mail_server_that
from tests.api.test_team_invitations import accept, ask
from tests.support.answers import said
from tests.support.examples import examples
from tests.support.routes import MAILS
from tests.support.world import AUTH, World, token_in, token_of

LONGEST = 19
"""So many characters of a secret in a row may stay at most."""


def wrapped(text: str, by: str, width: int) -> str:
    return by.join(text[at : at + width] for at in range(0, len(text), width))


PLAIN: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in a link": lambda secret: f"https://club.test/reset?token={secret}",
    "in a link that goes on": lambda secret: f"<https://club.test/reset?a=1&token={secret}&b=2>",
    "in a path": lambda secret: f"/card/{secret}).",
    "in quotes": repr,
    "percent-encoded": lambda secret: quote(f"?token={secret}", safe=""),
    "every character percent-encoded": lambda secret: "".join(f"%{ord(char):02X}" for char in secret),
    "quoted-printable": lambda secret: quopri.encodestring(f"https://club.test/x?token={secret}".encode()).decode(),
    "soft line breaks": lambda secret: wrapped(secret, "=\r\n", 12),
    "with entities": lambda secret: escape(secret).replace("-", "&#45;").replace("_", "&lowbar;"),
    "soft hyphens": lambda secret: wrapped(secret, "\u00ad", 5),
    "invisible blanks": lambda secret: wrapped(secret, "\u200b", 9),
    "in base64": lambda secret: base64.encodebytes(f"Your link: {secret}".encode()).decode(),
    "in hexadecimal": lambda secret: secret.encode().hex(),
    "in capitals": str.upper,
}
"""Disguises that leave a long run: gone wherever they stand."""
CUT: dict[str, Callable[[str], str]] = {
    "lines of ten": lambda secret: wrapped(secret, "\r\n", 10),
    "lines of nineteen": lambda secret: wrapped(secret, "\n", 19),
    "spaced": lambda secret: wrapped(secret, " ", 1),
    "dotted": lambda secret: wrapped(secret, ".", 8),
    "backwards": lambda secret: wrapped(secret[::-1], " ", 10),
}
"""Disguises that leave none: known by what the letter carried."""

SECRETS = st.builds(random_secret)
ANY_SECRET = st.one_of(SECRETS, st.builds(lambda: str(uuid4())), st.builds(lambda: f"eyJhbGc.{random_secret()}"))
TEXT = st.text(st.sampled_from("abc XYZ 019.,:;()<>@/='\n"), max_size=40)


def shows(text: str, secret: str) -> bool:
    """Whether a person could read the secret out of the text: 20 characters in a row, whatever is between them."""
    spellings = [text, re.sub(r"=\r?\n|[\s\u00ad\u200b.]", "", text)]
    spellings += [each[::-1] for each in spellings]
    runs = [secret[at : at + LONGEST + 1].casefold() for at in range(len(secret) - LONGEST)]
    return any(run in each.casefold() for run in runs for each in spellings)


@pytest.mark.parametrize("disguise", [*PLAIN, *CUT])
@examples(30, 2000)
@given(secret=SECRETS, before=TEXT, after=TEXT)
def test_no_reply_keeps_a_secret_of_the_letter(disguise: str, secret: str, before: str, after: str) -> None:
    quoted = {**PLAIN, **CUT}[disguise](secret)
    reply = f"5.7.1 {before} {quoted} {after}".encode()

    for error in (smtplib.SMTPDataError(554, reply), smtplib.SMTPRecipientsRefused({"a@club.test": (554, reply)})):
        kept = words(error, [secret])
        assert not shows(kept, secret), kept
        assert kept.startswith("554")


@pytest.mark.parametrize("disguise", PLAIN)
@examples(30, 2000)
@given(
    secret=st.one_of(
        SECRETS, st.builds(lambda: str(uuid4())), st.builds(lambda: f"{random_secret()}.{random_secret()}")
    )
)
def test_neither_a_reply_nor_a_log_line_keeps_what_looks_like_one(disguise: str, secret: str) -> None:
    quoted = PLAIN[disguise](secret)

    for kept in (redact(quoted), redact_line(quoted), logged(quoted)):
        assert not shows(kept, secret), kept


def logged(text: str) -> str:
    record = logging.LogRecord("app", logging.INFO, __file__, 1, "said: %s", (text,), None)
    describe(record)
    return record.getMessage()


@pytest.mark.parametrize(
    "text",
    [
        "550 5.1.1 The email account that you tried to reach does not exist. Please try again.",
        "421-4.7.0 smtp.example.com try again later (greylisted for 300 seconds)",
        "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org",
        "Is this all? Yes.",
    ],
)
def test_words_of_mail_servers_stay(text: str) -> None:
    assert redact(text) == redact_line(text) == text


@pytest.mark.parametrize(
    "text",
    [
        'File "/srv/app/prepared_statements.py", line 7, in _statements_that_many_wait_for',
        "sqlalchemy.exc.PendingRollbackError: SomethingWentTerriblyWrongError",
        "MAX_FORM_MEMORY_SIZE_EXCEEDED",
    ],
)
def test_tracebacks_keep_their_names(text: str) -> None:
    assert redact_line(text) == text


class Server:
    """A mail server that refuses letters in its own words, and quotes the link of each."""

    def __init__(self, code: int = 554, error: type[Exception] | None = None) -> None:
        self.code, self.error, self.tokens = code, error, list[str]()

    def __call__(self, message: Any) -> None:
        self.tokens.append(token_in(message))
        if self.error:
            raise self.error("timed out")
        link = re.findall(r"https?://\S+token=[\w-]+", message.body)[0]
        raise smtplib.SMTPDataError(self.code, f"5.7.1 Message contains a URL on our block list: {link}".encode())


def refuse(world: World, server: Server) -> None:
    with patch("app.postman.smtp.send", side_effect=server):
        world.deliver()


@pytest.mark.parametrize("code", [554, 451])
def test_an_admin_cannot_read_a_reset_link_out_of_the_mail_queue(world: World, code: int) -> None:
    ann, cas, server = world.admin(), world.member("Cas"), Server(code)
    ask_for_reset(world, cas.email)

    refuse(world, server)

    [token] = server.tokens
    [letter] = listed(ann)
    assert (
        letter["last_reply"] == f"{code} 5.7.1 Message contains a URL on our block list: http://localhost:5000/reset?…"
    )
    assert token not in ann.get("/desk/mail").text
    confirm = {"token": token, "new_password": "a brand new day on ice"}
    answer = world.somebody("Eve").post(f"{AUTH}/reset-confirm", confirm)
    assert said(answer)[::2] == (400, "reset_token_invalid")
    assert world.rows(PasswordReset) == []


def test_a_refused_letter_ends_its_own_link_and_no_other(world: World) -> None:
    ann, server = world.admin(), Server()
    ask(ann, "bea@club.test")
    shown = token_of(ann.post(f"/api/v4/admin/invites/{invitation_of(world)}/resend").json["invite_url"])
    with patch("app.postman.smtp.send", side_effect=server):
        world.deliver()

    assert len(server.tokens) == 2  # the first letter found the invitation renewed, and is written all the same
    for token in server.tokens:
        assert said(accept(world.somebody("Eve"), token))[::2] == (403, "invite_replaced")
    assert accept(world.somebody("Bea"), shown).status_code == 200


def invitation_of(world: World) -> str:
    [link] = world.rows(InvitationLink)[-1:]
    return str(link.invitation_id)


@pytest.mark.parametrize("error", [TimeoutError, smtplib.SMTPServerDisconnected])
def test_a_letter_that_may_have_arrived_keeps_its_link(world: World, error: type[Exception]) -> None:
    ann, server = world.admin(), Server(error=error)
    ask(ann, "bea@club.test")
    refuse(world, server)

    [token] = server.tokens
    [letter] = world.rows(Letter)
    [link] = [each for each in world.rows(InvitationLink) if each.letter_id]
    assert (link.letter_id, link.replaced_at) == (letter.id, None)
    world.clock.later(days=2)
    with mail_server_that(smtplib.SMTPRecipientsRefused({"bea@club.test": UNKNOWN})):
        world.deliver()  # given up: the attempt that was answered ends its own link alone
    assert accept(world.somebody("Bea"), token).status_code == 200


def test_the_page_and_the_api_tell_the_same_words(world: World) -> None:
    ann = world.admin()
    ask(ann, "bea@club.test")
    refuse(world, Server())

    assert ann.get(MAILS).json["items"][0]["last_reply"].endswith("?…")
