"""The rules of the house, kept by looking at the house."""

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app import create_app, schema
from app.errors import STATUS
from app.extensions import db
from app.schema import VERSION_TABLE
from app.sentences import SENTENCES
from app.settings import Settings
from core.errors import Refusal
from core.models import Base
from core.roles import ALL
from tests.conftest import Databases
from tests.support.world import World

ROOT = Path(__file__).resolve().parents[2]
CORE_MAY_IMPORT = {"argon2", "core", "idna", "sqlalchemy", *sys.stdlib_module_names}
LEGACY_NAMES = re.compile(r"aLogin|aEmail|aPasswordHash|uSkater\w+|uAuthTable|activeCoach|org_Club|coach_Fname")
LEGACY_MAY_STAND_IN = ("core/models/", "app/wire/", "migrations/", "tests/", "docs/", "README.md")
TOP_LEVEL = {"app", "core", "docs", "migrations", "tests", "requirements.txt", "wsgi.py", "README.md", "SECURITY.md"}
WHAT_TOOLS_NEED = {".ci", ".gitignore", "pyproject.toml", "gunicorn.conf.py"}


def _tracked(*patterns: str) -> Iterator[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return (ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file())


def test_core_imports_no_web_framework() -> None:
    modules = [".".join(p.relative_to(ROOT).with_suffix("").parts) for p in _tracked("core/*.py")]
    program = f"import sys; [__import__(m) for m in {modules!r}]; print(*{{m.partition('.')[0] for m in sys.modules}})"

    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    ours = set(loaded.stdout.split())
    assert {"flask", "werkzeug", "pydantic", "jinja2", "flask_sqlalchemy"} & ours == set()


def test_core_names_only_what_it_may_import() -> None:
    for path in _tracked("core/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.partition(".")[0] for name in names} <= CORE_MAY_IMPORT, path


def test_core_never_commits_or_builds_an_engine() -> None:
    for path in _tracked("core/*.py"):
        called = {n.func.attr for n in ast.walk(ast.parse(path.read_text())) if _is_method_call(n)}
        assert called & {"commit", "rollback", "create_engine", "begin"} == set(), path


def _is_method_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


def test_legacy_names_stay_at_the_edges() -> None:
    for path in _tracked("*.py", "*.html", "*.js", "*.txt"):
        place = str(path.relative_to(ROOT))
        if not place.startswith(LEGACY_MAY_STAND_IN):
            assert not LEGACY_NAMES.search(path.read_text()), place


def test_nothing_else_lies_at_the_top() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in _tracked()}
    assert top <= TOP_LEVEL | WHAT_TOOLS_NEED


def test_functions_and_files_stay_small() -> None:
    sizes = {}
    for path in _tracked("app/*.py", "core/*.py", "wsgi.py"):
        text = path.read_text()
        assert text.count("\n") <= 250, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
                sizes[f"{path}:{node.name}"] = (body[-1].end_lineno or 0) - body[0].lineno + 1
    ordered = sorted(sizes.values())
    assert statistics.median(ordered) <= 6
    assert ordered[int(len(ordered) * 0.9)] <= 20
    assert {name: size for name, size in sizes.items() if size > 40} == {}


def test_public_functions_of_core_say_what_they_promise() -> None:
    for path in _tracked("core/*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                is_plain_data = isinstance(node, ast.ClassDef) and ("models" in path.parts or path.name == "errors.py")
                assert ast.get_docstring(node) or is_plain_data, f"{path}: {node.name}"


def _refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for child in kind.__subclasses__():
        yield child
        yield from _refusals(child)


@pytest.mark.parametrize("refusal", sorted(set(_refusals()), key=lambda kind: kind.__name__))
def test_every_refusal_has_a_status_and_a_sentence(refusal: type[Refusal]) -> None:
    assert refusal in STATUS
    assert set(refusal.codes) <= set(SENTENCES)


def test_models_equal_migrations(world: World) -> None:
    with world.app.app_context(), db.engine.connect() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True, "target_metadata": Base.metadata}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_the_last_file_of_the_migrations_is_their_only_end() -> None:
    assert ScriptDirectory(str(schema.MIGRATIONS)).get_heads() == [schema.NEWEST]


def test_migrations_go_down_and_up_again(databases: Databases, engine: str) -> None:
    app = create_app(Settings(database=databases.new(engine), secret_keys=("a secret of the tests' own",)))
    schema.init_app(app)
    with app.app_context():
        upgrade()
        downgrade(revision="base")
        left = set(inspect(db.engine).get_table_names())
        upgrade()
        assert left <= {VERSION_TABLE}
        assert set(inspect(db.engine).get_table_names()) == {*Base.metadata.tables, VERSION_TABLE}
        db.engine.dispose()


def test_all_roles_are_seeded(world: World) -> None:
    from core.models import Role

    assert {role.name for role in world.rows(Role)} == set(ALL)
