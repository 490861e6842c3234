"""The desk's pages for coaches and for the team: asked one by one, and many at once."""

import re

import pytest

from app.pages.desk.addresses import separated
from core.models import Invitation, Letter, Tenant
from tests.api.conftest import NewWorld
from tests.api.test_team_invitations import ask
from tests.pages.test_desk_people import page_of
from tests.pages.test_story import send, title
from tests.support.reading import links_in, text_of
from tests.support.world import World, token_in


def test_the_first_club_is_made_where_coaches_are_invited(world: World) -> None:
    ann = world.admin()
    assert "First, where do they coach?" in text_of(ann.get("/desk/coaches"))

    made = send(ann, "/desk/coaches/places", place="Ice House")

    assert made.status_code == 303
    [tenant] = world.rows(Tenant)
    assert f'value="{tenant.id}" selected' in ann.get(made.headers["Location"]).text
    for place, status in (("ice HOUSE", 409), ("", 400), ("\ufdfa" * 100, 400)):
        page = send(ann, "/desk/coaches/places", place=place)
        assert (page.status_code, f'value="{place}"' in page.text) == (status, True)


def test_a_coach_is_mailed_and_the_link_is_shown_as_well(world: World) -> None:
    ann, tenant = world.admin(), world.tenant()
    wish = {"name": "Mary Novak", "email": "mary@club.test", "role": "head_coach", "tenant_id": tenant}

    page = send(ann, "/desk/coaches", **wish)

    assert (page.status_code, title(page)) == (201, "Mary Novak is invited")
    assert "To Ice House, as head coach" in text_of(page)
    assert "on its way to mary@club.test" in text_of(page)
    [token] = links_in(page)
    assert world.somebody("Mary").register(token).status_code == 200
    assert "accepted" in text_of(ann.get("/desk/coaches"))
    again = send(ann, "/desk/coaches", **wish)
    assert (again.status_code, "accepted before" in again.text) == (409, True)
    assert 'value="Mary Novak"' in again.text


@pytest.mark.parametrize("field", ["name", "email", "role", "tenant_id"])
def test_a_coach_who_makes_no_sense_comes_back_as_typed(world: World, field: str) -> None:
    ann, tenant = world.admin(), world.tenant()
    wish = {"name": "Mary Novak", "email": "mary@club.test", "role": "head_coach", "tenant_id": tenant, field: "\x00"}

    page = send(ann, "/desk/coaches", **wish)

    assert page.status_code == 400
    assert "Something here needs another look." in page.text
    assert field == "name" or 'value="Mary Novak"' in page.text
    assert world.rows(Letter) == []


THIRTY = ", ".join(
    [
        "Jane Doe <jane@club.test>",
        *(f"p{number}@club.test" for number in range(24)),
        "bea@",
        "Tim@Club.test; tom@club.test",
    ]
)


def test_thirty_addresses_three_of_them_bad_and_two_on_the_team(world: World) -> None:
    ann = world.admin()
    for name in ("tim", "tom"):
        ask(ann, f"{name}@club.test")
        accept = {"token": token_in(world.deliver()[-1])}
        assert world.somebody(name).post("/api/v4/admin/teams/invitations/accept", accept).status_code == 200

    page = send(ann, "/desk/team", emails=f"{THIRTY}\nno-address\ncarl(at)club.test", role="designer")

    said = text_of(page)
    assert (page.status_code, "25 invited, 5 not" in said) == (200, True)
    assert len(world.deliver()) == 25
    assert said.count("This is not an e-mail address.") == 3
    assert said.count("Is on the team already.") == 2
    assert page.text.count("<tr ") == 30
    typed = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)
    assert typed == ["bea@\nno-address\ncarl(at)club.test"]
    assert 'value="designer" selected' in page.text


def test_a_list_that_is_refused_comes_back_whole(world: World) -> None:
    ann = world.admin()
    long = "\n".join(f"p{number}@club.test" for number in range(201))

    for emails, role in ((long, "dev"), ("a@club.test", "king"), ("a@club.test", "owner"), (" ; ", "dev")):
        page = send(ann, "/desk/team", emails=emails, role=role)
        assert page.status_code in {400, 403}
        typed = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)
        assert typed[0].strip() == emails.strip()
    assert world.rows(Letter) == []


@pytest.mark.parametrize(("role", "may"), [("admin", 3), ("super_admin", 4), ("owner", 5)])
def test_only_roles_that_i_may_give_are_offered(world: World, role: str, may: int) -> None:
    page = world.member("Ann", role).get("/desk/team")

    assert len(re.findall(r"<option ", page.text.partition('name="role"')[2].partition("</select>")[0])) == may


PASTED = {
    "a@b.cc, d@e.ff;g@h.ii\tj@k.ll\r\nm@n.oo": ["a@b.cc", "d@e.ff", "g@h.ii", "j@k.ll", "m@n.oo"],
    'Jane Doe <jane@x.cc>; "Doe, John" <john@x.cc>, a@b.cc': ["jane@x.cc", "john@x.cc", "a@b.cc"],
    "a@b.cc Jane <jane@x.cc>": ["a@b.cc", "jane@x.cc"],
    "a@b.cc, a@b.cc": ["a@b.cc"],
    "bea, Tim <>, <a@b.cc>": ["bea", "Tim <>", "a@b.cc"],
    " ,;\n ": [],
    "<" * 30_000: ["<" * 30_000],
    '"' * 30_001: ['"'],
}


@pytest.mark.parametrize("pasted", PASTED, ids=lambda text: repr(text[:20]))
def test_addresses_are_taken_as_people_paste_them(pasted: str) -> None:
    assert separated(pasted) == PASTED[pasted]


def test_without_mail_the_links_of_the_team_are_on_the_page(new_world: NewWorld) -> None:
    world = new_world(development_mailbox=False)
    ann = world.admin()

    page = send(ann, "/desk/team", emails="bea@club.test", role="dev")

    assert len(links_in(page)) == 1
    assert "No mail is set up here" in text_of(page)
    assert "MAIL_SERVER" in text_of(ann.get("/desk/mail"))
    assert "No mail is set up here" in text_of(send(ann, f"/desk/invites/{world.rows(Invitation)[-1].id}/resend"))


def test_without_mail_nobody_is_said_to_be_told(new_world: NewWorld) -> None:
    world = new_world(development_mailbox=False)
    ann, ben = world.admin(), world.member("Ben")
    page = page_of(ben)

    assert "is told by mail" not in text_of(ann.get(page))
    assert "notice" not in text_of(send(ann, f"{page}/reset-link")).lower()
