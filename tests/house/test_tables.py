"""Tables that are made from the code are as the code is."""

import pytest

from tests.house import tables

DOCUMENTS = tables.documents()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_tables_are_those_of_the_code(path: tables.Path) -> None:
    text = path.read_text()

    assert tables.renewed(text) == text, "python -m tests.house.tables"
    assert text.count("<!-- generated:") == len(tables.MARKED.findall(text))


def test_each_table_stands_somewhere() -> None:
    standing = {found[1] for path in DOCUMENTS for found in tables.MARKED.findall(path.read_text())}

    assert standing == set(tables.TABLES)


def test_control_a_table_that_is_no_longer_so_is_seen() -> None:
    old = "above\n<!-- generated: errors -->\n| code |\n<!-- end -->\nbelow\n"

    new = tables.renewed(old)

    assert new != old
    assert "| `invite_used` | 403 |" in new
    assert (new.startswith("above\n"), new.endswith("\nbelow\n")) == (True, True)
    assert tables.renewed(new) == new
