"""The desk's pages, used as forms are, without script: who gets in, invite links, what was issued."""

import re
from html import unescape

from core.models import Invitation
from tests.api.test_team_invitations import ask
from tests.pages.test_desk_people import page_of
from tests.pages.test_story import send, title
from tests.support.reading import actions_in, links_in, text_of
from tests.support.routes import NOBODYS
from tests.support.world import World, token_in

PAGES = ["/desk/", "/desk/invitations", "/desk/coaches", "/desk/team", "/desk/people", "/desk/trail", "/desk/mail"]


def test_the_desk_is_for_admins(world: World) -> None:
    cas, dev = world.member("Cas"), world.member("Dev", "dev")

    for path in [*PAGES, page_of(cas)]:
        assert world.somebody("Eve").get(path).headers["Location"] == "/signin"
        assert {each.get(path).status_code for each in (cas, dev)} == {403}
    assert "/desk/" not in cas.get("/account").text


def test_every_page_is_reached_from_every_other_and_says_where_it_is(world: World) -> None:
    ann = world.admin()

    for path in PAGES:
        page = ann.get(path)
        assert page.status_code == 200
        assert {f'href="{each}"' in page.text for each in PAGES} == {True}
        assert re.findall(r'href="(/desk/[^"]*)" aria-current="page"', page.text)[-1] == path


def test_pages_carry_no_inline_script_or_style_and_ask_nobody_else(world: World) -> None:
    ann, ben = world.admin(), world.member("Ben")
    pages = [ann.get(path) for path in [*PAGES, page_of(ben)]]
    pages += [send(ann, "/desk/invites", max_uses="1", days="1"), send(ann, f"{page_of(ben)}/reset-link")]

    for page in pages:
        assert page.status_code in {200, 201}
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", page.text)
        assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page.text)
        assert len(re.findall(r"<h1", page.text)) == 1
        ids = re.findall(r'\sid="([^"]+)"', page.text)
        assert len(ids) == len(set(ids))


def test_lists_that_are_empty_say_what_would_be_there(world: World) -> None:
    ann = world.admin()
    for path, said in [("/desk/coaches", "No coach was asked yet."), ("/desk/mail", "No letter was written yet.")]:
        assert said in text_of(ann.get(path))
    assert "No link is open." in text_of(ann.get("/desk/"))
    for path in ("/desk/invitations", "/desk/people", "/desk/trail", "/desk/mail"):
        assert "Nothing here goes with that search." in text_of(ann.get(f"{path}?q=zzzz"))
        odd = ann.get(f"{path}?cursor=x")
        assert (odd.status_code, "needs another look" in odd.text) == (400, True)


def test_a_link_has_its_picture_two_files_and_a_sheet(world: World) -> None:
    ann = world.admin()
    wish = {"max_uses": "30", "days": "2", "roles": ["coach", "artist"], "note": "Tuesday <group>"}

    page = send(ann, "/desk/invites", **wish)  # type: ignore[arg-type]

    assert (page.status_code, title(page)) == (201, "Your invite link")
    [token] = links_in(page)
    assert re.findall(r'download="(\S+)" href="data:image/(\w+)', page.text) == [
        ("invite.svg", "svg"),
        ("invite.png", "png"),
    ]
    sheet = page.text.partition('class="sheet"')[2]
    assert token in sheet
    for said in ("Tuesday &lt;group&gt;", "30 people", "coach and artist", "22 Nov 2026", "data:image/svg"):
        assert said in sheet
    [row] = [row for row in world.rows(Invitation) if row.note]
    assert (row.max_uses, row.roles) == (30, ["artist", "coach"])


def test_another_like_it_is_one_click_away(world: World) -> None:
    ann = world.admin()
    page = send(ann, "/desk/invites", max_uses="3", days="2", roles="coach", note="Tuesday")
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))

    again = send(ann, "/desk/invites", **hidden)

    assert hidden == {"max_uses": "3", "days": "2", "roles": "coach", "note": "Tuesday"}
    assert links_in(again) != links_in(page)
    assert [(row.max_uses, row.roles) for row in world.rows(Invitation) if row.note] == [(3, ["coach"])] * 2


def test_a_wish_that_makes_no_sense_comes_back_as_it_was_typed(world: World) -> None:
    page = send(world.admin(), "/desk/invites", max_uses="-1", days="9", roles="coach", note="Tuesday")

    assert page.status_code == 400
    assert "Something here needs another look." in page.text
    assert re.search(r'name="max_uses"[^>]* value="-1"[^>]* aria-invalid="true"', page.text)
    assert re.search(r'name="days"[^>]* value="9"', page.text)
    assert re.search(r'value="coach" checked', page.text)
    assert 'value="Tuesday"' in page.text


def test_invitations_are_found_by_kind_state_and_search(world: World) -> None:
    ann = world.admin()
    send(ann, "/desk/invites", max_uses="5", days="2", note="Tuesday")
    ask(ann, "bea@club.test")

    for query, there in [
        ("", {"Tuesday", "bea@"}),
        ("kind=team", {"bea@"}),
        ("q=TUES", {"Tuesday"}),
        ("status=used", set()),
    ]:
        said = text_of(ann.get(f"/desk/invitations?{query}"))
        assert {each for each in ("Tuesday", "bea@") if each in said} == there, query
    assert "0 of 5 used" in text_of(ann.get("/desk/invitations?q=Tues"))
    assert "Ann" in text_of(ann.get("/desk/invitations?status=used")), "who came in"


def test_pages_of_a_list_go_on_with_what_was_asked(world: World) -> None:
    ann = world.admin()
    for number in range(3):
        world.clock.later(seconds=1)
        world.member(f"Cas{number}")

    first = ann.get("/desk/people?q=cas&limit=2&done=x")
    [further] = re.findall(r'rel="next" href="([^"]+)"', first.text)
    second = ann.get(unescape(further))

    assert [each in first.text for each in ("Cas0", "Cas1", "Cas2")] == [False, True, True]
    assert [each in second.text for each in ("Cas0", "Cas1", "Cas2")] == [True, False, False]
    assert "done=" not in further
    assert 'rel="next"' not in second.text
    assert 'href="/desk/people?q=cas&amp;limit=2"' in second.text


def test_a_fresh_link_is_shown_and_a_personal_one_mailed(world: World) -> None:
    ann = world.admin()
    send(ann, "/desk/invites", max_uses="5", days="2", note="Tuesday")
    [item] = ask(ann, "bea@club.test")
    world.deliver()
    [gate] = [str(row.id) for row in world.rows(Invitation) if row.note]

    plain, personal = (send(ann, f"/desk/invites/{key}/resend") for key in (gate, item["id"]))

    assert len(links_in(plain)) == len(links_in(personal)) == 1
    assert "on its way" not in plain.text
    assert "on its way to bea@club.test" in text_of(personal)
    assert token_in(world.deliver()[-1]) not in personal.text


def test_what_would_be_refused_is_not_offered_for_invitations(world: World) -> None:
    olga, ann = world.member("Olga", "owner"), world.admin()
    [item] = ask(olga, "bea@club.test", role="owner")
    key = item["id"]

    assert key not in ann.get("/desk/invitations?kind=team").text
    assert key not in ann.get("/desk/mail").text.replace("value=", "")
    assert f"{key}/revoke" in olga.get("/desk/invitations?kind=team").text
    for word in ("revoke", "resend"):
        page = send(ann, f"/desk/invites/{key}/{word}")
        assert (page.status_code, "above your own role" in page.text) == (403, True)
    assert send(ann, f"/desk/invites/{NOBODYS}/revoke").status_code == 404


def test_a_used_invitation_offers_neither_and_says_who_came(world: World) -> None:
    ann = world.admin()
    [token] = links_in(send(ann, "/desk/invites", max_uses="1", days="2", note="Tuesday"))
    world.somebody("Ben").register(token)

    page = ann.get("/desk/invitations?q=Tuesday")

    assert "Ben" in text_of(page)
    assert actions_in(page) <= {"invitations"}
