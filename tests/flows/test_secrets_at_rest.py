"""What opens an account stands nowhere but with its owner: not in the database, not in its files, not in a log."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jwt
import pytest
from argon2 import extract_parameters
from argon2.low_level import Type
from sqlalchemy import MetaData, select

from core import addresses
from core.models import User
from core.policy import Policy
from core.tokens import digest
from tests.conftest import BOTH
from tests.flows.test_story import letter_to, link_in
from tests.support.examples import LONG
from tests.support.routes import TEAM
from tests.support.running import House, Running, address, said
from tests.support.ways import NO_PASSWORD
from tests.support.world import AUTH

CODE = re.compile(rf"\b[{addresses.ALPHABET}]{{4}}-[{addresses.ALPHABET}]{{4}}\b")
CANARIES = ("canary-Æther 4f61c8 first", "canary-Æther 9b02d7 second", "canary-Æther 77aa10 third")


@pytest.fixture
def talkative(engine: str, running: Running) -> House:
    options = "--log-level debug --access-logfile -"
    return running.house(engine, "tests.flows.talkative_wsgi:app", workers=1, GUNICORN_CMD_ARGS=options)


def live(house: House) -> tuple[str, dict[str, str]]:
    """A whole story of one person; their login, and every secret that was in it."""
    server, [name] = house.server, house.names(1)
    first, second, third = CANARIES
    secrets = {"first password": first, "second password": second, "third password": third}

    token = secrets["terminal's invite"] = server.invite("--role", "admin")
    assert server.get(f"{AUTH}/register/validate-token?token={token}").status_code == 200
    assert server.get(f"/join?token={token}").status_code == 200
    assert server.register(name, token, first).status_code == 200
    asking = letter_to(house, name, "Confirm your e-mail address")
    secrets["proof"] = link_in(asking).partition("token=")[2]
    [secrets["code"]] = CODE.findall(asking.text("plain"))
    secrets["code, bare"] = secrets["code"].replace("-", "")
    assert server.get(f"/email/prove?token={secrets['proof']}").status_code == 200
    assert not house.opens(name, second)
    signed_in = server.post(f"{AUTH}/login", {"aLogin": name, "aPasswordHash": first})
    cookies = {"session": signed_in.cookies["session"]}
    secrets |= {"cookie": cookies["session"], "device's cookie": signed_in.cookies["device"]}
    made = server.post("/api/v4/admin/invites", {"note": "never used"}, cookies=cookies)
    secrets["unused invite"] = made.json()["token"]

    wrong = server.post(f"{AUTH}/email/prove/code", {"code": "ABCDEFGH"}, cookies=cookies)
    assert wrong.status_code == 400
    right = server.post(f"{AUTH}/email/prove/code", {"code": secrets["code"]}, cookies=cookies)
    assert right.status_code == 200
    change = {"current_password": first, "new_password": second}
    changed = server.post(f"{AUTH}/change-password", change, cookies=cookies)
    assert changed.status_code == 200
    secrets["cookie of the change"] = changed.cookies["session"]

    assert server.post(f"{AUTH}/reset-request", {"email": address(name)}).status_code == 200
    link = link_in(letter_to(house, name, "Set a new password"))
    assert server.get(link.removeprefix(server.url)).status_code == 200
    secrets["reset token"] = link.partition("token=")[2]
    confirm = {"token": secrets["reset token"], "new_password": third}
    assert server.post(f"{AUTH}/reset-confirm", confirm).status_code == 200

    secrets["access token"] = house.access_token(name)
    secrets["in the access token"] = jwt.decode(secrets["access token"], options={"verify_signature": False})["secret"]
    entered = server.post(f"{AUTH}/login/token", {"accessToken": secrets["access token"]})
    assert entered.status_code == 200
    secrets["living cookie"] = entered.cookies["session"]
    secrets["unused reset token"] = house.reset_token(name)
    return name, secrets


def everything(house: House) -> list[tuple[str, Any]]:
    """Each value in the database, with its place."""
    found = MetaData()
    found.reflect(house.server.engine)
    with house.server.engine.connect() as connection:
        return [
            (f"{table.name}.{column}", value)
            for table in found.tables.values()
            for row in connection.execute(select(table))
            for column, value in row._mapping.items()
        ]


def files(house: House) -> bytes:
    """The bytes of an SQLite database, what is not yet checkpointed included."""
    database = house.server.engine.url.database or ""
    return b"".join(path.read_bytes() for path in sorted(Path(database).parent.glob(Path(database).name + "*")))


def spelled(secret: str) -> set[str]:
    """As it is, as JSON and repr would, and as in an URL."""
    return {secret, quote(secret), secret.encode("unicode_escape").decode(), secret.partition("Æther")[2] or secret}


def test_no_secret_of_a_whole_story_stands_in_database_files_or_log(talkative: House, engine: str) -> None:
    name, secrets = live(talkative)
    log, values = talkative.server.written(), everything(talkative)
    places = {"log": log, "database": "\n".join(f"{place}: {value}" for place, value in values)}
    if engine == "sqlite":
        places["files"] = files(talkative).decode("utf-8", "replace")

    # The search finds what does stand there.
    assert all(name in text for text in places.values())
    assert all(digest(secrets["unused invite"]) in text for text in places.values())
    assert "POST /api/v4/auth/register" in log
    assert "UPDATE" in log

    leaks = [
        (secret, place)
        for secret, value in secrets.items()
        for place, text in places.items()
        if any(spelling in text for spelling in spelled(value))
    ]
    assert leaks == []


FORMAT = '"%(r)s" "%(U)s" "%(q)s" "%(f)s" "%({cookie}i)s" %(s)s'
"""What an operator may choose to see of a request."""


@pytest.mark.parametrize("engine", BOTH if LONG else ["postgresql"])
@pytest.mark.parametrize("chosen", ["", f" --access-logformat '{FORMAT}'"])
def test_the_link_of_a_shared_card_stands_in_no_log(running: Running, engine: str, chosen: str) -> None:
    options = f"--log-level debug --access-logfile -{chosen}"
    house = running.house(engine, "wsgi:app", workers=1, GUNICORN_CMD_ARGS=options)
    server, cookies = house.server, house.server.sign_in(house.member())
    names = {"first_name": "Cas", "last_name": "Lee"}
    assert server.post(f"{AUTH}/onboard", names, cookies=cookies).status_code == 200
    token = server.post("/api/v4/members/skater_card/share", {}, cookies=cookies).json()["share_token"]
    spellings = [token, token.upper(), token.replace("-", ""), f"%7B{token}%7D", quote(token).replace("a", "%61")]

    for spelling in spellings:
        for path in (f"/api/v4/members/shared_card/{spelling}", f"/card/{spelling}"):
            assert server.get(path, headers={"Referer": f"{server.url}/card/{token}"}).status_code == 200
        assert server.get(f"/nowhere/{spelling}?card={token}").status_code == 404

    log = house.server.written()
    assert log.count("/card/…") >= 4  # what is looked for was there
    bare = log.casefold().replace("-", "").replace("%61", "a")
    assert [piece for at in range(13) if (piece := token.replace("-", "")[at : at + 20]) in bare] == []
    assert cookies["session"] not in log


@pytest.mark.parametrize("engine", BOTH if LONG else ["postgresql"])
def test_nothing_in_the_database_opens_anything(talkative: House) -> None:
    name = talkative.member()
    talkative.server.sign_in(name)
    talkative.invite()
    talkative.reset_token(name)
    strings = {value for _, value in everything(talkative) if isinstance(value, str) and len(value) >= 32}
    assert len(strings) > 4
    server = talkative.server
    for text in sorted(strings):
        kept = text[:200]
        assert talkative.session({"session": quote(kept)}) == 401
        assert server.get(f"{AUTH}/register/validate-token", params={"token": kept}).status_code == 403
        answer = server.post(f"{AUTH}/reset-confirm", {"token": kept, "new_password": CANARIES[0]})
        assert said([answer]) == [(400, "reset_token_invalid")]
        assert server.post(f"{AUTH}/login", {"aLogin": name, "aPasswordHash": kept}).status_code == 401
        assert server.post(f"{AUTH}/login/token", {"accessToken": kept}).status_code == 401
        assert server.post(f"{TEAM}/accept", {"token": kept}).status_code == 403
        assert server.get("/team/join", params={"token": kept}).status_code == 403


def test_passwords_are_hashed_at_or_above_the_policys_cost(talkative: House) -> None:
    talkative.member()
    floor = Policy().hash_cost
    for user in talkative.rows(User):
        if user.password_hash.startswith(NO_PASSWORD):  # somebody made by another test, who cannot sign in
            continue
        cost = extract_parameters(user.password_hash)
        assert cost.type is Type.ID
        assert (cost.time_cost, cost.parallelism) >= (floor.time, floor.lanes)
        assert cost.memory_cost >= floor.memory_kib >= 19 * 1024
        assert cost.salt_len >= 16
