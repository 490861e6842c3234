"""A link proves only what it proves: one that was mailed, a mailbox; one that was shown, nothing about an account that
exists. It works as long as its maker could still make it, for the account that it is for."""

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from core.models import AuditEvent, Invitation, InvitationLink, InvitationUse, PasswordReset, TeamMember, User
from core.roles import STAFF_RANK, rank
from tests.api.conftest import NewWorld
from tests.api.test_people import path_of
from tests.support.answers import apart_from_counters, said
from tests.support.pages import send
from tests.support.routes import COACH, INVITES, SHARE, SHARED, TEAM, USERS
from tests.support.world import AUTH, PASSWORD, Person, World, token_in, token_of

ACCEPT = f"{TEAM}/accept"
REVOKED = (403, "Invalid or expired invite token.", "invite_revoked")
SIGN_IN = (
    403,
    "There is an account with this address. Sign in to it first, then open the link again.",
    "sign_in_required",
)
RANKS: dict[str, tuple[str, ...]] = {"member": (), "designer": ("designer",)} | {
    name: (name,) for name in ("admin", "super_admin", "owner")
}
NEW = "figure eights at midnight"


def account(world: World, email: str) -> Any:
    [user] = [row for row in world.rows(User) if row.email == email]
    return user


def mailed(world: World, maker: Person, email: str, role: str = "designer") -> str:
    """The link of a letter from the team."""
    assert maker.post(TEAM, {"emails": [email], "role": role}).json["items"][0]["outcome"] in {"invited", "reinvited"}
    letters = [letter for letter in world.deliver() if letter.subject == "You are invited to the team"]
    return token_in([letter for letter in letters if letter.recipients == [email]][-1])


def unproven(world: World, name: str, email: str | None = None) -> Person:
    """An account whose address is not proven, signed in."""
    person = world.somebody(name)
    assert person.register(world.invite(), **({"aEmail": email} if email else {})).status_code == 200
    assert person.sign_in().status_code == 200
    world.deliver()
    return person


def sent_again(world: World, maker: Person, email: str) -> str:
    """The link that is on screen when that is sent again; its letter is left in the queue."""
    [row] = [row for row in world.rows(Invitation) if row.email == email]
    return token_of(maker.post(f"{INVITES}/{row.id}/resend").json["invite_url"])


def at_the_terminal(world: World, maker: Person, email: str) -> str:
    return world.invite(kind="team", email=email, roles=["designer"])


def as_page(person: Person, token: str) -> TestResponse:
    return send(person, "/team/join", token=token)


def as_program(person: Person, token: str) -> TestResponse:
    return person.post(ACCEPT, {"token": token})


SHOWN: dict[str, Callable[[World, Person, str], str]] = {
    "sent again": lambda world, maker, email: mailed(world, maker, email) and sent_again(world, maker, email),
    "terminal": at_the_terminal,
}


@pytest.mark.parametrize("how", SHOWN)
def test_a_shown_link_signs_in_no_account_that_exists(world: World, how: str) -> None:
    olga, bea = world.member("Olga", "owner"), unproven(world, "Bea")
    for is_proven in (False, True):
        if is_proven:
            world.prove(bea)
        token = SHOWN[how](world, olga, bea.email)
        before = apart_from_counters(world.dump())

        assert said(as_program(world.somebody("Olga"), token)) == SIGN_IN
        page = as_page(world.somebody("Olga"), token)

        assert page.status_code == 403
        assert "Sign in to accept" in page.text
        assert apart_from_counters(world.dump()) == before
        for row in world.rows(Invitation):
            world.terminal("invites", "revoke", str(row.id))


def test_without_a_mail_server_the_link_in_the_answer_signs_in_nobody_either(new_world: NewWorld) -> None:
    world = new_world(development_mailbox=False)
    olga, bea = world.member("Olga", "owner"), world.member("Bea")
    [item] = olga.post(TEAM, {"emails": [bea.email], "role": "dev"}).json["items"]
    token = token_of(item["invite_url"])

    assert said(as_program(world.somebody("Olga"), token)) == SIGN_IN
    assert as_program(bea, token).json["accountCreated"] is False


def test_a_shown_link_is_accepted_by_the_account_that_is_signed_in(world: World) -> None:
    olga, bea = world.member("Olga", "owner"), unproven(world, "Bea")
    token = SHOWN["sent again"](world, olga, bea.email)

    assert as_program(bea, token).json["accountCreated"] is False

    assert set(bea.session().json["roles"]) == {"adult", "designer"}
    assert account(world, bea.email).email_proven_at is None
    assert bea.sign_in().status_code == 200


def test_a_shown_link_leads_through_the_sign_in_and_back(world: World) -> None:
    olga, bea = world.member("Olga", "owner"), world.member("Bea")
    token, phone = SHOWN["sent again"](world, olga, bea.email), world.somebody("Bea")

    assert "Sign in to accept" in phone.get(f"/team/join?token={token}").text
    [hidden] = re.findall(r'name="(\w+)" value="' + token, phone.get(f"/team/join?token={token}").text)
    form = send(phone, "/join/signin", **{hidden: token})
    assert f'name="invite_token" value="{token}"' in form.text
    assert 'value="bea@club.test"' in form.text
    offer = send(phone, "/signin", login="bea@club.test", password=PASSWORD, invite_token=token)
    assert "It adds to the account that you have." in offer.text
    assert as_page(phone, token).status_code == 303

    assert set(phone.session().json["roles"]) == {"adult", "designer"}


def test_a_shown_link_makes_an_account_whose_address_is_not_proven(world: World) -> None:
    token = at_the_terminal(world, world.member("Olga", "owner"), "new@club.test")

    assert as_program(world.somebody("New"), token).json["accountCreated"] is True

    assert account(world, "new@club.test").email_proven_at is None


def test_a_mailed_link_proves_the_address_of_the_account_that_it_makes(world: World) -> None:
    olga = world.member("Olga", "owner")
    assert as_program(world.somebody("New"), mailed(world, olga, "new@club.test")).json["accountCreated"] is True
    coach = {"name": "Cam Lee", "email": "cam@club.test", "role": "coach", "tenant_id": world.tenant()}
    shown = token_of(olga.post(COACH, coach).json["invite_url"])
    letter = token_in(world.deliver()[-1])
    cam = world.somebody("Cam")

    assert cam.register(letter).status_code == 200

    assert said(world.somebody("Eve").register(shown, aEmail=cam.email))[0] == 403
    assert account(world, "new@club.test").email_proven_at == world.clock.now
    assert account(world, "cam@club.test").email_proven_at == world.clock.now


def test_a_mailed_reset_proves_the_address_and_a_handed_over_one_does_not(world: World) -> None:
    olga, bea, cas = world.member("Olga", "owner"), unproven(world, "Bea"), unproven(world, "Cas")
    handed = token_of(olga.post(f"{path_of(cas)}/reset-link").json["reset_url"])
    for token in (world.reset_token(bea), handed):
        assert bea.post(f"{AUTH}/reset-confirm", {"token": token, "new_password": NEW}).status_code == 200

    assert account(world, bea.email).email_proven_at == world.clock.now
    assert account(world, cas.email).email_proven_at is None


def test_who_holds_the_mailbox_of_an_unproven_account_has_it_and_who_came_first_is_out(world: World) -> None:
    """The story of S2: Eve joins under the boss's address, and the owner invites that address later."""
    olga, eve = world.member("Olga", "owner"), unproven(world, "Eve", "boss@club.test")
    phone, boss = eve.device(), world.somebody("Boss")
    handed = token_of(olga.post(f"{USERS}/{eve.session().json['uSkaterUUID']}/reset-link").json["reset_url"])
    token = mailed(world, olga, "boss@club.test", "owner")

    assert "Accept and set a new password" in boss.get(f"/team/join?token={token}").text
    answer = as_program(boss, token)
    assert answer.json["accountCreated"] is False
    signed_in = boss.post(f"{AUTH}/login/token", {"accessToken": answer.json["accessToken"]})

    assert signed_in.json["password_change_required"] is True
    assert {eve.session().status_code, phone.session().status_code} == {401}
    assert eve.sign_in().status_code == 401
    assert eve.post(f"{AUTH}/reset-confirm", {"token": handed, "new_password": NEW}).status_code == 400
    assert boss.post(f"{AUTH}/change-password", {"new_password": NEW}).status_code == 200
    assert set(boss.session().json["roles"]) == {"adult", "owner"}
    assert account(world, "boss@club.test").email_proven_at == world.clock.now
    assert "address_taken_over" in {row.event for row in world.rows(AuditEvent)}
    assert "An invitation signed in to your account" in {letter.subject for letter in world.deliver()}


def test_what_an_unproven_account_made_does_not_outlive_its_takeover(world: World) -> None:
    olga, eve = world.member("Olga", "owner"), unproven(world, "Eve")
    token = mailed(world, olga, eve.email)
    world.terminal("users", "grant", "Eve", "admin")
    eve.sign_in()
    link = eve.post(INVITES).json["token"]
    reset = token_of(eve.post(f"{path_of(world.member('Cas'))}/reset-link").json["reset_url"])
    eve.post(f"{AUTH}/onboard", {"first_name": "Eve", "last_name": "Lee"})
    card = eve.post(SHARE).json["share_token"]
    label, art = world.label(eve), world.member("Art", "artist")
    eve.sign_in()
    asked = eve.post(f"/api/v4/labels/{label}/invitations", {"artistId": art.session().json["uSkaterUUID"]}).json["id"]

    assert as_program(world.somebody("Boss"), token).status_code == 200

    assert world.somebody("Eve").get(f"{SHARED}/{card}").status_code == 404
    assert said(art.post(f"/api/v4/invitations/{asked}/accept"))[::2] == (409, "not_pending")

    assert said(world.somebody("Guest").register(link)) == REVOKED
    assert eve.post(f"{AUTH}/reset-confirm", {"token": reset, "new_password": NEW}).status_code == 400


def test_a_proven_account_keeps_password_and_sessions_and_its_owner_is_told(world: World) -> None:
    olga, bea = world.member("Olga", "owner"), world.member("Bea")
    world.prove(bea)
    token = mailed(world, olga, bea.email)

    assert as_program(world.somebody("Bea"), token).json["accountCreated"] is False

    assert bea.session().status_code == 200
    assert bea.sign_in().status_code == 200
    [letter] = world.deliver()
    assert (letter.recipients, letter.subject) == ([bea.email], "An invitation signed in to your account")
    assert "stay as they were" in letter.body


PAIRS = list(itertools.product(["admin", "super_admin", "owner"], RANKS))


@pytest.mark.parametrize(("mine", "theirs"), PAIRS)
def test_nobody_invites_or_hands_over_for_an_account_above_them(world: World, mine: str, theirs: str) -> None:
    ann, bea = world.member("Ann", *RANKS[mine]), world.member("Bea", *RANKS[theirs])
    is_above = rank(RANKS[theirs]) > rank(RANKS[mine])
    coach = {"name": "Bea Lee", "email": bea.email, "role": "coach", "tenant_id": world.tenant()}
    before = len(world.rows(Invitation)) + len(world.rows(PasswordReset))

    [item] = ann.post(TEAM, {"emails": [bea.email.upper()], "role": "designer"}).json["items"]
    answers = [ann.post(COACH, coach), ann.post(f"{path_of(bea)}/reset-link")]

    made = len(world.rows(Invitation)) + len(world.rows(PasswordReset)) - before
    if is_above:
        assert (item["outcome"], item["reason"]) == ("invalid", "The account with this address ranks above you.")
        assert {answer.status_code for answer in answers} == {403}
        assert made == 0
    else:
        is_in_team = theirs in STAFF_RANK
        assert item["outcome"] == ("already_member" if is_in_team else "invited")
        assert {answer.status_code for answer in answers} == {201}
        assert made == 2 + (not is_in_team)


@pytest.mark.parametrize("kind", ["team", "coach"])
@pytest.mark.parametrize("promoted", ["super_admin", "owner"])
def test_nobody_uses_or_resends_a_link_of_a_lower_rank_for_an_account_that_rose(
    world: World, kind: str, promoted: str
) -> None:
    ann, bea = world.admin(), world.member("Bea")
    world.prove(bea)
    if kind == "team":
        token = mailed(world, ann, bea.email)
    else:
        place = {"name": "Bea Lee", "email": bea.email, "role": "coach", "tenant_id": world.tenant()}
        token = token_of(ann.post(COACH, place).json["invite_url"])
    [row] = [row for row in world.rows(Invitation) if row.email == bea.email]
    world.terminal("users", "grant", "Bea", promoted)
    before = apart_from_counters(world.dump())

    accept = f"{AUTH}/invitations/accept" if kind == "coach" else ACCEPT
    assert said(bea.post(accept, {"token": token})) == REVOKED
    if kind == "team":
        assert said(as_program(world.somebody("Bea"), token)) == REVOKED
    assert ann.post(f"{INVITES}/{row.id}/resend").status_code == 403
    assert apart_from_counters(world.dump()) == before


def test_a_gained_staff_role_ends_outstanding_reset_and_sign_in_secrets(world: World) -> None:
    ann, bea, cas = world.admin(), world.member("Bea"), world.member("Cas")
    handed = token_of(ann.post(f"{path_of(bea)}/reset-link").json["reset_url"])
    mailed_reset = world.reset_token(bea)
    others = token_of(ann.post(f"{path_of(cas)}/reset-link").json["reset_url"])
    entry = as_program(bea, mailed(world, ann, bea.email)).json["accessToken"]
    handed_again = token_of(ann.post(f"{path_of(bea)}/reset-link").json["reset_url"])

    world.terminal("users", "grant", "Bea", "owner")

    for token in (handed, mailed_reset, handed_again):
        answer = ann.post(f"{AUTH}/reset-confirm", {"token": token, "new_password": NEW})
        assert said(answer) == (400, "Invalid or expired reset token", "reset_token_invalid")
    assert world.somebody("Bea").post(f"{AUTH}/login/token", {"accessToken": entry}).status_code == 401
    assert ann.post(f"{AUTH}/reset-confirm", {"token": others, "new_password": NEW}).status_code == 200


ENDS: dict[str, list[str]] = {"closed": ["deactivate", "Ann"], "demoted": ["revoke", "Ann", "admin"]}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("is_told", [True, False], ids=["ended in lists too", "ended by the claim alone"])
def test_a_link_dies_with_the_right_of_its_maker(
    world: World, monkeypatch: pytest.MonkeyPatch, end: str, is_told: bool
) -> None:
    """Of every kind. The claim asks by itself: it does so also where ending the lists is forgotten."""
    if not is_told:
        monkeypatch.setattr("core.revocation._made", lambda *_, **__: [])
    world.member("Olga", "owner")
    ann, cas = world.admin(), world.member("Cas")
    gate = ann.post(INVITES, {"max_uses": 5, "roles": ["artist"]}).json["token"]
    place = {"name": "Cam Lee", "email": "cam@club.test", "role": "coach", "tenant_id": world.tenant()}
    coach = token_of(ann.post(COACH, place).json["invite_url"])
    team = mailed(world, ann, "new@club.test")
    reset = token_of(ann.post(f"{path_of(cas)}/reset-link").json["reset_url"])

    assert world.terminal("users", *ENDS[end]).exit_code == 0
    before = apart_from_counters(world.dump())

    cam = world.somebody("Cam")
    assert said(cam.register(coach)) == REVOKED
    assert said(world.somebody("Guest").register(gate)) == REVOKED
    assert said(cas.post(f"{AUTH}/invitations/accept", {"token": gate})) == REVOKED
    assert said(as_program(world.somebody("New"), team)) == REVOKED
    for path in (f"/join?token={gate}", f"/coach/onboard?token={coach}", f"/team/join?token={team}"):
        assert "This invite was withdrawn" in world.somebody("Eve").get(path).text
    assert cas.post(f"{AUTH}/reset-confirm", {"token": reset, "new_password": NEW}).status_code == 400
    assert cas.get(f"/reset?token={reset}").status_code == 400
    assert apart_from_counters(world.dump()) == before


def test_a_link_that_was_replaced_while_its_password_waited_for_its_hash_does_not_work(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S6: the old link was for a designer, the newer one is for an owner."""
    olga = world.member("Olga", "owner")
    first = mailed(world, olga, "new@club.test", "designer")
    hasher = world.app.extensions["surroundings"].hasher
    hashed = type(hasher).hash

    def replaced_meanwhile(self: Any, password: str) -> str:
        monkeypatch.setattr(type(hasher), "hash", hashed)
        mailed(world, olga, "new@club.test", "owner")
        return hashed(self, password)

    monkeypatch.setattr(type(hasher), "hash", replaced_meanwhile)

    assert said(as_program(world.somebody("New"), first))[::2] == (403, "invite_replaced")
    assert "new@club.test" not in {row.email for row in world.rows(User)}
    assert world.rows(TeamMember) == []


def test_a_use_remembers_its_link_and_a_link_who_made_it(world: World) -> None:
    """S24: who issued an invitation stays on record when somebody else sends it again."""
    mallory, ann = world.admin("Mallory"), world.admin()
    world.member("Olga", "owner")
    issued = mallory.post(INVITES, {"max_uses": 9}).json
    assert world.somebody("Ben").register(issued["token"]).status_code == 200
    renewed = token_of(ann.post(f"{INVITES}/{issued['id']}/resend").json["invite_url"])
    assert world.somebody("Cas").register(renewed).status_code == 200

    [item] = [each for each in ann.get(INVITES).json["items"] if each["id"] == issued["id"]]
    assert item["created_by"] == "Mallory"
    makers = {row.digest: row.created_by for row in world.rows(InvitationLink)}
    users = {row.id: row.login for row in world.rows(User)}
    by = {
        users[row.user_id]: users[makers[row.link_digest]]
        for row in world.rows(InvitationUse)
        if row.link_digest and makers[row.link_digest]
    }
    assert by == {"Ben": "Mallory", "Cas": "Ann"}

    assert world.terminal("users", "deactivate", "Mallory").exit_code == 0
    assert world.somebody("Dee").register(renewed).status_code == 200
    assert world.terminal("users", "deactivate", "Ann").exit_code == 0
    assert said(world.somebody("Eli").register(renewed)) == REVOKED
