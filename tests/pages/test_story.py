"""The pages, used as forms are: without script, one after the other."""

import re
from collections.abc import Iterator

from werkzeug.test import TestResponse

from app.unit import open_unit
from core import labels, tenants
from core.models import Profile, User
from tests.support.pages import press, send, title
from tests.support.world import AUTH, PASSWORD, Person, World, token_in

NEW = "figure eights at midnight"


def join(person: Person, token: str, **other: str) -> TestResponse:
    form = {"login": person.name, "email": person.email, "password": person.password, "invite_token": token}
    return send(person, "/join", **{**form, **other})


def test_a_link_leads_through_one_form_to_being_signed_in(world: World) -> None:
    ben, token = world.somebody("Ben"), world.invite(roles=["coach"])
    before = world.dump()

    page = ben.get(f"/join?token={token}")
    assert (page.status_code, title(page)) == (200, "Come in")
    assert world.dump() == before

    joined = join(ben, token)
    assert (joined.status_code, joined.headers["Location"]) == (303, "/")
    assert ben.session().json["roles"] == ["adult", "coach"]
    assert title(ben.get("/")) == "Hello, Ben"


def test_a_refused_form_comes_back_with_what_was_typed_but_the_password(world: World) -> None:
    ben, token = world.somebody("Ben"), world.invite()

    page = join(ben, token, password="password")

    assert page.status_code == 400
    assert "Is one of the passwords that everybody tries first." in page.text
    assert 'value="ben@club.test"' in page.text
    assert 'value="password"' not in page.text
    assert join(ben, token).status_code == 303


def test_a_dead_link_says_what_happened(world: World) -> None:
    token = world.invite()
    join(world.somebody("Ben"), token)

    for link, said in ((token, "This invite has been used"), ("x", "We do not know this invite"), ("", "You need an")):
        for path in ("/join", "/coach/onboard"):
            page = world.somebody("Cas").get(f"{path}?token={link}")
            assert page.status_code == 403
            assert title(page).startswith(said)


def test_a_lost_password_is_replaced_through_the_mailed_page(world: World) -> None:
    cas = world.member("Cas")
    cas.browser.delete_cookie("session")

    asked = send(cas, "/forgot", email="CAS@club.test")
    assert asked.status_code == 200
    assert send(cas, "/forgot", email="nobody@club.test").text == asked.text.replace("CAS@", "nobody@")
    token = token_in(world.deliver()[-1])

    assert title(cas.get(f"/reset?token={token}")) == "Choose a new password"
    done = send(cas, "/reset", token=token, password=NEW)
    assert (done.status_code, done.headers["Location"]) == (303, "/signin?done=reset")
    assert send(cas, "/reset", token=token, password=NEW).status_code == 400
    assert send(cas, "/signin", name="Cas", password=PASSWORD, login="Cas").status_code == 401
    assert send(cas, "/signin", login="cas@club.test", password=NEW).headers["Location"] == "/"


def test_who_is_signed_out_is_led_to_the_sign_in(world: World) -> None:
    for path in ("/", "/invitations", "/.well-known/change-password"):
        page = world.somebody("Cas").get(path, follow_redirects=True)
        assert page.request.path == "/signin"


def test_home_changes_the_password_and_ends_devices(world: World) -> None:
    cas = world.member("Cas")
    phone = cas.device()
    assert send(cas, "/password", current="wrong", password=NEW).status_code == 401
    assert send(cas, "/password", current=PASSWORD, password=NEW).status_code == 303
    assert phone.session().status_code == 401

    cas.password = NEW
    phone, laptop = cas.device(), cas.device()
    [other] = [each["id"] for each in phone.get(f"{AUTH}/sessions").json["items"] if each["current"]]
    assert send(cas, f"/devices/{other}/end").status_code == 303
    assert (phone.session().status_code, laptop.session().status_code) == (401, 200)
    assert send(cas, "/devices/end-others").status_code == 303
    assert laptop.session().status_code == 401
    assert send(cas, "/signout").headers["Location"].startswith("/signin")
    assert cas.session().status_code == 401


def test_an_admin_makes_shows_and_revokes_a_link(world: World) -> None:
    ann = world.admin()

    page = send(ann, "/desk/invites", max_uses="3", days="2", role="coach", note="Tuesday")

    token = re.findall(r"join\?token=([\w-]{43})", page.text)[0]
    assert page.status_code == 201
    assert "data:image/svg+xml" in page.text
    assert "Tuesday" in ann.get("/desk/").text
    assert token not in ann.get("/desk/").text
    [key] = re.findall(r"/invites/([0-9a-f-]{36})/revoke", ann.get("/desk/").text)
    assert send(ann, f"/desk/invites/{key}/revoke").status_code == 303
    assert title(world.somebody("Ben").get(f"/join?token={token}")) == "This invite was withdrawn"
    assert send(world.member("Cas"), "/desk/invites", max_uses="1", days="1").status_code == 403


def test_a_coachs_link_has_the_address_filled_in_and_is_nobody_elses(world: World) -> None:
    ann = world.admin()
    with world.app.app_context(), open_unit(name="cli") as unit:
        tenant = tenants.create(unit, "Denver FSC")
    asked = {"name": "Mary Novak", "email": "mary@club.test", "role": "coach", "tenant_id": str(tenant)}
    path = ann.post("/api/v4/admin/invite-coach", asked).json["invite_url"].removeprefix("http://localhost:5000")
    mary, token = world.somebody("Mary"), path.partition("token=")[2]

    assert 'value="mary@club.test"' in mary.get(path).text
    assert title(ann.get(path)) == "This invite is for somebody else"
    assert "m•••@club.test" in ann.get(path).text
    world.member("Mary")
    mary.sign_in()
    assert title(mary.get(path)) == "You are invited"
    assert send(mary, "/join/accept", token=token).status_code == 303
    assert "coach" in mary.session().json["roles"]


def test_the_team_is_joined_with_one_button_and_then_a_password(world: World) -> None:
    world.admin().post("/api/v4/admin/teams/invitations", {"emails": ["dev@club.test"], "role": "dev"})
    token = token_in(world.deliver()[-1])
    dev = world.somebody("Dev")
    before = world.dump()
    assert title(dev.get(f"/team/join?token={token}")) == "Join the team"
    assert world.dump() == before

    assert send(dev, "/team/join", token=token).status_code == 303

    assert title(dev.get("/")) == "Set a password"
    assert send(dev, "/password", password=NEW).status_code == 303
    assert title(dev.get("/")) == "Hello, dev"
    assert title(world.somebody("Eve").get(f"/team/join?token={token}")) == "This invite has been used"


def test_an_artist_answers_labels_on_a_page(world: World) -> None:
    lou, art = world.member("Lou"), world.member("Art", "artist")
    with world.app.app_context(), open_unit(name="cli") as unit:
        ids = [labels.create(unit, name, "Lou") for name in ("Ice Records", "Rink Tapes", "Cold Cuts")]
    [skater] = [str(user.skater_id) for user in world.rows(User) if user.login == "Art"]
    asked = [lou.post(f"/api/v4/labels/{each}/invitations", {"artistId": skater}).json["id"] for each in ids]

    assert "Ice Records" in art.get("/invitations").text
    assert send(art, f"/invitations/{asked[0]}/decline").status_code == 303
    assert send(art, f"/invitations/{asked[1]}/accept").status_code == 303
    assert send(art, f"/invitations/{asked[2]}/accept").status_code == 409
    assert "pending" not in art.get("/invitations").text


def test_what_is_not_there_is_a_page_for_people_and_json_for_programs(world: World) -> None:
    cas = world.somebody("Cas")

    assert title(cas.get("/nowhere", headers={"Accept": "text/html"}))
    assert cas.get("/nowhere").json["code"] == "not_found"
    assert cas.get("/api/v4/nowhere", headers={"Accept": "text/html"}).json["code"] == "not_found"


def every_page(world: World) -> Iterator[tuple[Person, str]]:
    """Each page for people once, with somebody who may see it."""
    eve, ann, cas = world.somebody("Eve"), world.admin(), world.member("Cas", "artist")
    for path in ("/signin", "/forgot", "/api/v4/docs", "/dev/mailbox"):
        yield eve, path
    yield eve, f"/join?token={world.invite()}"
    yield cas, f"/join?token={world.invite(roles=['coach'])}"
    yield eve, f"/team/join?token={world.invite(kind='team', email='dev@club.test', roles=['dev'])}"
    yield eve, f"/reset?token={world.reset_token(cas)}"
    yield cas, "/profile"
    cas.post(f"{AUTH}/onboard", {"first_name": "Cas", "last_name": "Nobody", "timezone": "Europe/Berlin"})
    press(cas, cas.get("/card"), "Share my card")
    for path in ("/", "/profile", "/card", "/account", "/invitations", "/desk/"):
        yield ann if path == "/desk/" else cas, path
    yield eve, f"/card/{world.rows(Profile)[0].share_token}"


def test_pages_carry_no_inline_script_or_style_and_ask_nobody_else(world: World) -> None:
    for visitor, path in every_page(world):
        page = visitor.get(path)
        assert page.status_code == 200, path
        assert_plain(page)


def test_pages_that_refuse_carry_none_either(world: World) -> None:
    cas = world.member("Cas")
    mine = world.invite(kind="team", email="dev@club.test", roles=["dev"])
    for path in ("/join?token=x", "/reset?token=x", "/card/x", "/card", f"/team/join?token={mine}", "/nowhere"):
        page = cas.get(path, headers={"Accept": "text/html"})
        assert page.status_code >= 400, path
        assert_plain(page)


def assert_plain(page: TestResponse) -> None:
    path = page.request.path
    assert not re.search(r"<script(?![^>]*src=)|<style|<[^>]*\s(style|on\w+)=", page.text), path
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//(?!localhost:5000/)', page.text), path
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
