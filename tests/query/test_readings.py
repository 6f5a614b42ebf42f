"""Corrections read into claims: the same as consolidation reads them."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.projection.consolidation.readings import read as consolidated
from services.query.reader import Correction
from services.query.readings import read
from shared.domain import chronology
from shared.domain.chronology import Decision, DocumentFacts
from shared.domain.claims import Claim, ClaimDate, Extractor, Value
from shared.domain.corrections import AmendDate, AmendValue, Change, RetitleEntry, WithdrawClaim

MOMENT = datetime(2026, 3, 2, tzinfo=UTC)
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
DOCUMENT = DocumentFacts(id="document", sha256="0" * 64, source_id="source", language="en")

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
def test_pages_and_consolidation_read_corrections_alike(made: list[Change]) -> None:
    corrections = [
        Correction(id=f"c{number}", change=change, reason="r", state="accepted", proposed_by="p", proposed_at=MOMENT)
        for number, change in enumerate(made)
    ]
    decisions = [
        Decision(
            correction_id=f"c{number}", change=change, reason="r", proposed_by="p", proposed_at=MOMENT, accepted_by="a", accepted_at=MOMENT,
            position=number + 1,
        )
        for number, change in enumerate(made)
    ]  # fmt: skip
    ours = read(CLAIM, corrections)
    theirs = consolidated(chronology.Testimony(claim=CLAIM, document=DOCUMENT, position=1), decisions)
    assert ours.edtf == (theirs.date.text if theirs.date else None)
    assert [(known.value, known.corrected_by) for known in ours.values] == [(known.value, known.corrected_by) for known in theirs.values]
    assert ours.date_corrected_by == theirs.date_corrected_by
    assert (ours.withdrawn_by is not None) == theirs.withdrawn
    assert ours.corrections == theirs.decisions
