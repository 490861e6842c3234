"""Who may do what: rights.csv says it, cell by cell, and here everybody tries.

Of people: `plain` is a member with a profile, `newcomer` one without, `forced` one who must set a password first;
`artist` is asked by the label of `label`; `demoted` was an admin until a moment ago, `closed` and `stale` are admins
whose account was closed, whose session has idled out. Of things: `member as admin` is to make that person an admin,
`nothing` is an id or a token that nobody has. fields.csv says which keys the answers have.

By default on SQLite; LONG=1 walks on PostgreSQL as well.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app import guards
from app.guards import View
from app.pages import doors
from app.wire.endpoint import endpoint
from core import authority, labels, sessions
from tests.support import headers
from tests.support.stage import KINDS, Stage
from tests.support.walking import SITE, Cell, ask, read_table, routes, walk

HERE = Path(__file__).parent
TABLE = read_table(HERE / "rights.csv")
REFUSAL = ("code", "message")
DOORS = ("signed_in", "member", "admin")
"""From the widest to the narrowest; weakening one lets in who is named beside it."""
LET_IN = {"signed_in": "anonymous", "member": "forced", "admin": "plain"}


@pytest.fixture(scope="module")
def cells(stage: Stage) -> list[Cell]:
    """Every cell, called for real."""
    return list(walk(stage, TABLE))


def test_every_route_and_method_is_in_the_table(stage: Stage) -> None:
    assert routes(stage.world.app) - {(row.method, row.route) for row in TABLE} == set()
    assert {(row.method, row.route) for row in TABLE} - routes(stage.world.app) == set()
    assert {tuple(row.cells) for row in TABLE} == {KINDS}


def differences(cells: list[Cell]) -> list[str]:
    return [f"{cell}, not {cell.row.cells[cell.who]}" for cell in cells if cell.said != cell.row.cells[cell.who]]


def test_everybody_is_answered_as_the_table_says(cells: list[Cell]) -> None:
    assert differences(cells) == []


def test_who_is_refused_or_only_reads_changes_nothing(stage: Stage, cells: list[Cell]) -> None:
    assert [str(cell) for cell in cells if cell.changed and (cell.is_refused or cell.row.method == "GET")] == []


def test_who_is_let_in_changes_something(cells: list[Cell]) -> None:
    """Else the line above would promise nothing: only what is as it should be already stays."""
    still = {str(cell.row) for cell in cells if not cell.changed and not cell.is_refused and cell.row.method != "GET"}
    assert still <= STILL


STILL = {
    "POST /api/v4/auth/logout (-)",  # of somebody who is not signed in
    "POST /signout (-)",
    "POST /language (-)",  # the same
    "POST /join/signin (gate)",
    "POST /join/switch (coach)",
    "POST /api/v4/admin/users/<key>/activate (oneself)",
}


def test_nobody_gives_or_takes_what_ranks_above_them() -> None:
    """The table itself: of the three that pass as admins, each may do at least what the one below may."""
    ranks = ("plain", "admin", "super_admin", "owner")
    for row in TABLE:
        if row.route.startswith(("/api/v4/admin/", "/desk")) and not row.route.endswith("/accept"):
            may = [row.cells[who][0] == "2" or "done=" in row.cells[who] for who in ranks]
            assert (may, may[0]) == (sorted(may), False), row
            for rank, held in zip(ranks, may, strict=True):
                above = {"admin": ("super", "owner"), "super_admin": ("owner",)}.get(rank, ())
                assert not held or row.method == "GET" or not any(word in row.thing for word in above), row


def test_what_changes_something_never_shares_the_permission_to_read(stage: Stage) -> None:
    """No view answers both: each has a guard of its own, and a row of its own here."""
    methods = defaultdict(set)
    for rule in stage.world.app.url_map.iter_rules():
        methods[stage.world.app.view_functions[rule.endpoint]] |= {*(rule.methods or ())} - {"HEAD", "OPTIONS"}
    assert [view for view, answered in methods.items() if len(answered) != 1] == []


def weaker(view: View) -> tuple[str, View] | None:
    """This view behind the next wider door, and the door that it had; None for one that is open to all."""
    if contract := getattr(view, "contract", None):
        had = contract.access.__name__
        if had not in DOORS:
            return None
        wider = (guards.public, guards.signed_in, guards.member)[DOORS.index(had)]
        told = {name: value for name, value in vars(contract).items() if name != "access"}
        return had, endpoint(access=wider, **told)(view.__wrapped__)  # type: ignore[attr-defined]
    layers = []
    while (name := view.__code__.co_qualname.partition(".")[0]) in DOORS:
        layers.append(name)
        view = view.__wrapped__  # type: ignore[attr-defined]
    if not layers:
        return None
    wider = {1: lambda same: same, 2: doors.signed_in, 3: doors.member}[len(layers)]
    return layers[-1], wider(view)


def closed_to_strangers() -> set[str]:
    """The routes at which the table lets nobody in who is not signed in."""
    open_to_all = {f"{row.method} {row.route}" for row in TABLE if row.cells["anonymous"] not in {"401", "303 /signin"}}
    return {f"{row.method} {row.route}" for row in TABLE} - open_to_all


def test_control_a_route_whose_guard_is_one_step_weaker_is_found(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    app, tried, unseen = stage.world.app, set(), set()
    for rule in app.url_map.iter_rules():
        if weakened := weaker(app.view_functions[rule.endpoint]):
            had, view = weakened
            [method] = {*(rule.methods or ())} - {"HEAD", "OPTIONS"}
            rows = [row for row in TABLE if (row.method, row.route) == (method, rule.rule)]
            with monkeypatch.context() as patch:
                patch.setitem(app.view_functions, rule.endpoint, view)
                seen = differences(list(walk(stage, rows, [LET_IN[had]])))
            tried.add(f"{method} {rule.rule}")
            unseen |= set() if seen else {f"{method} {rule.rule}"}
    assert unseen == WALLED_TWICE
    assert tried == closed_to_strangers() - {"GET /api/v4/auth/session"}


PEOPLE = "POST /desk/people/<uuid:key>"
WALLED_TWICE = {f"{PEOPLE}/{act}" for act in ("activate", "deactivate", "reset-link", "roles", "sign-out")} | {
    "POST /api/v4/admin/invite-coach",
    "DELETE /api/v4/admin/invites/<key>",
    "DELETE /api/v4/admin/teams/invitations/<key>",
    "POST /desk/coaches",
    "POST /api/v4/admin/teams/invitations",
    "POST /desk/team",
    "POST /desk/invites/<uuid:key>/resend",
    "POST /desk/invites/<uuid:key>/revoke",
    f"{PEOPLE}/roles/<role>/revoke",
}
"""Where a member would be refused in core as well, for want of a rank."""

RANKLESS: dict[str, tuple[Any, str, Callable[..., Any], str]] = {
    "an admin touches an owner": (authority, "check_rank", lambda *_: None, "/admin/"),
    "a member asks for somebody's label": (labels, "_mine", lambda *_: None, "/labels/<key>"),
    "a member ends somebody's session": (
        sessions,
        "end",
        lambda unit, _, key: sessions.end_if_there(unit, key),
        "/sess",
    ),
}


@pytest.mark.parametrize("kind", RANKLESS)
def test_control_a_missing_look_at_the_object_is_found(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    module, name, blind, where = RANKLESS[kind]
    monkeypatch.setattr(module, name, blind)
    rows = [row for row in TABLE if where in row.route]
    assert differences(list(walk(stage, rows, ["plain", "admin"])))


def shape(body: Any, name: str = "") -> Iterator[str]:
    """The paths of all keys: `items[].id`. What is told of an event differs from one to the next."""
    if isinstance(body, dict) and not name.endswith(("details", "errors")):
        for key, value in body.items():
            yield from shape(value, f"{name}.{key}" if name else key)
    elif isinstance(body, list):
        for value in body or [None]:
            yield from shape(value, f"{name}[]")
    else:
        yield name


def fields(cells: list[Cell]) -> list[tuple[str, str, str, str]]:
    """Method and route, status, keys, and who is answered so: `all` whom the table gives that status. Refusals are left
    out that have no more than all others."""
    asked, answered = defaultdict(set), defaultdict(set)
    for cell in cells:
        if cell.answer.mimetype == "application/json" and "openapi" not in cell.row.route and cell.answer.data:
            keys = tuple(sorted(set(shape(cell.answer.json))))
            about = (f"{cell.row.method} {cell.row.route}", str(cell.answer.status_code))
            asked[about].add(cell.who)
            if keys != REFUSAL:
                answered[*about, " ".join(keys)].add(cell.who)
    return sorted(
        (*about, keys, "all" if who == asked[about] else " ".join(each for each in KINDS if each in who))
        for (*about, keys), who in answered.items()
        for about in [tuple(about)]
    )


def test_answers_have_the_fields_that_are_written_down(cells: list[Cell]) -> None:
    with (HERE / "fields.csv").open(newline="") as file:
        written = [tuple(line) for line in csv.reader(file)][1:]
    assert fields(cells) == written


def test_no_answer_holds_a_secret_of_the_browser_or_a_hash(stage: Stage, cells: list[Cell]) -> None:
    secrets = [value.encode() for value in stage.cookies.values()]
    for cell in cells:
        begun = [line.partition("=")[2].partition(";")[0] for line in cell.answer.headers.getlist("Set-Cookie")]
        for secret in [*secrets, *(each.encode() for each in begun if each), b"argon2", b"$scrypt"]:
            assert secret not in cell.answer.data, cell


def test_every_answer_has_all_headers(cells: list[Cell]) -> None:
    statuses = defaultdict(list)
    for cell in cells:
        statuses[cell.answer.status_code].append(cell)
        assert headers.faults(cell.answer, is_static=cell.row.route.startswith("/static/")) == [], cell
    assert set(statuses) == {200, 201, 204, 303, 400, 401, 403, 404, 409}


def test_every_cookie_is_as_safe_as_cookies_are(cells: list[Cell]) -> None:
    seen = [cell for cell in cells if "Set-Cookie" in cell.answer.headers]
    assert [headers.cookie_faults(cell.answer, COOKIES) for cell in seen] == [[]] * len(seen)
    assert len(seen) > 100


def test_only_those_answers_set_a_cookie_that_begin_or_end_a_session_or_choose_a_language(cells: list[Cell]) -> None:
    setting = {f"{cell.row.method} {cell.row.route}" for cell in cells if "Set-Cookie" in cell.answer.headers}
    auth = {f"POST /api/v4/auth/{name}" for name in ("login", "login/token", "logout", "change-password")}
    assert setting == auth | {
        f"POST /{name}" for name in ("join", "join/switch", "language", "password", "signin", "signout", "team/join")
    }


COOKIES = {"__Host-session", "__Host-device", "__Host-language"}
LINKS = re.compile(r"""(?:href|src|action|srcset|poster|content|data)=["']?([^"'\s>]+)|url\(["']?([^)"']+)""")


def foreign(html: str) -> set[str]:
    """The addresses in a page or letter that lead to somebody else."""
    found = {each for pair in LINKS.findall(html) for each in pair if each}
    return {each for each in found if re.match(r"(?:[a-z]+:)?//|javascript:|blob:", each) and not each.startswith(SITE)}


def test_pages_and_letters_lead_to_nobody_else(stage: Stage, cells: list[Cell]) -> None:
    pages = {cell.answer.text for cell in cells if cell.answer.mimetype == "text/html"}
    letters = [str(letter.html) for letter in stage.world.letters]
    assert len(pages) > 200
    assert len(letters) > 4
    assert {each for html in (*pages, *letters) for each in foreign(html)} == set()


def test_control_a_foreign_address_is_seen() -> None:
    assert foreign('<img src="//cdn.test/x.png"><a href="/x">') == {"//cdn.test/x.png"}
    assert foreign("<link href='https://fonts.test/a.css'>") == {"https://fonts.test/a.css"}


def test_the_last_word_everything_is_as_it_was(stage: Stage) -> None:
    """The walk puts back what it saw being written; here is that it saw all."""
    assert stage.is_untouched()


def test_asking_what_there_is_changes_nothing_and_says_no_more(stage: Stage) -> None:
    """HEAD is GET without the body; OPTIONS tells the methods. With every living token in hand."""
    for row in TABLE:
        for who in ("anonymous", "artist", "owner") if row.method == "GET" else ("owner",):
            for method in ("HEAD", "OPTIONS") if row.method == "GET" else ("OPTIONS",):
                with stage.watched() as changed:
                    answer = ask(stage, row, who, method=method)
                assert not changed, (row, method)
                assert answer.data == b"", (row, method)
                assert headers.faults(answer, is_static=row.route.startswith("/static/")) == [], (row, method)
                expected = row.cells[who].partition(" ")[0] if method == "HEAD" else "200"
                assert str(answer.status_code) == expected, (row, method)
                assert method == "HEAD" or row.method in answer.headers["Allow"]


def test_reading_leaves_behind_only_when_a_session_was_last_used(stage: Stage) -> None:
    clock, [row] = stage.world.clock, [row for row in TABLE if row.route == "/account"]
    clock.later(minutes=6)
    try:
        [cell] = walk(stage, [row], ["plain"])
    finally:
        clock.later(minutes=-6)
    assert (cell.said, cell.changed) == ("200", {"sessions"})
