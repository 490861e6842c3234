"""The sabotages fit the house as it is; `python -m tests.sabotage` tries them."""

import pytest

from tests.sabotage.sabotages import Sabotage, read

SABOTAGES = read()


def test_there_are_many_each_under_a_name_of_its_own() -> None:
    assert len(SABOTAGES) >= 25
    assert len({each.name for each in SABOTAGES}) == len(SABOTAGES)


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.name)
def test_a_sabotage_can_be_tried_and_says_what_it_recreates(sabotage: Sabotage) -> None:
    assert sabotage.faults() == []
    assert sabotage.changes
    assert sabotage.noticed_by
    assert len(sabotage.recreates) > 20
