"""What doctor says of mail that does not work, with real servers that refuse, and of letters that wait."""

from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from sqlalchemy import URL

from tests.support.certificates import certificate
from tests.support.mailserver import MailServer, mail_server
from tests.support.servers import free_port
from tests.support.surgery import Report, examined, production, say

TO = ("--mail-to", "ann@rink.club")
HERE = {"MAIL_SERVER": "localhost"}


@pytest.fixture
def nowhere(tmp_path: Path) -> URL:
    """A database that is not there: what is found of mail does not depend on one."""
    return URL.create("sqlite", database=str(tmp_path / "none.sqlite3"))


def letter_to_ann(database: URL, folder: Path, mail: MailServer, **more: str) -> Report:
    return examined(production(database, **mail.settings() | more), folder, *TO)


def test_a_test_letter_is_handed_over_only_where_asked_for(nowhere: URL, tmp_path: Path) -> None:
    with mail_server() as mail:
        asked = letter_to_ann(nowhere, tmp_path, mail)
        assert [post.recipients for post in mail.received] == [["ann@rink.club"]] * 2  # as text and as JSON
        assert [each["severity"] for each in asked.of("mail")] == ["ok", "ok"]
        unasked = examined(production(nowhere, **mail.settings()), tmp_path)
    assert unasked.names("mail", "note", "No test letter was sent", "--mail-to")
    assert len(mail.received) == 2


@pytest.mark.parametrize(
    ("reply", "refused", "do"),
    [
        ("250 OK", {"ann@rink.club"}, "--mail-to"),
        ("554 5.7.1 Relaying is not for you", set(), "its own log"),
    ],
)
def test_a_refusal_is_told_in_the_mail_servers_own_words(
    nowhere: URL, tmp_path: Path, reply: str, refused: set[str], do: str
) -> None:
    with mail_server() as mail:
        mail.reply, mail.refused = reply, refused
        report = letter_to_ann(nowhere, tmp_path, mail)
    words = "550 There is nobody of this name here" if refused else reply
    assert report.names("mail", "fault", words, do)


def test_a_mail_server_that_is_not_there_is_named(nowhere: URL, tmp_path: Path) -> None:
    report = examined(production(nowhere, **HERE, MAIL_PORT=str(free_port())), tmp_path)
    assert report.names("mail", "fault", "is not there", "MAIL_SERVER and MAIL_PORT")
    nobody = examined(production(nowhere, MAIL_SERVER="smtp.invalid", MAIL_USE_TLS="true"), tmp_path)
    assert nobody.names("mail", "fault", "is a name that nobody has", "Correct MAIL_SERVER")


def test_a_wrong_login_is_named(nowhere: URL, tmp_path: Path) -> None:
    def authenticate(*_: Any) -> AuthResult:
        return AuthResult(success=False, handled=False)

    shown = certificate(tmp_path)
    logins = {"authenticator": authenticate, "tls_context": shown.context()}
    with mail_server(**logins) as mail:
        around = HERE | {"MAIL_USE_TLS": "true", "MAIL_USERNAME": "ann", "MAIL_PASSWORD": "geheim"} | shown.trusted
        report = letter_to_ann(nowhere, tmp_path, mail, **around)
    assert report.names("mail", "fault", "does not let us in: 535", "MAIL_USERNAME and MAIL_PASSWORD")
    assert "geheim" not in report.text


def test_a_certificate_of_the_mail_server_that_nobody_trusts_is_named(nowhere: URL, tmp_path: Path) -> None:
    shown = certificate(tmp_path)
    with mail_server(tls_context=shown.context()) as mail:
        report = letter_to_ann(nowhere, tmp_path, mail, **HERE, MAIL_USE_TLS="true")
        trusted = letter_to_ann(nowhere, tmp_path, mail, **HERE, MAIL_USE_TLS="true", **shown.trusted)
        assert len(mail.received) == 2
    assert report.names("mail", "fault", "a certificate that is not to be trusted", "the name in its certificate")
    assert "trusted for 89 days more" in trusted.text


def test_a_server_that_offers_no_encryption_is_named(nowhere: URL, tmp_path: Path) -> None:
    with mail_server() as mail:
        starting = letter_to_ann(nowhere, tmp_path, mail, MAIL_USE_TLS="true")
        at_once = letter_to_ann(nowhere, tmp_path, mail, MAIL_USE_SSL="true")
        assert mail.received == []
    assert starting.names("mail", "fault", "offers less than is wanted", "MAIL_PORT")
    assert at_once.names("mail", "fault", "does not speak TLS here", "465 with MAIL_USE_SSL=true")


def test_half_of_a_login_is_named(nowhere: URL, tmp_path: Path) -> None:
    with mail_server() as mail:
        report = letter_to_ann(nowhere, tmp_path, mail, MAIL_USERNAME="ann")
    assert report.names("mail", "fault", "one is missing", "Set both, or neither")


@pytest.mark.parametrize(
    ("sender", "severity", "says"),
    [
        ("nobody at all", "fault", "is no address"),
        ("door@localhost", "fault", "end as spam"),
        ("door@rink.test", "fault", "end as spam"),
        ("", "warning", "not this installation's"),
    ],
)
def test_a_sender_that_nobody_believes_is_named(
    nowhere: URL, tmp_path: Path, sender: str, severity: str, says: str
) -> None:
    with mail_server() as mail:
        report = examined(production(nowhere, **mail.settings()) | {"MAIL_DEFAULT_SENDER": sender}, tmp_path)
    assert report.names("mail", severity, says, "MAIL_DEFAULT_SENDER")


def test_no_mail_at_all_is_a_warning_and_a_fault_where_a_letter_was_asked_for(nowhere: URL, tmp_path: Path) -> None:
    without = examined(production(nowhere), tmp_path)
    assert without.names("mail", "warning", "There is no mail server", "MAIL_SERVER")
    asked = examined(production(nowhere), tmp_path, *TO)
    assert asked.names("mail", "fault", "test letter cannot leave", "MAIL_SERVER")


LETTER = (
    "INSERT INTO letters (id, kind, recipient, data, created_at, due_at, attempts, state, last_reply) VALUES"
    " (gen_random_uuid(), 'reset_requested', 'cas@club.test', '{}', now() - interval '%s', %s, 9, '%s', '451 Not now')"
)


def test_letters_that_wait_long_or_were_given_up_are_named_with_the_servers_words(owner: URL, tmp_path: Path) -> None:
    say(owner, LETTER % ("1 minute", "now()", "queued"))
    assert [each["severity"] for each in examined(production(owner), tmp_path).of("letters")] == ["ok"]

    say(owner, LETTER % ("3 hours", "now()", "queued"), LETTER % ("2 days", "NULL", "failed"))
    report = examined(production(owner), tmp_path)

    waiting = "are owed: 2, for up to 3 hours; the mail server said: 451 Not now"
    assert report.names("letters", "fault", waiting, "flask --app wsgi mail work")
    assert report.names("letters", "warning", "given up in the last 7 days: 1; the mail", "/desk/mail")
