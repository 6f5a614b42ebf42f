"""Filters on when something happened: yes, no, or possible."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.query.periods import Period
from shared.domain.chronology import DateAlternative, Entry, EntryDate
from shared.domain.dates import Edtf
from tests.query.conftest import World

DATES = (
    "1998-05-04",
    "1998-05",
    "1998",
    "199X",
    "1998~",
    "1998-05?",
    "1998-05-04/1998-05-05",
    "../1998-05",
    "1998-06/..",
    "-0043",
    "2001-21",
)


def entry(*dates: str) -> Entry:
    """An entry with a date, or with several in dispute."""
    alternatives = tuple(DateAlternative(edtf=date, claims=("c",)) for date in dates)
    date = EntryDate(edtf=dates[0] if len(dates) == 1 else None, status="single-source", alternatives=alternatives)
    return Entry(
        id="e", title="t", title_claim=None, date=date, earliest=None, latest=None, values=(), claims=("c",), sources=("s",),
        status="single-source",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("dates", "asked", "answer"),
    [
        (["1998-05-04"], {"date_from": "1998-05", "date_to": "1998-05"}, "yes"),
        (["1998-05-04"], {"date_from": "1998-05-05"}, None),
        (["1998"], {"date_from": "1998-05", "date_to": "1998-05"}, "possible"),
        (["1998"], {"date_from": "1997"}, "yes"),
        (["1998~"], {"date_from": "1997"}, "possible"),
        (["1998?"], {"date_from": "1998", "date_to": "1998"}, "possible"),
        (["../1998-05"], {"date_to": "1999"}, "yes"),
        (["../1998-05"], {"date_from": "1990"}, "possible"),
        (["1998"], {"before": "1999"}, "yes"),
        (["1998"], {"before": "1998-05-04"}, "possible"),
        (["1998-05-04"], {"before": "1998-05-04"}, None),
        (["1998-05-04"], {"before": "1998-05"}, "possible"),
        (["1998"], {"after": "1997"}, "yes"),
        (["1998"], {"after": "1998-12-31"}, None),
        (["1998"], {"after": "1998-12-30"}, "possible"),
        (["1998"], {"after": "1997", "before": "1998-06"}, "possible"),
        (["1998"], {"after": "1999", "before": "2000"}, None),
        ([], {"date_from": "1900"}, None),
        # Dates in dispute are asked one by one: what lies between them is neither.
        (["1990", "2000"], {"date_from": "1994", "date_to": "1996"}, None),
        (["1990", "2000"], {"date_from": "1994"}, "possible"),
        (["1990", "2000"], {"date_from": "1990", "date_to": "2000"}, "yes"),
    ],
)
def test_whether_an_entry_fits(dates: list[str], asked: dict[str, str], answer: str | None) -> None:
    assert Period(**asked).fits(dates) == answer  # type: ignore[arg-type]
    certain = Period(**asked, certainty="certain").fits(dates)  # type: ignore[arg-type]
    assert certain == ("yes" if answer == "yes" else None)


@given(st.sampled_from(DATES), st.sampled_from(DATES), st.sampled_from(DATES))
def test_every_day_that_a_date_can_mean_agrees_with_the_answer(date: str, first: str, last: str) -> None:
    period, meant = Period(date_from=first, date_to=last), Edtf.parse(date)
    start, end = Edtf.parse(first).earliest, Edtf.parse(last).latest
    assume(start <= end)
    days = [day for day in (meant.earliest, meant.latest, start, end, start - 1, end + 1) if meant.earliest <= day <= meant.latest]
    inside = {start <= day <= end for day in days}
    answer = period.fits([date])
    assert answer is not None if True in inside else answer is None
    if answer == "yes":
        assert inside == {True}
        assert not meant.blurred


def fair_and_decree(world: World, **params: Any) -> list[tuple[str, str | None]]:
    return [(entry["date"], entry["in_range"]) for entry in world.get("/entries", **params)["entries"]]


FAIR, DECREE = "1998-05-04/1998-05-05", "1999-03-03"


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, [(FAIR, None), (DECREE, None)]),
        ({"q": "fair"}, [(FAIR, None)]),
        ({"from": "1998-05"}, [(FAIR, "yes"), (DECREE, "yes")]),
        ({"from": "1998-05-05"}, [(FAIR, "possible"), (DECREE, "yes")]),
        ({"from": "1998-05-05", "certainty": "certain"}, [(DECREE, "yes")]),
        ({"before": "1998-05-05"}, [(FAIR, "possible")]),
        ({"before": "1998-05-05", "certainty": "certain"}, []),
        ({"before": "1998-05-06", "certainty": "certain"}, [(FAIR, "yes")]),
        ({"after": "1998-05-04"}, [(FAIR, "possible"), (DECREE, "yes")]),
        ({"after": "1998", "certainty": "certain"}, [(DECREE, "yes")]),
        ({"after": "1998-05-03", "before": "1999-02"}, [(FAIR, "yes")]),
        # Before some day of 1999 whose month is not said: the decree may have been.
        ({"after": "1998-05-03", "before": "1999"}, [(FAIR, "yes"), (DECREE, "possible")]),
    ],
)
def test_lists_say_of_each_entry_how_it_fits(world: World, params: dict[str, str], found: list[tuple[str, str | None]]) -> None:
    assert fair_and_decree(world, **params) == found


def test_pages_are_full_although_rows_are_passed_over(empty: World) -> None:
    sure = [f"On {day} May 1998 the {name} Fair was held in Oakford." for day, name in enumerate(("Seed", "Kite", "Boat", "Lamp"), 2)]
    vague = [f"Around 1998 the {name} Mill of Oakford burned down." for name in ("Upper", "Lower", "Old", "New", "Red")]
    empty.running.capture("Oakford\n\n" + "\n\n".join(vague + sure) + "\n")
    everything = empty.get("/entries", **{"from": "1998", "to": "1998"})["entries"]
    assert {entry["in_range"] for entry in everything} == {"yes", "possible"}
    asked = {"from": "1998", "to": "1998", "certainty": "certain", "limit": 2}
    certain = [entry["id"] for entry in everything if entry["in_range"] == "yes"]
    page, walked = empty.get("/entries", **asked), []
    while True:
        walked.append([entry["id"] for entry in page["entries"]])
        if page["next"] is None:
            break
        page = empty.get("/entries", **asked, cursor=page["next"])
    assert [entry for ids in walked for entry in ids] == certain
    assert all(len(ids) == 2 for ids in walked[:-1])


@pytest.mark.parametrize("params", [{"before": "soon"}, {"after": "1998-13"}, {"certainty": "perhaps"}])
def test_what_is_no_date_is_refused(world: World, params: dict[str, str]) -> None:
    assert world.client.get("/v1/chronologies/test/entries", params=params).status_code == 422
