"""Corrections read into claims."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.claims import Claim, ClaimDate, Extractor, Value
from shared.domain.corrections import AmendDate, AmendValue, Change, RetitleEntry, WithdrawClaim, claims_named
from shared.domain.readings import read, with_value

QUOTE = "On 3 May 1922 the tram opened with 12 carriages and 40 seats, 40 more than 1921"
CLAIM = Claim(
    id="claim",
    document_id="document",
    extractor=Extractor(name="person", version="1"),
    start=0,
    end=len(QUOTE),
    quote=QUOTE,
    statement=QUOTE,
    language="en",
    date=ClaimDate(start=3, end=13, quote="3 May 1922", edtf="1922-05-03"),
    values=(
        Value(start=35, end=47, quote="12 carriages", attribute="carriages", value="12"),
        Value(start=52, end=60, quote="40 seats", attribute="seats", value="40"),
        Value(start=62, end=64, quote="40", attribute="seats", value="40", bound="more_than"),
        Value(start=18, end=22, quote="tram", attribute="line", value="tram", kind="name"),
    ),
)
NO_FIGURES = ("1,5", "4,06", "1,2345", "-5", "300–200", "400–400", ">5–7", "１２", "٤٠٦", "+7", "1e3")
"""What has more than one reading, or none, as a figure: it may not become another number in silence."""
ids = st.sampled_from(["claim", "another"])
changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(AmendDate, claim_id=ids, edtf=st.sampled_from([None, "1922", "1922-05-03/1922-05-04", "192X"])),
    st.builds(
        AmendValue,
        claim_id=ids,
        attribute=st.sampled_from(["carriages", "seats", "line", "drivers"]),
        value=st.sampled_from([None, "12", "1,200", ">200", "~50", "300–400", " 7 ", "many", "Tram No. 1", "≤3"]),
        start=st.sampled_from([None, 35, 52, 62, 18]),
    ),
    st.builds(WithdrawClaim, claim_id=ids),
    st.builds(RetitleEntry, claim_id=ids, title=st.just("The tram")),
)


@given(st.lists(changes, max_size=5))
def test_corrections_change_what_they_name_and_keep_what_was_said(made: list[Change]) -> None:
    reading = read(CLAIM, [(f"c{number}", change) for number, change in enumerate(made)])
    named = [f"c{n}" for n, change in enumerate(made) if "claim" in claims_named(change) and not isinstance(change, RetitleEntry)]
    assert list(reading.corrections) == named
    assert reading.claim == CLAIM
    assert (reading.withdrawn_by is not None) == any(isinstance(c, WithdrawClaim) and c.claim_id == "claim" for c in made)
    for known in reading.values:
        Value.model_validate(known.value.model_dump())
        assert (known.corrected_by is None) == (known.value in CLAIM.values and known.original is None)
    dates = [change for change in made if isinstance(change, AmendDate) and change.claim_id == "claim"]
    assert reading.edtf == (dates[-1].edtf if dates else "1922-05-03")


@pytest.mark.parametrize(
    ("text", "value", "bound", "upper", "kind"),
    [
        ("1,200", "1200", "exact", None, "count"),
        (">200", "200", "more_than", None, "count"),
        ("~ 50", "50", "about", None, "count"),
        ("300–400", "300", "exact", "400", "count"),
        ("≤3", "3", "at_most", None, "count"),
        ("1,234,567.5", "1234567.5", "exact", None, "count"),
        ("many", "many", "exact", None, "name"),
        *((text, text, "exact", None, "name") for text in NO_FIGURES),
    ],
)
def test_a_figure_is_read_with_its_bound(text: str, value: str, bound: str, upper: str | None, kind: str) -> None:
    read_as = with_value(CLAIM.values[0], text)
    assert (read_as.value, read_as.bound, read_as.upper, read_as.kind) == (value, bound, upper, kind)
    assert with_value(CLAIM.values[0], read_as.shown) == read_as


def test_the_named_value_is_amended_and_remembers_what_was_said() -> None:
    change = AmendValue(claim_id="claim", attribute="seats", value="42", start=62)
    reading = read(CLAIM, [("a", change), ("b", change.model_copy(update={"value": "43"}))])
    assert [(known.value.shown, known.original, known.corrected_by) for known in reading.values[1:3]] == [
        ("40", None, None),
        ("43", ">40", "b"),
    ]
