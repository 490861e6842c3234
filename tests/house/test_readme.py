"""What README says is what is so."""

import re
from pathlib import Path

from app.variables import VARIABLES
from tests.house.test_rules import _tracked

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def test_every_setting_that_is_read_is_explained() -> None:
    source = "".join((ROOT / "app" / f"{name}.py").read_text() for name in ("settings", "database_url", "development"))
    read = set(re.findall(r'(?:read\.\w+|environ\.get)\("([A-Z_]+)"', source))

    assert {"FLASK_ENV", "DATABASE_URL"} <= read
    explained = {name for variable in VARIABLES for name in variable.names}
    assert read - explained == {"FLASK_DEBUG"}  # refused, and nothing else
    assert explained - read <= {"BIND", "WEB_CONCURRENCY", "PORT", "HOST", "SECURITY_PASSWORD_SALT"}


def test_every_file_of_the_house_is_in_its_picture() -> None:
    picture = README.partition("## The house")[2]
    for folder in ("app", "core"):
        for path in (ROOT / folder).glob("*.py"):
            assert path.name in picture or path.name == "__init__.py", path


PAGES = [*_tracked("README.md", "SECURITY.md", "docs/*.md")]


def test_every_link_and_picture_of_the_documents_is_there_and_no_picture_is_superfluous() -> None:
    targets = {
        (page, target)
        for page in PAGES
        for pair in re.findall(r'\]\(([^)#\s]+)[^)]*\)|src="([^"]+)"', page.read_text())
        for target in pair
        if target and "://" not in target
    }
    assert {target for page, target in targets if not (page.parent / target).exists()} == set()
    shown = {Path(target).name for _, target in targets}
    assert {path.name for path in (ROOT / "docs/pictures").iterdir()} - shown == set()
