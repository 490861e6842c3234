"""Whatever the mail server says, and for however long: what is owed arrives, or those who run the place can see that it
did not. Real processes, and who waits for whom: tests/flows/test_mail.py."""

from sqlalchemy import update

from app.extensions import db
from core.models import AuditEvent, Letter
from core.policy import Policy
from tests.support.mailserver import Post
from tests.support.office import NEW, ROUTES, Office, links_in
from tests.support.routes import MAILS
from tests.support.world import AUTH


def ask(post: Office, *emails: str) -> None:
    for email in emails:
        assert post.asked(*ROUTES["reset"](post, email)).status_code == 200


def to_whom(letters: list[Post]) -> list[str]:
    return sorted(recipient for letter in letters for recipient in letter.recipients)


def events(post: Office, name: str) -> list[AuditEvent]:
    return [row for row in post.world.rows(AuditEvent) if row.event == name]


def listed(post: Office, query: str = "") -> dict[str, tuple[str, str]]:
    """What admins see of each letter: state and the mail server's words, by whom it is to."""
    post.ann.sign_in()
    items = post.ann.get(MAILS + query).json["items"]
    return {each["recipient"]: (each["state"], each["last_reply"]) for each in items}


def test_what_a_server_greylists_for_half_an_hour_arrives_then_and_its_link_lives(post: Office) -> None:
    everybody = ["cas@club.test", "kim@club.test", "lou@club.test"]
    post.mail.reply = "451 4.7.1 Greylisted, please come back later"
    ask(post, *everybody)
    for _ in range(3):
        assert post.goes_out() == []
        assert listed(post)["cas@club.test"] == ("queued", post.mail.reply)
        post.world.clock.later(minutes=10)

    post.mail.reply = "250 OK"
    letters = post.goes_out()
    assert to_whom(letters) == everybody
    for letter in letters:
        body = {"token": links_in(letter)[0].partition("token=")[2], "new_password": NEW}
        assert post.world.somebody("Eve").post(f"{AUTH}/reset-confirm", body).status_code == 200
    assert events(post, "letter_given_up") == []


def test_what_was_owed_while_nobody_listened_arrives_once_somebody_does(post: Office) -> None:
    everybody = ["cas@club.test", "kim@club.test"]
    post.mail.stop()
    ask(post, *everybody)
    assert post.goes_out() == []
    post.mail.start()
    assert post.goes_out() == []  # not before the pause is over
    post.world.clock.later(seconds=2)
    assert to_whom(post.goes_out()) == everybody
    post.world.clock.later(days=2)
    assert post.goes_out() == []


def test_what_a_server_will_never_take_is_given_up_and_told_and_can_be_tried_again(post: Office) -> None:
    post.mail.reply = "554 5.7.1 We do not want this"
    ask(post, "cas@club.test")
    assert post.goes_out() == []
    post.mail.reply = "250 OK"
    ask(post, "kim@club.test")
    assert to_whom(post.goes_out()) == ["kim@club.test"]

    assert listed(post, "?state=failed") == {"cas@club.test": ("failed", "554 5.7.1 We do not want this")}
    assert "We do not want this" in post.ann.get("/desk/mail").text
    [event] = events(post, "letter_given_up")
    [letter] = [row for row in post.world.rows(Letter) if row.state == "failed"]
    assert (event.actor, event.user_id, event.details) == (None, None, {"letter": str(letter.id)})
    assert "A letter was given up" in post.ann.get("/desk/trail").text
    assert post.ann.post(f"{MAILS}/{letter.id}/retry").status_code == 200
    assert to_whom(post.goes_out()) == ["cas@club.test"]
    assert len(events(post, "letter_given_up")) == 1


def test_what_could_not_leave_for_a_day_is_given_up_and_told(post: Office) -> None:
    post.mail.reply = "451 Please come back later"
    ask(post, "cas@club.test")
    post.goes_out()
    post.world.clock.now += Policy().letter_life
    post.goes_out()
    assert listed(post)["cas@club.test"][0] == "queued"
    assert events(post, "letter_given_up") == []

    post.world.clock.later(minutes=1)
    post.goes_out()
    assert listed(post)["cas@club.test"] == ("failed", "451 Please come back later")
    assert len(events(post, "letter_given_up")) == 1
    post.mail.reply = "250 OK"
    assert post.goes_out() == []


def test_a_letter_that_cannot_be_written_or_taken_holds_up_no_other(post: Office) -> None:
    ask(post, "cas@club.test")
    with post.world.app.app_context(), db.engine.begin() as connection:
        connection.execute(update(Letter).values(kind="of a version to come"))
    post.world.clock.later(seconds=1)
    ask(post, "kim@club.test", "ann@club.test", "lou@club.test")
    post.mail.refused = {"kim@club.test"}

    assert to_whom(post.goes_out()) == ["ann@club.test", "lou@club.test"]
    assert {state for state, _ in listed(post, "?state=queued").values()} == {"queued"}
    assert [row.recipient for row in post.world.rows(Letter) if row.state == "failed"] == ["kim@club.test"]
    for _ in range(3):
        post.world.clock.later(hours=9)
        ask(post, "lou@club.test")
        assert to_whom(post.goes_out()) == ["lou@club.test"]
    assert listed(post)["cas@club.test"][0] == "failed"
    assert len(events(post, "letter_given_up")) == 2
