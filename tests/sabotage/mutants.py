"""`python -m tests.sabotage.mutants [MODULE …]`: change one thing at a time in a module, and see that its tests notice.

What is changed: comparisons (also to the next boundary), and/or/not, numbers, texts, truths, what is returned, raised,
asked of the database in a where(), and whether a statement runs at all. Each mutant is tried in a process forked from
this one, which has everything but the house loaded.
"""

import argparse
import ast
import copy as copying
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.sabotage.copies import Copy
from tests.sabotage.sabotages import ROOT
from tests.support.databases import postgresql_server

SIDE_BY_SIDE = 2
LONGEST_SECONDS = 90
SURVIVED = 0
TESTS: dict[str, str] = {
    "core/tokens.py": "test_login_tokens test_resets test_registration test_resend",
    "core/sessions.py": "test_sessions test_devices test_people test_people_list test_passwords test_resets",
    "core/names.py": "core/test_names test_registration_names test_sign_in test_profile",
    "core/spending.py": "test_training_log",
    "core/offers.py": "core/test_offers test_registration test_coach_acceptance pages/test_joining",
    "core/resets.py": "test_resets test_passwords test_reset_links",
    "core/roles.py": "test_people test_invites test_team_invitations house/test_rules::test_all_roles_are_seeded",
    "core/recognition.py": "flows/test_reference",
    "core/logins.py": "core/test_logins test_sign_in test_login_tokens test_old_passwords test_sessions",
    "core/invitations.py": "test_registration test_invites test_resend test_invite_list test_team_links test_events "
    "test_coach_invitations test_coach_acceptance test_invitation_events",
    "core/registration.py": "test_registration test_coach_acceptance test_registration_names test_invitation_events",
    "app/limits.py": "test_limits test_guessing",
    "app/guards.py": "test_cross_site test_doors test_passwords test_invites test_sessions",
    "app/visits.py": "test_sessions test_sign_in test_devices test_passwords",
    "app/sealing.py": "test_login_tokens",
}
"""By module, the test files that should notice, in tests/api unless another folder is named; the first ones first."""
UNHARMED = "the house as it is"


@dataclass(frozen=True)
class Mutant:
    """One change: `before` and `after` of the smallest part that differs, and the module's whole new text."""

    file: str
    line: int
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}  {self.before}  ->  {self.after}"


COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
REVERSED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt,
}  # fmt: skip
OTHERS: dict[type[ast.AST], type[ast.AST]] = {
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.BitOr: ast.BitAnd,
}  # fmt: skip
Change = Callable[[ast.AST], None]


def mutants_of(file: str) -> Iterator[Mutant]:
    """Every change of this module, in its order."""
    tree = ast.parse((ROOT / file).read_text())
    left_alone = _left_alone(tree)
    for index, node in enumerate(ast.walk(tree)):
        if node in left_alone:
            continue
        for change in _changes(node):
            mutated = copying.deepcopy(tree)
            changed = next(each for number, each in enumerate(ast.walk(mutated)) if number == index)
            change(changed)
            before, after = _shown(node), _shown(changed)
            yield Mutant(file, getattr(node, "lineno", 0), before, after, ast.unparse(mutated))


def _left_alone(tree: ast.Module) -> set[ast.AST]:
    """What says nothing of what the house does: annotations, decorators, docstrings, imports, lines for the log."""
    said: list[ast.AST] = []
    for node in ast.walk(tree):
        said += [getattr(node, name, None) for name in ("annotation", "returns")]
        said += getattr(node, "decorator_list", [])
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            said.append(node)
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and ast.unparse(node.value).startswith("log.")
        ):
            said.append(node)
        if isinstance(node, ast.ImportFrom | ast.Import):
            said.append(node)
    return {inner for node in said if node for inner in ast.walk(node)}


def _changes(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for table in (COMPARISONS, REVERSED):
            if other := table.get(type(node.ops[0])):
                yield lambda it, other=other: it.ops.__setitem__(0, other())
    elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in OTHERS:
        yield lambda it: setattr(it, "op", OTHERS[type(it.op)]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        yield lambda it: _become(it, it.operand)
    elif isinstance(node, ast.Constant) and type(node.value) in {bool, int, float, str}:
        yield lambda it: setattr(it, "value", _another(it.value))
    elif isinstance(node, ast.Return) and node.value and ast.unparse(node.value) != "None":
        yield lambda it: setattr(it, "value", ast.Constant(None))
    elif isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield lambda it: _become(it, ast.Pass())
    elif isinstance(node, ast.If | ast.IfExp) and not isinstance(node.test, ast.Compare | ast.UnaryOp):
        yield lambda it: setattr(it, "test", ast.UnaryOp(ast.Not(), it.test))
    else:
        yield from _without_a_condition(node)


def _without_a_condition(node: ast.AST) -> Iterator[Change]:
    """One condition less that a row must meet."""
    if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in {
        "where",
        "and_",
        "or_",
    }:
        for place in range(len(node.args)):
            yield lambda it, place=place: it.args.pop(place)
    if isinstance(node, ast.Tuple):
        for place, part in enumerate(node.elts):
            if isinstance(part, ast.Compare | ast.UnaryOp | ast.Call) and len(node.elts) > 1:
                yield lambda it, place=place: it.elts.pop(place)


def _become(node: ast.AST, other: ast.AST) -> None:
    node.__class__, node.__dict__ = other.__class__, {**vars(node), **vars(other)}


def _another(value: object) -> object:
    if isinstance(value, bool):
        return not value
    return f"{value}x" if isinstance(value, str) else value + 1  # type: ignore[operator]


def _shown(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:110]


def main() -> int:
    options = _options()
    chosen = [mutant for file in options.modules for mutant in mutants_of(file)]
    random.Random(options.seed).shuffle(chosen)
    total, chosen = len(chosen), chosen[: options.sample or None]
    tell(f"{len(chosen)} of {total} mutants of {len(options.modules)} modules, seed {options.seed}")
    _load_what_is_not_ours()
    with ExitStack() as stack:
        os.environ["TEST_DATABASE_URL"] = stack.enter_context(postgresql_server()).render_as_string(hide_password=False)
        folders = [
            Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vestibule-mutant-")))
            for _ in range(SIDE_BY_SIDE)
        ]
        controls = [Mutant(file, 0, UNHARMED, "", (ROOT / file).read_text()) for file in options.modules]
        return _report(
            _tried([*controls, *chosen], {folder: Copy(folder) for folder in folders}, options), Path(options.json)
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sabotage.mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", default=list(TESTS), help="; ".join(TESTS))
    parser.add_argument("--sample", type=int, default=0, help="so many at random, 0 for all")
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--minutes", type=float, default=60, help="begin no new one after so long")
    parser.add_argument("--json", default=os.devnull, help="a file for what became of each, one on a line")
    return parser.parse_args()


def _load_what_is_not_ours() -> None:
    for name in ("flask_cors", "flask_mail", "flask_migrate", "flask_security", "flask_sqlalchemy", "pydantic", "jwt",
                 "argon2", "limits", "segno", "hypothesis", "schemathesis", "requests", "aiosmtpd.controller",
                 "psycopg2", "pytest", "xdist", "pytest_timeout", "email_validator"):  # fmt: skip
        __import__(name)


Tried = tuple[Mutant, int, float]


def _tried(chosen: list[Mutant], copies: dict[Path, Copy], options: argparse.Namespace) -> Iterator[Tried]:
    """What became of each, as it becomes known."""
    ends = time.monotonic() + options.minutes * 60
    free, running = list(copies), {}
    waiting = list(reversed(chosen))
    while running or (waiting and time.monotonic() < ends):
        while free and waiting and time.monotonic() < ends:
            folder, mutant = free.pop(), waiting.pop()
            (folder / mutant.file).write_text(mutant.text)
            running[_forked(folder, mutant.file)] = (mutant, folder, time.monotonic())
        time.sleep(0.02)
        for pid, (mutant, folder, begun) in list(running.items()):
            if time.monotonic() - begun > LONGEST_SECONDS:
                os.killpg(pid, signal.SIGKILL)
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                del running[pid]
                free.append(folder)
                (folder / mutant.file).write_text((ROOT / mutant.file).read_text())
                yield mutant, os.waitstatus_to_exitcode(status), time.monotonic() - begun
    if waiting:
        tell(f"{len(waiting)} were not tried: the time is over")


def _forked(folder: Path, file: str) -> int:
    """A process that runs the module's tests in this copy, and exits as pytest does."""
    if pid := os.fork():
        return pid
    status = 3
    try:
        os.setsid()
        os.chdir(folder)
        sys.dont_write_bytecode = True
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        sys.path[:] = [str(folder), *(place for place in sys.path if place not in {"", str(ROOT)})]
        for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
            del sys.modules[name]
        known = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of plugins that are loaded already
        status = int(
            sys.modules["pytest"].main(
                ["-n", "0", "-x", "--tb=no", *known, "-k", f"not {_other_database(file)}", *_files(file)]
            )
        )
    finally:
        os._exit(status)


def _other_database(file: str) -> str:
    """Pages are tested on PostgreSQL alone; all else is tried on SQLite, which is faster."""
    return "sqlite" if "pages/" in TESTS[file] else "postgresql"


def _files(file: str) -> list[str]:
    named = [(name if "/" in name else f"api/{name}").partition("::") for name in TESTS[file].split()]
    return [f"tests/{path}.py{colons}{test}" for path, colons, test in named]


def _report(tried: Iterator[Tried], kept: Path) -> int:
    figures: Counter[tuple[str, bool]] = Counter()
    survivors = []
    with kept.open("a") as lines:
        for number, (mutant, status, seconds) in enumerate(tried, 1):
            if mutant.before == UNHARMED:
                tell(f"{mutant.file}: its tests take {seconds:.0f} s")
                if status != SURVIVED:
                    raise SystemExit(f"the tests of {mutant.file} find fault with {UNHARMED}: {status}")
                continue
            if status < 0:
                tell(f"{number:4}  not done after {seconds:.0f} s, so not counted  {mutant}")
                continue
            figures[mutant.file, status != SURVIVED] += 1
            said = {"file": mutant.file, "line": mutant.line, "before": mutant.before, "after": mutant.after}
            print(json.dumps({**said, "status": status, "seconds": round(seconds, 1)}), file=lines, flush=True)
            if status == SURVIVED:
                survivors.append(mutant)
                tell(f"{number:4}  survived after {seconds:.0f} s  {mutant}")
    for file in sorted({file for file, _ in figures}):
        killed, lived = figures[file, True], figures[file, False]
        tell(f"{file:24} {killed + lived:4} tried  {killed:4} noticed  {100 * killed / (killed + lived):5.1f} %")
    return 1 if survivors else 0


def tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
