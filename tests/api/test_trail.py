"""The trail: what anybody does to an account leaves one row for each thing that happened, and a refusal leaves none."""

from collections.abc import Callable, Iterator

from sqlalchemy import select
from werkzeug.test import TestResponse

from app import access_tokens
from app.unit import open_unit
from core import logins, mail, users
from core.models import Letter
from core.policy import Policy
from tests.api.test_invitation_events import events
from tests.api.test_label_invitations import artist, owner
from tests.api.test_label_invitations import ask as ask_artist
from tests.support.routes import COACH, INVITES, MAILS, PREFERENCE, PROFILE, SHARE, TEAM, USERS
from tests.support.world import AUTH, PASSWORD, World, token_in, token_of

NEW, NEWER = "figure eights at midnight", "another figure of eight"
HANDED_OVER = ("reset_link_handed_over",)
ACCEPTED = ("invitation_accepted", "roles_granted")
NO_EVENT = {
    f"POST {AUTH}/reset-request": "whether anybody has the address must not be told; reset_link_made when it is sent",
    f"PATCH {PREFERENCE}": "how a skater would rather be reached opens nothing",
    "POST /api/v4/submit/add_icetime": "a skater's own log",
}


def access_token(world: World, name: str) -> str:
    with world.app.app_context(), open_unit() as unit:
        secret = logins.issue_login_token(unit, users.get_by_login(unit.look, name).id)
        settings = world.app.extensions["settings"]
        return access_tokens.seal(settings, secret, world.clock.now, Policy().login_token_life)


def letter_given_up(world: World) -> str:
    """The id of a letter that no server wanted."""
    with world.app.app_context(), open_unit() as unit:
        mail.post(unit, mail.ResetRequested(), to="nobody@club.test")
        [letter] = unit.session.scalars(select(Letter).where(Letter.recipient == "nobody@club.test"))
        letter.state, letter.due_at = "failed", None
        return str(letter.id)


class Told:
    """The operations that were tried, each with the events that it must leave and no other."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.operations: set[str] = set()

    def of(self, operation: str, act: Callable[[], TestResponse], *expected: str) -> TestResponse:
        with events(self.world, *expected):
            answer = act()
        assert answer.status_code < 300, (operation, answer.text)
        self.operations.add(operation)
        return answer


def test_every_act_leaves_its_events_and_no_other(world: World) -> None:
    told = Told(world)

    account(world, told)
    profile(world, told)
    desk(world, told)
    invitations(world, told)

    changing = {f"{method} {rule}" for rule, method in operations_of(world)}
    assert told.operations | set(NO_EVENT) == changing


def operations_of(world: World) -> Iterator[tuple[str, str]]:
    document = world.app.test_client().get("/api/v4/openapi.json").json
    return ((path, method.upper()) for path, of in document["paths"].items() for method in of if method != "get")


def account(world: World, told: Told) -> None:
    cas = world.member("Cas")
    phone, _ = cas.device(), cas.device()
    other = next(each["id"] for each in cas.get(f"{AUTH}/sessions").json["items"] if not each["current"])

    told.of(f"DELETE {AUTH}/sessions/{{key}}", lambda: cas.delete(f"{AUTH}/sessions/{other}"), "session_ended")
    told.of(f"DELETE {AUTH}/sessions", lambda: cas.delete(f"{AUTH}/sessions"), "other_sessions_ended")
    with events(world):
        assert (cas.delete(f"{AUTH}/sessions").json["ended"], phone.post(f"{AUTH}/logout").status_code) == (0, 200)
    told.of(f"POST {AUTH}/logout", lambda: cas.post(f"{AUTH}/logout"), "signed_out")
    told.of(f"POST {AUTH}/login", cas.sign_in, "signed_in")
    token = access_token(world, "Cas")
    told.of(f"POST {AUTH}/login/token", lambda: cas.post(f"{AUTH}/login/token", {"accessToken": token}), "signed_in")
    change = {"current_password": PASSWORD, "new_password": NEW}
    told.of(f"POST {AUTH}/change-password", lambda: cas.post(f"{AUTH}/change-password", change), "password_changed")
    with events(world, "reset_link_made"):
        reset = {"token": world.reset_token(cas), "new_password": NEWER}
    told.of(
        f"POST {AUTH}/reset-confirm",
        lambda: cas.post(f"{AUTH}/reset-confirm", reset),
        "address_proven",
        "password_changed",
    )


def profile(world: World, told: Told) -> None:
    dee = world.member("Dee")

    named = {"first_name": "Dee", "last_name": "Lee"}
    told.of(f"POST {AUTH}/onboard", lambda: dee.post(f"{AUTH}/onboard", named), "onboarded")
    told.of(f"PATCH {PROFILE}", lambda: dee.browser.patch(PROFILE, json={"city": "Den Haag"}), "profile_changed")
    told.of(f"POST {SHARE}", lambda: dee.post(SHARE), "card_shared")
    with events(world):
        dee.post(SHARE)  # it is shared already
    told.of(f"DELETE {SHARE}", lambda: dee.delete(SHARE), "card_unshared")


def desk(world: World, told: Told) -> None:
    ann, eve = world.admin(), world.member("Eve")
    of_eve = f"{USERS}/{eve.session().json['uSkaterUUID']}"
    letter = letter_given_up(world)

    told.of(f"POST {USERS}/{{key}}/roles", lambda: ann.post(f"{of_eve}/roles", {"role": "coach"}), "roles_granted")
    told.of(f"DELETE {USERS}/{{key}}/roles/{{role}}", lambda: ann.delete(f"{of_eve}/roles/coach"), "role_revoked")
    told.of(f"DELETE {USERS}/{{key}}/sessions", lambda: ann.delete(f"{of_eve}/sessions"), "signed_out_by_admin")
    told.of(f"POST {USERS}/{{key}}/reset-link", lambda: ann.post(f"{of_eve}/reset-link"), *HANDED_OVER)
    told.of(f"POST {USERS}/{{key}}/deactivate", lambda: ann.post(f"{of_eve}/deactivate"), "user_deactivated")
    told.of(f"POST {USERS}/{{key}}/activate", lambda: ann.post(f"{of_eve}/activate"), "user_activated")
    told.of(f"POST {MAILS}/{{key}}/retry", lambda: ann.post(f"{MAILS}/{letter}/retry"), "letter_retried")


def invitations(world: World, told: Told) -> None:
    bob = world.admin("Bob")
    fay, (lou, label_id), (art, artist_id) = world.member("Fay"), owner(world), artist(world)
    place = {"name": "Fay Lee", "email": "fay@club.test", "role": "coach", "tenant_id": world.tenant()}

    gate = told.of(f"POST {INVITES}", lambda: bob.post(INVITES, {"max_uses": 2}), "invitation_issued").json
    again = f"{INVITES}/{gate['id']}/resend"
    url = told.of(f"POST {INVITES}/{{key}}/resend", lambda: bob.post(again), "invitation_renewed").json["invite_url"]
    gil = world.somebody("Gil")
    told.of(f"POST {AUTH}/register", lambda: gil.register(token_of(url)), "user_registered", "roles_granted")
    told.of(f"DELETE {INVITES}/{{key}}", lambda: bob.delete(f"{INVITES}/{gate['id']}"), "invitation_revoked")

    coach = told.of(f"POST {COACH}", lambda: bob.post(COACH, place), "invitation_issued").json["invite_url"]
    accept = f"{AUTH}/invitations/accept"
    body = {"token": token_of(coach)}
    told.of(f"POST {accept}", lambda: fay.post(accept, body), *ACCEPTED)

    asked = {"emails": ["tim@club.test", "tom@club.test"], "role": "dev"}
    both = told.of(f"POST {TEAM}", lambda: bob.post(TEAM, asked), *["invitation_issued"] * 2).json["items"]
    tim, tom = (each["id"] for each in both)
    told.of(f"POST {TEAM}/{{key}}/resend", lambda: bob.post(f"{TEAM}/{tim}/resend"), "invitation_renewed")
    told.of(f"DELETE {TEAM}/{{key}}", lambda: bob.delete(f"{TEAM}/{tom}"), "invitation_revoked")
    link = {"token": token_in(world.deliver()[-1])}
    told.of(
        f"POST {TEAM}/accept", lambda: world.somebody("Tim").post(f"{TEAM}/accept", link), *ACCEPTED, "address_proven"
    )

    first = ask_artist(lou, label_id, artist_id)
    no, yes = "POST /api/v4/invitations/{key}/decline", "POST /api/v4/invitations/{key}/accept"
    told.of(no, lambda: art.post(f"/api/v4/invitations/{first['id']}/decline"), "label_declined")
    with_id = {"artistId": artist_id}
    ask = f"/api/v4/labels/{label_id}/invitations"
    second = told.of("POST /api/v4/labels/{key}/invitations", lambda: lou.post(ask, with_id), "label_invited").json
    told.of(yes, lambda: art.post(f"/api/v4/invitations/{second['id']}/accept"), "label_accepted")
