"""Editors' decisions outrank the machine, in the order of acceptance, whatever arrives later."""

from hypothesis import given
from hypothesis import strategies as st

from services.projection.consolidation.consolidate import Consolidator, consolidate
from shared.domain.chronology import Entry, EntryValue
from shared.domain.corrections import (
    AmendDate,
    AmendValue,
    Change,
    JoinOrigins,
    MergeEntries,
    RetitleEntry,
    SplitEntry,
    SplitOrigins,
    WithdrawClaim,
)  # fmt: skip
from tests.projection.consolidation.builders import claim, decided, entry_of, together, value

FIRST = "The second congress of beekeepers gathered in Ganja under lime trees"
SECOND = "In Ganja, the 2nd Beekeepers' Congress met for long debates on honey"
THIRD = "For the second congress, keepers of bees from all over travelled to Ganja"

A = claim("a", FIRST, "1987-05-04", value("guests", "31"), document="A", position=1)
B = claim("b", SECOND, "1987-05-04", value("guests", "33"), document="B", position=2)
C = claim("c", THIRD, "1987-05-04", value("guests", "31"), document="C", position=3)
BRIDGE = claim("bridge", "The bridge over the Araz was built", "1911", document="D", position=4)


def row(entry: Entry, attribute: str) -> EntryValue:
    return next(found for found in entry.values if found.attribute == attribute)


class TestAmendments:
    def test_a_value_read_wrongly(self) -> None:
        [entry] = consolidate([A, B], [decided(AmendValue(claim_id="b", attribute="guests", value="31"))])
        guests = row(entry, "guests")
        assert guests.status == "corrected"
        [alternative] = guests.alternatives
        assert (alternative.shown, alternative.corrected_from, alternative.corrected_by) == ("31", "33", "correction-1")
        assert entry.status == "corrected"
        assert entry.corrections[0].summary == "one claim's value of guests is 31"

    def test_what_was_corrected_is_no_title(self) -> None:
        [entry] = consolidate([A, B])
        assert entry.title_claim is not None
        amend = AmendValue(claim_id=entry.title_claim, attribute="guests", value="32")
        [corrected] = consolidate([A, B], [decided(amend)])
        assert {entry.title_claim, corrected.title_claim} == {"a", "b"}

    def test_the_latest_amendment_holds_and_the_source_is_remembered(self) -> None:
        decisions = [decided(AmendValue(claim_id="b", attribute="guests", value=number), at) for at, number in enumerate(("32", "~35"), 1)]
        [entry] = consolidate([B], decisions)
        [alternative] = row(entry, "guests").alternatives
        assert (alternative.shown, alternative.bound, alternative.corrected_from) == ("~35", "about", "33")

    def test_a_name_read_wrongly(self) -> None:
        named = claim("n", FIRST, "1987-05-04", value("place", "Ganja", kind="place"))
        [entry] = consolidate([named], [decided(AmendValue(claim_id="n", attribute="place", value="Gazakh"))])
        assert row(entry, "place").alternatives[0].value == "Gazakh"
        assert row(entry, "place").alternatives[0].corrected_from == "Ganja"

    def test_a_figure_that_is_none_after_all(self) -> None:
        [entry] = consolidate([B], [decided(AmendValue(claim_id="b", attribute="guests", value="a great many"))])
        [alternative] = row(entry, "guests").alternatives
        assert (alternative.kind, alternative.value) == ("name", "a great many")

    def test_a_value_that_is_none(self) -> None:
        [entry] = consolidate([B], [decided(AmendValue(claim_id="b", attribute="guests", value=None))])
        assert entry.values == ()
        assert entry.corrections

    def test_a_value_that_was_missed(self) -> None:
        [entry] = consolidate([B], [decided(AmendValue(claim_id="b", attribute="hives", value=">9400"))])
        assert row(entry, "hives").alternatives[0].shown == ">9400"
        assert row(entry, "guests").alternatives[0].shown == "33"

    def test_one_of_two_figures_by_its_place(self) -> None:
        twice = claim("t", FIRST, "1987-05-04", value("guests", "31", start=3), value("guests", "140", start=20))
        [entry] = consolidate([twice], [decided(AmendValue(claim_id="t", attribute="guests", value="14", start=20))])
        assert {alternative.shown for alternative in row(entry, "guests").alternatives} == {"31", "14"}

    def test_a_date_read_wrongly_finds_its_entry(self) -> None:
        misread = claim("misread", SECOND, "1997-05-04", document="B")
        assert len(consolidate([A, misread], ())) == 2
        [entry] = consolidate([A, misread], [decided(AmendDate(claim_id="misread", edtf="1987-05-04"))])
        assert entry.date.status == "corrected"
        assert entry.date.alternatives[0].corrected_by == "correction-1"
        assert entry.corrections[0].summary == "the date of one claim is 4 May 1987"

    def test_a_date_that_is_none(self) -> None:
        [entry] = consolidate([BRIDGE], [decided(AmendDate(claim_id="bridge", edtf=None))])
        assert entry.date.edtf is None
        assert entry.earliest is None


class TestWithdrawal:
    def test_a_withdrawn_claim_stays_listed_and_supports_nothing(self) -> None:
        [entry] = consolidate([A, B], [decided(WithdrawClaim(claim_id="b"))])
        assert set(entry.claims) == {"a", "b"}
        assert entry.withdrawn == ("b",)
        assert [alternative.shown for alternative in row(entry, "guests").alternatives] == ["31"]
        assert entry.sources == ("source-A",)

    def test_an_entry_of_withdrawn_claims_is_withdrawn(self) -> None:
        [entry] = consolidate([A, B], [decided(WithdrawClaim(claim_id=name), at) for at, name in enumerate("ab", 1)])
        assert entry.status == entry.date.status == row(entry, "guests").status == "withdrawn"

    def test_a_withdrawn_claim_holds_nothing_together(self) -> None:
        one = claim("one", "The Pension Fund was established in Ganja on 3 May 1993", "1993-05-03", document="A")
        tie = claim("tie", "It came about on 3 May 1993", "1993-05-03", document="A", continues="one")
        other = claim("other", "As so often, it took a day", "1993-05-03", document="A", continues="tie")
        assert len(consolidate([one, tie, other], ())) == 1
        entries = consolidate([one, tie, other], [decided(WithdrawClaim(claim_id="tie"))])
        assert entry_of(entries, "one") != entry_of(entries, "other")


class TestMerges:
    def test_join_entries_the_machine_keeps_apart(self) -> None:
        [entry] = consolidate([A, BRIDGE], [decided(MergeEntries(claim_ids=("a", "bridge")))])
        assert entry.links[0].reasons[0].kind == "editor"
        assert entry.date.status == "disputed"

    def test_take_whole_entries_along(self) -> None:
        assert len(consolidate([A, B, BRIDGE], [decided(MergeEntries(claim_ids=("b", "bridge")))])) == 1

    def test_do_not_keep_later_claims_from_either_side(self) -> None:
        consolidator = Consolidator()
        for one in (A, BRIDGE):
            consolidator.add(one)
        consolidator.decide(decided(MergeEntries(claim_ids=("a", "bridge"))))
        consolidator.add(C)
        assert together(consolidator.entries()) == {frozenset({"a", "bridge", "c"})}

    def test_hold_when_made_before_the_claims_are_read(self) -> None:
        consolidator = Consolidator()
        consolidator.decide(decided(MergeEntries(claim_ids=("a", "bridge"))))
        for one in (A, BRIDGE):
            consolidator.add(one)
        assert len(consolidator.entries()) == 1


class TestSplits:
    SPLIT = decided(SplitEntry(out=("b",), kept=("a",)))

    def test_part_what_the_machine_joins(self) -> None:
        entries = consolidate([A, B], [self.SPLIT])
        assert together(entries) == {frozenset({"a"}), frozenset({"b"})}
        assert all(entry.corrections[0].kind == "split-entry" for entry in entries)

    def test_are_never_undone_by_later_claims(self) -> None:
        entries = consolidate([A, B, C], [self.SPLIT])
        assert entry_of(entries, "a") != entry_of(entries, "b")
        assert len(entries) == 2

    def test_keep_each_side_together(self) -> None:
        decision = decided(SplitEntry(out=("b", "bridge"), kept=("a", "c")))
        assert together(consolidate([A, B, C, BRIDGE], [decision])) == {frozenset({"b", "bridge"}), frozenset({"a", "c"})}

    def test_a_later_merge_outranks(self) -> None:
        assert len(consolidate([A, B, C], [self.SPLIT, decided(MergeEntries(claim_ids=("a", "b")), 2)])) == 1

    def test_a_later_split_outranks_a_merge(self) -> None:
        merge = decided(MergeEntries(claim_ids=("a", "bridge")))
        split = decided(SplitEntry(out=("bridge",), kept=("a",)), 2)
        assert len(consolidate([A, BRIDGE], [merge, split])) == 2

    def test_undo_ties_that_lead_round_about(self) -> None:
        merges = [decided(MergeEntries(claim_ids=pair), at) for at, pair in enumerate((("a", "bridge"), ("bridge", "far")), 1)]
        far = claim("far", "A newspaper was founded", "1875", document="E")
        entries = consolidate([A, BRIDGE, far], [*merges, decided(SplitEntry(out=("far",), kept=("a",)), 3)])
        assert entry_of(entries, "far") != entry_of(entries, "a")
        assert entry_of(entries, "bridge") == entry_of(entries, "a")


class TestTitles:
    def test_an_editors_title_follows_the_claim(self) -> None:
        title = decided(RetitleEntry(claim_id="b", title="Beekeepers in Ganja"))
        [entry] = consolidate([A, B], [title])
        assert (entry.title, entry.title_claim) == ("Beekeepers in Ganja", None)
        entries = consolidate([A, B], [title, decided(SplitEntry(out=("b",), kept=("a",)), 2)])
        assert entry_of(entries, "b").title == "Beekeepers in Ganja"
        assert entry_of(entries, "a").title_claim == "a"

    def test_the_latest_title_holds(self) -> None:
        titles = [decided(RetitleEntry(claim_id=name, title=f"Title {name}"), at) for at, name in enumerate("ba", 1)]
        [entry] = consolidate([A, B], titles)
        assert entry.title == "Title a"

    def test_corrections_are_listed_in_the_order_of_acceptance(self) -> None:
        decisions = [
            decided(RetitleEntry(claim_id="b", title="Beekeepers"), 1),
            decided(AmendValue(claim_id="a", attribute="guests", value="33"), 2),
            decided(WithdrawClaim(claim_id="b"), 3),
        ]
        [entry] = consolidate([A, B], decisions)
        assert [applied.kind for applied in entry.corrections] == ["retitle-entry", "amend-value", "withdraw-claim"]


class TestDeltas:
    def test_name_what_changed_and_where_old_ids_lead(self) -> None:
        consolidator = Consolidator()
        consolidator.add(B)
        consolidator.add(BRIDGE)
        assert {entry.id for entry in consolidator.flush().changed} == {"b", "bridge"}
        consolidator.add(A)
        delta = consolidator.flush()
        assert [entry.id for entry in delta.changed] == ["a"]
        assert delta.removed == (("b", "a"),)
        assert consolidator.flush() == type(delta)((), ())

    def test_a_split_brings_an_id_back(self) -> None:
        consolidator = Consolidator()
        for one in (A, B):
            consolidator.add(one)
        consolidator.flush()
        consolidator.decide(TestSplits.SPLIT)
        delta = consolidator.flush()
        assert {entry.id for entry in delta.changed} == {"a", "b"}
        assert delta.removed == ()


REVERTIBLE: tuple[Change, ...] = (
    AmendDate(claim_id="b", edtf="1987-05-05"),
    AmendValue(claim_id="b", attribute="guests", value="31"),
    WithdrawClaim(claim_id="c"),
    MergeEntries(claim_ids=("a", "bridge")),
    SplitEntry(out=("b",), kept=("a", "c")),
    RetitleEntry(claim_id="a", title="The congress"),
    JoinOrigins(document_ids=("A", "B")),
    SplitOrigins(document_ids=("A", "C")),
)


@given(st.lists(st.sampled_from(REVERTIBLE), min_size=1, max_size=6), st.data())
def test_what_is_reverted_is_as_if_it_had_never_been_accepted(changes: list[Change], data: st.DataObject) -> None:
    decisions = [decided(change, at) for at, change in enumerate(changes, 1)]
    reverted = data.draw(st.sampled_from(decisions))
    flushes = data.draw(st.lists(st.booleans(), min_size=len(decisions), max_size=len(decisions)))
    consolidator = Consolidator()
    for testimony in (A, B, C, BRIDGE):
        consolidator.add(testimony)
    for decision, flush in zip(decisions, flushes, strict=True):
        consolidator.decide(decision)
        if flush:
            consolidator.flush()
    consolidator.revert(reverted.correction_id)
    consolidator.flush()
    without = consolidate([A, B, C, BRIDGE], [decision for decision in decisions if decision != reverted])
    assert {entry.id: entry for entry in consolidator.around(["a", "b", "c", "bridge"])} == {entry.id: entry for entry in without}
