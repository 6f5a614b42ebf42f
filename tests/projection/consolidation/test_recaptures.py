"""A source that was captured again: what it no longer says supports nothing, and what was decided about it holds for what it says now."""

from services.projection.consolidation.consolidate import Consolidator
from shared.domain import chronology
from shared.domain.chronology import Entry, SupersededClaim
from shared.domain.corrections import AmendValue, SplitEntry, WithdrawClaim
from tests.projection.consolidation.builders import claim, decided, entry_of, together, value

SAID = "The second congress of beekeepers gathered in Ganja under lime trees"
OTHER = "In Ganja, the 2nd Beekeepers' Congress met for long debates on honey"

EARLIER = claim("earlier", SAID, "1987-05-04", value("guests", "31", start=20), document="A1", source="A", position=1, start=10)
LATER = claim("later", SAID, "1987-05-04", value("guests", "31", start=45), document="A2", source="A", position=3, start=35)
CHANGED = claim("changed", SAID, "1987-05-04", value("guests", "35", start=45), document="A2", source="A", position=3, start=35)
B = claim("b", OTHER, "1987-05-04", value("guests", "33"), document="B", position=2)


def recaptured(how: str, later: chronology.Testimony | None, *decisions: object) -> tuple[Entry, ...]:
    consolidator = Consolidator()
    for testimony in (EARLIER, B):
        consolidator.add(testimony)
    for decision in decisions:
        consolidator.decide(decision)  # type: ignore[arg-type]
    if later:
        consolidator.add(later)
    consolidator.supersede(
        SupersededClaim.model_validate(
            {"claim_id": "earlier", "how": how, "document_id": "doc-A2", "later": later.claim.id if later else None}
        )
    )
    return consolidator.entries()


def guests(entry: Entry) -> dict[str, tuple[str, ...]]:
    [row] = [found for found in entry.values if found.attribute == "guests"]
    return {alternative.shown: alternative.claims for alternative in row.alternatives}


def test_a_claim_said_again_counts_once() -> None:
    [entry] = recaptured("carried", LATER)
    assert guests(entry) == {"31": ("later",), "33": ("b",)}
    assert entry.withdrawn == ("earlier",)
    assert [(found.claim_id, found.how, found.later) for found in entry.superseded] == [("earlier", "carried", "later")]


def test_a_changed_figure_is_the_one_that_stands_and_the_old_one_stays_listed() -> None:
    [entry] = recaptured("changed", CHANGED)
    assert guests(entry) == {"33": ("b",), "35": ("changed",)}
    assert "earlier" in entry.claims


def test_what_vanished_disputes_nothing() -> None:
    [entry] = recaptured("vanished", None)
    assert guests(entry) == {"33": ("b",)}
    assert entry.status == "single-source"
    assert entry.superseded[0].how == "vanished"


def test_the_id_of_the_entry_stays() -> None:
    assert entry_of(recaptured("carried", LATER), "later").id == "earlier"


def test_an_amended_value_is_amended_in_the_later_capture_wherever_it_stands_there() -> None:
    amended = decided(AmendValue(claim_id="earlier", attribute="guests", value="33", start=20))
    [entry] = recaptured("carried", LATER, amended)
    assert set(guests(entry)) == {"33"}
    assert entry.corrections[0].correction_id == "correction-1"
    [changed] = recaptured("changed", CHANGED, amended)
    assert guests(changed)["35"] == ("changed",), "the source says something else now: the correction was about other words"


def test_a_withdrawn_claim_stays_withdrawn() -> None:
    [entry] = recaptured("carried", LATER, decided(WithdrawClaim(claim_id="earlier")))
    assert guests(entry) == {"33": ("b",)}
    assert set(entry.withdrawn) == {"earlier", "later"}


def test_what_was_split_stays_apart() -> None:
    entries = recaptured("carried", LATER, decided(SplitEntry(out=("earlier",), kept=("b",))))
    assert together(entries) == {frozenset({"earlier", "later"}), frozenset({"b"})}
