"""Reference data from CSV files: all of a file or nothing, the same file again changes nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.extensions import db
from app.unit import open_unit
from core import coaches, reference
from core.errors import Overtaken
from core.models import AuditEvent, Base, Club, Coach, EventType, GoverningBody, IceType, Rink
from core.reference import Given
from tests.support.running import at_once
from tests.support.world import World

RINKS = "name,city,state,zip,timezone\nIce House,Denver,CO,02139,America/Denver\nEisbahn,Zürich,,8001,Europe/Zurich\n"


class Terminal:
    """Loads what a person might have in a file."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.file = world, folder / "file.csv"

    def load(self, kind: str, text: str | bytes, *options: str) -> Any:
        self.file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.world.terminal("reference", "load", kind, str(self.file), *options)

    def counts(self, kind: str, text: str | bytes, *options: str) -> tuple[int, int, int]:
        """How many rows were added, changed and left by a load that succeeds."""
        said = self.load(kind, text, "--json", *options)
        assert said.exit_code == 0, said.output
        told = json.loads(said.stdout)
        assert told["errors"] == []
        return told["added"], told["changed"], told["unchanged"]

    def problems(self, kind: str, text: str | bytes) -> list[tuple[int, str | None, str]]:
        """What a load is refused for; that it has changed nothing."""
        before = self.world.dump()
        said = self.load(kind, text, "--json")
        assert said.exit_code == 1, said.output
        assert self.world.dump() == before
        told = json.loads(said.stdout)
        assert (told["added"], told["changed"]) == (0, 0)
        return [(each["line"], each["column"], each["reason"]) for each in told["errors"]]

    def refusal(self, kind: str, text: str | bytes) -> str:
        """The one line with which a whole file is refused."""
        said = self.load(kind, text)
        assert (said.exit_code, said.stdout) == (1, "")
        [line] = said.stderr.splitlines()
        return str(line)


@pytest.fixture
def terminal(world: World, tmp_path: Path) -> Terminal:
    return Terminal(world, tmp_path)


def put(world: World, *rows: Base) -> None:
    with world.app.app_context(), Session(db.engine) as session:
        session.add_all(rows)
        session.commit()


def test_rows_are_added_once_and_brought_up_to_date_after(terminal: Terminal) -> None:
    assert terminal.counts("rinks", RINKS) == (2, 0, 0)
    before = terminal.world.dump()
    assert terminal.counts("rinks", RINKS) == (0, 0, 2)
    assert terminal.world.dump() == before
    assert terminal.counts("rinks", RINKS.replace("02139", "00501").replace("Ice House", "ICE house")) == (0, 1, 1)
    rinks = {row.name: row for row in terminal.world.chosen_from(Rink)}
    assert set(rinks) == {"ICE house", "Eisbahn"}
    assert rinks["ICE house"].zip == "00501"
    assert rinks["Eisbahn"].state is None
    assert rinks["Eisbahn"].created_at == terminal.world.clock.now


def test_what_the_file_does_not_say_stays(terminal: Terminal) -> None:
    terminal.counts("rinks", RINKS)
    assert terminal.counts("rinks", "phone,name\n+1 303 555 0100,ice house\n") == (0, 1, 0)
    assert terminal.counts("rinks", "name,phone\nEisbahn,\n") == (0, 0, 1)
    [rink] = [row for row in terminal.world.chosen_from(Rink) if row.name == "Ice House"] or [None]
    assert rink is None  # its name is now written as the file writes it
    [rink] = [row for row in terminal.world.chosen_from(Rink) if row.name == "ice house"]
    assert (rink.zip, rink.timezone, rink.phone) == ("02139", "America/Denver", "+1 303 555 0100")


@pytest.mark.parametrize(
    "write",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace("\n", "\r\n").replace(",", ";").encode("utf-8-sig"),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace("name,city", '"Name", CITY ').replace("\n", "\n\n").encode(),
        lambda text: text.replace("\n", ",,\n").replace("timezone,,", "timezone").encode(),
        lambda text: text.rstrip("\n").encode(),
    ],
    ids=["bom", "semicolons", "excel", "old mac", "blanks", "empty cells behind", "no last line end"],
)
def test_files_of_all_spreadsheets_say_the_same(terminal: Terminal, write: Callable[[str], bytes]) -> None:
    assert terminal.counts("rinks", write(RINKS)) == (2, 0, 0)
    found = {(row.name, row.city, row.zip, row.timezone) for row in terminal.world.chosen_from(Rink)}
    zurich = ("Eisbahn", "Zürich", "8001", "Europe/Zurich")
    assert found == {("Ice House", "Denver", "02139", "America/Denver"), zurich}


def test_every_bad_row_is_told_and_nothing_loaded(terminal: Terminal) -> None:
    rows = (
        "Good,Denver,America/Denver,,\n,Denver,,,\nA,B,Mars/Phobos,rink,\nA,b,,,\nshort\nC,,,,nonsense\nGood,,mst,,\n"
    )
    found = terminal.problems("rinks", f"name,city,timezone,url,id\n{rows}")
    assert found == [
        (3, "name", "Must not be empty."),
        (4, "url", "Must be a web address such as https://rink.example."),
        (4, "timezone", "Must be a time zone such as Europe/Berlin."),
        (5, None, "Says the same as line 4 of this file."),
        (6, None, "Has 1 cells, while the first line names 5 columns."),
        (7, "id", "Must be an id."),
        (8, "timezone", "Must be a time zone such as Europe/Berlin."),
    ]
    said = terminal.load("rinks", f"name,city,timezone,url,id\n{rows}")
    assert (said.exit_code, said.stdout) == (1, "")
    assert "line 4, url: Must be a web address" in said.stderr
    assert said.stderr.splitlines()[-1] == f"Error: 7 problems in {terminal.file}: nothing was loaded."
    assert terminal.world.rows(AuditEvent) == []


@pytest.mark.parametrize(
    ("kind", "columns", "row", "column", "reason"),
    [
        ("clubs", "name,cost", "A,free", "cost", "Must be an amount such as 12.50, without a currency."),
        ("clubs", "name,cost", 'A,"1,250"', "cost", "Must be an amount such as 12.50, without a currency."),
        ("clubs", "name,cost", "A,-5", "cost", "Must be an amount such as 12.50, without a currency."),
        ("clubs", "name,cost", "A,90000000", "cost", "Must be at most 1000000."),
        ("clubs", "name,home_rink", "A,Nowhere", "home_rink", "There is no rink of this name. Load the rinks first."),
        ("coaches", "first_name,last_name", "Ben,", "last_name", "Must not be empty."),
        ("coaches", "first_name,last_name,email", "Ben,Lee,ben@", "email", "Must be an e-mail address."),
        ("coaches", "first_name,last_name,usfsa_number", "B,L,12x", "usfsa_number", "Must be a whole number."),
        ("coaches", "first_name,last_name,ijs_number", "B,L,9999999999", "ijs_number", "Must be at most 2147483647."),
        ("coaches", "first_name,last_name,phone", "B,L,call me", "phone", "Must be a phone number."),
        ("event-types", "category", "Party", "category", "Must be 'Competition', 'Showcase' or 'Exhibition'."),
        ("event-types", "category,single_mark", "Showcase,maybe", "single_mark", "Must be yes or no."),
        ("ice-types", "name", f"{'x' * 121}", "name", "Must have at most 120 characters."),
        ("ice-types", "name", "a\u200bb", "name", "Must not contain control or invisible characters."),
    ],
)
def test_bad_cells_are_told_in_plain_words(
    terminal: Terminal, kind: str, columns: str, row: str, column: str, reason: str
) -> None:
    assert terminal.problems(kind, f"{columns}\n{row}\n") == [(2, column, reason)]


def test_lines_are_those_of_the_file(terminal: Terminal) -> None:
    rows = '"Two\nlines",1\n\n;\nBad,x\n'
    assert [line for line, *_ in terminal.problems("clubs", f"name,cost\n{rows}")] == [2, 5, 6]
    [(line, _, reason)] = terminal.problems("clubs", 'name,cost\nA,1\n"B,2\nC,3\n')
    assert line == 3
    assert "quotation mark" in reason


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty."),
        (b"\xef\xbb\xbf \n", "has no first line"),
        (b"name\n", "has no rows below its first line."),
        (b"PK\x03\x04rest", "is a workbook or an archive, not CSV."),
        (b"\x89PNG\r\n\x00\x01", "is not text in UTF-8."),
        (RINKS.encode("utf-16"), "is not text in UTF-8."),
        (RINKS.encode("latin-1"), "is not text in UTF-8: see line 3."),
        (b"name,color,rink_tz\nA,b,c\n", 'has columns that are not known here: "color", "rink_tz". Known ones: name, '),
        (b"city\nDenver\n", "lacks a column that is needed: name."),
        (b"name,NAME\nA,B\n", "has a column twice: name."),
        (b"name,\nA,B\n", "not known here: one without a name."),
        (b"name\tcity\nA\tB\n", "not known here"),
    ],
    ids=str,
)
def test_a_file_that_is_none_is_refused_in_one_line(terminal: Terminal, content: bytes, said: str) -> None:
    assert said in terminal.refusal("rinks", content)
    assert terminal.world.chosen_from(Rink) == []


def test_a_file_that_cannot_be_read_is_named(terminal: Terminal, tmp_path: Path) -> None:
    for path, why in ((tmp_path, "Is a directory"), (tmp_path / "none.csv", "No such file")):
        said = terminal.world.terminal("reference", "load", "rinks", str(path))
        assert (said.exit_code, said.stdout) == (1, "")
        assert said.stderr.startswith(f"Error: {path} cannot be read: {why}")


def test_a_row_is_recognised_by_its_id_whatever_it_is_called_now(terminal: Terminal) -> None:
    key = uuid4()
    assert terminal.counts("clubs", f"id,name\n{key},Ice Club\n,Other\n") == (2, 0, 0)
    assert terminal.counts("clubs", f"id,name\n{key},Frozen Club\n") == (0, 1, 0)
    assert {row.id: row.name for row in terminal.world.chosen_from(Club)}[key] == "Frozen Club"
    [other] = [row.id for row in terminal.world.chosen_from(Club) if row.name == "Other"]
    assert terminal.problems("clubs", f"id,name\n{key},OTHER\n") == [
        (2, None, f"Is there already, with the id {other}.")
    ]
    assert terminal.problems("clubs", f"id,name\n{uuid4()},Other\n") == [
        (2, "id", f"Is there already, with the id {other}.")
    ]
    twice = f"id,name\n{key},A\n{key},B\n,Frozen Club\n"
    assert [line for line, *_ in terminal.problems("clubs", twice)] == [3, 4]


def test_rinks_of_one_name_are_told_apart_by_place(terminal: Terminal) -> None:
    two = "name,city,state\nIce House,Denver,CO\nIce House,Austin,TX\n"
    assert terminal.counts("rinks", two) == (2, 0, 0)
    [(line, _, reason)] = terminal.problems("rinks", "name,phone\nIce House,303 555 0100\n")
    assert (line, reason.split(".")[0]) == (2, "Could be any of 2 that are there already")
    [(_, column, reason)] = terminal.problems("clubs", "name,home_rink\nA,Ice House\n")
    assert (column, reason.split(".")[0]) == ("home_rink", "There are 2 rinks of this name")
    named = 'name,home_rink,cost\nA,"ice house, austin, tx","12,50"\nB,,\n'
    assert terminal.counts("clubs", named) == (2, 0, 0)
    assert terminal.counts("clubs", named) == (0, 0, 2)
    [austin] = [row.id for row in terminal.world.chosen_from(Rink) if row.city == "Austin"]
    assert {(row.name, row.home_rink_id, row.cost) for row in terminal.world.chosen_from(Club)} == {
        ("A", austin, 12.5),
        ("B", None, None),
    }
    assert terminal.counts("clubs", f"name,home_rink\nB,{austin}\n") == (0, 1, 0)


def test_coaches_are_found_by_address_or_else_by_name(terminal: Terminal) -> None:
    first = "first_name,last_name,email,rate\nBen,Lee,Ben@Club.test,80\nBen,Lee,,70\n"
    assert terminal.counts("coaches", first) == (2, 0, 0)
    assert terminal.counts("coaches", first) == (0, 0, 2)
    assert terminal.counts("coaches", "first_name,last_name,email\nBenno,Lee,BEN@club.test\n") == (0, 1, 0)
    assert terminal.counts("coaches", "first_name,last_name,rate\nben,LEE,75\n") == (0, 1, 0)
    assert {(row.first_name, row.rate, row.email_key) for row in terminal.world.chosen_from(Coach)} == {
        ("Benno", 80.0, "ben@club.test"),
        ("ben", 75.0, None),
    }


def test_a_coach_who_was_loaded_is_the_one_who_is_invited(terminal: Terminal) -> None:
    terminal.counts("coaches", "first_name,last_name,email\nBen,Lee,ben@club.test\n")
    place = UUID(terminal.world.tenant())
    with terminal.world.app.app_context(), open_unit(name="cli") as unit:
        invited = coaches.invite(unit, None, name="Ben Lee", email="BEN@club.test", part="coach", tenant_id=place)
    assert [row.id for row in terminal.world.chosen_from(Coach)] == [invited.coach_id]


def test_a_coach_from_before_there_were_keys_gets_one(terminal: Terminal) -> None:
    put(terminal.world, Coach(id=uuid4(), first_name="Ben", last_name="Lee", email=" Ben@club.test"))
    put(terminal.world, Coach(id=uuid4(), first_name="Una", last_name="Ray"))
    file = "first_name,last_name,email\nBen,Lee,ben@club.test\nUna,Ray,una@club.test\n"
    assert terminal.counts("coaches", file) == (0, 2, 0)
    assert {row.email_key for row in terminal.world.chosen_from(Coach)} == {"ben@club.test", "una@club.test"}
    assert terminal.counts("coaches", file) == (0, 0, 2)


def test_kinds_of_ice_time_and_of_events_are_loaded(terminal: Terminal) -> None:
    world = terminal.world
    seeded = {model: {row.id for row in world.rows(model)} for model in (IceType, EventType)}

    def added(model: type[IceType] | type[EventType]) -> list[Any]:
        return [row for row in world.rows(model) if row.id not in seeded[model]]

    [isi] = [body.id for body in world.rows(GoverningBody) if body.short_name == "ISI"]
    assert terminal.counts("ice-types", "name\nPublic\nMoon Ice\n") == (1, 0, 1)
    assert terminal.counts("ice-types", "name\nMOON ICE\n") == (0, 1, 0)
    assert [row.name for row in added(IceType)] == ["MOON ICE"]
    kinds = "category;scoring_system;governing_body;single_mark\ncompetition;6.0;isi;WAHR\n"
    [(_, column, _)] = terminal.problems("event-types", kinds)
    assert column == "single_mark"
    kinds = kinds.replace("WAHR", "TRUE") + "Competition;6.0;ISI;no\nShowcase;;;\n"
    assert terminal.counts("event-types", kinds) == (3, 0, 0)
    assert terminal.counts("event-types", kinds) == (0, 0, 3)
    found = {(row.category, row.governing_body_id, row.single_mark) for row in added(EventType)}
    assert found == {("Competition", isi, True), ("Competition", isi, False), ("Showcase", None, False)}
    [(_, column, reason)] = terminal.problems("event-types", "category,governing_body\nShowcase,XYZ\n")
    assert (column, reason.split(",")[0]) == ("governing_body", "There is no governing body of this name")


def test_a_dry_run_tells_and_does_nothing(terminal: Terminal) -> None:
    before = terminal.world.dump()
    assert terminal.counts("rinks", RINKS, "--dry-run") == (2, 0, 0)
    assert "2 added, 0 changed, 0 unchanged if it were loaded." in terminal.load("rinks", RINKS, "--dry-run").stdout
    assert terminal.world.dump() == before


def test_the_trail_has_one_event_for_each_load_that_changed_something(terminal: Terminal) -> None:
    terminal.counts("rinks", RINKS)
    terminal.counts("rinks", RINKS)
    [noted] = terminal.world.rows(AuditEvent)
    assert (noted.event, noted.actor, noted.at) == ("reference_loaded", "cli", terminal.world.clock.now)
    assert noted.details == {"kind": "rinks", "added": 2, "changed": 0, "unchanged": 0}


@pytest.mark.parametrize("kind", ["rinks", "clubs", "coaches", "ice-types", "event-types"])
def test_the_template_is_a_first_line_that_loads(terminal: Terminal, kind: str) -> None:
    line = terminal.world.terminal("reference", "template", kind).stdout
    assert line.count("\n") == 1
    assert "has no rows below" in terminal.refusal(kind, line)
    told = json.loads(terminal.world.terminal("reference", "template", kind, "--json").stdout)
    assert told == {"kind": kind, "columns": line.strip().split(",")}


def test_two_loads_at_once_add_each_row_once(terminal: Terminal) -> None:
    rows = [Given(line, {"name": f"Rink {line}"}) for line in range(2, 300)]
    begun = Barrier(2)

    def load() -> tuple[int, int]:
        with terminal.world.app.app_context(), open_unit(name="cli") as unit:
            begun.wait(30)
            plan = reference.compare(unit, "rinks", rows)
            reference.carry_out(unit, plan)
            return len(plan.added), plan.unchanged

    assert sorted(at_once([load, load])) == [(0, 298), (298, 0)]
    assert len(terminal.world.chosen_from(Rink)) == 298


def test_a_coach_recorded_meanwhile_is_a_refusal(terminal: Terminal) -> None:
    row = Given(2, {"first_name": "Ben", "last_name": "Lee", "email": "ben@club.test"})
    meanwhile = Coach(id=uuid4(), first_name="Benno", last_name="Lee", email_key="ben@club.test")
    with terminal.world.app.app_context(), open_unit(name="cli") as unit:
        plan = reference.compare(unit, "coaches", [row])
    put(terminal.world, meanwhile)
    with terminal.world.app.app_context(), open_unit(name="cli") as unit, pytest.raises(Overtaken):
        reference.carry_out(unit, plan)


def test_ten_thousand_rows_take_a_few_statements_and_show_progress(terminal: Terminal) -> None:
    rows = "".join(f"First{n},Last{n},c{n}@club.test\n" for n in range(10_000))
    statements = []
    with terminal.world.app.app_context():
        engine = db.engine

    def count(*seen: Any) -> None:
        statements.append(seen[2])

    event.listen(engine, "before_cursor_execute", count)
    try:
        said = terminal.load("coaches", f"first_name,last_name,email\n{rows}")
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert said.stdout == "coaches: 10000 added, 0 changed, 0 unchanged.\n"
    assert "5000 of 10000 rows written …" in said.stderr
    assert len([each for each in statements if each.lstrip().startswith("SELECT")]) < 10
