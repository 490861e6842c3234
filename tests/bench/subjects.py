"""What is measured, and what is promised of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tests.bench import filling, hashing
from tests.bench.client import AT_ONCE, Request, Took, ask, crowd
from tests.bench.measuring import Subject
from tests.bench.places import SIGNED_IN, Place, forget_letters
from tests.support.routes import CARD, DASHBOARD, ICE_TIME
from tests.support.world import AUTH, PASSWORD

Asked = Callable[[Place], Request]
SESSION, VALIDATE = f"{AUTH}/session", f"{AUTH}/register/validate-token?token="
GROWN = "grown "
HASHING_LONGER = 2.0
"""Hashes are slow, and few in a second."""


def session(place: Place) -> Request:
    return place.get(SESSION, **SIGNED_IN)


def anonymous(place: Place) -> Request:
    return place.get(SESSION, 401)


def preflight(place: Place) -> Request:
    return place.get(VALIDATE + filling.DEAD, 403)


def validate(place: Place) -> Request:
    return place.get(VALIDATE + filling.LIVING)


def reset_known(place: Place) -> Request:
    return place.post(f"{AUTH}/reset-request", lambda n: {"email": f"skater{1 + n % place.people}@club.test"})


def reset_unknown(place: Place) -> Request:
    return place.post(f"{AUTH}/reset-request", lambda n: {"email": f"nobody{1 + n % place.people}@club.test"})


def sign_in(place: Place) -> Request:
    return place.post(f"{AUTH}/login", lambda n: _who(f"skater{1 + n % place.people}"))


def registration(place: Place) -> Request:
    def body(number: int) -> dict[str, str]:
        name = f"new{number}"
        return {**_who(name), "aEmail": f"{name}@club.test", "invite_token": filling.LIVING}

    return place.post(f"{AUTH}/register", body)


def _who(login: str) -> dict[str, str]:
    return {"aLogin": login, "aPasswordHash": PASSWORD}


def _signed_in(path: str) -> Asked:
    return lambda place: place.get(path, **SIGNED_IN)


REQUESTS: dict[str, Asked] = {
    "session": session,
    "anonymous": anonymous,
    "preflight": preflight,
    "validate": validate,
    "reset known": reset_known,
    "reset unknown": reset_unknown,
    "card": _signed_in(CARD),
    "dashboard": _signed_in(DASHBOARD),
    "ice time": _signed_in(ICE_TIME),
    "sign-in": sign_in,
    "registration": registration,
}


def _alone(asked: Asked) -> Callable[[Place, float], Took]:
    return lambda place, seconds: ask(asked(place), seconds)


def _plain(name: str, least: float | None = None, **more: Any) -> Subject:
    return Subject(name, _alone(REQUESTS[name]), "few", least=least, **more)


def _crowd(name: str, against: str, least: float) -> Subject:
    def do(place: Place, seconds: float) -> Took:
        return crowd(REQUESTS[name](place), session(place), seconds)

    return Subject(name, do, "few", against=against, least=least, quiet="session", longer=HASHING_LONGER)


def _checking(place: Place, seconds: float) -> Took:
    """What is left of the raw verifications once a view, a client and a database want their share of the cores."""
    return ask(place.post("/password", lambda _: {"password": PASSWORD}), seconds, AT_ONCE)


FLOORS = [
    Subject("constant floor", _alone(lambda place: place.get("/healthz")), "floor"),
    Subject("row floor", _alone(lambda place: place.get("/row")), "floor"),
    Subject("raw verifications", hashing.verify, "floor", against="raw verifications", longer=HASHING_LONGER),
    Subject("raw hashes", hashing.make, "floor", against="raw hashes", longer=HASHING_LONGER),
    Subject("password floor", _checking, "floor", against="raw verifications", longer=HASHING_LONGER),
]
PLAIN = [
    _plain("session", 1.0, most_cpu=1.0),
    _plain("anonymous", 1.6),
    _plain("preflight", 0.8),
    _plain("validate", 0.6),
    _plain("reset known", 0.6, after=forget_letters),
    _plain("reset unknown", 0.6, after=forget_letters),
    _plain("card", 0.25),
    _plain("dashboard"),
    _plain("ice time"),
    _crowd("sign-in", "raw verifications", 0.9),
    _crowd("registration", "raw hashes", 0.8),
]


def _grown(plain: Subject) -> Subject:
    """The same on the large database, against the small one."""
    grown = replace(plain, name=GROWN + plain.name, place="many", against=plain.name, least=0.9, most_cpu=None)
    return replace(grown, quiet=plain.quiet and GROWN + plain.quiet)


SUBJECTS = [*FLOORS, *(each for plain in PLAIN for each in (plain, _grown(plain)))]


def chosen(names: Sequence[str], servers: Sequence[str]) -> list[Subject]:
    """Those whose names begin so, and what they are compared with, under each of the servers."""
    wanted = {each.name for each in SUBJECTS if each.name.startswith(tuple(names))}
    while more := {other for each in SUBJECTS if each.name in wanted for other in _needed(each)} - wanted:
        wanted |= more
    return [_under(server, servers[0], each) for each in SUBJECTS if each.name in wanted for server in servers]


def _under(server: str, first: str, subject: Subject) -> Subject:
    def called(name: str) -> str:
        return name if server == first else f"{name}, {server}"

    names = {"name": called(subject.name), "against": called(subject.against)}
    return replace(subject, **names, quiet=subject.quiet and called(subject.quiet), server=server)


def _needed(subject: Subject) -> set[str]:
    return {subject.against, *([subject.quiet] if subject.quiet else [])}
