"""The replaced backend's people in the new house, over HTTP, on what grew by its migrations: nobody notices more than
that they sign in once more."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from core.models import Coach, Tenant, TenantCoach, User
from core.names import canonical
from tests.conftest import Databases
from tests.flows.test_story import link_in
from tests.support import replaced
from tests.support.running import House, fresh_password, house, said
from tests.support.servers import wait_for
from tests.support.world import AUTH

V4 = "/api/v4"


@pytest.fixture(scope="module")
def old(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    database, folder = databases.new("postgresql"), tmp_path_factory.mktemp("adopted")
    replaced.fill(database, "grown by migrations")
    with house(database, folder, module="wsgi:app", workers=2) as adopted:
        yield adopted


def user(old: House, login: str) -> User:
    [found] = old.rows(User, User.login_key == canonical(login))
    return found


@pytest.mark.parametrize(
    ("login", "names", "password"),
    [
        ("mia", ["mia", "MIA", " Mia ", "mia.berg@EXAMPLE.com", "Mia.Berg@Example.com"], replaced.MIA),
        ("Kit", ["KIT@example.COM", "kit"], replaced.KIT),
        ("Pat@old.example", ["pat@OLD.example", "pat.o'brien@example.com"], replaced.MIA),
    ],
)
def test_people_sign_in_as_ever_and_their_hash_is_renewed(
    old: House, login: str, names: list[str], password: str
) -> None:
    before = user(old, login).password_hash
    assert before.startswith(("scrypt:", "pbkdf2:"))
    for wrong in (password + " ", before):
        assert not old.opens(login, wrong)
    assert user(old, login).password_hash == before

    assert [old.opens(name, password) for name in names] == [True] * len(names)

    after = user(old, login)
    assert after.password_hash.startswith("$argon2id$")
    assert not old.opens(login, after.password_hash)


@pytest.mark.parametrize("name", ["lee@example.com", '⛸️ "Zoë"'])
def test_a_hash_that_never_opened_anything_opens_nothing(old: House, name: str) -> None:
    for password in ("nobody has this password", "a hash of nobody knows what", " "):
        assert not old.opens(name, password)


def test_a_session_shows_the_roles_that_were_held(old: House) -> None:
    session = old.server.get(f"{AUTH}/session", cookies=old.server.sign_in("mia", replaced.MIA)).json()
    assert (session["login"], set(session["roles"])) == ("mia", {"adult", "coach", "judge"})
    assert (session["onboarding_complete"], session["password_change_required"]) == (True, False)
    assert session["uSkaterUUID"] == "40000000-0000-4000-8000-000000000001"


def test_a_card_says_what_was_recorded_and_its_printed_link_still_opens_it(old: House) -> None:
    cookies = old.server.sign_in("mia", replaced.MIA)
    card = old.server.get(f"{V4}/members/skater_card", cookies=cookies).json()
    assert card["identity"] == {
        "first_name": "Mia",
        "middle_name": "Q",
        "last_name": "Berg",
        "city": "Denver",
        "state": "CO",
        "club": "Blue FSC",
        "usfsa_number": 1234567,
        "contact_preference": "email",
    }
    lifetime, recent, current = card["lifetime"], card["recent"], card["current"]
    assert (lifetime["coached_pct"], lifetime["group_pct"], lifetime["solo_pct"]) == (18, 21, 61)
    assert (lifetime["sessions_per_week"], lifetime["avg_session_min"], lifetime["previous_coaches"]) == (0.1, 61, 1)
    assert (lifetime["events"], lifetime["entries"], lifetime["podiums"]) == (1, 2, 1)
    assert (recent["coached_pct"], recent["group_pct"], recent["solo_pct"]) == (8, 27, 65)
    assert (recent["sessions_per_week"], recent["avg_session_min"], recent["rinks"]) == (0.2, 62, ["Blue Rink"])
    assert recent["last_event"] == {"name": "Blue Open", "date": "March 2025", "location": "Denver, CO"}
    assert [playlist["name"] for playlist in current["shared_playlists"]] == ["Program"]

    shared = old.server.get(f"{V4}/members/shared_card/{card.pop('share_token')}")
    assert shared.json() == card
    assert shared.url.endswith(replaced.CARD)
    assert old.server.get(f"{V4}/members/shared_card/{replaced.CARD_OF_NOBODY}").status_code == 200


def test_printed_invitations_have_the_uses_that_they_had_left(old: House) -> None:
    for token, left in replaced.USES_LEFT.items():
        assert old.server.get(f"{AUTH}/register/validate-token?token={token}").json()["valid"] is True
        guests = [old.server.register(name, token) for name in old.names(left)]
        assert [guest.status_code for guest in guests] == [200] * left
        last = old.server.register(old.names(1)[0], token)
        assert said([last]) == [(200, None) if token == "printed-endless-token" else (403, "invite_used")]


@pytest.mark.parametrize(("token", "code"), replaced.DEAD.items())
def test_dead_invitations_say_why(old: House, token: str, code: str) -> None:
    looked = old.server.get(f"{AUTH}/register/validate-token?token={token}")
    assert (looked.status_code, looked.json()["code"]) == (403, code)
    assert said([old.server.register("Nobody", token)]) == [(403, code)]
    assert old.server.get(f"/join?token={token}").status_code in {200, 403}


def test_an_address_that_is_an_old_login_is_taken(old: House) -> None:
    body = {"aLogin": "newpat", "aEmail": "PAT@old.example", "aPasswordHash": fresh_password()}
    answer = old.server.post(f"{AUTH}/register", {**body, "invite_token": old.invite()})
    assert said([answer]) == [(409, "email_taken")]


def test_a_reset_link_on_its_way_still_works_and_kit_can_ask_for_another(old: House) -> None:
    for token in ("reset-expired-token", "reset-earlier-token", "reset-used-token"):
        assert confirmed(old, token, fresh_password()).status_code == 400
    new = fresh_password()
    assert confirmed(old, "reset-living-token", new).status_code == 200
    assert confirmed(old, "reset-living-token", new).status_code == 400
    assert old.opens("kit", new)

    assert old.server.post(f"{AUTH}/reset-request", {"email": "KIT@example.com"}).status_code == 200
    letters = wait_for(lambda: [post for post in old.mail.received if post.message["Subject"] == "Set a new password"])
    assert letters[0].recipients == ["kit@example.com"]
    again = fresh_password()
    assert confirmed(old, link_in(letters[0]).partition("token=")[2], again).status_code == 200
    assert [old.opens("Kit", password) for password in (replaced.KIT, new, again)] == [False, False, True]


def confirmed(old: House, token: str, password: str) -> requests.Response:
    return old.server.post(f"{AUTH}/reset-confirm", {"token": token, "new_password": password})


def test_life_goes_on_in_the_old_tables(old: House) -> None:
    """A newcomer is onboarded and skates; an old coach's record is found by its address and bound."""
    [name] = old.names(1)
    assert old.server.register(name, old.invite()).status_code == 200
    cookies = old.server.sign_in(name)
    about = {"first_name": "New", "last_name": "Comer", "zip": "02134", "timezone": "America/Denver"}
    assert old.server.post(f"{AUTH}/onboard", about, cookies=cookies).status_code == 200
    overview = old.server.get(f"{V4}/members/skater_overview", cookies=cookies).json()
    assert overview["user_general"]["user_location_zip"] == "02134"
    session = {
        "date": "2026-01-02",
        "ice_time": 60,
        "ice_cost": 10,
        "coach_time": 0,
        "coach_cost": 0,
        "skate_type": "dc812842-a9a9-4902-b680-361420baffe5",
        "rink_id": "10000000-0000-4000-8000-000000000001",
        "coach_id": "487d43b5-0a4d-4dc4-8cc2-ab06870a10bf",
    }
    added = old.server.post(f"{V4}/submit/add_icetime", session, cookies=cookies)
    assert (added.status_code, added.json()["ice_time_id"]) == (201, 16)

    old.server.command("users", "grant", "mia", "admin")
    old.server.command("tenants", "create", "Blue FSC")
    admin = old.server.sign_in("mia", replaced.MIA)
    [tenant] = old.rows(Tenant)
    asked = [invited(old, admin, str(tenant.id), email) for email in ("NORA@example.com", "new@example.com")]
    assert asked[0]["coach_id"] == "30000000-0000-4000-8000-000000000001"
    assert {str(row.coach_id) for row in old.rows(TenantCoach)} == {each["coach_id"] for each in asked}
    assert [row.row for row in old.rows(Coach, Coach.email == "new@example.com")] == [5]


def invited(old: House, admin: dict[str, str], tenant: str, email: str) -> dict[str, Any]:
    body = {"name": "Nora Blum", "email": email, "role": "coach", "tenant_id": tenant}
    answer = old.server.post(f"{V4}/admin/invite-coach", body, cookies=admin)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())
