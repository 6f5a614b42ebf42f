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


@pytest.mark.parametrize(
    ("place", "expected"),
    [("Tbilisi", False), ("Baku", False), ("Shusha", True), ("Karabakh", True), (None, True)],
    ids=["elsewhere", "elsewhere in the same country", "there", "around it", "not said"],
)
def test_gatherings_of_one_month_are_compared_unless_they_took_place_elsewhere(place: str | None, expected: bool) -> None:
    def told(name: str, at: str | None) -> chronology.Testimony:
        sites, places = ((value("place", at, kind="place"),), (at,)) if at else ((), ())
        return claim(name, CONGRESS, "1911-05", *sites, document=name, places=places)

    first, second = told("A", "Shusha"), told("B", place)
    assert compared(first, second) is expected
    assert compared(second, first) is expected
