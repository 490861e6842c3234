"""What is dead goes, at the moment at which it is dead; what lives, or is for good, stays."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.cli import housekeeping as command
from app.extensions import db
from app.testing import CHEAP
from app.unit import open_unit
from core import housekeeping, logins, users
from core.models import AttemptCounter, Base, BrowserSession, EmailProof, Letter, LoginToken, PasswordReset
from tests.support.world import AUTH, Clock, Person, World, token_in

A_SECOND = timedelta(seconds=1)
NEW = {"new_password": "figure eights at midnight"}


def tidy(world: World) -> dict[str, int]:
    """What went, by table."""
    return {table: number for table, number in world.app.extensions["housekeeper"].tidy().items() if number}


def goes_after(world: World, model: type[Base], life: timedelta) -> None:
    """All rows of this kind are there until the last second of their life, and gone with it."""
    there = len(world.rows(model))
    world.clock.now += life - A_SECOND
    assert model.__tablename__ not in tidy(world)
    world.clock.now += A_SECOND
    assert tidy(world)[model.__tablename__] == there
    assert world.rows(model) == []


def keep_awake(world: World, person: Person, until: timedelta, pause: timedelta) -> timedelta:
    """Use a session again and again, and return how long before its end that is."""
    while until > pause:
        world.clock.now += pause
        assert person.session().status_code == 200
        until -= pause
    return until


def put(world: World, *rows: Base) -> None:
    with world.app.app_context(), Session(db.engine) as session:
        session.add_all(rows)
        session.commit()


def letter(world: World, state: str, *, due: bool = False) -> Letter:
    about = {"kind": "password_changed", "recipient": "cas@club.test", "data": {}, "attempts": 1}
    now = world.clock.now
    return Letter(id=uuid.uuid4(), state=state, created_at=now, due_at=now if due else None, **about)


def counters(world: World, number: int) -> list[Base]:
    """Dead ones."""
    return [AttemptCounter(key=f"{n:064}", attempts=1, resets_at=world.clock.now) for n in range(number)]


@pytest.mark.parametrize("role", [None, "admin"])
def test_a_session_goes_when_it_has_idled_out(world: World, role: str | None) -> None:
    world.member("Cas", *filter(None, [role]))
    goes_after(world, BrowserSession, CHEAP.staff_session_idle if role else CHEAP.session_idle)


@pytest.mark.parametrize("role", [None, "admin"])
def test_a_session_in_use_goes_when_it_is_too_old(world: World, role: str | None) -> None:
    cas = world.member("Cas", *filter(None, [role]))
    life, idle = CHEAP.session_life, CHEAP.session_idle
    if role:
        life, idle = CHEAP.staff_session_life, CHEAP.staff_session_idle
    goes_after(world, BrowserSession, keep_awake(world, cas, life, idle - A_SECOND))


def test_of_two_sessions_only_the_dead_one_goes(world: World) -> None:
    cas, ann = world.member("Cas"), world.admin()
    world.clock.later(hours=2)
    ann = ann.device()
    assert tidy(world)["sessions"] == 1
    assert (cas.session().status_code, ann.session().status_code) == (200, 200)


def test_a_reset_link_opens_until_it_goes(world: World) -> None:
    cas = world.member()
    token = world.reset_token(cas)
    world.clock.now += CHEAP.reset_life - A_SECOND
    assert "password_resets" not in tidy(world)
    assert cas.post(f"{AUTH}/reset-confirm", {"token": token, **NEW}).status_code == 200
    world.reset_token(cas)
    goes_after(world, PasswordReset, CHEAP.reset_life)
    cas.password = NEW["new_password"]
    assert world.reset_token(cas)


@pytest.mark.parametrize("is_used", [True, False])
def test_a_proof_of_an_address_goes_when_its_time_is_over_used_or_not(world: World, is_used: bool) -> None:
    world.unproven()
    token = token_in(world.deliver()[0])
    if is_used:
        assert world.somebody("Una").post(f"{AUTH}/email/prove", {"token": token}).status_code == 200
    goes_after(world, EmailProof, CHEAP.proof_life)


@pytest.mark.parametrize("is_used", [True, False])
def test_a_sign_in_token_goes_when_its_time_is_over_used_or_not(world: World, is_used: bool) -> None:
    world.member()
    with world.app.app_context(), open_unit() as unit:
        secret = logins.issue_login_token(unit, users.get_by_login(unit.look, "Cas").id)
    if is_used:
        with world.app.app_context(), open_unit() as unit:
            logins.redeem_login_token(unit, secret)
    goes_after(world, LoginToken, CHEAP.login_token_life)


def test_a_counter_goes_when_it_counts_no_more(world: World) -> None:
    world.member()
    assert world.somebody("Cas").sign_in(password="not this").status_code == 401
    for counter in sorted(world.rows(AttemptCounter), key=lambda row: row.resets_at):
        world.clock.now = counter.resets_at - A_SECOND
        tidy(world)
        assert counter.key in {row.key for row in world.rows(AttemptCounter)}
        world.clock.now = counter.resets_at
        tidy(world)
        assert counter.key not in {row.key for row in world.rows(AttemptCounter)}


@pytest.mark.parametrize("state", ["sent", "dropped", "failed"])
def test_a_letter_goes_when_it_is_settled_and_was_kept(world: World, state: str) -> None:
    put(world, letter(world, state))
    goes_after(world, Letter, CHEAP.letters_kept)


@pytest.mark.parametrize("state", ["queued", "sending"])
def test_a_letter_that_is_still_owed_never_goes(world: World, state: str) -> None:
    put(world, letter(world, state, due=True))
    world.clock.later(days=3660)
    assert tidy(world) == {}
    assert [row.state for row in world.rows(Letter)] == [state]


def test_nothing_that_lives_goes(world: World) -> None:
    ann, cas = world.admin(), world.member()
    world.reset_token(cas)
    assert ann.post("/api/v4/admin/invites", {}).status_code == 201
    before = world.dump()
    assert tidy(world) == {}
    assert world.dump() == before


def test_who_brought_whom_and_the_trail_stay_for_good(world: World) -> None:
    world.reset_token(world.admin())
    world.invite()
    before = world.dump()
    world.clock.later(days=3660)
    gone = set(tidy(world))
    assert gone == {"sessions", "password_resets", "attempt_counters", "letters"}
    after = world.dump()
    changed = {name: rows for name, rows in after.items() if rows != before[name]}
    assert changed == {name: [] for name in changed}
    assert set(changed) == gone


@pytest.fixture
def by_tens(world: World) -> Iterator[World]:
    """A world that removes ten rows in a transaction."""
    usual = world.app.extensions["surroundings"]
    policy = replace(usual.policy, housekeeping_batch=10)
    world.app.extensions["surroundings"] = replace(usual, policy=policy)
    yield world
    world.app.extensions["surroundings"] = usual


def test_a_transaction_removes_no_more_than_a_batch(by_tens: World) -> None:
    put(by_tens, *counters(by_tens, 25))
    told: list[tuple[str, int]] = []
    commits: list[Any] = []
    note = commits.append
    with by_tens.app.app_context():
        event.listen(db.engine, "commit", note)
        by_tens.app.extensions["housekeeper"].tidy(lambda *said: told.append(said))
        event.remove(db.engine, "commit", note)
    assert told == [("attempt_counters", size) for size in (10, 10, 5)]
    assert len(commits) == len(told) + len(housekeeping.SWEPT)


def remove_without_skipping() -> None:
    """The control of what never waits."""
    with db.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '1ms'")
        connection.exec_driver_sql("DELETE FROM sessions")


@pytest.mark.parametrize("engine", ["postgresql"])
def test_two_at_once_neither_wait_nor_remove_anything_twice(by_tens: World) -> None:
    put(by_tens, *counters(by_tens, 25))
    with by_tens.app.app_context(), open_unit() as one, open_unit() as other:
        assert housekeeping.sweep(one, "attempt_counters") == 10
        other.session.execute(text("SET LOCAL lock_timeout = '1ms'"))
        assert [housekeeping.sweep(other, "attempt_counters") for _ in range(3)] == [10, 5, 0]
    assert by_tens.rows(AttemptCounter) == []


@pytest.mark.parametrize("engine", ["postgresql"])
def test_visitors_wait_for_no_batch_that_is_held_open(by_tens: World) -> None:
    gone = by_tens.member("Gus")
    by_tens.clock.now += CHEAP.session_idle
    cas = by_tens.member()
    put(by_tens, *counters(by_tens, 5))
    with by_tens.app.app_context(), open_unit() as held:
        for table in ("sessions", "attempt_counters"):
            assert housekeeping.sweep(held, table) > 0
        for browser in (cas, cas.device(), gone.device()):
            assert browser.session().status_code == 200
        assert gone.session().status_code == 401
        with pytest.raises(OperationalError, match="lock timeout"):
            remove_without_skipping()


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_letter_that_is_being_tried_again_is_passed_over(world: World) -> None:
    old = letter(world, "failed")
    key = old.id
    put(world, old)
    world.clock.now += CHEAP.letters_kept
    with world.app.app_context(), open_unit() as retrying:
        retrying.session.execute(text("UPDATE letters SET due_at = created_at, state = 'queued'"))
        assert tidy(world) == {}
    assert tidy(world) == {}
    assert [row.id for row in world.rows(Letter)] == [key]


def statements(world: World) -> list[tuple[str, Any]]:
    """With which statements an empty house is swept."""
    said: list[tuple[str, Any]] = []

    def listen(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if "DELETE" in statement:
            said.append((statement, parameters))

    with world.app.app_context():
        event.listen(db.engine, "before_cursor_execute", listen)
        tidy(world)
        event.remove(db.engine, "before_cursor_execute", listen)
    return said


def test_every_sweep_goes_along_an_index(world: World) -> None:
    swept = statements(world)
    assert len(swept) == len(housekeeping.SWEPT) + 2
    is_sqlite = world.app.extensions["settings"].database.get_backend_name() == "sqlite"
    explain, whole = ("EXPLAIN QUERY PLAN", "SCAN") if is_sqlite else ("EXPLAIN", "Seq Scan on")
    with world.app.app_context(), db.engine.connect() as connection:
        if not is_sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, parameters in swept:
            plan = "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters))
            found = [table for table in housekeeping.SWEPT if f"{whole} {table}" in plan]
            assert found == [], plan


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_table_of_middling_size_is_not_read_whole_for_a_batch(world: World) -> None:
    [(statement, parameters)] = [said for said in statements(world) if "attempt_counters" in said[0]]
    with world.app.app_context(), db.engine.begin() as connection:
        many = "SELECT md5(n::text) || md5(n::text), 1, '2026-01-01' FROM generate_series(1, 50000) n"
        connection.exec_driver_sql(f"INSERT INTO attempt_counters (key, attempts, resets_at) {many}")
        connection.exec_driver_sql("ANALYZE attempt_counters")
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
        connection.rollback()
    assert "Seq Scan" not in plan


def test_the_terminal_counts_first_and_then_removes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "TELL_SECONDS", 0.0)
    put(world, *counters(world, 1200), letter(world, "sent"))
    world.clock.now += CHEAP.letters_kept
    before = world.dump()

    assert world.terminal("housekeeping", "--dry-run").stdout == "Would remove 1,200 attempt counters, 1 letters.\n"
    found = {**dict.fromkeys(housekeeping.SWEPT, 0), "attempt_counters": 1200, "letters": 1}
    assert json.loads(world.terminal("housekeeping", "--dry-run", "--json").stdout) == {"dry_run": True, **found}
    assert world.dump() == before

    done = world.terminal("housekeeping")
    assert done.stdout == "Removed 1,200 attempt counters, 1 letters.\n"
    assert done.stderr.splitlines()[:2] == [f"{n} attempt counters so far …" for n in ("1,000", "1,200")]
    assert world.terminal("housekeeping").stdout == "There was nothing to remove.\n"


def test_a_session_that_is_dead_twice_is_counted_once(world: World) -> None:
    world.admin()
    world.clock.now = Clock().now + 2 * CHEAP.session_life
    told = json.loads(world.terminal("housekeeping", "--dry-run", "--json").stdout)
    assert told["sessions"] == 1
