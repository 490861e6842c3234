"""The desk's pages for people, the trail of events and the mail queue."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
from markupsafe import escape

from app.pages.desk import words
from app.unit import open_unit
from core import audit
from core.audit import Happened
from core.unit import TERMINAL
from tests.api.test_mails import mail_server_that, one_of_each, refused
from tests.api.test_people import path_of
from tests.api.test_team_invitations import ask
from tests.pages.test_story import send
from tests.support.reading import actions_in, links_in, text_of
from tests.support.routes import NOBODYS
from tests.support.world import Person, World

ROOT = Path(__file__).resolve().parents[2]


def page_of(person: Person) -> str:
    return "/desk/people/" + path_of(person).rpartition("/")[2]


def test_roles_are_given_and_taken_and_accounts_closed_and_opened(world: World) -> None:
    ann, ben = world.admin(), world.member("Ben")
    page = page_of(ben)

    assert send(ann, f"{page}/roles", role="coach").headers["Location"] == f"{page}?done=granted"
    assert "coach" in ben.session().json["roles"]
    assert send(ann, f"{page}/roles/coach/revoke").status_code == 303
    assert "coach" not in ben.session().json["roles"]
    assert send(ann, f"{page}/sign-out").status_code == 303
    assert ben.session().status_code == 401
    assert send(ann, f"{page}/deactivate").status_code == 303
    assert "closed" in text_of(ann.get(page))
    assert ben.sign_in().status_code == 401
    assert send(ann, f"{page}/activate").status_code == 303
    assert ben.sign_in().status_code == 200
    said = text_of(ann.get(page))
    for event in (
        "Ann took the role coach from Ben.",
        "Ann closed the account of Ben.",
        "Ann signed Ben out everywhere.",
    ):
        assert event in said


def test_a_reset_link_is_three_clicks_from_the_desk_and_its_owner_is_told(world: World) -> None:
    ann, ben = world.admin(), world.member("Ben")
    assert 'href="/desk/people"' in ann.get("/desk/").text
    assert f'href="{page_of(ben)}"' in ann.get("/desk/people").text
    assert f'action="{page_of(ben)}/reset-link"' in ann.get(page_of(ben)).text

    page = send(ann, f"{page_of(ben)}/reset-link")

    assert page.status_code == 201
    [token] = links_in(page)
    assert "data:image/svg+xml" in page.text
    assert token not in ann.get(page_of(ben)).text
    assert [letter.recipients for letter in world.deliver()] == [["ben@club.test"]]
    assert "Ann made a reset link to hand over to Ben." in text_of(ann.get("/desk/trail"))
    assert send(ben, "/reset", token=token, password="figure eights at midnight").status_code == 303


def test_nothing_is_offered_about_who_ranks_above(world: World) -> None:
    olga, ann = world.member("Olga", "owner"), world.admin()
    page = ann.get(page_of(olga))

    assert "ranks above you" in text_of(page)
    assert actions_in(page) == set()
    for act in ("roles", "roles/adult/revoke", "deactivate", "activate", "sign-out", "reset-link"):
        answer = send(ann, f"{page_of(olga)}/{act}", role="coach")
        assert (answer.status_code, "ranks above you" in answer.text) == (403, True), act
    assert olga.session().status_code == 200


def test_the_only_owner_is_told_why_and_offered_nothing_that_would_be_refused(world: World) -> None:
    olga = world.member("Olga", "owner")
    page = olga.get(page_of(olga))

    assert "The only owner: make somebody else owner first." in text_of(page)
    assert "The only owner or administrator: the account can be closed once somebody else is." in text_of(page)
    assert not re.search(r"roles/owner/revoke|/deactivate", page.text)
    answer = send(olga, f"{page_of(olga)}/roles/owner/revoke")
    assert (answer.status_code, "Make another person owner first." in answer.text) == (409, True)
    other = world.member("Other", "owner")
    assert "The only owner" not in text_of(olga.get(page_of(other)))
    assert f"{page_of(other)}/deactivate" in olga.get(page_of(other)).text


def test_the_only_administrator_is_told_why_and_offered_nothing_that_would_be_refused(world: World) -> None:
    ann = world.admin()
    page = ann.get(page_of(ann))

    assert "The only administrator: make somebody else administrator first." in text_of(page)
    assert not re.search(r"roles/admin/revoke|/deactivate", page.text)
    answer = send(ann, f"{page_of(ann)}/roles/admin/revoke")
    assert (answer.status_code, "Make another person administrator first." in answer.text) == (409, True)
    assert ann.session().status_code == 200


def test_an_owner_who_is_an_admin_as_well_is_kept_as_owner_only(world: World) -> None:
    olga = world.member("Olga", "admin", "owner")

    page = olga.get(page_of(olga))
    assert "The only administrator" not in text_of(page)
    assert re.search(r"roles/admin/revoke", page.text)
    assert not re.search(r"roles/owner/revoke", page.text)


def test_my_own_account_is_not_mine_to_close(world: World) -> None:
    ann = world.admin()
    world.admin("Second")

    assert "/deactivate" not in ann.get(page_of(ann)).text
    assert send(ann, f"{page_of(ann)}/roles/admin/revoke").headers["Location"].endswith("?done=taken")
    assert ann.session().status_code == 401


def test_no_reset_link_is_offered_for_myself(world: World) -> None:
    ann = world.admin()

    assert "/reset-link" not in ann.get(page_of(ann)).text
    answer = send(ann, f"{page_of(ann)}/reset-link")
    assert (answer.status_code, "Change your password on your account page." in answer.text) == (403, True)


def test_who_is_not_there_has_no_page(world: World) -> None:
    ann = world.admin()
    assert {ann.get(f"/desk/people/{key}").status_code for key in (NOBODYS, "1", "x")} == {404}
    assert send(ann, f"/desk/people/{NOBODYS}/deactivate").status_code == 404


def test_every_event_that_is_recorded_has_a_sentence(world: World) -> None:
    source = "".join(path.read_text() for path in (ROOT / "core").glob("*.py"))
    recorded = set(re.findall(r'(?:audit\.|_)record\(unit, "(\w+)"', source))

    assert len(recorded) > 15
    assert recorded <= set(words.EVENT_NAMES)
    for name in words.EVENTS:
        event, _, kind = name.partition(" ")
        details = {"by_reset": True} if kind == "by_reset" else {"kind": kind, "role": "dev", "roles": ["dev"]}
        happened = Happened(NOBODYS, world.clock.now, event, "Ann", "Ben", None, details)  # type: ignore[arg-type]
        with world.app.test_request_context():
            said = words.told(happened)
        assert said.endswith(".")
        assert "{" not in said


def test_an_event_without_a_sentence_is_shown_as_it_is(world: World) -> None:
    ann = world.admin()
    with world.app.app_context(), open_unit(name=TERMINAL) as unit:
        audit.record(unit, "comet_seen", user_id=ann.session().json["user_id"], brightness=3)

    assert "comet_seen, Somebody at the terminal, Ann" in text_of(ann.get("/desk/trail?event=comet_seen"))


def test_the_trail_is_searched_and_names_who_was_invited(world: World) -> None:
    ann = world.admin()
    ask(ann, "bea@club.test")

    assert "Ann invited somebody to the team. bea@club.test" in text_of(ann.get("/desk/trail?q=ANN"))
    assert (
        "signed in"
        not in text_of(ann.get("/desk/trail?event=roles_granted")).partition("Search")[2].partition("Search")[2]
    )


def test_one_row_tells_what_became_of_a_letter_in_the_servers_words(world: World) -> None:
    ann = one_of_each(world)

    said = text_of(ann.get("/desk/mail?q=failed"))
    assert "failed@club.test given up Invitation to the team" in said
    assert "tried once" in said
    assert "The mail server says: 550 5.1.1 There is nobody of this name here" in said
    assert actions_in(ann.get("/desk/mail?q=failed")) == {"mail", "retry", "resend"}
    assert actions_in(ann.get("/desk/mail?q=dropped")) == {"mail"}
    assert "No open account has this address." in text_of(ann.get("/desk/mail?state=dropped"))
    assert "never tried" in text_of(ann.get("/desk/mail?state=queued"))


def test_a_letter_is_tried_again_from_the_page(world: World) -> None:
    ann = one_of_each(world)
    world.deliver()
    [path] = re.findall(r'action="(/desk/mail/[^"]+/retry)"', ann.get("/desk/mail").text)

    again = send(ann, path)

    assert again.headers["Location"] == "/desk/mail?done=retried"
    assert [letter.recipients for letter in world.deliver()] == [["failed@club.test"]]
    assert send(ann, path).status_code == 404


def test_a_letter_that_did_not_arrive_is_replaced_by_a_link_on_screen(world: World) -> None:
    ann = world.admin()
    ask(ann, "bea@club.test")
    with mail_server_that(refused("bea@club.test")):
        world.deliver()
    [path] = re.findall(r'action="(/desk/invites/[^"]+/resend)"', ann.get("/desk/mail").text)

    [token] = links_in(send(ann, path))

    assert send(world.somebody("Bea"), "/team/join", token=token).status_code == 303
    assert "/resend" not in ann.get("/desk/mail").text


SENTENCE = "Ann closed the account of Ben. somebody at the terminal"
LOGINS = [SENTENCE, "\u05d0\u05e0\u05d4", "an account of Ann's", "<b>Ann</b>"]
BARE = re.compile(r'<bdi class="login">.*?</bdi>|<em class="system">.*?</em>')


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("login", LOGINS)
def test_a_login_is_marked_as_one_wherever_the_desk_says_who_did_what(world: World, login: str, language: str) -> None:
    ann, eve = world.admin(), world.member(login, "admin", aEmail="eve@club.test")
    send(eve, "/desk/invites", max_uses="1")
    send(eve, "/desk/coaches/places", place="Ice House")
    send(ann, f"{page_of(eve)}/roles", role="coach")
    world.terminal("users", "grant", "Ann", "coach")
    send(ann, "/language", language=language)

    for path in ("/desk/trail", page_of(eve), "/desk/people", "/desk/invitations", "/desk/", "/desk/coaches"):
        page = ann.get(path).text.partition("<main")[2]
        assert path == "/desk/coaches" or f'<bdi class="login">{escape(login)}</bdi>' in page, path
        sentences = re.findall(r"<(?:li|p)[ >].*?</(?:li|p)>", page, re.DOTALL)
        assert [each for each in sentences if login in unescape(re.sub(r"<[^>]+>", "", BARE.sub("", each)))] == []
    trail = ann.get("/desk/trail").text
    system = "somebody at the terminal" if language == "en" else "jemandem am Terminal"
    assert f'<em class="system">{system}</em>' in trail
    linked = re.findall(r'<a href="/desk/people\?q=([^"]+)"><bdi class="login">(.*?)</bdi></a>', trail)
    assert {(unquote_plus(unescape(asked)), unescape(shown)) for asked, shown in linked} == {
        ("Ann", "Ann"),
        (login, login),
    }
