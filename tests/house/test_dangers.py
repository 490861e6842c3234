"""What is not to be found in this house: input that becomes code, weak hashes, secrets compared letter by letter. And
where all its cryptography is."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sorted([*ROOT.glob("app/**/*.py"), *ROOT.glob("core/**/*.py"), ROOT / "wsgi.py", ROOT / "gunicorn.conf.py"])
TEMPLATES = sorted(path for path in ROOT.glob("app/templates/**/*") if path.is_file())
STATIC = sorted(path for path in ROOT.glob("app/static/**/*") if path.is_file())

IN_SCRIPTS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|document\.write|srcdoc|\beval\b|\bFunction\("
    r"|setTimeout\(\s*[\"'`]|setInterval\(\s*[\"'`]|javascript:|\.onpaste|[\"']paste[\"']|__proto__|importScripts"
    r"|localStorage|sessionStorage|indexedDB|document\.cookie|postMessage",
)
IN_TEMPLATES = re.compile(
    r"\|\s*safe\b|autoescape|Markup|<script(?![^>]*\bsrc=)|\s(?i:on\w+)=[\"']|javascript:|<(?:iframe|object|embed|applet|base)\b"
)
CALLS = {"eval", "exec", "compile", "__import__", "render_template_string", "Markup", "os.system", "os.popen", "input"}
CALLS |= {"yaml.load", "pickle.loads", "marshal.loads", "importlib.import_module", "hashlib.md5", "hashlib.sha1"}
MODULES = {"pickle", "marshal", "shelve", "dill", "yaml", "subprocess", "pty", "ctypes", "random", "xml", "crypt"}
WEAK = {"md5", "sha1", "SHA1", "MD5", "md4", "des", "rc4", "HS1"}
EXCUSED = {
    "app/breached.py": {"hashlib.sha1", "sha1"},  # how lists of stolen passwords name them
    "app/demo/ice.py": {"random"},  # skating made up, the same each time
    "app/pages/filters.py": {"Markup"},  # a time, and words in backticks: of text that is escaped first
}


def nodes(path: Path) -> Iterator[ast.AST]:
    yield from ast.walk(ast.parse(path.read_text()))


def imported(path: Path) -> set[str]:
    """The modules that a file imports, at the top or anywhere."""
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found


def dangers(path: Path) -> set[str]:
    found = imported(path) & MODULES
    for node in nodes(path):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in CALLS:
            found.add(ast.unparse(node.func))
        if isinstance(node, ast.keyword) and (node.arg, ast.unparse(node.value)) == ("shell", "True"):
            found.add("shell=True")
        if isinstance(node, ast.Name | ast.Attribute | ast.alias | ast.Constant):
            names = [getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "name", "")]
            found |= {each for each in [*names, getattr(node, "value", "")] if each in WEAK}
    return found


def test_no_input_becomes_code_and_no_weak_hash_is_used() -> None:
    assert {str(path.relative_to(ROOT)): dangers(path) for path in PYTHON if dangers(path)} == EXCUSED


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from subprocess import run",
        "import random",
        "eval(text)",
        "exec(text)",
        "os.system(text)",
        "run(text, shell=True)",
        "render_template_string(text)",
        "yaml.load(text)",
        "hashlib.md5(text)",
        "from hashlib import sha1",
        "hmac.new(key, text, 'sha1')",
    ],
)
def test_control_each_of_them_is_seen(tmp_path: Path, line: str) -> None:
    (tmp_path / "new.py").write_text(line)
    assert dangers(tmp_path / "new.py")


def test_scripts_put_text_into_pages_as_text_and_keep_nothing() -> None:
    scripts = [path for path in STATIC if path.suffix in {".js", ".svg", ".css"}]
    assert {path.name: found[0] for path in scripts if (found := IN_SCRIPTS.findall(path.read_text()))} == {}
    assert [path.name for path in STATIC if path.suffix == ".svg" and "<script" in path.read_text()] == []


def test_templates_escape_everything_and_hold_no_script() -> None:
    assert {path.name: found for path in TEMPLATES if (found := IN_TEMPLATES.findall(path.read_text()))} == {}


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (IN_SCRIPTS, "a.innerHTML = b"),
        (IN_SCRIPTS, "setTimeout('go()', 1)"),
        (IN_SCRIPTS, "document.write(a)"),
        (IN_TEMPLATES, "{{ name | safe }}"),
        (IN_TEMPLATES, "<script>go()</script>"),
        (IN_TEMPLATES, '<a onclick="go()">'),
        (IN_TEMPLATES, "{% autoescape false %}"),
    ],
)
def test_control_each_of_those_is_seen(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


SECRET = re.compile(r"secret|token|passw|digest|signature|hash|cookie")
BY_DIGEST = re.compile(r"\w+\.digest == (digest\(\w+\)|bindparam\('digest'\))")
COMPARED = {
    "cookie == ''": "whether it is to be deleted",
    "digest[5:] in _suffixes(f'{url}/{digest[:5]}')": "a list that everybody may read",
    "User.password_hash == bindparam('password_hash')": "the row is as it was found",
    "User.password_hash == user.password_hash": "the row is as it was found",
    "EmailProof.digest == found[0].digest": "the row is as it was found",
    "EmailProof.code_digest == _stretched(unit, code, found[0].digest)": "what was typed, stretched before",
    "Profile.share_token == bindparam('key')": "the one secret that is stored as it is: the link to a card",
    "token == fresh": "what the database answers to an upsert",
    "sent.get('invite_token') in (None, '')": "whether there is one",
    "plain.casefold() in common_passwords()": "a list that everybody may read",
}


def comparisons(path: Path) -> set[str]:
    """Comparisons that could tell, by their time, how much of a secret was right."""
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.In | ast.NotIn):
            text, operands = ast.unparse(node), [node.left, *node.comparators]
            named = [SECRET.search(ast.unparse(each).rpartition(".")[2].lower()) for each in operands]
            if any(named) and not BY_DIGEST.fullmatch(text):
                found.add(text)
    return found


def test_secrets_are_found_by_their_digest_or_compared_in_constant_time() -> None:
    assert {text for path in PYTHON for text in comparisons(path)} == set(COMPARED)


CRYPTOGRAPHY = {
    "argon2",
    "bcrypt",
    "crypt",
    "cryptography",
    "hashlib",
    "hmac",
    "itsdangerous",
    "jwt",
    "nacl",
    "passlib",
    "secrets",
    "ssl",
}
INVENTORY = {
    "app/breached.py": "hashlib",  # SHA-1, as lists of stolen passwords have it; protects nothing here
    "app/doctor/address.py": "ssl",  # what is wrong with our own certificate
    "app/doctor/asking.py": "ssl",  # our own address, asked as browsers do
    "app/doctor/mail.py": "ssl",  # what is wrong with the mail server's
    "app/extensions.py": "ssl",  # the mail server's certificate
    "app/last_resort.py": "secrets",  # names of requests
    "app/limits.py": "hashlib",  # counters name nobody: SHA-256
    "app/metrics/__init__.py": "secrets",  # the token of /metrics, compared in constant time
    "app/sealing.py": "hashlib hmac jwt",  # tokens for browsers: HS256, a key for each purpose by HMAC-SHA-256
    "app/settings.py": "secrets",  # the secret key of an own machine
    "app/unit.py": "secrets",  # all one-time secrets and session ids: 256 bits
    "core/passwords.py": "argon2 hashlib hmac secrets",  # argon2id, a hash of nothing, those of the replaced backend
    "core/teams.py": "secrets",  # a password that nobody sees, digits behind a login
    "core/tokens.py": "hashlib",  # what is stored instead of a secret: SHA-256
}
"""All cryptography, and what it is for. Who adds to it adds a line here."""


def test_all_cryptography_is_in_the_inventory() -> None:
    found = defaultdict(str)
    for path in PYTHON:
        if used := imported(path) & CRYPTOGRAPHY:
            found[str(path.relative_to(ROOT))] = " ".join(sorted(used))
    assert found == INVENTORY
