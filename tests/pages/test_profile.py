"""The profile: completed once, changed whenever."""

import uuid

from sqlalchemy.orm import Session

from app.extensions import db
from core.models import AuditEvent, Club, Coach, Profile, Rink
from tests.support.pages import held, press, send, title, told
from tests.support.world import AUTH, World


def directory(world: World) -> dict[str, str]:
    """A rink, a club and a coach to choose."""
    rink, club, coach = (uuid.uuid4() for _ in range(3))
    with world.app.app_context(), Session(db.engine) as session, session.begin():
        session.add(Rink(id=rink, name="Thin Ice", city="Denver", state="Colorado", zip="0"))
        session.flush()
        session.add_all([Club(id=club, name="The Club"), Coach(id=coach, first_name="Ben", last_name="Okafor")])
    return {"rink_id": str(rink), "club_id": str(club), "coach_id": str(coach)}


def test_home_leads_to_the_profile_while_it_is_missing_and_never_blocks(world: World) -> None:
    cas = world.member("Cas")

    home = cas.get("/")

    assert 'href="/profile"' in home.text
    assert title(home) == "Hello, Cas"
    assert title(cas.get("/account")) == "My account"
    assert title(cas.get("/card")) == "No card yet"


def test_two_names_complete_it(world: World) -> None:
    cas = world.member("Cas")
    page = cas.get("/profile")
    assert title(page) == "Complete your profile"

    done = press(cas, page, "Save and go on", first_name="Casimira", last_name="Weyden")

    assert done.headers["Location"] == "/?done=onboarded"
    [profile] = world.rows(Profile)
    assert (profile.first_name, profile.last_name, profile.timezone) == ("Casimira", "Weyden", "UTC")
    assert (profile.city, profile.rink_id) == (None, None)
    assert cas.session().json["onboarding_complete"] is True
    assert title(cas.get("/")) == "Hello, Casimira"


def test_a_refused_profile_comes_back_with_what_was_typed(world: World) -> None:
    cas = world.member("Cas")

    again = press(cas, cas.get("/profile"), "Save and go on", first_name="Casimira", last_name=" ", city="Denver")

    assert again.status_code == 400
    assert 'value="Casimira"' in again.text
    assert 'value="Denver"' in again.text
    assert "Must not be empty." in told(again)
    assert '<details class="more" open>' in again.text
    assert world.rows(Profile) == []


def test_everything_can_be_chosen_and_is_shown_again(world: World) -> None:
    cas, chosen = world.member("Cas"), directory(world)
    page = cas.get("/profile")
    assert "Thin Ice, Denver" in page.text
    typed = {
        "first_name": "Cas",
        "last_name": "Nobody",
        "middle_name": "van",
        "timezone": "America/Denver",
        "city": "Denver",
        "state": "CO",
        "zip": "80202",
        "country": "USA",
        "usfsa_number": "1234567",
        "maintenance_hours": "14",
        **chosen,
    }

    press(cas, page, "Save and go on", **typed)

    form = cas.get("/profile").text.partition('action="/profile"')[2].partition("</form>")[0]
    assert held(form) == typed


def test_a_change_changes_what_was_changed(world: World) -> None:
    cas, chosen = world.member("Cas"), directory(world)
    skates = uuid.uuid4()
    body = {"first_name": "Cas", "last_name": "Nobody", "city": "Denver", "skate_config": str(skates), **chosen}
    cas.post(f"{AUTH}/onboard", body)

    saved = press(
        cas, cas.get("/profile"), "Save my profile", last_name="Weyden", city="", club_id="", timezone="Europe/Berlin"
    )

    assert saved.headers["Location"] == "/profile?done=profile"
    assert "Your profile is saved." in told(cas.get("/profile?done=profile"))
    [profile] = world.rows(Profile)
    assert (profile.first_name, profile.last_name, profile.timezone) == ("Cas", "Weyden", "Europe/Berlin")
    assert (profile.city, profile.club_id) == (None, None)
    assert (str(profile.rink_id), str(profile.coach_id)) == (chosen["rink_id"], chosen["coach_id"])
    assert profile.ice_configuration_id == skates
    [change] = [row.details for row in world.rows(AuditEvent) if row.event == "profile_changed"]
    assert change == {"fields": ["city", "club_id", "last_name", "timezone"]}


def test_what_is_not_on_the_lists_is_refused(world: World) -> None:
    cas = world.member("Cas")
    page = cas.get("/profile")
    names = {"first_name": "Cas", "last_name": "Nobody"}

    for wrong in ({"timezone": "Mars/Olympus"}, {"rink_id": str(uuid.uuid4())}, {"usfsa_number": "x"}):
        assert press(cas, page, "Save and go on", **names, **wrong).status_code == 400
    assert world.rows(Profile) == []


def test_a_zone_of_an_older_kind_stays_chosen(world: World) -> None:
    cas = world.member("Cas")
    cas.post(f"{AUTH}/onboard", {"first_name": "Cas", "last_name": "Nobody", "timezone": "US/Mountain"})

    press(cas, cas.get("/profile"), "Save my profile", city="Denver")

    assert world.rows(Profile)[0].timezone == "US/Mountain"


def test_a_form_from_another_window_is_not_lost(world: World) -> None:
    cas = world.member("Cas")
    first, second = cas.get("/profile"), cas.get("/profile")

    press(cas, first, "Save and go on", first_name="Cas", last_name="Nobody")
    press(cas, second, "Save and go on", first_name="Cas", last_name="Weyden")

    assert [profile.last_name for profile in world.rows(Profile)] == ["Weyden"]


def test_how_to_be_reached_is_one_of_a_few_words_or_none(world: World) -> None:
    cas = world.member("Cas")
    assert send(cas, "/profile/contact", contact_preference="text").status_code == 404
    cas.post(f"{AUTH}/onboard", {"first_name": "Cas", "last_name": "Nobody"})

    assert send(cas, "/profile/contact", contact_preference="pigeon").status_code == 400
    assert send(cas, "/profile/contact", contact_preference="text").status_code == 303
    assert "Prefers contact by text" in told(cas.get("/card"))
    assert send(cas, "/profile/contact", contact_preference="").status_code == 303
    assert world.rows(Profile)[0].contact_preference is None
