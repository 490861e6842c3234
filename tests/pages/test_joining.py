"""From a link to being in: as somebody new, with the account that one has, or with another one than is at hand."""

from core.models import InvitationUse, TenantCoach, User
from tests.support.answers import apart_from_counters
from tests.support.pages import buttons, press, send, title, told
from tests.support.world import AUTH, PASSWORD, Person, World, token_of

SIGN_IN = "I have an account: sign in"
NAMES = {"first_name": "Ann", "last_name": "Lee"}


def coach_token(ann: Person, email: str = "mary@club.test", part: str = "head_coach") -> str:
    asked = {"name": "Mary Novak", "email": email, "role": part, "tenant_id": ann.world.tenant("Denver FSC")}
    return token_of(ann.post("/api/v4/admin/invite-coach", asked).json["invite_url"])


def gate_token(ann: Person, **wish: object) -> str:
    return str(ann.post("/api/v4/admin/invites", {"max_uses": 9, **wish}).json["token"])


def test_the_page_says_who_invites_to_what_as_what_and_until_when(world: World) -> None:
    ann = world.admin()
    ann.post(f"{AUTH}/onboard", NAMES)

    page = world.somebody("Mary").get(f"/coach/onboard?token={coach_token(ann)}")

    assert "Ann Lee invites you to join Denver FSC as head coach ." in told(page)
    assert "Good until 27 Nov 2026, 18:00 UTC" in told(page)
    assert ann.email not in page.text


def test_an_inviter_without_a_profile_goes_by_the_login_and_the_terminal_by_no_name(world: World) -> None:
    page = world.somebody("Ben").get(f"/join?token={gate_token(world.admin(), roles=['coach'])}")
    assert "Ann invites you to join as coach ." in told(page)

    page = world.somebody("Ben").get(f"/join?token={world.invite()}")
    assert "You are invited to join as member ." in told(page)


def test_programs_are_told_the_same(world: World) -> None:
    ann = world.admin()

    coach = ann.world.somebody("Mary").get(f"{AUTH}/register/validate-token?token={coach_token(ann)}").json
    plain = ann.world.somebody("Ben").get(f"{AUTH}/register/validate-token?token={world.invite()}").json

    assert (coach["invited_by"], coach["tenant"], coach["part"]) == ("Ann", "Denver FSC", "head_coach")
    assert (plain["invited_by"], plain["tenant"], plain["part"]) == (None, None, None)


def test_an_address_in_place_of_a_login_is_not_told(world: World) -> None:
    """Databases that were taken over hold such logins."""
    from sqlalchemy import update
    from sqlalchemy.orm import Session

    from app.extensions import db

    ann = world.admin()
    token = gate_token(ann)
    with world.app.app_context(), Session(db.engine) as session, session.begin():
        session.execute(update(User).values(login="ann@club.test", login_key="ann@club.test"))

    page = world.somebody("Ben").get(f"/join?token={token}")

    assert "You are invited to join" in told(page)
    assert "ann@club.test" not in page.text


def test_a_personal_link_asks_for_nothing_but_a_password(world: World) -> None:
    """T1: two screens, one form; address and login stand there."""
    mary = world.somebody("Mary")
    page = mary.get(f"/coach/onboard?token={coach_token(world.admin(), 'mary.novak+ice@club.test')}")
    assert 'value="mary.novak+ice@club.test"' in page.text
    assert "readonly" in page.text

    joined = press(mary, page, "Join", password=PASSWORD)

    assert (joined.status_code, joined.headers["Location"]) == (303, "/")
    assert mary.session().json["login"] == "mary.novak"
    assert "coach" in mary.session().json["roles"]
    [place] = world.rows(TenantCoach)
    assert place.joined_at == world.clock.now


def test_a_suggested_login_that_somebody_has_is_only_told_to_whoever_asks_for_it(world: World) -> None:
    ann = world.admin()
    world.member("mary", aEmail="other@club.test")
    mary = world.somebody("Mary")
    page = mary.get(f"/coach/onboard?token={coach_token(ann)}")

    again = press(mary, page, "Join", password=PASSWORD)

    assert again.status_code == 409
    assert "Somebody here already has this login." in told(again)
    assert press(mary, again, "Join", login="mary.n", password=PASSWORD).status_code == 303


def test_the_fields_say_to_browsers_what_belongs_in_them(world: World) -> None:
    page = world.somebody("Ben").get(f"/join?token={world.invite()}")

    for hint in ("username", "email", "new-password"):
        assert f'autocomplete="{hint}"' in page.text


def test_who_has_an_account_signs_in_and_accepts_with_three_actions(world: World) -> None:
    """T2. The token is in forms only: in no address, in no cookie."""
    ann, mary = world.admin(), world.member("Mary")
    send(mary, "/signout")
    token = coach_token(ann)
    page = mary.get(f"/coach/onboard?token={token}")

    asked = press(mary, page, SIGN_IN)
    assert title(asked) == "Sign in"
    assert 'value="mary@club.test"' in asked.text
    wrong = press(mary, asked, "Sign in", password="not this one")
    assert wrong.status_code == 401
    offered = press(mary, wrong, "Sign in", password=PASSWORD)
    assert (offered.status_code, title(offered)) == (200, "You are invited")
    assert "Denver FSC as head coach" in told(offered)
    assert "Sign out" in offered.text
    accepted = press(mary, offered, "Accept")

    assert accepted.headers["Location"] == "/?done=accepted"
    assert "coach" in mary.session().json["roles"]
    [place] = world.rows(TenantCoach)
    assert place.user_id == mary.session().json["user_id"]
    for answer in (asked, wrong, offered, accepted):
        assert token not in answer.request.url
        assert token not in str(answer.headers)


def test_an_invite_that_ended_meanwhile_is_told_after_the_sign_in(world: World) -> None:
    ann, mary = world.admin(), world.member("Mary")
    send(mary, "/signout")
    asked = press(mary, mary.get(f"/coach/onboard?token={coach_token(ann)}"), SIGN_IN)
    world.clock.later(days=8)

    late = press(mary, asked, "Sign in", password=PASSWORD)

    assert title(late) == "This invite has run out"
    assert mary.session().status_code == 200
    assert press(world.somebody("Eve"), asked, "Sign in", login="x", password="y" * 9).status_code == 401


def test_a_dead_link_is_told_before_anybody_types_a_password(world: World) -> None:
    answer = send(world.somebody("Mary"), "/join/signin", invite_token="x")

    assert (answer.status_code, title(answer)) == (403, "We do not know this invite")


def test_somebody_signed_in_is_offered_the_roles_that_a_link_brings(world: World) -> None:
    ann, ben = world.admin(), world.member("Ben")
    token = gate_token(ann, roles=["coach", "adult"])

    page = ben.get(f"/join?token={token}")
    assert title(page) == "You have an account"
    assert "it adds the role coach , from Ann" in told(page)
    assert press(ben, page, "Add it to my account").headers["Location"] == "/?done=accepted"

    assert sorted(ben.session().json["roles"]) == ["adult", "coach"]
    again = ben.get(f"/join?token={token}")
    assert "to your account it adds nothing" in told(again)
    assert buttons(again) == ["Sign out and let them join"]
    twice = send(ben, "/join/accept", token=token)
    assert (twice.status_code, title(twice)) == (409, "You have accepted this already")
    assert len(world.rows(User)) == 2


def test_a_link_that_adds_nothing_says_so_and_lets_somebody_else_join(world: World) -> None:
    ann, ben = world.admin(), world.member("Ben")
    page = ben.get(f"/join?token={gate_token(ann)}")
    assert "to your account it adds nothing" in told(page)

    let_in = press(ben, page, "Sign out and let them join")
    assert title(let_in) == "Come in"
    press(ben, let_in, "Join", login="cas", email="cas@club.test", password=PASSWORD)

    assert ben.session().json["login"] == "cas"


def test_an_invite_for_another_address_names_both_and_changes_account_with_one_button(world: World) -> None:
    """T3: never a silent join."""
    ann, cas, mary = world.admin(), world.member("Cas"), world.member("Mary")
    send(mary, "/signout")
    token = coach_token(ann)
    before = world.dump()

    page = cas.get(f"/coach/onboard?token={token}")
    assert (page.status_code, title(page)) == (403, "This invite is for somebody else")
    assert "m•••@club.test" in told(page)
    assert "Cas, cas@club.test" in told(page)
    assert "mary@club.test" not in page.text
    assert buttons(page) == ["Switch account"]
    assert send(cas, "/join/accept", token=token).status_code == 403
    assert apart_from_counters(world.dump()) == apart_from_counters(before)

    switched = press(cas, page, "Switch account")
    assert (switched.status_code, title(switched)) == (200, "Come in")
    assert cas.session().status_code == 401
    asked = press(cas, switched, SIGN_IN)
    press(cas, press(cas, asked, "Sign in", password=PASSWORD), "Accept")

    assert (cas.session().json["login"], "coach" in cas.session().json["roles"]) == ("Mary", True)
    assert [use.user_id for use in world.rows(InvitationUse)].count(cas.session().json["user_id"]) == 2


def test_signing_in_with_a_third_account_does_not_take_the_invite(world: World) -> None:
    ann, cas = world.admin(), world.member("Cas")
    send(cas, "/signout")
    asked = press(cas, cas.get(f"/coach/onboard?token={coach_token(ann)}"), SIGN_IN)

    page = press(cas, asked, "Sign in", login="Cas", password=PASSWORD)

    assert title(page) == "This invite is for somebody else"
    assert world.rows(TenantCoach)[0].joined_at is None


def test_a_teams_link_changes_accounts_as_well(world: World) -> None:
    ann, cas = world.admin(), world.member("Cas")
    ann.post("/api/v4/admin/teams/invitations", {"emails": ["dev@club.test"], "role": "dev"})
    token = world.invite(kind="team", email="eve@club.test", roles=["designer"])

    page = cas.get(f"/team/join?token={token}")
    assert title(page) == "This invite is for somebody else"
    switched = press(cas, page, "Switch account")
    assert "as designer" in told(switched)
    press(cas, switched, "Join the team")

    assert title(cas.get("/")) == "Set a password"


def test_pages_that_answered_a_form_lead_home_when_they_are_opened(world: World) -> None:
    for path in ("/join/signin", "/join/switch", "/join/accept"):
        assert world.somebody("Cas").get(path).headers["Location"] == "/"


def test_a_changed_address_in_the_form_is_refused_without_naming_the_right_one(world: World) -> None:
    mary = world.somebody("Mary")
    page = mary.get(f"/coach/onboard?token={coach_token(world.admin())}")

    answer = press(mary, page, "Join", email="eve@club.test", password=PASSWORD)

    assert (answer.status_code, title(answer)) == (403, "This invite is for somebody else")
    assert len(world.rows(User)) == 1
