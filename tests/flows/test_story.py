"""The whole story over HTTP, with real mail, on both databases."""

import re

import requests

from tests.support.mailserver import Post
from tests.support.running import House, address, fresh_password
from tests.support.servers import wait_for
from tests.support.world import AUTH, PASSWORD

NOTICE = "Your password was changed"
LINK = "Set a new password"


def test_from_the_first_admin_to_the_last_sign_out(house: House) -> None:
    server, [ann, ben] = house.server, house.names(2)

    # The terminal makes the first admin's link; it opens once.
    token = server.invite("--role", "admin")
    assert server.get(f"{AUTH}/register/validate-token?token={token}").json()["roles"] == ["admin"]
    assert server.register(ann, token).json() == {"message": "User registered successfully"}
    assert server.register(ben, token).json()["code"] == "invite_used"
    admin = server.sign_in(ann)
    assert "admin" in server.get(f"{AUTH}/session", cookies=admin).json()["roles"]

    # Ann lets Ben in, over HTTP.
    made = server.post("/api/v4/admin/invites", {"roles": ["coach"], "note": "for Ben"}, cookies=admin)
    assert made.status_code == 201
    assert made.json()["invite_url"] == f"{server.url}/join?token={made.json()['token']}"
    assert server.register(ben, made.json()["token"]).status_code == 200
    [listed] = [i for i in _invites(house, admin) if i["id"] == made.json()["id"]]
    assert [guest["login"] for guest in listed["registered"]] == [ben]
    assert made.json()["token"] not in str(_invites(house, admin))
    devices = [server.sign_in(ben), server.sign_in(address(ben))]
    assert set(server.get(f"{AUTH}/session", cookies=devices[0]).json()["roles"]) == {"adult", "coach"}

    # Ben forgets his password; the mailed link opens the house again.
    assert server.post(f"{AUTH}/reset-request", {"email": address(ben).upper()}).status_code == 200
    link = link_in(letter_to(house, ben, LINK))
    base, _, token = link.partition("?token=")
    assert base == f"{server.url}/reset"
    assert requests.get(link, timeout=30).status_code == 200
    new = fresh_password()
    assert server.post(f"{AUTH}/reset-confirm", {"token": token, "new_password": new}).status_code == 200
    assert [house.session(device) for device in devices] == [401, 401]
    assert not house.opens(ben, PASSWORD)
    assert ben in letter_to(house, ben, NOTICE).text()
    again = server.post(f"{AUTH}/reset-confirm", {"token": token, "new_password": fresh_password()})
    assert again.json()["code"] == "reset_token_invalid"

    # His devices, and goodbye.
    here, there = server.sign_in(ben, new), server.sign_in(ben, new)
    shown = server.get(f"{AUTH}/sessions", cookies=here).json()["items"]
    assert sorted(device["current"] for device in shown) == [False, True]
    [other] = [device["id"] for device in shown if not device["current"]]
    assert requests.delete(f"{server.url}{AUTH}/sessions/{other}", cookies=here, timeout=30).status_code == 200
    assert (house.session(here), house.session(there)) == (200, 401)
    assert server.post(f"{AUTH}/logout", {}, cookies=here).json() == {"message": "Logged out"}
    assert house.session(here) == 401


def test_asking_again_ends_the_earlier_link(house: House) -> None:
    name = house.member()
    links = []
    for _ in range(2):
        house.server.post(f"{AUTH}/reset-request", {"email": address(name)})
        resets = wait_for(lambda: letters_to(house, name, "Set a new password")[len(links) :])
        links.append(link_in(resets[0]))
    old, new = (link.partition("token=")[2] for link in links)
    confirm = f"{AUTH}/reset-confirm"
    assert house.server.post(confirm, {"token": old, "new_password": fresh_password()}).status_code == 400
    assert house.server.post(confirm, {"token": new, "new_password": fresh_password()}).status_code == 200


def letters_to(house: House, name: str, subject: str | None = None) -> list[Post]:
    """What arrived for this person: of this subject, or all but the letter that asks to confirm an address."""
    theirs = [post for post in house.mail.received if post.recipients == [address(name)]]
    if subject:
        return [post for post in theirs if post.message["Subject"] == subject]
    return [post for post in theirs if post.message["Subject"] != "Confirm your e-mail address"]


def letter_to(house: House, name: str, subject: str) -> Post:
    """The only letter of this subject to this person, once it is there."""

    def arrived() -> list[Post]:
        return letters_to(house, name, subject)

    [letter] = wait_for(arrived)
    assert letter.message["From"] == "noreply@skatetrax.com"
    return letter


def link_in(letter: Post) -> str:
    """The one link in a letter, the same in its text and its HTML part."""
    links = [set(re.findall(r"https?://[^\s\"<>]+", letter.text(kind))) for kind in ("plain", "html")]
    assert links[0] == links[1]
    [link] = links[0]
    return str(link)


def _invites(house: House, admin: dict[str, str]) -> list[dict[str, object]]:
    answer = house.server.get("/api/v4/admin/invites", cookies=admin)
    assert answer.status_code == 200
    return list(answer.json()["items"])
