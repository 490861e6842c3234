"""What answers carry beside their body, those included that no view gives; and what is no address at all."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from core.errors import TooManyAttempts
from tests.api.conftest import NewWorld
from tests.support import headers
from tests.support.stage import Stage
from tests.support.walking import ask, read_table
from tests.support.world import AUTH, Person, World

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
HTTPS = "https://club.test"
PAGE = {"Accept": "text/html"}
PROGRAM = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def world(new_world: NewWorld) -> World:
    return new_world(cookie_secure=True, base_url=HTTPS)


@pytest.fixture(scope="module")
def ann(world: World) -> Person:
    return at_home(world.admin())


def at_home(person: Person) -> Person:
    """With the cookie for the address that the product has in production."""
    cookie = person.browser.get_cookie("__Host-session")
    assert cookie
    person.browser.set_cookie("__Host-session", cookie.value, domain="club.test")
    assert person.get(f"{AUTH}/session", base_url=HTTPS).status_code == 200
    return person


def failing(eve: Person, trouble: Exception) -> Callable[..., TestResponse]:
    """How a page and a route of the API answer in which this happens."""

    def fail(**_: object) -> None:
        raise trouble

    def asked(path: str, **more: object) -> TestResponse:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("signing_in.show", "registration.validate_token"):
                patch.setitem(eve.world.app.view_functions, name, fail)
            return eve.browser.get(path, **more)

    return asked


GONE = OperationalError("SELECT 1", {}, Exception("gone"))
TROUBLE: dict[int, Callable[[Person], Callable[..., TestResponse]]] = {
    404: lambda eve: lambda path, **more: eve.browser.get(f"{path}/nowhere", **more),
    405: lambda eve: lambda path, **more: eve.browser.put(path, **more),
    413: lambda eve: lambda path, **more: eve.browser.post(path, data=b" " * 70_000, **more),
    429: lambda eve: failing(eve, TooManyAttempts(7)),
    500: lambda eve: failing(eve, ZeroDivisionError()),
    503: lambda eve: failing(eve, GONE),
}


@pytest.mark.parametrize("status", TROUBLE)
@pytest.mark.parametrize("base", [HTTPS, "http://localhost"])
def test_what_goes_wrong_carries_all_headers_too(ann: Person, status: int, base: str) -> None:
    for path, accepts in (("/signin", PAGE), ("/signin", PROGRAM), (f"{AUTH}/register/validate-token", PAGE)):
        answer = TROUBLE[status](ann)(path, base_url=base, headers=accepts)
        assert answer.status_code == status
        assert headers.faults(answer, over_https=base == HTTPS) == []
        assert answer.mimetype == ("text/html" if (path, accepts) == ("/signin", PAGE) else "application/json")
        assert ("Retry-After" in answer.headers) == (status in {429, 503})


def test_control_an_answer_that_lacks_one_is_seen(ann: Person) -> None:
    for name in (*headers.ALWAYS, "Cache-Control", "Content-Security-Policy", "Vary", "X-Request-ID"):
        answer = ann.browser.get("/signin", base_url=HTTPS)
        assert headers.faults(answer) == []
        del answer.headers[name]
        assert headers.faults(answer), name
    answer = ann.browser.get("/healthz", base_url=HTTPS)
    answer.headers["Server"] = "Werkzeug/3.1.9"
    assert headers.faults(answer)


STATIC = sorted(path.name for path in (ROOT / "app/static").iterdir())


@pytest.mark.parametrize("name", STATIC)
def test_a_static_file_is_the_same_for_everybody(world: World, ann: Person, name: str) -> None:
    cas, eve = at_home(world.member(f"Cas-{STATIC.index(name)}")), world.somebody("Eve")

    answers = [each.browser.get(f"/static/{name}", base_url=HTTPS, buffered=True) for each in (eve, cas, ann)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.data for answer in answers}) == 1
    assert {answer.data for answer in answers} == {(ROOT / "app/static" / name).read_bytes()}
    for answer in answers:
        assert headers.faults(answer, is_static=True) == []
        assert "Set-Cookie" not in answer.headers
    tag = {"If-None-Match": answers[0].headers["ETag"]}
    unchanged = eve.browser.get(f"/static/{name}", base_url=HTTPS, headers=tag, buffered=True)
    assert unchanged.status_code == 304
    assert headers.faults(unchanged, is_static=True) == []


def test_only_styles_scripts_and_pictures_are_served() -> None:
    listed = subprocess.run(["git", "ls-files", "app/static"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {Path(line).suffix for line in listed.stdout.split()} == {".css", ".js", ".svg"}


NO_FILES = [
    ".git/HEAD",
    ".git/",
    ".env",
    "wsgi.py",
    "app/settings.py",
    "instance/secret_key",
    "instance/vestibule.sqlite3",
    "vestibule.db",
    "style.css.bak",
    "style.css~",
    "page.js.map",
    "desk.js.map",
    ".DS_Store",
    "pyproject.toml",
    "requirements.txt",
    "../settings.py",
    "..%2fsettings.py",
    "%2e%2e/settings.py",
    "%2e%2e%2fsettings.py",
    "..%5csettings.py",
    "....//settings.py",
    "/etc/passwd",
    "%00style.css",
    "style.css%00.py",
    "",
    ".",
    "..",
]


@pytest.mark.parametrize("name", NO_FILES)
def test_no_other_file_and_no_list_of_files_is_served(ann: Person, name: str) -> None:
    for folder in ("/static/", "/", "/api/v4/", "/desk/", "/card/"):
        if name.strip("./") or folder == "/static/":
            answer = ann.browser.get(f"{folder}{name}", base_url=HTTPS, headers=PROGRAM, buffered=True)
            assert answer.status_code == 404, (folder, name)
            assert headers.faults(answer) == []
            assert "<ul" not in answer.text


DECEIVING = [
    "/x.css",
    ".css",
    "/..%2fx.js",
    "%2fx.css",
    ";x.css",
    "%3bx.css",
    "%23x.css",
    "%3fx.css",
    "/",
    "//x.png",
    "%0ax.css",
]


@pytest.mark.parametrize("ending", DECEIVING)
def test_a_path_that_looks_like_a_file_to_a_cache_is_none(ann: Person, ending: str) -> None:
    paths = (f"{AUTH}/session", f"{AUTH}/sessions", "/api/v4/admin/users", "/account", "/desk/people", "/card")
    for path in paths:
        answer = ann.browser.get(path + ending, base_url=HTTPS)
        assert answer.status_code == 404 or (answer.status_code, path) == (405, f"{AUTH}/sessions"), path
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ann@club.test" not in answer.text


INSIDE = [
    "/dev/mailbox",
    "/dev/mailbox/x",
    "/console",
    "/metrics",
    "/debug",
    "/server-status",
    "/admin",
    "/api",
    "/env",
]


def test_nothing_of_the_inside_is_shown_in_production(new_world: NewWorld) -> None:
    outside = new_world(cookie_secure=True, base_url=HTTPS, development_mailbox=False, production=True)
    ann = at_home(outside.admin())

    for path in INSIDE:
        assert ann.get(path, base_url=HTTPS).status_code == 404
    debugger = ann.get("/signin?__debugger__=yes&cmd=resource&f=style.css", base_url=HTTPS)
    assert debugger.mimetype == "text/html"
    assert outside.app.debug is False
    assert set(ann.get("/healthz", base_url=HTTPS).json) == set(ann.get("/readyz", base_url=HTTPS).json) == {"status"}


def test_no_answer_becomes_a_script_of_somebody_elses_choice(stage: Stage) -> None:
    for row in read_table(HERE / "rights.csv"):
        if row.method == "GET" and row.cells["owner"] == "200" and not row.route.startswith("/static"):
            plain = ask(stage, row, "owner")
            for name in ("callback", "jsonp", "cb", "jsonpCallback"):
                answer = ask(stage, row, "owner", query_string={**row_query(stage, row.thing), name: "zq7"})
                assert b"zq7(" not in answer.data, row
                assert answer.mimetype == plain.mimetype, row
                assert answer.status_code in {200, 400}, row
                assert (
                    answer.status_code == 400 or row.route == "/dev/mailbox" or len(answer.data) >= len(plain.data)
                ), row


def row_query(stage: Stage, thing: str) -> dict[str, str]:
    return {"token": stage.tokens[thing]} if thing in stage.tokens else {}
