"""Facets: what is counted is what is listed, at every revision, however it is filtered, and under the names of any language."""

import pytest

from services.query.entries import MAX_PAGE, Filters, entry_page
from services.query.facets import facets
from services.query.shelf import Shelves
from services.query.snapshot import open_snapshot
from tests.query.conftest import World

NOTES = (
    "On 3 April 1899 the Bridge Company opened a bridge in Baku for 7 mayors.\n",
    "3 aprel 1899-cu ildə Bakıda körpü açıldı, 9 bələdiyyə başçısı gəldi.\n",
    "On 5 May 1901 a school was opened in Shusha by 12 teachers.\n\nIn 1903 a library was opened in Baku with 300 books.\n",
    "On 6 June 1907 the mayor of Tbilisi opened a theatre with 900 seats.\n",
)


@pytest.fixture
def noted(world: World) -> World:
    for note in NOTES:
        world.running.capture(note)
    return world


def listed(world: World, filters: Filters, at: int) -> list[str]:
    """The ids of all entries that are listed, page by page."""
    with open_snapshot(world.database, "test", at) as snapshot:
        return [entry.id for entry in entry_page(snapshot, filters, limit=MAX_PAGE).entries]


def test_what_is_counted_is_what_is_listed_at_every_revision(noted: World) -> None:
    shelves, now = Shelves(), noted.get("")["revision"]
    every = (
        Filters(),
        Filters(text="opened"),
        Filters(text='"was opened"'),
        Filters(disputed=True),
        Filters(place="Baku"),
        Filters(date_from="1900", date_to="1905"),
        Filters(status="single-source", text="guests"),
        Filters(text="nothing of the kind"),
    )
    # Forwards, then back, by one shelf that catches up on the way; and by another that begins at the end.
    for at in (*range(now + 1), *range(now, -1, -1)):
        for filters in every:
            with open_snapshot(noted.database, "test", at) as snapshot:
                counted = facets(snapshot, shelves, filters, 100)
                assert facets(snapshot, Shelves(), filters, 100) == counted
                for value in counted.place:
                    narrowed = Filters(**{**{name: getattr(filters, name) for name in Filters.__slots__}, "place": value.value})
                    if filters.place is None:
                        assert len(listed(noted, narrowed, at)) == value.count
            assert counted.total == len(listed(noted, filters, at)), (at, filters)


def test_each_choice_lists_as_many_as_it_says(noted: World) -> None:
    shown = noted.get("/facets")
    assert shown["total"] == len(noted.get("/entries")["entries"])
    assert {name: len(shown[name]) > 0 for name in ("source", "place", "year", "status")} == dict.fromkeys(
        ("source", "place", "year", "status"), True
    )
    for name in ("source", "place", "actor", "year", "status"):
        for value in shown[name]:
            found = noted.get("/entries", **{name: value["value"]})["entries"]
            assert len(found) == value["count"], (name, value)
    assert shown["disputed"] == len(noted.get("/entries", disputed=True)["entries"]) > 0


@pytest.mark.parametrize("name", ["Baku", "Bakı", "БАКУ", "bakü"])
def test_a_place_is_found_by_its_names_in_any_language(noted: World, name: str) -> None:
    found = noted.get("/entries", place=name)["entries"]
    assert len(found) >= 2
    assert found == noted.get("/entries", place="Baku")["entries"]
    assert noted.get("/facets", place=name)["total"] == len(found)


def test_years_are_those_that_a_date_may_lie_in(noted: World) -> None:
    years = {value["value"]: value["count"] for value in noted.get("/facets", top=100)["year"]}
    assert {"1899", "1901", "1903", "1907"} <= set(years)
    assert noted.get("/entries", year=1902)["entries"] == []


def test_a_rebuild_counts_the_same(noted: World) -> None:
    before = noted.get("/facets")
    noted.running.projector.rebuild(noted.running.info)
    assert noted.get("/facets") == before
