"""Pages, letters and refusals in the language of whoever reads them."""

import re

import pytest
from flask import Flask
from flask_mail import Message, email_dispatched
from werkzeug.test import TestResponse

from app.languages import CODES
from core.models import Invitation, Letter, User
from tests.api.conftest import NewWorld
from tests.api.test_sessions import statements
from tests.support.pages import ORIGIN, press, send, title, told
from tests.support.world import AUTH, PASSWORD, Person, World, token_in, token_of

INVITES, COACH, TEAM = "/api/v4/admin/invites", "/api/v4/admin/invite-coach", "/api/v4/admin/teams/invitations"
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
ENGLISH = {"Accept-Language": "en-US,en;q=0.9"}
FRENCH = {"Accept-Language": "fr"}


Wishes = dict[str, dict[str, object]]


def spoken(page: TestResponse) -> str | None:
    """The language that a page says it is in, the same in both places."""
    [written] = re.findall(r'<html lang="([^"]+)">', page.text)
    assert page.headers["Content-Language"] == written
    assert "Accept-Language" in page.headers["Vary"]
    return str(written)


def choose(person: Person, code: str, back: str = "/") -> TestResponse:
    return send(person, "/language", language=code, back=back)


def language_of(world: World, name: str) -> str | None:
    [user] = [user for user in world.rows(User) if user.login.casefold() == name.casefold()]
    return user.language  # type: ignore[no-any-return]


def in_german(letter: Message) -> bool:
    """Whether all parts of a letter are."""
    said, written = letter.extra_headers["Content-Language"], re.findall(r'<html lang="(\w+)">', letter.html or "")
    assert [said] == written
    return bool(said == "de")


def test_the_browsers_language_is_spoken_if_it_is_here_and_else_that_of_the_house(world: World) -> None:
    eve = world.somebody("Eve")

    assert spoken(eve.get("/signin", headers=GERMAN)) == "de"
    assert title(eve.get("/signin", headers=GERMAN)) == "Anmelden"
    assert spoken(eve.get("/signin", headers={"Accept-Language": "fr,de;q=0.8,en;q=0.5"})) == "de"
    for other in (FRENCH, ENGLISH, {}, {"Accept-Language": "de;q=0, *"}):
        assert title(eve.get("/signin", headers=other)) == "Sign in"


HOSTILE = ["", ",", ";q=", "de;q=x", "../../de", "de\x00", "d" * 8000, "de," * 2600, "en;q=1e999", "*;q=-1", "ÿ"]


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: text[:12])
def test_a_hostile_preference_or_choice_does_nothing(world: World, hostile: str) -> None:
    eve = world.somebody("Eve")
    eve.browser.set_cookie("language", hostile[:300])

    page = eve.get("/signin", headers={"Accept-Language": hostile.encode("latin-1").decode("latin-1")})

    assert (page.status_code, spoken(page)) == (200, "en") or (hostile == "de;q=x" and spoken(page) == "de")


def test_what_was_chosen_comes_before_account_invitation_and_browser(world: World) -> None:
    cas, token = world.member("Cas"), world.invite(language="de")
    assert title(cas.get("/", headers=ENGLISH)) == "Hello, Cas"

    choose(cas, "de")
    assert title(cas.get("/", headers=ENGLISH)) == "Hallo, Cas"
    assert title(cas.device().get("/", headers=ENGLISH)) == "Hallo, Cas"  # the account keeps it

    eve = world.somebody("Eve")
    assert title(eve.get(f"/join?token={token}", headers=ENGLISH)) == "Komm herein"
    choose(eve, "en")
    assert title(eve.get(f"/join?token={token}", headers=GERMAN)) == "Come in"


def test_the_choice_is_a_cookie_that_says_nothing_else_and_leads_back(world: World) -> None:
    eve, token = world.somebody("Eve"), world.invite()
    page = eve.get(f"/join?token={token}")
    assert re.findall(r'<button[^>]* name="language" value="(\w+)"', page.text) == ["de"]

    chosen = press(eve, page, "Deutsch", language="de")

    assert (chosen.status_code, chosen.headers["Location"]) == (303, f"/join?token={token}")
    assert re.fullmatch(
        r"language=de; Expires=[^;]+; Max-Age=31536000; HttpOnly; Path=/; SameSite=Lax", chosen.headers["Set-Cookie"]
    )
    assert title(eve.get(f"/join?token={token}")) == "Komm herein"


@pytest.mark.parametrize(
    ("back", "leads"),
    [
        ("/signin?done=reset", "/signin?done=reset"),
        ("/card/abc", "/card/abc"),
        ("//evil.test/signin", "/"),
        ("https://evil.test/", "/"),
        ("/signin?_external=1&_scheme=javascript&endpoint=x", "/signin"),
        ("/join/nowhere", "/"),
        ("", "/"),
        ("[", "/"),
    ],
)
def test_the_way_back_is_always_a_page_of_ours(world: World, back: str, leads: str) -> None:
    assert choose(world.somebody("Eve"), "de", back).headers["Location"] == leads


def test_an_unknown_language_is_refused_and_those_that_there_are_are_named(world: World) -> None:
    ann = world.admin()
    place = world.tenant()
    wishes = {
        INVITES: {"language": "xx"},
        COACH: {"name": "Ken Ray", "email": "ken@club.test", "role": "coach", "tenant_id": place, "language": "xx"},
        TEAM: {"emails": ["dev@club.test"], "role": "dev", "language": "xx"},
    }

    for path, wish in wishes.items():
        answer = ann.post(path, wish)
        assert answer.status_code == 400
        assert answer.json["errors"]["language"] == ["Must be 'en' or 'de'."]
    assert send(ann, "/desk/invites", max_uses="1", days="1", language="xx").status_code == 400
    assert choose(ann, "xx").status_code == 400
    refused = world.terminal("invites", "create", "--language", "xx")
    assert refused.exit_code == 2
    assert all(f"'{code}'" in refused.output for code in CODES)
    assert [row for row in world.rows(Invitation) if row.created_by] == []


def test_an_invitations_language_is_spoken_on_its_page_and_when_that_is_refused_and_stays_with_the_account(
    world: World,
) -> None:
    token = world.admin().post(INVITES, {"language": "de"}).json["token"]
    ben = world.somebody("Ben")
    preview = ben.get(f"{AUTH}/register/validate-token?token={token}").json
    assert preview["language"] == "de"

    page = ben.get(f"/join?token={token}", headers=ENGLISH)
    assert (spoken(page), title(page)) == ("de", "Komm herein")
    refused = press(ben, page, "Beitreten", email="ben@club.test", login="Ben", password="kurz")
    assert (refused.status_code, spoken(refused)) == (400, "de")
    assert "Muss mindestens 8 Zeichen haben." in told(refused)
    press(ben, refused, "Beitreten", password=PASSWORD)

    assert title(ben.get("/", headers=ENGLISH)) == "Hallo, Ben"
    assert language_of(world, "Ben") == "de"


def test_who_signs_in_with_an_invitation_is_spoken_to_in_its_language_until_then(world: World) -> None:
    world.member("Cas")
    eve, token = world.somebody("Eve"), world.invite(language="de", roles=["coach"])
    asked = press(eve, eve.get(f"/join?token={token}"), "Ich habe ein Konto: anmelden")

    wrong = press(eve, asked, "Anmelden", login="Cas", password="not this one")

    assert (wrong.status_code, spoken(wrong)) == (401, "de")
    assert "passen nicht zusammen" in told(wrong)


@pytest.mark.parametrize(("headers", "kept"), [(GERMAN, "de"), (ENGLISH, "en"), (FRENCH, None), ({}, None)])
def test_an_account_keeps_the_language_of_the_browser_that_it_was_made_with(
    world: World, headers: dict[str, str], kept: str | None
) -> None:
    ben = world.somebody("Ben")
    assert ben.post(f"{AUTH}/register", ben.form(world.invite()), headers=headers).status_code == 200
    assert language_of(world, "Ben") == kept


def test_later_letters_are_in_the_language_of_the_account(world: World) -> None:
    ben = world.somebody("Ben")
    ben.post(f"{AUTH}/register", ben.form(world.invite()), headers=GERMAN)
    [letter] = world.deliver()
    assert (letter.subject, in_german(letter)) == ("E-Mail-Adresse bestätigen", True)

    world.somebody("Eve").post(f"{AUTH}/reset-request", {"email": ben.email}, headers=ENGLISH)
    [letter] = world.deliver()

    assert (letter.subject, in_german(letter)) == ("Neues Passwort setzen", True)
    assert "60 Minuten" in (letter.body or "")
    page = world.somebody("Eve").get(f"/reset?token={token_in(letter)}", headers=ENGLISH)
    assert (spoken(page), title(page)) == ("de", "Neues Passwort wählen")
    again = press(ben, page, "Neues Passwort setzen", password="kurz")
    assert (again.status_code, spoken(again)) == (400, "de")
    press(ben, again, "Neues Passwort setzen", password="figure eights at midnight")
    [notice] = world.deliver()
    assert (notice.subject, in_german(notice)) == ("Dein Passwort wurde geändert", True)
    assert "20. November 2026, 18:00 UTC" in (notice.body or "")


def test_an_account_without_a_language_gets_the_letter_in_that_of_whoever_asks(world: World) -> None:
    cas = world.member("Cas")
    for headers, german in ((GERMAN, True), ({}, False)):
        world.somebody("Cas").post(f"{AUTH}/reset-request", {"email": cas.email}, headers=headers)
        assert in_german(world.deliver()[-1]) is german


@pytest.fixture
def wishes(world: World) -> Wishes:
    coach = {"name": "Ken Ray", "email": "ken@club.test", "role": "head_coach", "tenant_id": world.tenant("Denver FSC")}
    return {COACH: coach, TEAM: {"emails": ["dee@club.test"], "role": "designer"}}


def test_an_invitations_letter_is_in_its_language_also_when_it_is_sent_again(world: World, wishes: Wishes) -> None:
    ann = world.admin()
    for path, wish in wishes.items():
        ann.post(path, {**wish, "language": "de"})
    letters = world.deliver()
    assert all(map(in_german, letters))
    assert [letter.subject for letter in letters] == [
        "Bei Denver FSC als Trainer/in mitmachen",
        "Du bist ins Team eingeladen",
    ]
    assert "als Cheftrainer/in" in (letters[0].body or "")
    for row in world.rows(Invitation):
        if row.email:
            assert ann.post(f"{INVITES}/{row.id}/resend").json["language"] == "de"
    assert list(map(in_german, world.deliver())) == [True, True]

    for path, wish in wishes.items():  # asked again without a word about it, and then in another one
        ann.post(path, wish)
    assert list(map(in_german, world.deliver())) == [True, True]
    for path, wish in wishes.items():
        ann.post(path, {**wish, "language": "en"})
    assert list(map(in_german, world.deliver())) == [False, False]


def test_whoever_has_an_account_is_written_to_in_its_language(world: World, wishes: Wishes) -> None:
    ann, ken = world.admin(), world.somebody("Ken")
    ken.post(f"{AUTH}/register", ken.form(world.invite()), headers=GERMAN)
    ann.post(COACH, {**wishes[COACH], "language": "en"})
    assert in_german(world.deliver()[-1])


def test_a_team_member_is_made_in_the_invitations_language(world: World, wishes: Wishes) -> None:
    world.admin().post(TEAM, {**wishes[TEAM], "language": "de"})
    dee = world.somebody("dee")
    page = dee.get(f"/team/join?token={token_in(world.deliver()[-1])}", headers=ENGLISH)
    assert (spoken(page), title(page)) == ("de", "Ins Team kommen")
    press(dee, page, "Ins Team kommen")
    assert language_of(world, "dee") == "de"
    assert title(dee.get("/", headers=ENGLISH)) == "Passwort setzen"


def test_the_desk_and_the_terminal_give_an_invitation_a_language_and_the_sheet_is_in_it(world: World) -> None:
    ann = world.admin()

    page = send(ann, "/desk/invites", max_uses="3", days="2", note="Dienstag", language="de")

    assert (spoken(page), title(page)) == ("en", "Your invite link")
    sheet = page.text.partition('<section class="sheet" lang="de"')[2].partition("</section>")[0]
    assert "Du bist eingeladen" in sheet
    assert "Für 3 Personen, bis" in sheet
    assert "22. Nov. 2026, 18:00 UTC" in sheet
    assert "Deutsch" in told(ann.get("/desk/invitations"))
    made = world.terminal("invites", "create", "--language", "de")
    assert spoken(world.somebody("Eve").get(f"/join?token={token_of(made.output.split()[0])}")) == "de"


def test_programs_are_told_the_same_sentences_whatever_they_speak(world: World) -> None:
    ben = world.somebody("Ben")
    for headers in ({}, GERMAN):
        wish = ben.form(world.invite(language="de"), aPasswordHash="x")
        refused = ben.post(f"{AUTH}/register", wish, headers=headers)
        assert refused.json["message"] == "The password is too short."
        assert refused.json["errors"] == {"aPasswordHash": ["Must have at least 8 characters."]}
        assert "Content-Language" not in refused.headers


def test_speaking_costs_no_statement(world: World) -> None:
    cas = world.member("Cas")
    with statements(world) as plain:
        cas.session()
    choose(cas, "de")
    with statements(world) as spoken_to:
        cas.get(f"{AUTH}/session", headers=GERMAN)
    assert len(plain) == len(spoken_to) == 1


def test_errors_speak_too(world: World) -> None:
    html = {"Accept": "text/html"}
    page = world.somebody("Eve").get("/nowhere", headers=GERMAN | html)
    assert (page.status_code, spoken(page), title(page)) == (404, "de", "Hier ist nichts")
    refused = world.member("Cas").get("/desk/", headers=GERMAN | html)
    assert (refused.status_code, title(refused)) == (403, "Das ist dir nicht zugänglich")
    assert "Das darfst du nicht." in told(refused)


def test_what_is_for_developers_stays_in_english(world: World) -> None:
    for path in ("/api/v4/docs", "/dev/mailbox"):
        page = world.somebody("Eve").get(path, headers=GERMAN)
        assert spoken(page) == "en"
        assert 'class="languages"' not in page.text


def test_no_other_site_chooses_for_a_visitor(world: World) -> None:
    eve = world.somebody("Eve")
    asked = {**ORIGIN, "Origin": "https://evil.test"}
    answer = eve.browser.post("/language", data={"language": "de"}, headers=asked)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (403, False)


def test_the_house_has_a_language_of_its_own(new_world: NewWorld) -> None:
    world = new_world(default_language="de")
    assert title(world.somebody("Eve").get("/signin", headers=FRENCH)) == "Anmelden"
    assert title(world.somebody("Eve").get("/signin", headers=ENGLISH)) == "Sign in"
    cas = world.member("Cas")
    world.somebody("Cas").post(f"{AUTH}/reset-request", {"email": cas.email})

    def catch(_: Flask, message: Message) -> None:
        world.letters.append(message)

    with email_dispatched.connected_to(catch, world.app):
        assert in_german(world.deliver()[-1])
    assert [letter.language for letter in world.rows(Letter)] == [None]
