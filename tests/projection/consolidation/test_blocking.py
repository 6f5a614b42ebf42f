"""Which claims come to be compared at all."""

import pytest

from services.projection.consolidation.blocking import Blocks
from shared.domain import chronology
from shared.matching.features import features
from shared.matching.readings import read
from tests.projection.consolidation.builders import claim, value

CONGRESS = "The congress gathered many delegates."


def compared(one: chronology.Testimony, other: chronology.Testimony) -> bool:
    blocks = Blocks()
    blocks.add(features(read(one)))
    near, _ = blocks.add(features(read(other)))
    return one.claim.id in near


@pytest.mark.parametrize(
    ("date", "statement", "expected"),
    [
        ("1911", "Delegates came to the congress.", True),
        ("1911", "A strike kept many delegates at home.", False),
        ("1911", "Many delegates came.", True),
        ("1911-05-02", "Many delegates came.", False),
        ("1913", "Many delegates came.", False),
    ],
    ids=["of one kind", "of another kind", "of no kind", "both name a day", "another year"],
)
def test_figures_that_come_near_bring_claims_of_a_year_together_unless_their_kinds_differ(
    date: str, statement: str, expected: bool
) -> None:
    first = claim("first", CONGRESS, "1911-05-09" if date == "1911-05-02" else "1911", value("guests", "403"))
    second = claim("second", statement, date, value("guests", "406"), document="B")
    assert compared(first, second) is expected
    assert compared(second, first) is expected
